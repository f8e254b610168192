// Fourth piece: the dialogs that correct and remove a transcript.

const correcting = document.getElementById("correcting");
const removing = document.getElementById("removing");
const field = { title: "title", date: "date", source_url: "source-url", media_url: "media-url" };
const NOT_BLANK = ".*\\S.*";
const shown = new Map(); // dialog to the transcript it is about

function pathOf(id) {
  return `/v1/transcripts/${encodeURIComponent(id)}`;
}

function rowOf(id) {
  return [...document.querySelectorAll("#listing tr")].find((row) => row.dataset.id === id);
}

/** Say a line above the list; screen readers read it. */
function say(line) {
  document.getElementById("said").textContent = line;
}

async function openCorrecting(id) {
  const transcript = (await call("GET", pathOf(id))).response;
  shown.set(correcting, transcript);
  for (const [name, element] of Object.entries(field)) document.getElementById(element).value = transcript[name] ?? "";
  document.getElementById("speakers").hidden = !transcript.speakers.length;
  document.getElementById("names").replaceChildren(...transcript.speakers.map((name) => {
    const label = document.createElement("label");
    const old = document.createElement("bdi");
    old.textContent = name;
    const input = document.createElement("input");
    Object.assign(input, { value: name, required: true, maxLength: 300, pattern: NOT_BLANK, title: "A name, not only spaces.", dir: "auto", autocomplete: "off" });
    label.append(old, input);
    return label;
  }));
  document.getElementById("correcting-trouble").textContent = "";
  correcting.showModal();
}

/** What the dialog says otherwise than the transcript. */
function corrections(transcript) {
  const changed = {};
  for (const [name, element] of Object.entries(field)) {
    const value = document.getElementById(element).value.trim() || null;
    if (value !== transcript[name]) changed[name] = value;
  }
  const inputs = [...document.querySelectorAll("#names input")];
  const renamed = transcript.speakers.map((name, at) => [name, inputs[at].value.trim()]).filter(([old, name]) => old !== name);
  if (renamed.length) changed.rename_speakers = Object.fromEntries(renamed);
  return changed;
}

async function save() {
  const transcript = shown.get(correcting);
  const changed = corrections(transcript);
  if (!Object.keys(changed).length) return "Nothing was changed.";
  await call("PATCH", pathOf(transcript.id), { body: JSON.stringify(changed), headers: { "Content-Type": "application/json" } });
  return `“${changed.title ?? transcript.title}” is corrected.`;
}

function openRemoving(id) {
  const title = rowOf(id).querySelector("th").textContent.trim();
  shown.set(removing, { id, title });
  document.getElementById("removing-name").textContent = title;
  document.getElementById("removing-trouble").textContent = "";
  removing.showModal();
}

async function remove() {
  const { id, title } = shown.get(removing);
  try {
    await call("DELETE", pathOf(id));
  } catch (trouble) {
    if (trouble.status !== 404) throw trouble; // somebody else was faster
  }
  return `“${title}” is removed.`;
}

/** Let a dialog do its work when it is agreed to; it stays open, with the reason, when that fails. */
function agree(dialog, work) {
  let working = false;
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (working) return;
    working = true;
    try {
      const line = await work();
      await refresh();
      dialog.close();
      say(line);
      // Closing gives the focus back to a button that is no longer there.
      const button = rowOf(shown.get(dialog).id)?.querySelector(".correct");
      (button ?? document.getElementById("list-title")).focus();
    } catch (trouble) {
      tell(dialog.querySelector(".trouble"), trouble);
    } finally {
      working = false;
    }
  });
}
