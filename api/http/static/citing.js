// Second piece: opening a citation (#turn-12, or #turn-12:30-95 for characters 30 to 95 of it), and making one.

const cite = document.getElementById("cite");

function aim() {
  let hash = location.hash;
  try {
    hash = decodeURIComponent(hash); // mail and chat programs escape the colon
  } catch { /* a stray % sign: not one of ours */ }
  const [, turn, start, end] = /^#turn-(\d+)(?::(\d+)-(\d+))?$/.exec(hash) ?? [];
  return { turn, start: Number(start), end: Number(end), part: start !== undefined };
}

/** Show what the address asks for. */
function follow() {
  const { turn, start, end, part } = aim();
  paint("cited", []);
  document.querySelector("article.cited")?.classList.remove("cited");
  if (turn === undefined) return;
  const article = document.getElementById(`turn-${Number(turn)}`);
  if (!article) {
    say(`Turn ${turn} is not in this transcript.`);
    return;
  }
  unhide(article);
  article.classList.add("cited");
  article.tabIndex = -1;
  article.focus({ preventScroll: true });
  const words = wordsOf(article);
  const text = words.textContent;
  if (part && start < end && end <= pointsOf(text, text.length)) {
    const span = { words, start: unitsOf(text, start), end: unitsOf(text, end) };
    bring(paint("cited", [span]));
    say(`Cited: ${article.ariaLabel}: “${text.slice(span.start, span.end)}”`);
  } else {
    bring(article);
    say(part ? `${article.ariaLabel} has no characters ${start} to ${end}.` : `Cited: ${article.ariaLabel}`);
  }
}

/** The part of an article's words that is in `range`, without white space around it; null when there is none. */
function partOf(article, range) {
  const words = wordsOf(article);
  if (!range.intersectsNode(words)) return null;
  const own = document.createRange();
  own.selectNodeContents(words);
  const before = own.cloneRange();
  if (range.compareBoundaryPoints(Range.START_TO_START, own) > 0) own.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, own) < 0) own.setEnd(range.endContainer, range.endOffset);
  before.setEnd(own.startContainer, own.startOffset);
  const quote = own.toString();
  if (!quote.trim()) return null;
  const start = before.toString().length + quote.length - quote.trimStart().length;
  return { article, start, end: start + quote.trim().length };
}

function selected(among) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return [];
  return among.map((article) => partOf(article, selection.getRangeAt(0))).filter(Boolean);
}

/** "quote" — Speaker (name inferred), Title, date, 0:12:03, address. */
function citation({ article, start, end }) {
  const text = wordsOf(article).textContent;
  const whole = start === 0 && end === text.length;
  const name = article.querySelector(".name").textContent;
  const facts = [
    article.querySelector(".inferred") ? `${name} (name inferred)` : name,
    document.getElementById("title").textContent,
    document.getElementById("date")?.dateTime,
    article.querySelector("time")?.textContent,
    `${location.origin}${location.pathname}#${article.id}${whole ? "" : `:${pointsOf(text, start)}-${pointsOf(text, end)}`}`,
  ];
  return `"${text.slice(start, end)}" — ${facts.filter(Boolean).join(", ")}`;
}

async function copy(parts) {
  const text = parts.map(citation).join("\n\n");
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not over plain http
    if (!copyOldWay(text)) {
      say("The browser does not let this page copy.");
      return;
    }
  }
  say(`Copied: ${text}`);
}

function copyOldWay(text) {
  const [focused, selection] = [document.activeElement, getSelection()];
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  if (range) {
    selection.removeAllRanges();
    selection.addRange(range);
  }
  return done;
}

/** A button at every turn: it copies what is selected in the turn, or else the whole turn. */
function addCiteButtons() {
  for (const article of articles) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cite";
    button.textContent = "Copy as citation";
    button.ariaLabel = `Copy as citation: ${article.ariaLabel}`;
    button.addEventListener("click", () => {
      const some = selected([article]);
      copy(some.length ? some : [{ article, start: 0, end: wordsOf(article).textContent.length }]);
    });
    article.querySelector(".who").append(button);
  }
}
