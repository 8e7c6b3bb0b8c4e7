// Somebody else was quicker: what happened, and what is free nearby.
import { button, h } from "../dom.js";

export function lostStep(view, { refusal }) {
  const { flow, words } = view;
  const { clock } = flow;
  const { nearest } = refusal.details;
  const lost = { time: clock.time(flow.slot.starts_at), day: clock.day(flow.slot.date) };
  const take = (slot) => {
    flow.slot = { date: slot.booking_date, start_time: slot.start_time, starts_at: slot.starts_at };
    view.go("details");
  };
  const offer = (slot) => {
    const text = `${clock.shortDay(slot.booking_date)}, ${clock.time(slot.starts_at)}`;
    return h("li", {}, button(text, () => take(slot), { class: "start", part: "start", "data-start": slot.starts_at }));
  };
  flow.diary = null;
  const node = h("div", {},
    h("p", { class: "notice bad" }, words.say("lost", lost)),
    nearest.length
      ? [h("h4", {}, words.say("nearest")), h("ul", { class: "starts wide-starts" }, nearest.map(offer))]
      : h("p", {}, words.say("nothingNear")),
    h("p", { class: "row" }, button(words.say("otherTimes"), () => view.go("when"))),
    !nearest.length && view.waitlist(flow.slot.date));
  return { title: words.say("lostTitle"), node };
}
