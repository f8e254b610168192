// First piece of the viewer's module: the turns, and painting spans of their words without making any markup.

const articles = [...document.querySelectorAll("#turns article")];
const said = document.getElementById("said");
const painted = new Map(); // by name; only kept where there is no Custom Highlight API

function wordsOf(article) {
  const words = article.querySelector(".words");
  words.normalize(); // parsers cut long text into several nodes
  return words;
}

/** Show a line for a few seconds; screen readers say it. */
function say(line) {
  clearTimeout(say.timer);
  said.textContent = line;
  say.timer = setTimeout(() => { said.textContent = ""; }, 8000);
}

/** Citations count code points, the DOM counts UTF-16 units: where code point `point` of `text` begins. */
function unitsOf(text, point) {
  let units = 0;
  for (const character of text) {
    if (point-- <= 0) break;
    units += character.length;
  }
  return units;
}

function pointsOf(text, units) {
  return [...text.slice(0, units)].length;
}

function rangeOf({ words, start, end }) {
  const range = document.createRange();
  range.setStart(words.firstChild, start);
  range.setEnd(words.firstChild, end);
  return range;
}

/** Paint spans ({words, start, end}, in UTF-16 units) as `name`, and nothing else as it; gives what to scroll to. */
function paint(name, spans) {
  if (!CSS.highlights || !window.Highlight) return mark(name, spans);
  const ranges = spans.map(rangeOf);
  const highlight = new Highlight();
  for (const range of ranges) highlight.add(range);
  highlight.priority = ["found", "cited", "current"].indexOf(name);
  CSS.highlights.set(name, highlight);
  return ranges[0];
}

function mark(name, spans) {
  const touched = new Set([...(painted.get(name) ?? []), ...spans].map((span) => span.words));
  painted.set(name, spans);
  const every = [...painted].flatMap(([kind, some]) => some.map((span) => ({ ...span, kind })));
  for (const words of touched) {
    words.replaceChildren(words.textContent);
    const own = every.filter((span) => span.words === words && (span.kind === name || !spans.some(
      (other) => other.words === words && other.start < span.end && span.start < other.end))); // marks cannot overlap
    own.sort((a, b) => b.start - a.start); // from the last to the first: what is before a mark stays one text node
    let limit = Infinity;
    for (const span of own) {
      if (span.end > limit) continue;
      const element = document.createElement("mark");
      element.className = span.kind;
      rangeOf(span).surroundContents(element);
      limit = span.start;
    }
  }
  return spans[0]?.words.querySelector(`mark.${name}`);
}

/** Scroll a range or element to the upper third. What comes into view grows to its real height: look again. */
async function bring(target) {
  for (let look = 0; look < 12; look++) {
    const off = target.getBoundingClientRect().top - innerHeight / 3;
    const before = scrollY;
    if (Math.abs(off) > 8) scrollBy({ top: off, behavior: "instant" });
    if (look > 2 && scrollY === before) return;
    await new Promise(requestAnimationFrame);
  }
}
