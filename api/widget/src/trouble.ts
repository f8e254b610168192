// What goes wrong between the widget and the server, as one of a few kinds that there are plain words for.

import type { Kind } from "./shapes.ts";

const AGAIN: readonly Kind[] = ["offline", "unreachable", "busy", "server", "cut", "expired"];

export class Trouble extends Error {
  readonly kind: Kind;
  readonly after: number; // seconds until the same may go well
  readonly reference: string; // what the server's log calls the request

  constructor(kind: Kind, after = 0, reference = "") {
    super(kind);
    this.kind = kind;
    this.after = after;
    this.reference = reference;
  }
}

export function mayRetry(kind: Kind): boolean {
  return AGAIN.includes(kind);
}

/** What a refusal of the server means to a reader. */
export async function troubleOf(response: Response, site: string | null): Promise<Trouble> {
  const problem: unknown = await response.json().catch(() => null);
  return fromProblem(problem, response.status, site, Number(response.headers.get("Retry-After")) || 0);
}

export function fromProblem(problem: unknown, status: number, site: string | null, after = 0): Trouble {
  const said = (problem ?? {}) as { status?: number; request_id?: string };
  const reference = typeof said.request_id === "string" ? said.request_id : "";
  const code = status || said.status || 500;
  if (code === 401) return new Trouble(site === null ? "signedOut" : "expired");
  if (code === 403 || code === 404) return new Trouble("refused", 0, reference);
  if (code === 429) return new Trouble("busy", after || 5);
  if (code === 413 || code === 422 || code === 400) return new Trouble("question", 0, reference);
  return new Trouble("server", after, reference);
}
