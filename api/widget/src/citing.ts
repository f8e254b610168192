// How a citation looks: who, where, when, and the quote; in the answer, below it, and as text to copy.

import { icon, make, safe } from "./dom.ts";
import type { Answer, Citation } from "./shapes.ts";
import { clock, type Speech } from "./speech.ts";

const VOICES = 8; // colours in the style sheet

/** Opens the card of a citation beside the button that was pressed. */
export type Opener = (citation: Citation, button: HTMLElement) => void;

export function nameOf(speaker: string | null, speech: Speech): string {
  return speaker || speech.say("unknown");
}

/** `[n]` as a button; what it opens is said by its label. */
export function marker(citation: Citation, speech: Speech, open: Opener): HTMLElement {
  const label = speech.say("source", { n: citation.n, name: `${nameOf(citation.speaker, speech)}, ${citation.title}` });
  const button = make("button", { type: "button", class: "marker", part: "citation", "aria-label": label, "aria-haspopup": "dialog" }, String(citation.n));
  button.addEventListener("click", () => open(citation, button));
  return button;
}

export function badge(speaker: string | null): HTMLElement {
  const words = (speaker ?? "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.length > 1 ? [...words[0]!][0]! + [...words.at(-1)!][0]! : ([...(words[0] ?? "?")][0] ?? "?");
  const hash = [...(speaker ?? "")].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) >>> 0, 7);
  return make("span", { class: `badge voice-${speaker ? hash % VOICES : "none"}`, "aria-hidden": "true" }, letters.toUpperCase());
}

/** The speaker's name, marked where it was worked out rather than read. */
export function who(speaker: string | null, inferred: boolean, speech: Speech): HTMLElement {
  return make(
    "span",
    { class: "who" },
    make("bdi", { class: "name" }, nameOf(speaker, speech)),
    inferred && speaker !== null && make("span", { class: "inferred" }, speech.say("inferred")),
  );
}

/** Title, day, time or turn, collection. */
export function facts(citation: Citation, speech: Speech, more: { title: boolean }): HTMLElement {
  const when = citation.start !== null ? clock(citation.start) : speech.say("turn", { n: citation.turn });
  return make(
    "span",
    { class: "facts" },
    more.title && make("span", {}, make("bdi", { class: "from" }, citation.title)),
    citation.date && make("time", { datetime: citation.date }, speech.day(citation.date)),
    make("span", {}, when),
  );
}

/** A quote as a quotation: who, the words, and where they stand; `count` is what it stands for in a list. */
export function quotation(citation: Citation, speech: Speech, open: Opener, count?: string): HTMLElement {
  return make(
    "figure",
    { class: "quotation", part: "quote" },
    make("figcaption", {}, badge(citation.speaker), who(citation.speaker, citation.speaker_inferred, speech), marker(citation, speech, open)),
    make("blockquote", { dir: "auto" }, citation.quote),
    make("p", { class: "where" }, facts(citation, speech, { title: true }), count !== undefined && make("span", { class: "count" }, count)),
  );
}

/** All sources of an answer, one entry a transcript, each place in it once. */
export function sources(answer: Answer, speech: Speech, open: Opener): HTMLElement | null {
  const cited = answer.citations.filter((one) => one.role !== "nearest");
  if (cited.length === 0) return null;
  const grouped = Map.groupBy(cited, (one) => one.transcript_id);
  const entries = [...grouped.values()].map((some) => {
    const first = some[0]!;
    const places = new Map(some.map((one) => [`${one.turn}:${one.char_start}-${one.char_end}`, one]));
    return make(
      "li",
      {},
      make("p", { class: "source" }, make("bdi", { class: "from" }, first.title), first.date && make("time", { datetime: first.date }, speech.day(first.date)), make("bdi", {}, first.collection)),
      make("ul", { class: "places" }, ...[...places.values()].map((one) => place(one, speech, open))),
    );
  });
  return make("section", { class: "sources", part: "sources" }, make("h4", {}, speech.say("sources")), make("ul", {}, ...entries));
}

function place(citation: Citation, speech: Speech, open: Opener): HTMLElement {
  return make("li", {}, marker(citation, speech, open), who(citation.speaker, citation.speaker_inferred, speech), facts({ ...citation, date: null }, speech, { title: false }));
}

/** A link to a new tab, for addresses that browsers may be sent to. */
export function outward(address: string | null | undefined, base: string, words: string): HTMLElement | null {
  const url = safe(address, base);
  return url && make("a", { class: "action", href: url.href, target: "_blank", rel: "noopener noreferrer" }, icon("tab"), words);
}

/** The page of the transcript, at exactly the quoted characters. */
export function address(citation: Citation): string {
  return `${citation.url}:${citation.char_start}-${citation.char_end}`;
}

/** An answer as text, with everything that it cites. */
export function asText(question: string, answer: Answer, speech: Speech, base: string): string {
  const text = answer.status === "not_found" ? `${speech.say("notFound")}` : answer.text;
  const cited = answer.citations.map((one) => {
    const name = `${nameOf(one.speaker, speech)}${one.speaker_inferred && one.speaker ? ` (${speech.say("inferred")})` : ""}`;
    const place = one.start !== null ? clock(one.start) : speech.say("turn", { n: one.turn });
    const said = [name, one.title, one.date, place].filter(Boolean).join(", ");
    return `[${one.n}] ${said}: “${one.quote}” ${safe(address(one), base)?.href ?? ""}`.trim();
  });
  return [question, text, cited.join("\n")].filter(Boolean).join("\n\n");
}
