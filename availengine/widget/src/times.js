// Dates as YYYY-MM-DD, months as YYYY-MM, moments as the API gives them; told in the zone of the business.

const DAY = 86_400_000;
const noon = (date) => new Date(`${date}T12:00:00Z`);

export const addDays = (date, days) => new Date(noon(date).getTime() + days * DAY).toISOString().slice(0, 10);
export const daysBetween = (first, last) => Math.round((noon(last) - noon(first)) / DAY);
export const monthOf = (date) => date.slice(0, 7);
export const addMonths = (month, months) => {
  const first = noon(`${month}-01`);
  first.setUTCMonth(first.getUTCMonth() + months);
  return first.toISOString().slice(0, 7);
};
export const firstOf = (month) => `${month}-01`;
export const lastOf = (month) => addDays(firstOf(addMonths(month, 1)), -1);
// 0 is Sunday.
export const weekday = (date) => noon(date).getUTCDay();

export class Clock {
  constructor(locale, zone) {
    this.locale = locale;
    this.zone = zone;
    this.hourCycle = locale === "en-US" ? "h12" : "h23";
    this.own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.firstWeekday = locale === "en-US" ? 0 : 1;
  }

  // Swedes write dates as the API does.
  today() {
    return new Intl.DateTimeFormat("sv", { timeZone: this.zone }).format(new Date());
  }

  #date(date, options) {
    return new Intl.DateTimeFormat(this.locale, { timeZone: "UTC", ...options }).format(noon(date));
  }

  day(date) {
    return this.#date(date, { weekday: "long", day: "numeric", month: "long" });
  }

  shortDay(date) {
    return this.#date(date, { weekday: "short", day: "numeric", month: "short" });
  }

  month(month) {
    return this.#date(firstOf(month), { month: "long", year: "numeric" });
  }

  // Long and short names, in the order of a week here.
  weekdays() {
    return [...Array(7).keys()].map((number) => {
      const date = `2023-01-0${1 + ((number + this.firstWeekday) % 7)}`;
      return [this.#date(date, { weekday: "long" }), this.#date(date, { weekday: "short" })];
    });
  }

  time(moment, { zone = this.zone, named = false } = {}) {
    const options = { hour: "numeric", minute: "2-digit", hourCycle: this.hourCycle, timeZone: zone };
    if (this.hourCycle === "h23") options.hour = "2-digit";
    if (named) options.timeZoneName = "short";
    return new Intl.DateTimeFormat(this.locale, options).format(new Date(moment));
  }

  hour(moment) {
    const options = { hour: "2-digit", hourCycle: "h23", timeZone: this.zone };
    return Number(new Intl.DateTimeFormat("en", options).format(new Date(moment)));
  }

  // What the visitor's own clock shows then, where that is another time; with its day, where that is another one.
  elsewhere(moment) {
    const date = (timeZone) => new Intl.DateTimeFormat("sv", { timeZone }).format(new Date(moment));
    const theirs = this.time(moment, { zone: this.own });
    if (date(this.own) !== date(this.zone)) return `${this.#date(date(this.own), { weekday: "short" })} ${theirs}`;
    return theirs === this.time(moment) ? null : theirs;
  }

  zoneName() {
    return this.zone.split("/").at(-1).replaceAll("_", " ");
  }
}

export function money(cents, currency, locale) {
  const options = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  const digits = new Intl.NumberFormat(locale, options).resolvedOptions().maximumFractionDigits;
  const least = cents % 10 ** digits === 0 ? 0 : digits;
  return new Intl.NumberFormat(locale, { ...options, minimumFractionDigits: least }).format(cents / 10 ** digits);
}
