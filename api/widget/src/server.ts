// Speaking to the server: with a site's short-lived token from pages of elsewhere, with the reader's cookie on its own.
// Nothing is ever sent twice by itself: a question costs money, and the reader decides.

import { createParser } from "eventsource-parser";
import { safe } from "./dom.ts";
import type { Answer, Choices, Context, Vote } from "./shapes.ts";
import { fromProblem, Trouble, troubleOf } from "./trouble.ts";

const EARLY_MS = 90_000; // a token that is that near its end is not used any more
const SILENT_MS = 60_000; // the server gives a sign of life every 15 seconds

export interface Told {
  onSources(hits: { title: string }[]): void;
  onToken(text: string): void;
}

export class Server {
  readonly base: string;
  readonly site: string | null;
  #token: Promise<{ value: string; until: number; narrows: boolean }> | null = null;

  constructor(base: string, site: string | null) {
    this.base = base;
    this.site = site;
  }

  async ask(body: object, told: Told, signal: AbortSignal): Promise<Answer> {
    const response = await this.#call("/v1/ask", { body, signal, accept: "text/event-stream" });
    if (!response.headers.get("Content-Type")?.includes("text/event-stream") || !response.body) return this.#read(response, signal);
    return this.#follow(response.body, told, signal);
  }

  async vote(answer: string, vote: Vote, comment: string): Promise<void> {
    await this.#call(`/v1/answers/${encodeURIComponent(answer)}/feedback`, { body: comment ? { vote, comment } : { vote } });
  }

  async context(answer: string, n: number): Promise<Context> {
    const response = await this.#call(`/v1/answers/${encodeURIComponent(answer)}/citations/${n}`);
    return (await response.json()) as Context;
  }

  /** What there is to choose from; nothing where the site does not tell. */
  async choices(): Promise<Choices> {
    if (this.site !== null && !(await this.#authority()).narrows) return { collections: [], speakers: [] };
    return (await (await this.#call("/v1/filters")).json()) as Choices;
  }

  /** The address of a page of this server as this reader may open it; null for any other address. */
  async page(address: string): Promise<string | null> {
    const url = safe(address.startsWith("/") ? this.base + address : address, this.base);
    if (url === null || url.origin !== new URL(this.base).origin) return null;
    if (this.site !== null) url.searchParams.set("token", (await this.#authority()).value);
    return url.href;
  }

  async #call(path: string, { body, signal, accept = "application/json" }: { body?: object; signal?: AbortSignal; accept?: string } = {}): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept };
    if (this.site !== null) headers["Authorization"] = `Bearer ${(await this.#authority()).value}`;
    if (body) headers["Content-Type"] = "application/json";
    const response = await this.#fetch(path, { headers, ...(body && { method: "POST", body: JSON.stringify(body) }), ...(signal && { signal }) });
    if (response.ok) return response;
    if (response.status === 401) this.#token = null;
    throw await troubleOf(response, this.site);
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.base + path, { ...init, credentials: this.site === null ? "same-origin" : "omit", cache: "no-store", redirect: "error" });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new Trouble(navigator.onLine ? "unreachable" : "offline");
    }
  }

  /** The site's token, a new one when the last one is about to end. */
  async #authority(): Promise<{ value: string; until: number; narrows: boolean }> {
    const known = await this.#token?.catch(() => null);
    if (known && known.until > Date.now()) return known;
    this.#token = this.#exchange();
    return this.#token;
  }

  async #exchange(): Promise<{ value: string; until: number; narrows: boolean }> {
    const response = await this.#fetch(`/v1/sites/${encodeURIComponent(this.site ?? "")}/token`, { method: "POST" });
    if (!response.ok) {
      const trouble = await troubleOf(response, this.site);
      if (trouble.kind === "refused") console.warn(`transcite: site ${this.site} may not be used on pages of ${location.origin}; transcite keys create --origin ${location.origin}`);
      throw trouble;
    }
    const { token, expires_in, narrows } = (await response.json()) as { token: string; expires_in: number; narrows?: boolean };
    return { value: token, until: Date.now() + expires_in * 1000 - EARLY_MS, narrows: narrows === true };
  }

  async #read(response: Response, signal: AbortSignal): Promise<Answer> {
    try {
      return (await response.json()) as Answer;
    } catch (error) {
      if (signal.aborted) throw error;
      throw new Trouble("cut");
    }
  }

  /** Follow a stream to its answer. */
  async #follow(stream: ReadableStream<Uint8Array>, told: Told, signal: AbortSignal): Promise<Answer> {
    let answer: Answer | null = null;
    let failed: Trouble | null = null;
    const parser = createParser({
      onEvent: ({ event, data }) => {
        const said: unknown = JSON.parse(data);
        if (event === "sources") told.onSources((said as { hits: { title: string }[] }).hits);
        else if (event === "token") told.onToken((said as { text: string }).text);
        else if (event === "answer") answer = said as Answer;
        else if (event === "error") failed = fromProblem(said, 0, this.site);
      },
    });
    const reader = stream.getReader();
    const decoder = new TextDecoder();
    try {
      while (answer === null && failed === null) {
        const { done, value } = await within(reader.read());
        if (done) break;
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      if (signal.aborted) throw error;
    } finally {
      reader.cancel().catch(() => undefined);
    }
    if (answer !== null) return answer;
    throw failed ?? new Trouble(navigator.onLine ? "cut" : "offline");
  }
}

/** The same promise, given up after too long a silence. */
async function within<Value>(promise: Promise<Value>): Promise<Value> {
  let timer = 0;
  const silence = new Promise<never>((_, reject) => {
    timer = window.setTimeout(() => reject(new Trouble("cut")), SILENT_MS);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
