// Who comes, and what is agreed to.
import { Refusal } from "../api.js";
import { freshId, h } from "../dom.js";

const FIELDS = [
  ["first_name", { autocomplete: "given-name", maxlength: 100 }],
  ["last_name", { autocomplete: "family-name", maxlength: 100 }],
  ["email", { type: "email", autocomplete: "email", maxlength: 254 }],
  ["phone", { type: "tel", autocomplete: "tel", maxlength: 20 }],
];

const NAMES = [...FIELDS.map(([name]) => name), "customer_notes"];

export function detailsStep(view) {
  const { flow, words } = view;
  const fields = FIELDS.map(([name, more]) => field(view, name, "input", { required: true, ...more }));
  const notes = field(view, "customer_notes", "textarea", { rows: 3, maxlength: 1000 });
  const deposit = flow.depositSentence;
  const send = h("button", { class: "main wide", part: "button submit" }, words.say(deposit ? "bookAndPay" : "book"));
  const form = h("form", { novalidate: true, onsubmit: (event) => submit(event, view, form, send) },
    h("p", { class: "hint" }, words.say("allRequired")),
    h("div", { class: "pair" }, fields.slice(0, 2)), h("div", { class: "pair" }, fields.slice(2)), notes,
    terms(view), deposit && h("p", { class: "notice" }, deposit), send);
  return { title: words.say("details"), node: h("div", {}, summary(view), form) };
}

export function summary({ flow, words }, answer) {
  const { clock } = flow;
  const { starts_at: start, ends_at: end, date } = flow.slot;
  const theirs = clock.elsewhere(start);
  const chosen = flow.staff.find(({ id }) => id === flow.resource)?.name;
  const span = end ? `${clock.time(start)} – ${clock.time(end)}` : clock.time(start);
  const rows = [
    ["what", flow.names.join(", ")],
    ["when", `${clock.day(date)}, ${span}`],
    theirs && ["yourTime", theirs],
    flow.parties.length > 1 && ["party", words.say("people", { count: flow.party })],
    chosen && ["withWhom", chosen],
    answer && ["code", answer.booking.confirmation_code],
  ].filter(Boolean);
  const told = rows.map(([name, text]) => [h("dt", {}, words.say(name)), h("dd", {}, text)]);
  return h("dl", { class: "facts", part: "summary" }, told);
}

function field({ flow, words }, name, tag, { required, ...more }) {
  const id = freshId(name);
  const control = h(tag, {
    id, name, part: "input", "aria-required": required && "true", "aria-describedby": `${id}-problem`, ...more,
    oninput: ({ target }) => {
      flow.person[name] = target.value;
      if (target.getAttribute("aria-invalid")) mark(target, "");
    },
  });
  control.value = flow.person[name] ?? "";
  const problem = h("p", { class: "problem", id: `${id}-problem` });
  return h("div", { class: "field" }, h("label", { for: id }, words.say(name)), control, problem);
}

function terms({ flow, words }) {
  const { terms_text: text } = flow.business.page;
  const rules = flow.chosen.map(({ policy }) => policy).filter(Boolean);
  const said = [...new Set(rules)].map((policy) => h("p", { class: "quiet" }, policy));
  if (!text) return said;
  const id = freshId("terms");
  const described = { "aria-required": "true", "aria-describedby": `${id}-problem` };
  const box = h("input", { type: "checkbox", id, name: "terms", ...described });
  const label = h("label", { class: "agree", for: id }, box, h("span", {}, words.say("agree"), " ", text));
  return [said, h("div", { class: "field" }, label, h("p", { class: "problem", id: `${id}-problem` }))];
}

function mark(control, text) {
  if (text) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  control.closest(".field").querySelector(".problem").textContent = text;
}

function problemOf(control, words) {
  const { name, value, type } = control;
  if (type === "checkbox") return control.checked ? "" : words.say("agreeFirst");
  if (control.hasAttribute("aria-required") && !value.trim()) return words.say("missing");
  if (name === "email" && !/^\S+@[^\s.]\S*\.\S+$/.test(value.trim())) return words.say("badEmail");
  const digits = value.replace(/\D/g, "").length;
  return name === "phone" && (digits < 7 || digits > 15) ? words.say("badPhone") : "";
}

function check(form, words, told = {}) {
  const controls = [...form.querySelectorAll("input, textarea")];
  for (const control of controls) mark(control, told[control.name] ?? problemOf(control, words));
  const wrong = controls.find((control) => control.getAttribute("aria-invalid"));
  wrong?.focus();
  return !wrong;
}

async function submit(event, view, form, send) {
  event.preventDefault();
  const { flow, words } = view;
  if (send.getAttribute("aria-disabled") || !check(form, words)) return;
  for (const name of NAMES) flow.person[name] = form.elements[name].value.trim();
  send.setAttribute("aria-disabled", "true");
  send.textContent = words.say("sending");
  view.announce(words.say("sending"));
  try {
    await flow.send();
    view.booked();
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const at = send.isConnected;
    send.removeAttribute("aria-disabled");
    send.textContent = words.say(flow.depositSentence ? "bookAndPay" : "book");
    if (at) refused(view, form, refusal);
  }
}

// Our own words for what the server finds wrong; its sentences are in English.
function refused(view, form, refusal) {
  const { words } = view;
  const names = Object.keys(refusal.details ?? {});
  if (refusal.code === "conflict" && refusal.details.nearest) return view.go("lost", { refusal });
  const told = Object.fromEntries(names.map((name) => [name, words.say("notAccepted")]));
  if (refusal.code === "validation_error" && names.some((name) => form.elements[name])) {
    check(form, words, told);
    return view.fail(refusal, { quiet: true });
  }
  return view.fail(refusal);
}
