// <availengine-booking>: attributes, variants, the frame around the steps.
import { Api, Refusal, wait } from "./api.js";
import { button, freshId, h } from "./dom.js";
import { Flow } from "./flow.js";
import { hint, sentence } from "./refusals.js";
import { detailsStep } from "./steps/details.js";
import { doneStep, overStep, payStep } from "./steps/done.js";
import { lostStep } from "./steps/lost.js";
import { servicesStep } from "./steps/services.js";
import { whenStep } from "./steps/when.js";
import { Words, spoken } from "./words.js";
import STYLE from "./style.css" with { type: "css" };

const ORIGIN = new URL(document.currentScript?.src || location.href).origin;
const STEPS = {
  services: servicesStep, when: whenStep, details: detailsStep, lost: lostStep,
  pay: payStep, done: doneStep, over: overStep,
};
const BACK = { when: "services", details: "when", lost: "when" };

// What the page's policy has kept from being asked.
const blocked = [];
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  if (effectiveDirective === "connect-src") blocked.push(blockedURI);
});

export class Booking extends HTMLElement {
  static observedAttributes = ["business", "key", "service", "staff", "lang", "variant", "label", "api"];

  constructor() {
    super();
    this.root = this.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = [STYLE];
  }

  connectedCallback() {
    this.#later();
  }

  attributeChangedCallback(name, before, now) {
    if (this.isConnected && before !== now) this.#later();
  }

