// Which service, or which services one after another.
import { button, freshId, h } from "../dom.js";

export function servicesStep(view) {
  const { flow, words } = view;
  const groups = Map.groupBy(flow.services, (one) => one.category ?? "");
  const lists = [...groups].map(([category, services]) => [
    category && groups.size > 1 && h("h4", { class: "group" }, category),
    h("ul", { class: "options", "aria-label": category || words.say("services") },
      services.map((one) => h("li", {}, option(view, one)))),
  ]);
  const node = h("div", {}, lists, flow.several && foot(view));
  return { title: words.say(flow.several ? "whichServices" : "whichService"), node };
}

function option(view, service) {
  const { flow } = view;
  const facts = [
    service.duration_minutes && flow.minutes(service.duration_minutes),
    service.price_cents !== null && flow.money(service.price_cents, service.currency),
  ].filter(Boolean).join(" · ");
  const about = freshId("about");
  const texts = h("span", { class: "option-text" },
    h("span", { class: "option-name" }, service.name),
    service.description && h("span", { class: "quiet", id: about }, service.description));
  const end = facts && h("span", { class: "option-facts" }, facts);
  const look = { class: "option", part: "option" };
  if (flow.several) return h("label", look, tick(view, service, service.description && about), texts, end);
  const choose = () => {
    flow.choose([service]);
    view.go("when");
  };
  return h("button", { type: "button", ...look, onclick: choose, "data-service": service.id }, texts, end);
}

function tick(view, service, about) {
  const { flow } = view;
  const change = ({ target }) => {
    flow.choose(target.checked ? [...flow.chosen, service] : flow.chosen.filter(({ id }) => id !== service.id));
    const full = flow.chosen.length >= flow.most;
    for (const box of view.root.querySelectorAll(".option input")) box.disabled = full && !box.checked;
    view.notices.replaceChildren();
    view.root.querySelector(".foot p").textContent = sum(flow);
  };
  const box = h("input", { type: "checkbox", "aria-describedby": about, "data-service": service.id, onchange: change });
  box.checked = flow.chosen.includes(service);
  return box;
}

function sum(flow) {
  const minutes = flow.chosen.reduce((all, one) => all + one.duration_minutes, 0);
  const cents = flow.chosen.reduce((all, one) => all + one.price_cents, 0);
  const known = (name) => flow.chosen.length && flow.chosen.every((one) => one[name] !== null);
  const count = flow.chosen.length;
  const time = known("duration_minutes") && flow.minutes(minutes);
  const facts = [flow.words.say("chosen", { count }), time, known("price_cents") && flow.money(cents)];
  return facts.filter(Boolean).join(" · ");
}

function foot(view) {
  const { flow, words } = view;
  const go = () => (flow.chosen.length ? view.go("when") : view.tell(words.say("chooseOne"), true));
  return h("div", { class: "foot" }, h("p", { class: "quiet", role: "status" }, sum(flow)),
    button(words.say("continue"), go, { class: "main" }));
}
