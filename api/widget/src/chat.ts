// The chat itself: a conversation, its views, and what asking, stopping and forgetting do to them.

import { answered, asked, Painter, spoken } from "./asking.ts";
import { Card } from "./card.ts";
import { Composer, type Narrowed } from "./composer.ts";
import { icon, make } from "./dom.ts";
import { type Acts, ExchangeView } from "./exchange.ts";
import { type Conversation, fresh, keep } from "./memory.ts";
import { Reader } from "./reader.ts";
import type { Server } from "./server.ts";
import type { Choices, Citation, Exchange } from "./shapes.ts";
import type { Speech } from "./speech.ts";
import { welcome } from "./welcome.ts";

const ABOVE_PX = 16; // left free above a question that is scrolled to
const NEAR_PX = 40; // how near to its end a conversation is followed

export interface Setting {
  speech: Speech;
  server: Server;
  heading: string;
  suggestions: string[];
  narrowed: Narrowed;
  conversation: Conversation;
  key: string; // in the session's storage
  onClose: (() => void) | null; // null where there is nothing to close
  tell(name: string, detail: object): void;
}

export class Chat implements Acts {
  readonly element: HTMLElement;
  readonly composer: Composer;
  readonly #setting: Setting;
  readonly #log: HTMLElement;
  readonly #status: HTMLElement;
  readonly #card: Card;
  readonly #reader: Reader;
  readonly #fresh: HTMLElement;
  #views: ExchangeView[] = [];
  #asking: AbortController | null = null;

