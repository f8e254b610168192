// Last piece: everything set going. Without this script the page still lists what there is.

document.documentElement.classList.add("live");
adding.hidden = false;
agree(correcting, save);
agree(removing, remove);
resume().catch((trouble) => tell(document.getElementById("sent-said"), trouble));

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("#listing .actions button");
  if (!button) return;
  const { id } = button.closest("tr").dataset;
  say("");
  try {
    if (button.className === "correct") await openCorrecting(id);
    else openRemoving(id);
  } catch (trouble) {
    tell(document.getElementById("said"), trouble);
  }
});

document.getElementById("files").addEventListener("change", (event) => {
  send([...event.target.files]);
  event.target.value = ""; // so that the same files can be chosen again
});

const drop = document.getElementById("drop");
addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault(); // a file that misses would be opened in place of the page
  drop.classList.add("over");
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
addEventListener("drop", async (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  drop.classList.remove("over");
  if (document.querySelector("dialog[open]")) return;
  try {
    send(await dropped(event.dataTransfer));
  } catch {
    document.getElementById("sent-said").textContent = "What was dropped cannot be read.";
  }
});

addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault(); // asks whether to leave
});
