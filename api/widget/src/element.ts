// <transcite-chat>: attributes, the shadow root, and the panel that a launcher opens.

import { Chat } from "./chat.ts";
import type { Narrowed } from "./composer.ts";
import { icon, make } from "./dom.ts";
import { type Conversation, recall } from "./memory.ts";
import { Server } from "./server.ts";
import css from "./style.css";
import { Speech } from "./speech.ts";

export const NAME = "transcite-chat";
const NARROW = "(max-width: 480px), (max-height: 480px)";
const OBSERVED = ["site", "endpoint", "lang", "dir", "strings", "theme", "heading", "suggestions", "collections", "speakers", "floating", "position"];

const source = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : "";
const HOME = source ? new URL(".", source).href : location.origin; // the server that this script came from
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
let count = 0;

export class TransciteChat extends HTMLElement {
  static readonly observedAttributes = OBSERVED;

  readonly #root = this.attachShadow({ mode: "open" });
  readonly #number = ++count;
  #chat: Chat | null = null;
  #conversation: Conversation | null = null;
  #kept = ""; // where it is kept
  #narrowed: Narrowed | null = null;
  #server: Server | null = null;
  #panel: HTMLDialogElement | null = null;
  #launcher: HTMLElement | null = null;
  #offered = false;
  #due = false;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet];
  }

  connectedCallback(): void {
    this.#build();
    const question = this.getAttribute("ask")?.trim();
    if (question && this.#chat?.exchanges.at(-1)?.question !== question) void this.ask(question);
  }

  disconnectedCallback(): void {
    this.#chat?.end();
    this.#chat = null;
    this.#conversation = null;
  }

  attributeChangedCallback(name: string): void {
    if (name === "collections" || name === "speakers") this.#narrowed = null;
    if (!this.#chat || this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected) this.#build();
    });
  }

  /** Open the panel of a launcher, and go to the question box. */
  open(): void {
    const panel = this.#panel;
    if (panel && !panel.open) {
      if (matchMedia(NARROW).matches) panel.showModal();
      else panel.show();
      this.#launcher?.setAttribute("aria-expanded", "true");
      this.#tell("open", {});
    }
    this.#offer();
    this.#chat?.composer.box.focus();
  }

  close(): void {
    this.#panel?.close();
  }

  /** Ask a question as if the reader had. */
  async ask(question: string): Promise<void> {
    if (this.#panel && !this.#panel.open) this.open();
    await this.#chat?.ask(question);
  }

  /** Forget the conversation. */
  clear(): void {
    this.#chat?.clear();
  }

  #build(): void {
    const wasOpen = this.#panel?.open ?? false;
    const draft = this.#chat?.composer.box.value ?? "";
    this.#chat?.end();
    this.#panel = this.#launcher = null;
    const floating = this.hasAttribute("floating");
    if (this.#kept !== this.#key()) this.#conversation = null;
    this.#kept = this.#key();
    const speech = this.#speech();
    const heading = this.getAttribute("heading") || speech.say("title");
    const server = this.#connection();
    this.#server = server;
    const chat = new Chat({
      speech,
      server,
      heading,
      suggestions: listed(this.getAttribute("suggestions")),
      narrowed: (this.#narrowed ??= { collections: listed(this.getAttribute("collections")), speakers: listed(this.getAttribute("speakers")) }),
      conversation: (this.#conversation ??= recall(this.#kept)),
      key: this.#kept,
      onClose: floating ? () => this.close() : null,
      tell: (name, detail) => this.#tell(name, detail),
    });
    this.#chat = chat;
    this.#offered = false;
    chat.composer.box.value = draft;
    const theme = ["light", "dark"].find((one) => one === this.getAttribute("theme")) ?? "";
    const root = make("div", { class: `root ${theme}`, lang: speech.lang, dir: speech.dir });
    root.append(...(floating ? this.#floating(chat, heading) : [make("section", { class: "panel inline", part: "panel", "aria-label": heading }, chat.element)]));
    root.addEventListener("keydown", (event) => this.#escape(event));
    this.#root.replaceChildren(root);
    if (wasOpen) this.open();
    if (!floating) this.#offer();
  }

  #floating(chat: Chat, heading: string): HTMLElement[] {
    const launcher = make("button", { type: "button", class: "launcher", part: "launcher", "aria-label": heading, "aria-expanded": "false", "aria-controls": "panel", title: heading }, icon("chat"));
    const panel = make("dialog", { id: "panel", class: "panel floating", part: "panel", "aria-label": heading }, chat.element);
    launcher.addEventListener("click", () => (panel.open ? this.close() : this.open()));
    panel.addEventListener("close", () => {
      launcher.setAttribute("aria-expanded", "false");
      launcher.focus();
      this.#tell("close", {});
    });
    this.#launcher = launcher;
    this.#panel = panel;
    return [make("section", { class: `corner ${this.getAttribute("position") === "start" ? "start" : "end"}`, "aria-label": heading }, launcher, panel)];
  }

  #escape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.isComposing) return;
    if (this.#chat?.back()) return;
    if (this.#panel?.open) this.close();
  }

  /** Ask the server what can be chosen, once, when somebody looks. */
  #offer(): void {
    if (this.#offered) return;
    this.#offered = true;
    const chat = this.#chat;
    this.#server?.choices().then((choices) => chat?.offer(choices), () => undefined); // asking goes without
  }

  #connection(): Server {
    const endpoint = this.getAttribute("endpoint");
    return new Server(new URL(endpoint || HOME, location.href).href.replace(/\/+$/, ""), this.getAttribute("site") || null);
  }

  #speech(): Speech {
    const lang = this.getAttribute("lang") || document.documentElement.lang || navigator.language || "en";
    return new Speech(lang, this.getAttribute("dir"), this.getAttribute("strings"));
  }

  #key(): string {
    const place = this.id || (this.hasAttribute("floating") ? "launcher" : `chat-${this.#number}`);
    return `transcite:${this.getAttribute("site") ?? ""}:${place}`;
  }

  #tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(`transcite-${name}`, { detail, bubbles: true, composed: true }));
  }
}

/** Several values of an attribute: a JSON list, or text between bars. */
function listed(value: string | null): string[] {
  if (!value) return [];
  try {
    const found: unknown = JSON.parse(value);
    if (Array.isArray(found)) return found.filter((one): one is string => typeof one === "string" && one.trim() !== "");
  } catch {
    // not JSON: text
  }
  return value.split("|").map((one) => one.trim()).filter(Boolean);
}