  // Several attributes that are set one after another make one beginning.
  #later() {
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => {
      this.waiting = false;
      if (this.isConnected) this.restart();
    });
  }

  get host() {
    return this;
  }

  get #origin() {
    return (this.getAttribute("api") || ORIGIN).replace(/\/+$/, "");
  }

  get #dialogs() {
    return ["button", "popup"].includes(this.getAttribute("variant"));
  }

  // --- the frame ---------------------------------------------------------------------------------------------------

  restart() {
    const language = spoken(this.getAttribute("lang"), document.documentElement.lang, this.flow?.business.language);
    this.words = new Words(language);
    this.flow = null;
    this.frame = h("div", { class: "frame", part: "frame", lang: language });
    const wasOpen = this.dialog?.open;
    this.dialog = null;
    if (this.#dialogs) {
      this.#closed();
      if (wasOpen) this.open();
    } else {
      this.root.replaceChildren(this.frame);
      this.#load();
    }
  }

  #closed() {
    const label = this.getAttribute("label") || this.words.say("bookNow");
    const shown = { class: "main opener", part: "button opener", "aria-haspopup": "dialog" };
    const opener = button(label, () => this.open(), shown);
    const named = { class: "close", part: "close", "aria-label": this.words.say("close") };
    const close = button("", () => this.close(), named);
    this.dialog = h("dialog", { part: "dialog", "aria-label": label }, close, this.frame);
    this.dialog.addEventListener("close", () => opener.focus());
    this.root.replaceChildren(opener, this.dialog);
  }

  open() {
    if (!this.dialog || this.dialog.open) return;
    this.dialog.showModal();
    if (!this.flow) this.#load();
  }

  close() {
    this.dialog?.close();
  }

  // --- what there is to book -----------------------------------------------------------------------------------------

  async #load() {
    const { frame } = this;
    if (this.loading === frame) return;
    this.loading = frame;
    const id = this.getAttribute("business") ?? "";
    const path = `/businesses/${encodeURIComponent(id)}`;
    this.api = new Api(this.#origin, this.getAttribute("key") ?? "");
    frame.replaceChildren(h("p", { class: "quiet", role: "status" }, this.words.say("loading")));
    try {
      const parts = ["", "/services", "/resources"].map((part) => this.api.get(path + part));
      const [business, services, resources] = await Promise.all(parts);
      if (frame !== this.frame) return;
      this.#begin(business, services.items, resources.items);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (frame === this.frame) await this.#unavailable(refusal);
    } finally {
      if (this.loading === frame) this.loading = null;
    }
  }

  #begin(business, services, resources) {
    const language = spoken(this.getAttribute("lang"), document.documentElement.lang, business.language);
    this.words = new Words(language);
    this.frame.setAttribute("lang", language);
    const given = { service: this.getAttribute("service"), staff: this.getAttribute("staff") };
    this.flow = new Flow(this.api, this.words, { business, services, resources }, given);
    this.#dress();
    this.#emit("ready", { business: business.id, name: business.name });
    if (services.length) this.go(this.flow.first, { first: true });
    else this.tell(this.words.say("noServices"), true);
  }

  again() {
    this.flow = this.flow.another();
    this.go(this.flow.first);
  }

  #dress() {
    const id = freshId("name");
    this.step = h("section", { class: "step", part: "step", "aria-labelledby": "title" });
    this.notices = h("div", { class: "notices", role: "alert" });
    this.status = h("p", { class: "unseen", role: "status" });
    const name = h("h2", { class: "name", id, part: "name" }, this.flow.business.name);
    this.frame.replaceChildren(name, this.notices, this.step, this.status);
    this.dialog?.removeAttribute("aria-label");
    this.dialog?.setAttribute("aria-labelledby", id);
  }

  // Before there is anything to show: words for visitors, a hint for who has put it here.
  async #unavailable(refusal) {
    const { frame } = this;
    const code = refusal.code === "unreachable" ? await this.#whyUnreachable() : refusal.code;
    const told = hint({ code, message: refusal.message }, this.#origin);
    if (told) console.error(`availengine-booking: ${told}`);
    if (frame !== this.frame) return;
    const text = sentence(this.words, told ? new Refusal("payment_required") : refusal);
    const again = h("p", { class: "row" }, button(this.words.say("again"), () => this.#load()));
    frame.replaceChildren(h("div", { class: "notice bad", role: "alert" }, text), told ? "" : again);
    this.#emit("error", { code, status: refusal.status });
  }

  // A browser tells neither that the API refused this page nor that the page's own policy did; of that it tells later.
  async #whyUnreachable() {
    const there = await this.api.isThere();
    await wait(0.1);
    return blocked.some((address) => address.startsWith(this.#origin)) ? "blocked" : there ? "foreign" : "unreachable";
  }

  // --- steps ---------------------------------------------------------------------------------------------------------

  go = (name, more = {}) => {
    const { title, node, ready, last } = STEPS[name](this, more);
    const before = BACK[name];
    const way = before && (before !== "services" || this.flow.asksServices);
    const back = way && button(this.words.say("back"), () => this.go(before), { class: "back", part: "back" });
    const heading = h("h3", { tabindex: "-1", id: "title", part: "title" }, title);
    this.notices.replaceChildren();
    this.announce("");
    const head = h("div", { class: "step-head" }, back || "", heading, last ? "" : this.#place(name));
    this.step.replaceChildren(head, node);
    this.step.dataset.step = name;
    if (more.keeps) this.#field(more.keeps)?.focus();
    else if (!more.first || this.dialog?.open) this.#lead(heading);
    this.#emit("step", { step: name });
    ready?.();
  };

  #field(label) {
    const found = [...this.step.querySelectorAll("label")].find((one) => one.textContent === label);
    return found && this.root.getElementById(found.htmlFor);
  }

  // Where reading goes on: to be seen, without moving what is in sight.
  #lead(heading) {
    heading.focus({ preventScroll: true });
    const { top } = heading.getBoundingClientRect();
    if (top < 0 || top > innerHeight * 0.8) heading.scrollIntoView({ block: "start" });
  }

  #place(name) {
    const steps = this.flow.asksServices ? ["services", "when", "details"] : ["when", "details"];
    const number = steps.indexOf(name === "lost" ? "when" : name) + 1;
    return h("p", { class: "place quiet" }, this.words.say("place", { number, all: steps.length }));
  }

  booked() {
    const { answer } = this.flow;
    this.#emit("booked", this.flow.told);
    this.go(answer.checkout_url ? "pay" : "done");
  }

  paid() {
    this.#emit("paid", this.flow.told);
    this.go("done");
  }

  // --- telling -------------------------------------------------------------------------------------------------------

  announce(text) {
    this.status.textContent = text;
  }

  tell(text, bad = false) {
    this.notices.replaceChildren(h("p", { class: bad ? "notice bad" : "notice" }, text));
  }

  // What `question` is answered; null when it was refused, which is told then.
  async busy(question) {
    this.step.setAttribute("aria-busy", "true");
    try {
      return await question();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.fail(refusal, { again: this.step.dataset.step });
      return null;
    } finally {
      this.step.removeAttribute("aria-busy");
    }
  }

  // `again`: the step that may be tried once more; `quiet`: it is told elsewhere already.
  fail(refusal, { again, quiet } = {}) {
    const { business } = this.flow;
    if (!quiet) this.tell(sentence(this.words, refusal, business), true);
    const told = hint(refusal, this.#origin);
    if (told) console.error(`availengine-booking: ${told}`);
    if (again && refusal.code !== "payment_required") {
      this.notices.append(button(this.words.say("again"), () => this.go(again)));
    }
    this.#emit("error", { code: refusal.code, status: refusal.status });
  }

  // The list of those who wait, where the business has one.
  waitlist(date) {
    const { business, chosen, party } = this.flow;
    if (!business.page.waitlist) return null;
    const query = new URLSearchParams({ service: chosen[0].id, party, date });
    const address = `${this.#origin}/book/${encodeURIComponent(business.slug)}/waitlist?${query}`;
    const link = { class: "button", part: "button", href: address, target: "_blank", rel: "noopener" };
    return h("p", {}, h("a", link, this.words.say("waitlist")));
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`availengine:${name}`, { detail, bubbles: true, composed: true }));
  }
}
