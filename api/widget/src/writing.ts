// An answer's text to nodes: paragraphs, lists, headings, quotations, and **bold**, *italic* and `code` within them.
//
// That is all the markup there is, on purpose: answers quote people word for word, and what is no markup beyond doubt
// stays as it is written. Markdown proper would make "2*3*4" lose its asterisks, "1986. A good year" the first entry of
// a list, and "[1]: see above" vanish. Tags, links and pictures are text like any other.

import { make } from "./dom.ts";

/** Makes what stands for `[n]`; null where `n` is no citation. */
export type Marker = (n: number) => Node | null;

type Kind = "paragraph" | "heading" | "quotation" | "bullets" | "numbers";

interface Block {
  kind: Kind;
  start: number; // where it begins in the text
  lines: string[];
}

interface Item {
  depth: number;
  value: number;
  text: string;
}

const ITEM = /^( {0,8})(?:[-*•]|(\d{1,3})[.)]) +(?=\S)(.*)$/;
const HEADING = /^#{1,6} +(.*?)(?: +#+)?$/;
const QUOTED = /^> ?(.*)$/;
// Bounded, so that a text of nothing but asterisks costs no more than its length.
const SPAN =
  /\*\*(?=\S)(?<bold>[^\n]{1,600}?)(?<=\S)\*\*|(?<![\w*])\*(?=[^\s*])(?<star>[^*\n]{1,600}?)(?<=\S)\*(?![\w*])|(?<![\w])_(?=[^\s_])(?<line>[^_\n]{1,600}?)(?<=\S)_(?![\w])|`(?<code>[^`\n]{1,600})`|\[(?<n>\d{1,4})\]/g;

/** Shows a text that grows at its end: blocks that cannot change any more are left alone. */
export class Paper {
  readonly #into: HTMLElement;
  readonly #marker: Marker;
  #text = "";
  #settled = 0; // characters of #text in blocks that cannot change
  #open: Element | null = null; // shows the rest

  constructor(into: HTMLElement, marker: Marker) {
    this.#into = into;
    this.#marker = marker;
  }

  show(text: string): void {
    const tidy = text.replace(/\r\n?/g, "\n");
    if (!tidy.startsWith(this.#text.slice(0, this.#settled))) {
      this.#into.replaceChildren();
      this.#settled = 0;
      this.#open = null;
    }
    this.#text = tidy;
    const found = blocks(tidy.slice(this.#settled));
    const made = found.map((block) => element(block, this.#marker));
    if (this.#open && made[0]?.localName === this.#open.localName) made[0] = grown(this.#open, made[0]);
    else this.#open?.remove();
    this.#into.append(...made.filter((one) => one !== this.#open));
    this.#open = made.at(-1) ?? null;
    this.#settled += found.at(-1)?.start ?? 0;
  }
}

/** `old` with the children of `fresh`; those that are the same already are left alone, and with them their layout. */
function grown(old: Element, fresh: Element): Element {
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  const same = before.findIndex((node, at) => !after[at] || !node.isEqualNode(after[at]));
  const from = same < 0 ? before.length : same;
  for (const node of before.slice(from)) node.remove();
  old.append(...after.slice(from));
  return old;
}

function blocks(text: string): Block[] {
  const found: Block[] = [];
  let open = null as Block | null;
  let at = 0;
  for (const line of text.split("\n")) {
    const kind: Kind | null = line.trim() === "" ? null : kindOf(line, open);
    if (kind === null) {
      // A list goes on after an empty line, everything else ends there.
      if (open && open.kind !== "bullets" && open.kind !== "numbers") open = null;
    } else if (open !== null && open.kind === kind && kind !== "heading") {
      open.lines.push(line);
    } else {
      open = { kind, start: at, lines: [line] };
      found.push(open);
    }
    at += line.length + 1;
  }
  return found;
}

function kindOf(line: string, open: Block | null): Kind {
  const item = ITEM.exec(line);
  const listing = open?.kind === "bullets" || open?.kind === "numbers" ? open.kind : null;
  if (item && listing && item[1] !== "") return listing; // an entry within an entry
  if (item && item[2] === undefined) return "bullets";
  // Lists begin at 1: "1986. It was cold." is a sentence.
  if (item && (item[2] === "1" || listing === "numbers")) return "numbers";
  if (listing && /^ {2,}/.test(line)) return listing;
  if (HEADING.test(line)) return "heading";
  return QUOTED.test(line) ? "quotation" : "paragraph";
}

function element({ kind, lines }: Block, marker: Marker): Element {
  if (kind === "bullets" || kind === "numbers") return list(kind, lines, marker);
  if (kind === "heading") return make("p", { class: "heading", dir: "auto" }, ...spans(HEADING.exec(lines[0]!)![1]!, marker));
  if (kind === "quotation") return make("blockquote", { dir: "auto" }, ...spans(lines.map((line) => QUOTED.exec(line)![1]!).join("\n"), marker));
  return make("p", { dir: "auto" }, ...spans(lines.join("\n"), marker));
}

function list(kind: "bullets" | "numbers", lines: string[], marker: Marker): Element {
  const items: Item[] = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item) items.push({ depth: Math.min(Math.ceil(item[1]!.length / 4), 2), value: Number(item[2] ?? 0), text: item[3]! });
    else items.at(-1)!.text += `\n${line.trim()}`;
  }
  return make(kind === "bullets" ? "ul" : "ol", {}, ...items.map(({ depth, value, text }) => make("li", { dir: "auto", class: `depth-${depth}`, value: value || null }, ...spans(text, marker))));
}

function spans(text: string, marker: Marker): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  for (const match of text.matchAll(SPAN)) {
    const { bold, star, line, code, n } = match.groups!;
    const node =
      n !== undefined
        ? marker(Number(n))
        : code !== undefined
          ? make("code", {}, code)
          : bold !== undefined
            ? make("strong", {}, ...spans(bold, marker))
            : make("em", {}, ...spans((star ?? line)!, marker));
    if (node === null) continue; // a number that is no citation is a number
    if (match.index > at) nodes.push(document.createTextNode(text.slice(at, match.index)));
    nodes.push(node);
    at = match.index + match[0].length;
  }
  if (at < text.length) nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}
