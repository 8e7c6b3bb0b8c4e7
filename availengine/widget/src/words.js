// What the widget says, in the visitor's language.
import EN from "./words/en.json" with { type: "json" };
import DE from "./words/de.json" with { type: "json" };
import EL from "./words/el.json" with { type: "json" };

const WORDS = { en: EN, de: DE, el: EL };

export const base = (language) => (language || "").split("-")[0].toLowerCase();

// The first of these languages that there are words in.
export const spoken = (...languages) => languages.map(base).find((language) => WORDS[language]) ?? "en";

export class Words {
  constructor(language) {
    this.language = language;
    this.plural = new Intl.PluralRules(language);
  }

  // `say("people", { count: 2 })`: texts with a count have a form for one and one for others.
  say(key, values = {}) {
    const found = WORDS[this.language][key];
    const text = typeof found === "object" ? found[this.plural.select(values.count)] ?? found.other : found;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  has(key) {
    return key in WORDS[this.language];
  }
}
