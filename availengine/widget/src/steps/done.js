// Confirmed, asked for, or waiting for the deposit; then what became of that.
import { Refusal } from "../api.js";
import { calendarFile } from "../calendar.js";
import { button, h, webAddress } from "../dom.js";
import { summary } from "./details.js";

const LOOK_AGAIN = [3, 5, 10, 15]; // seconds, the last one again and again
const OVER = ["cancelled", "no_show"];

export function doneStep(view) {
  const { flow, words } = view;
  const { booking } = flow.answer;
  const confirmed = booking.status === "confirmed";
  const text = words.say(confirmed ? "confirmedText" : "askedText", { name: flow.business.name });
  const told = flow.chosen.map(({ instructions }) => instructions).filter(Boolean);
  const file = () => ({ class: "button", part: "button", download: "booking.ics", href: calendarFile(flow) });
  const node = h("div", {}, h("p", { class: "notice good" }, text), summary(view, flow.answer),
    [...new Set(told)].map((instruction) => h("p", {}, instruction)),
    h("p", { class: "row" },
      confirmed && h("a", file(), words.say("calendar")), button(words.say("another"), () => view.again())));
  return { title: words.say(confirmed ? "confirmed" : "asked"), node, last: true };
}

// The card is asked for on Stripe's page only.
export function payStep(view) {
  const { flow, words } = view;
  const { answer } = flow;
  const sameTab = view.host.getAttribute("checkout") === "same-tab";
  const values = { amount: flow.money(answer.amount_cents, answer.currency), time: flow.clock.time(answer.expires_at) };
  const held = answer.deposit_type === "authorization_hold";
  const target = { href: webAddress(answer.checkout_url), target: sameTab ? null : "_blank", rel: "noopener" };
  const link = h("a", { class: "button main wide", part: "button submit", ...target },
    words.say(held ? "payHold" : "pay", values), !sameTab && h("span", { class: "unseen" }, ` ${words.say("newTab")}`));
  const node = h("div", {}, h("p", { class: "notice" }, words.say("heldUntil", values)),
    summary(view, answer), h("p", {}, words.say(held ? "payHoldText" : "payText", values)), link,
    h("p", { class: "hint pay-state", role: "status" }));
  return { title: words.say("payTitle"), node, last: true, ready: () => watch(view, node) };
}

export function overStep(view) {
  const { words } = view;
  const node = h("div", {}, h("p", { class: "notice bad" }, words.say("overText")),
    h("p", { class: "row" }, button(words.say("startAgain"), () => view.again(), { class: "main" })));
  return { title: words.say("over"), node, last: true };
}

// Looks when the visitor is back from paying, and then less and less often; never while another tab is in front.
async function watch(view, node) {
  for (let tries = 0; ; tries++) {
    const seconds = LOOK_AGAIN[Math.min(tries, LOOK_AGAIN.length - 1)];
    const back = await returned(seconds);
    if (!node.isConnected) return;
    if (back) tries = 0;
    node.querySelector(".pay-state").textContent = view.words.say("looking");
    try {
      if (settled(view, await view.flow.state())) return;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (!refusal.passing && refusal.status !== 429) return;
    }
  }
}

function settled(view, { booking, deposit_status: deposit }) {
  const { answer } = view.flow;
  answer.booking.status = booking.status;
  if (OVER.includes(booking.status)) view.go("over");
  else if (booking.status === "confirmed" || deposit !== "pending") view.paid();
  else return false;
  return true;
}

// After so many seconds in front, or when the visitor has come back: then true.
function returned(seconds) {
  return new Promise((resolve) => {
    const done = (back) => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
      removeEventListener("focus", look);
      resolve(back);
    };
    const look = () => document.hidden || done(true);
    const wait = () => (document.hidden ? null : done(false));
    const timer = setTimeout(wait, seconds * 1000);
    document.addEventListener("visibilitychange", look);
    addEventListener("focus", look);
  });
}
