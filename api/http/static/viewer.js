// Last piece: the recording, and everything set going. Without this script the page still reads, links and prints.

const player = document.getElementById("player");

function play(event) {
  const link = event.target.closest(".time");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  player.currentTime = Number(link.dataset.start);
  player.play().then(
    () => say(`Playing from ${link.textContent}`),
    (error) => { if (error.name !== "AbortError") say("The recording could not be played."); }, // abort: another time was chosen
  );
}

/** Mark the turn that is being heard. */
function keepUp() {
  const times = [...document.querySelectorAll(".time")];
  const starts = times.map((link) => Number(link.dataset.start));
  player.addEventListener("timeupdate", () => {
    const now = times[starts.findLastIndex((start) => start <= player.currentTime)]?.closest("article");
    const before = document.querySelector("article[aria-current]");
    if (now === before) return;
    before?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
  });
}

for (const element of [document.getElementById("find"), document.getElementById("filter"), ...boxes]) element.hidden = false;
addCiteButtons();
filter(); // browsers keep the ticks over a reload
follow();

addEventListener("hashchange", follow);
for (const box of boxes) box.addEventListener("change", filter);
document.getElementById("all").addEventListener("click", () => setAll(true));
document.getElementById("none").addEventListener("click", () => setAll(false));
wanted.addEventListener("input", () => {
  clearTimeout(find.timer);
  find.timer = setTimeout(find, 150);
});
wanted.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  clearTimeout(find.timer);
  if (finding.at < 0) find();
  step(event.shiftKey ? -1 : 1);
});
document.getElementById("next").addEventListener("click", () => step(1));
document.getElementById("previous").addEventListener("click", () => step(-1));
document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  const inTurns = [selection.anchorNode, selection.focusNode].some((node) => node?.parentElement?.closest(".words"));
  cite.hidden = selection.isCollapsed || !inTurns;
});
cite.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
cite.addEventListener("click", () => copy(selected(articles)));
if (player) {
  document.getElementById("turns").addEventListener("click", play);
  keepUp();
}
