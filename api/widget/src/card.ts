// The card of a citation: the quote among what was said before and after it, and the ways to the transcript.

import { address, badge, facts, nameOf, outward, who } from "./citing.ts";
import { icon, make } from "./dom.ts";
import type { Server } from "./server.ts";
import type { Citation, Context, Turn } from "./shapes.ts";
import type { Speech } from "./speech.ts";

const AROUND = 220; // characters shown before and after the quote within its turn
const BESIDE = 160; // characters shown of the turns beside it
const MARGIN = 8; // pixels to the edge of the window
const NARROW = 480;

export class Card {
  readonly element: HTMLElement;
  readonly #speech: Speech;
  readonly #server: Server;
  readonly #read: (citation: Citation, button: HTMLElement) => void;
  #button: HTMLElement | null = null;

  constructor(speech: Speech, server: Server, read: (citation: Citation, button: HTMLElement) => void) {
    this.#speech = speech;
    this.#server = server;
    this.#read = read;
    this.element = make("div", { class: "card", part: "card", popover: "auto", role: "dialog", tabindex: -1 });
    this.element.addEventListener("toggle", () => {
      if (this.isOpen) return;
      this.#button?.removeAttribute("aria-expanded");
      if (this.#holdsFocus()) this.#button?.focus({ preventScroll: true });
    });
  }

  get isOpen(): boolean {
    return this.element.matches(":popover-open");
  }

  /** Whether the focus is in the card, or nowhere since it was. */
  #holdsFocus(): boolean {
    const root = this.element.getRootNode() as ShadowRoot;
    const elsewhere = document.activeElement !== document.body && document.activeElement !== root.host;
    return !elsewhere && (root.activeElement === null || this.element.contains(root.activeElement));
  }

  close(): void {
    if (this.isOpen) this.element.hidePopover();
  }

  /** Put the card beside its button again, after what is around it moved. */
  place(): void {
    if (!this.isOpen || !this.#button) return;
    const sheet = innerWidth <= NARROW;
    this.element.classList.toggle("sheet", sheet);
    for (const side of ["left", "top"]) this.element.style.removeProperty(side);
    if (sheet) return;
    const at = this.#button.getBoundingClientRect();
    const own = this.element.getBoundingClientRect();
    const panel = (this.element.closest(".panel") ?? document.documentElement).getBoundingClientRect();
    const [from, to] = panel.width >= own.width + 2 * MARGIN ? [panel.left, panel.right] : [0, innerWidth];
    const left = Math.min(Math.max(at.left + at.width / 2 - own.width / 2, from + MARGIN), to - own.width - MARGIN);
    const below = at.bottom + MARGIN + own.height <= innerHeight - MARGIN;
    const top = below ? at.bottom + MARGIN : Math.max(MARGIN, at.top - own.height - MARGIN);
    this.element.style.setProperty("left", `${left}px`);
    this.element.style.setProperty("top", `${Math.min(top, Math.max(MARGIN, innerHeight - own.height - MARGIN))}px`);
  }

  /** Show a citation; its context comes when the server has it. */
  open(answer: string, citation: Citation, button: HTMLElement): void {
    this.close();
    this.#button = button;
    const words = make("div", { class: "words", tabindex: 0, role: "group", "aria-label": this.#speech.say("source", { n: citation.n, name: citation.title }) }, quoteAlone(citation));
    const tab = make("span", {});
    this.element.setAttribute("aria-label", this.#speech.say("source", { n: citation.n, name: nameOf(citation.speaker, this.#speech) }));
    this.element.replaceChildren(this.#head(citation), words, this.#foot(citation, tab));
    this.element.showPopover();
    button.setAttribute("aria-expanded", "true");
    this.place();
    this.element.focus({ preventScroll: true });
    const current = () => this.#button === button && this.isOpen && words.isConnected;
    this.#server.context(answer, citation.n).then(
      (context) => {
        if (!current()) return;
        words.replaceChildren(...inContext(citation, context, this.#speech));
        words.querySelector("mark")?.scrollIntoView({ block: "nearest" });
        this.place();
      },
      () => undefined, // the quote is there all the same
    );
    this.#server.page(address(citation)).then(
      (page) => {
        const link = outward(page, this.#server.base, this.#speech.say("tab"));
        if (link && current()) tab.replaceWith(link);
        this.place();
      },
      () => undefined,
    );
  }

  #head(citation: Citation): HTMLElement {
    const close = make("button", { type: "button", class: "plain", "aria-label": this.#speech.say("close"), click: () => this.close() }, icon("close"));
    return make("div", { class: "card-head" }, badge(citation.speaker), make("div", {}, who(citation.speaker, citation.speaker_inferred, this.#speech), facts(citation, this.#speech, { title: true })), close);
  }

  #foot(citation: Citation, tab: HTMLElement): HTMLElement {
    const button = this.#button;
    const show = make("button", { type: "button", class: "action primary", click: () => button && this.#show(citation, button) }, this.#speech.say("show"));
    return make("div", { class: "card-foot" }, show, tab, outward(citation.media_url, this.#server.base, this.#speech.say("recording")));
  }

  #show(citation: Citation, button: HTMLElement): void {
    this.close();
    this.#read(citation, button);
  }
}

function quoteAlone(citation: Citation): HTMLElement {
  return make("p", { dir: "auto" }, make("mark", {}, citation.quote));
}

function inContext(citation: Citation, { turns, at }: Context, speech: Speech): HTMLElement[] {
  const beside = (turn: Turn, end: boolean) =>
    make("p", { class: "beside", dir: "auto" }, make("span", { class: "name" }, `${nameOf(turn.speaker, speech)}: `), cut([...turn.text], BESIDE, end));
  return turns.map((turn, place) => {
    if (place !== at) return beside(turn, place < at);
    const points = [...turn.text]; // citations count code points
    const before = cut(points.slice(0, citation.char_start), AROUND, true);
    const after = cut(points.slice(citation.char_end), AROUND, false);
    return make("p", { dir: "auto" }, before, make("mark", {}, citation.quote), after);
  });
}

/** The end or the beginning of a text, at white space where there is some. */
function cut(points: string[], most: number, end: boolean): string {
  if (points.length <= most) return points.join("");
  return end ? `… ${points.slice(-most).join("").replace(/^\S*\s/u, "")}` : `${points.slice(0, most).join("").replace(/\s\S*$/u, "")} …`;
}
