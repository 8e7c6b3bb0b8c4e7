// For how many, with whom, on which day, from when.
import { button, freshId, h } from "../dom.js";
import { Month } from "../month.js";
import { monthOf } from "../times.js";

const PARTS = [["morning", 0], ["afternoon", 12], ["evening", 17]];

export function whenStep(view) {
  const node = h("div", { class: "when" }, h("div", { class: "row" }, party(view), staff(view)));
  const days = h("div", { class: "days" });
  const starts = h("section", { class: "starts-box", "aria-labelledby": "starts-title" });
  node.append(h("div", { class: "columns" }, days, starts));
  const when = new When(view, days, starts);
  return { title: view.words.say("when"), node, ready: () => when.begin() };
}

function choice(label, values, chosen, change) {
  const id = freshId("choice");
  const options = values.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
  const select = h("select", { id, part: "input", onchange: ({ target }) => change(target.value) }, options);
  return h("div", { class: "field" }, h("label", { for: id }, label), select);
}

function party({ flow, words, go }) {
  if (flow.parties.length < 2) return null;
  const sizes = flow.parties.map((count) => [String(count), words.say("people", { count })]);
  return choice(words.say("party"), sizes, String(flow.party), (value) => {
    flow.party = Number(value);
    if (!flow.staff.some(({ id }) => id === flow.resource)) flow.resource = "";
    flow.forget();
    go("when", { keeps: words.say("party") });
  });
}

function staff({ flow, words, go }) {
  if (flow.staff.length < 2) return null;
  const people = flow.staff.every(({ kind }) => kind === "staff");
  const all = flow.staff.map(({ id, name, job_title: title }) => [id, title ? `${name} · ${title}` : name]);
  const label = words.say(people ? "withWhom" : "where");
  return choice(label, [["", words.say(people ? "anybody" : "anywhere")], ...all], flow.resource, (value) => {
    flow.resource = value;
    flow.forget();
    go("when", { keeps: label });
  });
}

class When {
  constructor(view, days, starts) {
    Object.assign(this, { view, flow: view.flow, words: view.words, days, starts });
  }

  async begin() {
    const { flow } = this;
    this.diary = flow.look();
    this.days.append(h("p", { class: "quiet" }, this.words.say("loading")));
    const first = await this.view.busy(() => this.diary.begin());
    if (this.stale || first === null) return;
    if (first === undefined) return this.#nothing();
    flow.date ??= first;
    await this.view.busy(() => this.diary.month(monthOf(flow.date)));
    this.#show(monthOf(flow.date));
    await this.pick(flow.date, false);
  }

  // Another step, or another wish, is shown by now.
  get stale() {
    return !this.days.isConnected || this.flow.diary !== this.diary;
  }

  #show(month) {
    const { flow, words, diary } = this;
    this.month = new Month({
      clock: flow.clock, words, month, chosen: flow.date, first: diary.first, last: diary.last, isFree: diary.isFree,
      pick: (date) => this.pick(date, true), turn: (to, date, way) => this.#turn(to, date, way),
    });
    this.days.replaceChildren(this.month.node);
  }

  async #turn(month, date, way) {
    if ((await this.view.busy(() => this.diary.month(month).then(() => true))) === null || this.stale) return;
    this.#show(month);
    const again = way && this.days.querySelector(`.${way}:enabled`);
    if (again) again.focus();
    else this.month.focus(date);
    this.view.announce(this.flow.clock.month(month));
    if (!this.diary.next(`${month}-01`)?.startsWith(month)) this.#empty(month);
  }

  async pick(date, asked) {
    const { flow, diary } = this;
    flow.date = date;
    this.month.choose(date);
    this.starts.setAttribute("aria-busy", "true");
    const slots = await this.view.busy(() => diary.starts(date));
    this.starts.removeAttribute("aria-busy");
    if (this.stale || flow.date !== date) return;
    if (slots === null) return this.starts.replaceChildren(h("h4", { id: "starts-title" }, flow.clock.day(date)));
    this.#offer(date, slots);
    const found = this.words.say(slots.length ? "startsFound" : "nothingThatDay", { count: slots.length });
    if (asked) this.view.announce(`${flow.clock.day(date)}: ${found}`);
  }

  #offer(date, slots) {
    const { clock } = this.flow;
    const title = h("h4", { id: "starts-title" }, clock.day(date));
    if (!slots.length) return this.starts.replaceChildren(title, ...this.#full(date, "nothingThatDay"));
    const twice = new Set(slots.map((slot) => slot.start_time)).size < slots.length;
    const hours = slots.map((slot) => clock.hour(slot.starts_at));
    const parts = PARTS.map(([name, from], number) => {
      const until = PARTS[number + 1]?.[1] ?? 24;
      const some = slots.filter((_, index) => hours[index] >= from && hours[index] < until);
      const label = this.words.say(name);
      const items = some.map((slot) => h("li", {}, this.#start(date, slot, twice)));
      const list = h("ul", { class: "starts", "aria-label": label }, items);
      return some.length && [h("h5", { class: "group" }, label), list];
    });
    this.starts.replaceChildren(title, this.#zone(slots[0]), ...parts.flat().filter(Boolean));
  }

  #start(date, slot, named) {
    const choose = () => {
      this.flow.slot = { ...slot, date };
      this.view.go("details");
    };
    const text = this.flow.clock.time(slot.starts_at, { named });
    const left = slot.places_left && h("small", {}, this.words.say("placesLeft", { count: slot.places_left }));
    return button([text, left], choose, { class: "start", part: "start", "data-start": slot.starts_at });
  }

  #zone(slot) {
    const { clock } = this.flow;
    const theirs = clock.elsewhere(slot.starts_at);
    const values = { zone: clock.zoneName(), here: clock.time(slot.starts_at), theirs };
    return h("p", { class: theirs ? "hint notice" : "hint" }, this.words.say(theirs ? "zoneDiffers" : "zone", values));
  }

  // A day or month without free starts: the next one that has some, and the list of those who wait.
  #full(date, said) {
    const next = this.diary.next(date) ?? this.diary.next(this.diary.first);
    const go = async () => {
      this.flow.date = next;
      if (this.month.month !== monthOf(next)) await this.#turn(monthOf(next), next);
      await this.pick(next, true);
      this.month.focus(next);
    };
    return [
      h("p", {}, this.words.say(said)),
      next && h("p", {}, button(this.words.say("nextFree", { day: this.flow.clock.shortDay(next) }), go)),
      this.view.waitlist(date),
    ].filter(Boolean);
  }

  #empty(month) {
    const from = `${month}-01`;
    const title = h("h4", { id: "starts-title" }, this.flow.clock.month(month));
    this.flow.date = null;
    this.month.choose(null);
    const first = from < this.diary.first ? this.diary.first : from;
    this.starts.replaceChildren(title, ...this.#full(first, "nothingThatMonth"));
    this.view.announce(this.words.say("nothingThatMonth"));
  }

  #nothing() {
    const { flow, words, view } = this;
    const { phone } = flow.business;
    const count = flow.business.rules.window_days;
    const text = words.say(phone ? "nothingAtAllCall" : "nothingAtAll", { count, phone });
    this.days.replaceChildren(h("p", { class: "notice" }, text), view.waitlist(flow.clock.today()) ?? "");
    this.starts.remove();
    view.announce(text);
  }
}
