// What is free for one wish: dates as far as they were asked for, and the starts of days that were looked at.
import { addDays, daysBetween, firstOf, lastOf, monthOf } from "./times.js";

const MOST_DATES = 30;
const FURTHEST = 120;

export class Diary {
  constructor(api, business, wish, first) {
    Object.assign(this, { api, business, wish, first });
    this.last = addDays(first, business.rules.window_days);
    this.free = new Set();
    this.days = new Map();
    // Dates before this one are known, from `first` on; `apart` are months that were asked for by themselves.
    this.known = first;
    this.apart = new Set();
  }

  isFree = (date) => this.free.has(date);

  async #ask(from, until) {
    const horizon = Math.min(daysBetween(from, until) + 1, FURTHEST);
    const query = { ...this.wish, from, count: MOST_DATES, horizon };
    const { dates } = await this.api.get(`/availability/${this.business.id}/dates`, query);
    for (const { date } of dates) this.free.add(date);
    const whole = dates.length < MOST_DATES;
    return addDays(whole ? addDays(from, horizon - 1) : dates.at(-1).date, 1);
  }

  // The next dates from today on, with as few questions as it takes to see the first free one and its month.
  async begin() {
    while (this.known <= this.last && !this.free.size) this.known = await this.#ask(this.known, this.last);
    const first = this.next(this.first);
    if (first) await this.month(monthOf(first));
    return first;
  }

  async month(month) {
    const until = lastOf(month) < this.last ? lastOf(month) : this.last;
    let from = firstOf(month) > this.first ? firstOf(month) : this.first;
    if (this.apart.has(month) || until < this.known) return;
    if (from <= this.known) {
      while (this.known <= until) this.known = await this.#ask(this.known, until);
    } else {
      while (from <= until) from = await this.#ask(from, until);
      this.apart.add(month);
    }
  }

  // The first date with free starts after this one, or on it.
  next(date) {
    return [...this.free].filter((other) => other >= date).sort()[0];
  }

  async starts(date) {
    if (!this.days.has(date)) {
      const { slots } = await this.api.get(`/availability/${this.business.id}`, { ...this.wish, date });
      this.days.set(date, slots);
      if (!slots.length) this.free.delete(date);
    }
    return this.days.get(date);
  }
}
