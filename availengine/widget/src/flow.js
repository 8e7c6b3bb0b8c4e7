// One visit to be: what was chosen so far, which step comes next, and sending it.
import { Refusal, freshKey } from "./api.js";
import { Diary } from "./diary.js";
import { Clock, money } from "./times.js";
import { base } from "./words.js";

const MOST_SERVICES = 5;

export class Flow {
  constructor(api, words, { business, services, resources }, given) {
    Object.assign(this, { api, words, business, resources, given });
    this.services = services;
    this.locale = this.#locale();
    this.clock = new Clock(this.locale, business.timezone);
    this.several = services.length > 1 && services.every((service) => this.#most(service) === 1);
    this.most = Math.min(MOST_SERVICES, services.length);
    this.person = {};
    this.sent = null;
    this.choose(this.#given(given.service));
    this.asksServices = !this.chosen.length;
    this.resource = this.staff.find((one) => one.id === given.staff || one.name === given.staff)?.id ?? "";
  }

  // From the beginning, by the same person.
  another() {
    return Object.assign(new Flow(this.api, this.words, this, this.given), { person: this.person });
  }

  // Times as people write them where the business is, when it is spoken to in its own language.
  #locale() {
    const { language } = this.business;
    const locale = base(language) === this.words.language ? language : this.words.language;
    return locale === "en" ? "en-GB" : locale;
  }

  #given(text) {
    if (this.services.length === 1) return [...this.services];
    const wanted = (text || "").split(",").map((part) => part.trim()).filter(Boolean);
    const meant = (part) => this.services.find(({ id, name }) => id === part || name === part);
    const found = wanted.map(meant).filter(Boolean);
    return this.several ? found.slice(0, this.most) : found.slice(0, 1);
  }

  get first() {
    return this.asksServices ? "services" : "when";
  }

  choose(services) {
    this.chosen = services;
    if (!this.parties.includes(this.party)) this.party = this.#usualParty();
    if (!this.staff.some(({ id }) => id === this.resource)) this.resource = "";
    this.forget();
  }

  // How many people one of those who perform a service takes at once; of a class, who may share a start.
  #most(service) {
    const takers = this.resources.filter(({ id }) => service.resource_ids.includes(id));
    return Math.min(service.party_max, service.places ?? Math.max(1, ...takers.map((one) => one.capacity_max)));
  }

  // Sizes that all chosen services take.
  get parties() {
    const least = Math.max(1, ...this.chosen.map((service) => service.party_min));
    const most = Math.min(50, ...this.chosen.map((service) => this.#most(service)));
    return Array.from({ length: Math.max(1, most - least + 1) }, (_, more) => least + more);
  }

  // Most people come in twos where they do not come alone.
  #usualParty() {
    return this.parties.includes(2) ? 2 : this.parties[0];
  }

  // Whom or what a visitor may ask for.
  get staff() {
    if (!this.business.page.show_staff_selection) return [];
    const ids = this.chosen.map(({ id }) => id);
    const performs = (one) => ids.every((id) => one.service_ids.includes(id));
    const shared = this.chosen.every(({ places }) => places);
    return this.resources.filter((one) => (shared || one.capacity_max >= this.party) && performs(one));
  }

  get wish() {
    const ids = this.chosen.map(({ id }) => id);
    const wish = ids.length > 1 ? { services: ids.join(",") } : { service_id: ids[0] };
    return { ...wish, capacity: this.party, resource_id: this.resource || undefined };
  }

  // What is free may have changed.
  forget() {
    this.diary = null;
    this.date = null;
  }

  look() {
    this.diary ??= new Diary(this.api, this.business, this.wish, this.clock.today());
    return this.diary;
  }

  get names() {
    return this.chosen.map(({ name }) => name);
  }

  money(cents, currency = this.business.currency) {
    return money(cents, currency, this.locale);
  }

  minutes(count) {
    const hours = Math.floor(count / 60);
    const rest = count % 60;
    const parts = [hours && `${hours} ${this.words.say("hours")}`];
    if (rest || !hours) parts.push(`${rest} ${this.words.say("minutes")}`);
    return parts.filter(Boolean).join(" ");
  }

  // In a sentence, or null. The server decides; with several services only it knows the sum.
  get depositSentence() {
    const rules = this.chosen.map(({ deposit }) => deposit).filter((rule) => rule && rule.type !== "none");
    if (!rules.length) return null;
    const [{ basis, amount_cents: cents, only_for: audience, type }] = rules;
    if (audience.length) return this.words.say("depositPerhaps");
    if (this.chosen.length > 1 || basis === "percent") return this.words.say("depositDue");
    const amount = this.money(cents * (basis === "per_person" ? this.party : 1));
    return this.words.say(type === "authorization_hold" ? "depositHeld" : "depositOf", { amount });
  }

  // The same request as before has the same key, so that it counts once, however often it is sent.
  async send() {
    const { service_id, services, capacity, resource_id } = this.wish;
    const body = JSON.stringify({
      business_id: this.business.id, service_id, services: services?.split(","), capacity, resource_id,
      booking_date: this.slot.date, start_time: this.slot.start_time, starts_at: this.slot.starts_at,
      ...this.person, checkout: true,
    });
    if (this.sent?.body !== body) this.sent = { body, key: freshKey() };
    try {
      this.answer = await this.api.post("/bookings/", body, this.sent.key);
      return this.answer;
    } catch (refusal) {
      // What was answered is decided: the next attempt is another one.
      if (refusal instanceof Refusal && !refusal.passing) this.sent = null;
      throw refusal;
    }
  }

  state() {
    return this.api.get(`/bookings/state/${encodeURIComponent(this.answer.state_token)}`);
  }

  // What the page around may know: nothing of the person.
  get told() {
    const { id, confirmation_code: code, status } = this.answer.booking;
    return { id, code, status, start: this.slot.starts_at, services: this.names };
  }
}
