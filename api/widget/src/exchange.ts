// One question and its answer, in every state that it can be in.

import { asText, marker, type Opener, quotation, sources } from "./citing.ts";
import { icon, type Icon, make, present } from "./dom.ts";
import { copy } from "./copying.ts";
import { Feedback } from "./feedback.ts";
import type { Server } from "./server.ts";
import type { Answer, Citation, Exchange } from "./shapes.ts";
import type { Speech } from "./speech.ts";
import type { Key } from "./words/en.ts";
import { mayRetry } from "./trouble.ts";
import { Paper } from "./writing.ts";

const TITLES = 2; // named while their passages are read

/** What a reader can do with an exchange beyond looking at it. */
export interface Acts {
  cite(exchange: Exchange, citation: Citation, button: HTMLElement): void;
  again(question: string): void;
  retry(exchange: Exchange): void;
  vote(exchange: Exchange, comment: string): Promise<void>;
  say(words: string): void;
}

export class ExchangeView {
  readonly element: HTMLElement;
  readonly exchange: Exchange;
  readonly #speech: Speech;
  readonly #server: Server;
  readonly #acts: Acts;
  readonly #body: HTMLElement;
  #paper: Paper | null = null;
  #progress: HTMLElement | null = null;

  constructor(exchange: Exchange, speech: Speech, server: Server, acts: Acts) {
    this.exchange = exchange;
    this.#speech = speech;
    this.#server = server;
    this.#acts = acts;
    this.#body = make("div", { class: "answer", part: "answer" });
    const asked = make("h3", { class: "question", part: "question", dir: "auto" }, make("span", { class: "unseen" }, `${speech.say("asked")} `), exchange.question);
    this.element = make("article", { class: "exchange" }, asked, this.#body);
    this.update();
  }

  /** Say how the search goes. */
  found(titles: string[]): void {
    const named = [...new Set(titles)];
    const list = new Intl.ListFormat(this.#speech.lang).format([...named.slice(0, TITLES), ...(named.length > TITLES ? ["…"] : [])]);
    if (this.#progress && titles.length > 0) this.#progress.textContent = this.#speech.say("reading", { n: titles.length, titles: list });
  }

  /** Show as much of the answer as there is. */
  paint(): void {
    if (!this.#paper) {
      const words = make("div", { class: "written", dir: "auto" });
      this.#paper = new Paper(words, (n) => make("span", { class: "marker pending" }, String(n)));
      this.#body.prepend(words);
    }
    this.#paper.show(this.exchange.partial);
  }

  /** Show the exchange as it is now. */
  update(): void {
    const { state, answer } = this.exchange;
    this.#paper = null;
    this.#progress = null;
    this.#body.replaceChildren();
    this.element.classList.toggle("waiting", state === "waiting");
    this.#body.setAttribute("aria-busy", String(state === "waiting"));
    if (state === "done" && answer) this.#body.append(...this.#whole(answer));
    else {
      if (this.exchange.partial) this.paint();
      this.#body.append(...this.#unfinished());
    }
  }

  #unfinished(): (Node | string)[] {
    const { state, trouble } = this.exchange;
    if (state === "waiting") {
      this.#progress = make("span", {}, this.#speech.say("searching"));
      return [make("p", { class: "progress" }, make("span", { class: "dots", "aria-hidden": "true" }), this.#progress)];
    }
    if (state === "stopped" || !trouble) {
      return [make("p", { class: "note" }, this.#speech.say("stopped")), make("div", { class: "actions" }, this.#action("again", "again", () => this.#acts.retry(this.exchange)))];
    }
    const retry = mayRetry(trouble.kind) && this.#action("retry", "again", () => this.#acts.retry(this.exchange));
    const signIn = trouble.kind === "signedOut" && make("a", { class: "action", href: `${this.#server.base}/signin` }, this.#speech.say("signIn"));
    const words = make("p", {}, this.#speech.say(trouble.kind, { n: trouble.after }));
    const reference = trouble.reference && make("p", { class: "reference" }, this.#speech.say("reference", { id: trouble.reference }));
    return [make("div", { class: "trouble", part: "error" }, words, reference, (retry || signIn) && make("div", { class: "actions" }, retry, signIn))];
  }

  #whole(answer: Answer): (Node | string)[] {
    return present([...this.#said(answer), this.#sourcesOf(answer), this.#dropped(answer), this.#afterwards(answer)]);
  }

  #opener: Opener = (citation, button) => this.#acts.cite(this.exchange, citation, button);

  #said(answer: Answer): (Node | null)[] {
    if (answer.status === "answered") return [this.#written(answer)];
    if (answer.status === "quoted") return this.#quoted(answer);
    return this.#notFound(answer);
  }

  #written(answer: Answer): HTMLElement {
    const known = new Map(answer.citations.map((one) => [one.n, one]));
    const words = make("div", { class: "written", dir: "auto" });
    new Paper(words, (n) => {
      const citation = known.get(n);
      return citation ? marker(citation, this.#speech, this.#opener) : null;
    }).show(answer.text);
    return words;
  }

  /** Quotes, each once, and what is told about them: how often words were said, how many lines there are more. */
  #quoted(answer: Answer): Node[] {
    const left = new Map(answer.citations.map((one) => [one.n, one]));
    const known = new Map(left);
    const counts = countsOf(answer);
    const quote = (one: Citation) => left.delete(one.n) && quotation(one, this.#speech, this.#opener, counts.get(one.n));
    const told = (words: string) => make("p", { class: "told", dir: "auto" }, words);
    const said = answer.sentences.flatMap((sentence) => {
      const one = sentence.citations.length === 1 && known.get(sentence.citations[0]!);
      const spoken = one && `“${one.quote}”`;
      if (!one || !spoken || !sentence.text.includes(spoken)) return [told(sentence.text)];
      const after = sentence.text.slice(sentence.text.lastIndexOf(spoken) + spoken.length).trim(); // the day it was said
      return after ? [quote(one), told(after)] : [quote(one)];
    });
    return [...said, ...[...left.values()].map(quote)].filter((one) => one !== false);
  }

  #notFound(answer: Answer): (Node | null)[] {
    const { turns, transcripts } = answer.searched;
    const looked = turns === 0 ? this.#speech.say("nothing") : this.#looked(turns, transcripts);
    const more = turns > 0 && moreOf(answer);
    const nearest = answer.citations.length > 0 && make("h4", {}, this.#speech.say("nearest"));
    return [
      make("p", { class: "not-found" }, this.#speech.say("notFound")),
      more ? make("p", { class: "note", lang: "en", dir: "auto" }, more) : make("p", { class: "note" }, looked),
      nearest || null,
      ...answer.citations.map((one) => quotation(one, this.#speech, this.#opener)),
    ];
  }

  #looked(turns: number, transcripts: number): string {
    return this.#speech.say("searched", { turns: this.#speech.say("turns", { n: turns }), transcripts: this.#speech.say("transcripts", { n: transcripts }) });
  }

  #sourcesOf(answer: Answer): Node | null {
    return answer.status === "not_found" ? null : sources(answer, this.#speech, this.#opener);
  }

  #dropped(answer: Answer): Node | null {
    if (answer.dropped.length === 0) return null;
    const each = answer.dropped.map((one) => make("li", {}, make("bdi", {}, one.text), make("small", { lang: "en", dir: "auto" }, one.reason)));
    return make("details", { class: "dropped", part: "dropped" }, make("summary", {}, this.#speech.say("dropped", { n: each.length })), make("ul", {}, ...each));
  }

  #afterwards(answer: Answer): Node {
    const { turns, transcripts } = answer.searched;
    const feedback = new Feedback(this.exchange, this.#speech, (comment) => this.#acts.vote(this.exchange, comment));
    const written = answer.status === "answered" && answer.model && `${this.#speech.say("written", { model: answer.model })} `;
    const looked = answer.status !== "not_found" && this.#looked(turns, transcripts);
    return make(
      "div",
      { class: "afterwards" },
      (written || looked) && make("p", { class: "note" }, written, looked),
      make("div", { class: "actions" }, this.#copying(answer), this.#action("again", "again", () => this.#acts.again(this.exchange.question)), feedback.buttons),
      feedback.form,
    );
  }

  #copying(answer: Answer): HTMLElement {
    return this.#action("copy", "copy", async (button) => {
      const done = await copy(asText(this.exchange.question, answer, this.#speech, this.#server.base), button);
      const said = this.#speech.say(done ? "copied" : "uncopied");
      this.#acts.say(said);
      if (!done) return;
      button.replaceChildren(icon("check"), make("span", {}, said));
      setTimeout(() => button.replaceChildren(icon("copy"), make("span", {}, this.#speech.say("copy"))), 2500);
    });
  }

  #action(key: Key, drawing: Icon, act: (button: HTMLElement) => void): HTMLElement {
    const button = make("button", { type: "button", class: "action" }, icon(drawing), make("span", {}, this.#speech.say(key)));
    button.addEventListener("click", () => act(button));
    return button;
  }
}

/** What the text says behind the markers of a list: "4 turns", "2 turns of 2 transcripts". */
function countsOf(answer: Answer): Map<number, string> {
  const found = answer.text.split("\n").map((line) => / \[(\d+)\] \((?:.*: )?([^:()]+)\)$/.exec(line));
  return new Map(found.filter((one) => one !== null).map((one) => [Number(one[1]), one[2]!]));
}

/** What the server tells of a search beyond its size: which words, whose, of which days; in its own language. */
function moreOf(answer: Answer): string {
  const told = /^The transcripts do not say\. (.+)$/s.exec(answer.text)?.[1] ?? "";
  return /^Searched [\d,]+ turns? of [\d,]+ transcripts?\.$/.test(told) ? "" : told;
}