  constructor(setting: Setting) {
    const { speech, server, narrowed } = setting;
    this.#setting = setting;
    this.#log = make("div", { class: "log", part: "log", role: "log", "aria-live": "off", tabindex: 0, "aria-label": speech.say("conversation") });
    this.#status = make("div", { class: "unseen", role: "status" });
    this.#card = new Card(speech, server, (citation, button) => this.#read(citation, button));
    this.composer = new Composer(speech, narrowed, { ask: (question) => void this.ask(question), stop: () => this.stop() });
    const main = make("div", { class: "main" }, this.#log, this.composer.element);
    this.#reader = new Reader(speech, server, () => this.element.classList.remove("viewing"));
    this.#fresh = make("button", { type: "button", class: "plain worded fresh", click: () => this.clear() }, icon("fresh"), make("span", {}, speech.say("fresh")));
    this.element = make("div", { class: "chat" }, this.#header(), make("div", { class: "columns" }, main, this.#reader.element), this.#card.element, this.#status);
    this.#log.addEventListener("scroll", () => this.#card.place(), { passive: true });
    this.#show();
  }

  get exchanges(): Exchange[] {
    return this.#setting.conversation.exchanges;
  }

  /** Close what lies over the chat; false when nothing does. */
  back(): boolean {
    if (this.#card.isOpen) return true; // browsers close it themselves
    if (!this.#reader.isOpen) return false;
    this.#reader.close();
    return true;
  }

  offer(choices: Choices): void {
    this.composer.offer(choices);
  }

  async ask(question: string): Promise<void> {
    if (this.#asking || !question.trim()) return;
    const exchange: Exchange = { question: question.trim(), state: "waiting", partial: "", answer: null, trouble: null, vote: null };
    this.exchanges.push(exchange);
    if (this.#views.length === 0) this.#log.replaceChildren();
    await this.#run(this.#add(exchange));
  }

  stop(): void {
    this.#asking?.abort();
  }

  clear(): void {
    this.stop();
    this.#asking = null;
    this.#reader.close();
    Object.assign(this.#setting.conversation, fresh());
    this.#keep();
    this.#show();
    this.composer.busy(false);
    this.composer.box.focus();
  }

  again(question: string): void {
    void this.ask(question);
    this.composer.box.focus({ preventScroll: true });
  }

  retry(exchange: Exchange): void {
    const view = this.#views.find((one) => one.exchange === exchange);
    if (!view || this.#asking) return;
    Object.assign(exchange, { state: "waiting", partial: "", answer: null, trouble: null });
    view.update();
    this.composer.box.focus({ preventScroll: true });
    void this.#run(view);
  }

  cite(exchange: Exchange, citation: Citation, button: HTMLElement): void {
    if (!exchange.answer) return;
    this.#setting.tell("cite", { citation });
    this.#card.open(exchange.answer.id, citation, button);
  }

  async vote(exchange: Exchange, comment: string): Promise<void> {
    if (!exchange.answer || !exchange.vote) return;
    await this.#setting.server.vote(exchange.answer.id, exchange.vote, comment);
    this.#keep();
    this.#setting.tell("feedback", { answer: exchange.answer, vote: exchange.vote, comment });
  }

  say(words: string): void {
    this.#status.textContent = words;
  }

  /** Stop what is under way, for good: the element is gone from the page. */
  end(): void {
    this.stop();
    for (const one of this.exchanges) if (one.state === "waiting") one.state = "stopped";
    this.#keep();
  }

  #header(): HTMLElement {
    const { speech, heading, onClose } = this.#setting;
    const close = onClose && make("button", { type: "button", class: "plain", "aria-label": speech.say("close"), title: speech.say("close"), click: onClose }, icon("close"));
    return make("header", { class: "header", part: "header" }, make("h2", { part: "title" }, heading), this.#fresh, close);
  }

  #show(): void {
    this.#log.replaceChildren();
    this.#views = [];
    for (const exchange of this.exchanges) this.#add(exchange);
    if (this.#views.length === 0) this.#log.append(welcome(this.#setting.speech, this.#setting.suggestions, (question) => this.again(question)));
    this.#fresh.hidden = this.#views.length === 0;
  }

  #add(exchange: Exchange): ExchangeView {
    const view = new ExchangeView(exchange, this.#setting.speech, this.#setting.server, this);
    this.#views.push(view);
    this.#log.append(view.element);
    this.#fresh.hidden = false;
    return view;
  }

  /** Ask, show how the answer comes, and what came of it. */
  async #run(view: ExchangeView): Promise<void> {
    const { server, speech, tell } = this.#setting;
    const { exchange } = view;
    const controller = new AbortController();
    this.#asking = controller;
    this.composer.busy(true);
    this.#follow(view);
    this.say(speech.say("searching"));
    this.#keep();
    tell("ask", { question: exchange.question });
    const body = asked(exchange, this.#setting.conversation, this.#setting.narrowed);
    const painter = new Painter(() => this.#keepingUp(view, () => view.paint()));
    await answered(exchange, body, { server, signal: controller.signal, onSources: (titles) => view.found(titles), onText: () => painter.due() });
    painter.stop();
    if (this.#asking !== controller) return; // the conversation is another one by now
    this.#asking = null;
    this.#keepingUp(view, () => view.update());
    this.composer.busy(false);
    this.#keep();
    this.say(spoken(exchange, speech));
    if (exchange.state === "done") tell("answer", { answer: exchange.answer });
    if (exchange.state === "failed") tell("error", { kind: exchange.trouble?.kind });
  }

  #read(citation: Citation, button: HTMLElement): void {
    this.element.classList.add("viewing");
    this.#reader.open(citation, button);
  }

  /** Change what is shown of an answer; who reads at its end goes on doing so, who scrolled away is left alone. */
  #keepingUp(view: ExchangeView, change: () => void): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    const near = scrollHeight - scrollTop - clientHeight <= NEAR_PX;
    change();
    if (near) this.#follow(view);
  }

  /** Bring the end of an answer into view, but never its question out of it. */
  #follow(view: ExchangeView): void {
    const top = view.element.offsetTop - this.#log.offsetTop - ABOVE_PX;
    this.#log.scrollTop = Math.min(this.#log.scrollHeight - this.#log.clientHeight, top);
  }

  #keep(): void {
    keep(this.#setting.key, this.#setting.conversation);
  }
}
