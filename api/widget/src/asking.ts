// Asking one question: what is sent, how the exchange ends, and how often an answer that grows is painted.

import type { Conversation } from "./memory.ts";
import type { Server } from "./server.ts";
import { type Answer, type Choices, type Exchange, isAnswer } from "./shapes.ts";
import type { Speech } from "./speech.ts";
import { Trouble } from "./trouble.ts";

const PAINT_MS = 60; // between two looks of an answer that grows
const REMEMBERED = 10; // exchanges that the server is told of with a question
const REMEMBERED_CHARS = 20_000; // of each

export interface Watching {
  server: Server;
  signal: AbortSignal;
  onSources(titles: string[]): void;
  onText(): void;
}

/** What is sent: the question, what it is narrowed to, and the conversation before it. */
export function asked(exchange: Exchange, { id, exchanges }: Conversation, { collections, speakers }: Choices): object {
  const before = exchanges.slice(0, exchanges.indexOf(exchange)).filter((one) => one.answer !== null);
  return {
    question: exchange.question,
    conversation_id: id,
    filters: { collections, speakers },
    history: before.slice(-REMEMBERED).flatMap((one) => [
      { role: "user", content: one.question },
      { role: "assistant", content: (one.answer as Answer).text.slice(0, REMEMBERED_CHARS) },
    ]),
  };
}

/** Ask, and write down in the exchange how it ends; nothing is thrown. */
export async function answered(exchange: Exchange, body: object, { server, signal, onSources, onText }: Watching): Promise<void> {
  try {
    const answer = await server.ask(
      body,
      {
        onSources: (hits) => onSources(hits.map((hit) => hit.title)),
        onToken: (text) => {
          exchange.partial += text;
          onText();
        },
      },
      signal,
    );
    if (!isAnswer(answer)) throw new Trouble("server");
    exchange.answer = answer;
    exchange.state = "done";
    exchange.partial = "";
  } catch (error) {
    if (!signal.aborted && !(error instanceof Trouble)) console.error(error);
    exchange.state = signal.aborted ? "stopped" : "failed";
    const { kind, after, reference } = error instanceof Trouble ? error : new Trouble("cut");
    exchange.trouble = exchange.state === "failed" ? { kind, after, reference } : null;
  }
}

/** Paints a little later, and once for everything that came meanwhile. */
export class Painter {
  readonly #paint: () => void;
  #timer = 0;

  constructor(paint: () => void) {
    this.#paint = paint;
  }

  due(): void {
    this.#timer ||= window.setTimeout(() => {
      this.#timer = 0;
      this.#paint();
    }, PAINT_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** What is read out when an answer is there, once. */
export function spoken({ state, answer, trouble }: Exchange, speech: Speech): string {
  if (state === "stopped") return speech.say("stopped");
  if (trouble) return speech.say(trouble.kind, { n: trouble.after });
  if (!answer) return "";
  return answer.status === "not_found" ? speech.say("notFound") : answer.text;
}
