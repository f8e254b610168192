// Where a question is written: the box, the button that asks or stops, and the chips that narrow it.

import { icon, make } from "./dom.ts";
import type { Choices } from "./shapes.ts";
import type { Speech } from "./speech.ts";

const MOST = 4000; // characters of a question that the server takes

export type Narrowed = Choices; // what questions are narrowed to

export interface Wishes {
  ask(question: string): void;
  stop(): void;
}

export class Composer {
  readonly element: HTMLElement;
  readonly box: HTMLTextAreaElement;
  readonly #speech: Speech;
  readonly #narrowed: Narrowed;
  readonly #button: HTMLButtonElement;
  readonly #chips: HTMLElement;
  #choices: Choices = { collections: [], speakers: [] };
  #busy = false;

  constructor(speech: Speech, narrowed: Narrowed, wishes: Wishes) {
    this.#speech = speech;
    this.#narrowed = narrowed;
    this.box = make("textarea", { rows: 1, maxlength: MOST, dir: "auto", part: "input", enterkeyhint: "send", autocomplete: "off", "aria-label": speech.say("label"), placeholder: speech.say("placeholder") });
    this.#button = make("button", { type: "submit", class: "send", part: "send" });
    this.#chips = make("div", { class: "chips", part: "chips" });
    const row = make("div", { class: "box" }, this.box, this.#button);
    const form = make("form", { class: "composer", part: "composer" }, this.#chips, row);
    this.element = form;
    const ask = () => {
      const question = this.box.value.trim();
      if (this.#busy || !question) return;
      this.box.value = "";
      this.#fit();
      wishes.ask(question);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#busy) wishes.stop();
      else ask();
      this.box.focus();
    });
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      ask();
    });
    this.box.addEventListener("input", () => this.#fit());
    row.addEventListener("click", (event) => event.target === row && this.box.focus());
    this.busy(false);
    this.#show();
  }

  /** While an answer is on its way the button stops it; the next question can be written meanwhile. */
  busy(busy: boolean): void {
    this.#busy = busy;
    const words = this.#speech.say(busy ? "stop" : "send");
    this.#button.setAttribute("aria-label", words);
    this.#button.title = words;
    this.#button.classList.toggle("stops", busy);
    this.#button.replaceChildren(icon(busy ? "stop" : "send"));
  }

  /** Let the reader choose. */
  offer(choices: Choices): void {
    this.#choices = choices;
    this.#show();
  }

  #fit(): void {
    this.box.style.setProperty("height", "auto");
    this.box.style.setProperty("height", `${this.box.scrollHeight}px`);
  }

  #show(): void {
    const kinds = ["collections", "speakers"] as const;
    this.#chips.replaceChildren(...kinds.flatMap((kind) => [...this.#narrowed[kind].map((name) => this.#chip(kind, name)), ...this.#chooser(kind)]));
    this.#chips.hidden = this.#chips.childElementCount === 0;
  }

  /** What questions are narrowed to; fixed where the reader could not choose it again. */
  #chip(kind: keyof Choices, name: string): HTMLElement {
    if (!this.#choices[kind].includes(name)) return make("span", { class: "chip" }, make("bdi", {}, name));
    const remove = () => {
      this.#narrowed[kind].splice(this.#narrowed[kind].indexOf(name), 1);
      this.#show();
      this.#refocus(kind);
    };
    return make("button", { type: "button", class: "chip chosen", "aria-label": this.#speech.say("remove", { name }), click: remove }, make("bdi", {}, name), icon("close"));
  }

  #chooser(kind: keyof Choices): HTMLElement[] {
    const left = this.#choices[kind].filter((name) => !this.#narrowed[kind].includes(name));
    if (left.length === 0 || (this.#choices[kind].length < 2 && this.#narrowed[kind].length === 0)) return [];
    const words = this.#speech.say(kind === "collections" ? "collection" : "speaker");
    const choose = make("select", { class: "chip", "data-kind": kind, "aria-label": words }, make("option", { value: "" }, words), ...left.map((name) => make("option", { value: name, dir: "auto" }, name)));
    choose.addEventListener("change", () => {
      this.#narrowed[kind].push(choose.value);
      this.#show();
      this.#refocus(kind);
    });
    return [choose];
  }

  #refocus(kind: keyof Choices): void {
    const again = this.#chips.querySelector<HTMLElement>(`[data-kind=${kind}]`);
    (again ?? this.box).focus();
  }
}
