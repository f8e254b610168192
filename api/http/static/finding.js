// Third piece: finding words, and showing only some speakers.

const wanted = document.getElementById("wanted");
const boxes = [...document.querySelectorAll("#voices input")];
const finding = { spans: [], at: -1 };

function find() {
  const text = wanted.value.trim().replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/g, "\\s+");
  finding.at = -1;
  finding.spans = text === "" ? [] : articles.filter((article) => !article.hidden).flatMap((article) => {
    const words = wordsOf(article);
    const matches = [...words.textContent.matchAll(new RegExp(text, "giu"))];
    return matches.map((match) => ({ words, start: match.index, end: match.index + match[0].length }));
  });
  paint("current", []);
  paint("found", finding.spans);
  tellFound();
}

function tellFound() {
  const { spans, at } = finding;
  const count = spans.length.toLocaleString("en");
  const line = spans.length === 0 ? "Not found" : at < 0 ? `${count} found` : `${(at + 1).toLocaleString("en")} of ${count}`;
  document.getElementById("found").textContent = wanted.value.trim() === "" ? "" : line;
}

function step(by) {
  const count = finding.spans.length;
  if (count === 0) return;
  finding.at = finding.at < 0 && by < 0 ? count - 1 : (finding.at + by + count) % count;
  paint("found", finding.spans.filter((_, at) => at !== finding.at));
  bring(paint("current", [finding.spans[finding.at]]));
  tellFound();
}

function filter() {
  const heard = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  for (const article of articles) article.hidden = !heard.has(article.dataset.voice);
  const left = articles.filter((article) => !article.hidden).length;
  const every = articles.length.toLocaleString("en");
  document.getElementById("shown").textContent =
    left === articles.length ? "" : `Showing ${left.toLocaleString("en")} of ${every} turns`;
  find();
}

/** A citation is shown even when its speaker was filtered out. */
function unhide(article) {
  if (!article.hidden) return;
  boxes.find((box) => box.value === article.dataset.voice).checked = true;
  filter();
}

function setAll(checked) {
  for (const box of boxes) box.checked = checked;
  filter();
}
