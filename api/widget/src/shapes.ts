// What the server says, as far as the widget reads it; docs of each field are in the server's OpenAPI.

export interface Citation {
  n: number;
  transcript_id: string;
  title: string;
  date: string | null;
  collection: string;
  turn: number;
  speaker: string | null;
  speaker_inferred: boolean;
  char_start: number;
  char_end: number;
  quote: string;
  start: number | null;
  url: string;
  media_url?: string | null;
  role?: "nearest" | null;
}

export interface Answer {
  id: string;
  status: "answered" | "quoted" | "not_found";
  text: string;
  sentences: { text: string; citations: number[] }[];
  citations: Citation[];
  dropped: { text: string; reason: string }[];
  searched: { transcripts: number; turns: number };
  model: string | null;
}

/** Whether it is an answer as far as the widget has to rely on it. */
export function isAnswer(said: unknown): said is Answer {
  const { id, text, sentences, citations, dropped, searched } = (said ?? {}) as Partial<Answer>;
  return typeof id === "string" && typeof text === "string" && typeof searched === "object" && [sentences, citations, dropped].every(Array.isArray);
}

export interface Turn {
  turn: number;
  speaker: string | null;
  speaker_inferred: boolean;
  text: string;
}

export interface Context {
  turns: Turn[];
  at: number;
}

export interface Choices {
  collections: string[];
  speakers: string[];
}

export type Vote = "up" | "down";

export type Kind = "offline" | "unreachable" | "busy" | "server" | "cut" | "refused" | "signedOut" | "expired" | "question";

/** One question and what came of it; `partial` is what was read of an answer that is not whole. */
export interface Exchange {
  question: string;
  state: "waiting" | "done" | "stopped" | "failed";
  partial: string;
  answer: Answer | null;
  trouble: { kind: Kind; after: number; reference: string } | null;
  vote: Vote | null;
}
