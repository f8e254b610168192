// What a reader thinks of an answer: up or down, and a few words if they like.

import { icon, make } from "./dom.ts";
import type { Exchange, Vote } from "./shapes.ts";
import type { Speech } from "./speech.ts";

const MOST = 4000; // characters of a comment that the server takes

export class Feedback {
  readonly buttons: HTMLElement;
  readonly form: HTMLElement;
  readonly #exchange: Exchange;
  readonly #speech: Speech;
  readonly #send: (comment: string) => Promise<void>;
  readonly #said: HTMLElement;

  /** `send` sends the exchange's vote with a comment. */
  constructor(exchange: Exchange, speech: Speech, send: (comment: string) => Promise<void>) {
    this.#exchange = exchange;
    this.#speech = speech;
    this.#send = send;
    this.#said = make("p", { class: "note", role: "status" });
    this.form = make("div", { class: "feedback" });
    this.buttons = make("span", { class: "votes" }, this.#button("up"), this.#button("down"));
    this.#press();
  }

  #button(vote: Vote): HTMLElement {
    return make("button", { type: "button", class: "plain vote", "data-vote": vote, "aria-label": this.#speech.say(vote), title: this.#speech.say(vote), click: () => this.#vote(vote) }, icon(vote));
  }

  #press(): void {
    for (const button of this.buttons.children) button.setAttribute("aria-pressed", String((button as HTMLElement).dataset["vote"] === this.#exchange.vote));
  }

  async #vote(vote: Vote): Promise<void> {
    const before = this.#exchange.vote;
    this.#exchange.vote = vote;
    this.#press();
    if (await this.#sent("")) {
      this.form.replaceChildren(this.#commenting(), this.#said);
      this.form.scrollIntoView({ block: "nearest" });
      return;
    }
    this.#exchange.vote = before;
    this.#press();
    this.form.replaceChildren(this.#said);
  }

  #commenting(): HTMLElement {
    const text = make("textarea", { rows: 2, maxlength: MOST, dir: "auto", "aria-label": this.#speech.say("comment"), placeholder: this.#speech.say("comment") });
    const form = make("form", { class: "comment" }, text, make("button", { class: "action" }, this.#speech.say("sendComment")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!text.value.trim()) return;
      if (!(await this.#sent(text.value.trim()))) return;
      const hadFocus = form.contains((form.getRootNode() as ShadowRoot).activeElement);
      form.remove();
      if (hadFocus) (this.buttons.querySelector("[aria-pressed=true]") as HTMLElement | null)?.focus();
    });
    return form;
  }

  async #sent(comment: string): Promise<boolean> {
    try {
      await this.#send(comment);
      this.#said.textContent = this.#speech.say("thanks");
      return true;
    } catch {
      this.#said.textContent = this.#speech.say("unsent");
      return false;
    }
  }
}
