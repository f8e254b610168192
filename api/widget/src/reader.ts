// The transcript beside the chat or over it: the server's own page in a frame, at the cited words.

import { address, outward } from "./citing.ts";
import { icon, make } from "./dom.ts";
import type { Server } from "./server.ts";
import type { Citation } from "./shapes.ts";
import type { Speech } from "./speech.ts";

export class Reader {
  readonly element: HTMLElement;
  readonly #speech: Speech;
  readonly #server: Server;
  readonly #onClose: () => void;
  #back: HTMLElement | null = null;

  constructor(speech: Speech, server: Server, onClose: () => void) {
    this.#speech = speech;
    this.#server = server;
    this.#onClose = onClose;
    this.element = make("section", { class: "reader", part: "viewer", "aria-label": speech.say("transcript"), hidden: true });
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  open(citation: Citation, back: HTMLElement | null): void {
    this.#back = back;
    const close = make("button", { type: "button", class: "plain worded", click: () => this.close() }, icon("back"), this.#speech.say("back"));
    const title = make("bdi", { class: "reader-title" }, citation.title);
    const head = make("div", { class: "reader-head" }, close, title);
    this.element.replaceChildren(head);
    this.element.hidden = false;
    close.focus({ preventScroll: true });
    this.#server.page(address(citation)).then(
      (page) => {
        if (!head.isConnected) return;
        if (page === null) throw new Error("elsewhere");
        const link = outward(page, this.#server.base, this.#speech.say("tab"));
        if (link) head.append(link);
        this.#frame(page, `${this.#speech.say("transcript")}: ${citation.title}`);
      },
      () => this.#fail(head),
    ).catch(() => this.#fail(head));
  }

  close(): void {
    if (!this.isOpen) return;
    this.element.hidden = true;
    this.element.replaceChildren();
    this.#onClose();
    this.#back?.focus({ preventScroll: true });
  }

  /** Show the page in a frame, or a link to it where the policy of the host page allows no frame of this server. */
  #frame(page: string, title: string): void {
    const frame = make("iframe", { src: page, title, referrerpolicy: "no-referrer" });
    const refused = (event: SecurityPolicyViolationEvent) => {
      if (event.effectiveDirective !== "frame-src" || !frame.isConnected) return;
      const link = outward(page, this.#server.base, this.#speech.say("tab"));
      frame.replaceWith(make("p", { class: "instead" }, link));
      link?.focus();
    };
    document.addEventListener("securitypolicyviolation", refused);
    frame.addEventListener("load", () => setTimeout(() => document.removeEventListener("securitypolicyviolation", refused), 1000));
    this.element.append(frame);
  }

  #fail(head: HTMLElement): void {
    if (head.isConnected) this.element.append(make("p", { class: "trouble", role: "alert" }, this.#speech.say("unreachable")));
  }
}
