// A month as a grid: one day is in the order of tabs, arrows lead to the others.
import { h } from "./dom.js";
import { addDays, addMonths, firstOf, lastOf, monthOf, weekday } from "./times.js";

const ARROWS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export class Month {
  // `isFree(date)`, `pick(date)`, `turn(month, date)`: another month is wanted, perhaps for a date in it.
  constructor({ clock, words, month, chosen, first, last, isFree, pick, turn }) {
    Object.assign(this, { clock, words, month, chosen, first, last, isFree, pick, turn });
    this.days = new Map();
    this.node = h("div", { class: "month", part: "month" }, this.#head(), this.#grid());
  }

  #head() {
    const turn = (by, name, label) => {
      const month = addMonths(this.month, by);
      const beyond = by < 0 ? lastOf(month) < this.first : firstOf(month) > this.last;
      return h("button", {
        type: "button", class: `turn ${name}`, "aria-label": this.words.say(label), disabled: beyond,
        onclick: () => this.turn(month, null, name),
      });
    };
    const name = h("h4", { class: "month-name", id: "month" }, this.clock.month(this.month));
    const [before, after] = [turn(-1, "previous", "previousMonth"), turn(1, "next", "nextMonth")];
    return h("div", { class: "month-head" }, before, name, after);
  }

  #grid() {
    const names = this.clock.weekdays().map(([long, short]) => h("th", { scope: "col", abbr: long }, short));
    const weeks = this.#weeks().map((week) => h("tr", {}, week.map((date) => this.#cell(date))));
    const grid = h("table", { role: "grid", "aria-labelledby": "month", onkeydown: (event) => this.#key(event) },
      h("thead", {}, h("tr", {}, names)), h("tbody", {}, weeks));
    this.#entry()?.setAttribute("tabindex", "0");
    return grid;
  }

  #weeks() {
    const dates = [];
    const lead = (weekday(firstOf(this.month)) - this.clock.firstWeekday + 7) % 7;
    const last = lastOf(this.month);
    for (let date = addDays(firstOf(this.month), -lead); date <= last || dates.length % 7; date = addDays(date, 1)) {
      dates.push(monthOf(date) === this.month ? date : null);
    }
    return Array.from({ length: dates.length / 7 }, (_, week) => dates.slice(week * 7, week * 7 + 7));
  }

  #cell(date) {
    if (!date) return h("td", {});
    const free = this.isFree(date);
    const within = date >= this.first && date <= this.last;
    const state = this.words.say(free ? "dayFree" : within ? "dayFull" : "dayClosed");
    const day = h("button", {
      type: "button", tabindex: "-1", class: `day${free ? " free" : ""}`, "data-date": date,
      part: free ? "day day-free" : "day",
      "aria-label": `${this.clock.day(date)}, ${state}`, "aria-disabled": within ? null : "true",
      "aria-current": date === this.clock.today() ? "date" : null,
      onclick: () => within && this.pick(date),
    }, String(Number(date.slice(8))));
    this.days.set(date, day);
    return h("td", { role: "gridcell", "aria-selected": String(date === this.chosen) }, day);
  }

  // Where Tab enters: the chosen day, else the first free one, else the first there is.
  #entry() {
    const dates = [...this.days.keys()];
    const free = dates.find(this.isFree) ?? dates.find((one) => one >= this.first);
    return this.days.get(this.chosen) ?? this.days.get(free);
  }

  #key(event) {
    const from = event.target.dataset?.date;
    const to = from && this.#target(event.key, from);
    if (!to) return;
    event.preventDefault();
    if (to < this.first || to > this.last) return;
    if (monthOf(to) === this.month) this.focus(to);
    else this.turn(monthOf(to), to);
  }

  #target(key, from) {
    if (key in ARROWS) return addDays(from, ARROWS[key]);
    const place = (weekday(from) - this.clock.firstWeekday + 7) % 7;
    if (key === "Home") return addDays(from, -place);
    if (key === "End") return addDays(from, 6 - place);
    if (key !== "PageUp" && key !== "PageDown") return null;
    const month = addMonths(this.month, key === "PageUp" ? -1 : 1);
    const same = `${month}-${from.slice(8)}`;
    const to = same < lastOf(month) ? same : lastOf(month);
    return key === "PageUp" && to < this.first && lastOf(month) >= this.first ? this.first : to;
  }

  // Without a date: the way in.
  focus(date) {
    const day = this.days.get(date) ?? this.#entry();
    for (const other of this.days.values()) other.setAttribute("tabindex", other === day ? "0" : "-1");
    day?.focus();
  }

  choose(date) {
    this.chosen = date;
    for (const [other, day] of this.days) day.parentNode.setAttribute("aria-selected", String(other === date));
  }
}
