// Words, numbers, days and times of a language: four of them are known, pages may bring their own words for any.

import { de } from "./words/de.ts";
import { en, type Key, type Words } from "./words/en.ts";
import { es } from "./words/es.ts";
import { fr } from "./words/fr.ts";

const LANGUAGES: Record<string, Words> = { en, de, es, fr };
const FROM_THE_RIGHT = /^(?:ar|arc|ckb|dv|fa|he|ks|ku|nqo|ps|sd|syr|ug|ur|yi)\b/i;

/** Words, numbers and days of one language. */
export class Speech {
  readonly lang: string;
  readonly dir: "ltr" | "rtl";
  readonly #words: Words;

  /** `own` are the page's words, as JSON, over those of the language. */
  constructor(wanted: string, dir: string | null, own: string | null) {
    this.lang = known(wanted);
    this.dir = dir === "rtl" || dir === "ltr" ? dir : FROM_THE_RIGHT.test(this.lang) ? "rtl" : "ltr";
    this.#words = { ...(LANGUAGES[this.lang.split("-")[0]!.toLowerCase()] ?? en), ...parsed(own) };
  }

  say(key: Key, values: Record<string, string | number> = {}): string {
    const forms = this.#words[key].split("|");
    const n = values["n"];
    const one = typeof n === "number" && new Intl.PluralRules(this.lang).select(n) === "one";
    const form = (one ? forms[0] : forms.at(-1)) ?? "";
    return form.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      return typeof value === "number" ? new Intl.NumberFormat(this.lang).format(value) : (value ?? "");
    });
  }

  day(date: string): string {
    const day = new Date(`${date}T00:00:00Z`);
    return Number.isNaN(day.getTime()) ? date : new Intl.DateTimeFormat(this.lang, { dateStyle: "medium", timeZone: "UTC" }).format(day);
  }
}

function known(wanted: string): string {
  try {
    return Intl.getCanonicalLocales(wanted)[0] ?? "en";
  } catch {
    return "en";
  }
}

function parsed(own: string | null): Partial<Words> {
  if (!own) return {};
  try {
    const words = JSON.parse(own) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(words).filter(([key, value]) => key in en && typeof value === "string"));
  } catch {
    console.warn("transcite: the strings attribute is not JSON");
    return {};
  }
}

/** Seconds as 0:12:03, as everywhere in Transcite. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
