// The conversation over a reload, for as long as the tab is open: capped, versioned, and never missed when it is gone.

import { type Exchange, isAnswer } from "./shapes.ts";

const VERSION = 1;
const MOST = 20; // exchanges
const MOST_CHARS = 250_000;

export interface Conversation {
  id: string;
  exchanges: Exchange[];
}

export function fresh(): Conversation {
  return { id: Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""), exchanges: [] };
}

export function recall(key: string): Conversation {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null") as ({ version: number } & Conversation) | null;
    if (kept?.version !== VERSION || typeof kept.id !== "string") return fresh();
    const exchanges = kept.exchanges.filter((one) => typeof one.question === "string" && typeof one.partial === "string" && (one.state !== "done" || isAnswer(one.answer)));
    // What was under way when the page was left is not under way any more.
    for (const one of exchanges) if (one.state === "waiting") one.state = "stopped";
    return { id: kept.id, exchanges };
  } catch {
    return fresh();
  }
}

export function keep(key: string, { id, exchanges }: Conversation): void {
  try {
    let newest = exchanges.slice(-MOST);
    let text = "";
    for (;;) {
      text = JSON.stringify({ version: VERSION, id, exchanges: newest });
      if (text.length <= MOST_CHARS || newest.length <= 1) break;
      newest = newest.slice(1);
    }
    if (newest.length === 0 || text.length > MOST_CHARS) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // No storage, or no room in it: then a reload begins anew.
  }
}
