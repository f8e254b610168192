// Second piece: sending files, one batch after the other; every file has a line that says what becomes of it.

const BATCH_BYTES = 2_000_000;
const BATCH_FILES = 50;
const TRIES = 5;

const adding = document.getElementById("adding");
const home = document.getElementById("home");
const mostBytes = Number(adding.dataset.most);
const queue = []; // {file, collection, line}: to be sent
let outcomes = {}; // how many files ended how, since there was nothing to do
let open = 0; // files that have not ended
let sending = false;

class Line {
  constructor(name) {
    this.name = name;
    this.item = document.createElement("li");
    const label = document.createElement("bdi");
    label.className = "name";
    label.textContent = name;
    this.bar = document.createElement("progress");
    this.bar.setAttribute("aria-label", name);
    this.state = document.createElement("span");
    this.state.className = "state";
    this.item.append(label, this.state);
    document.getElementById("sent").append(this.item);
    this.begin();
  }

  begin() {
    open += 1;
    this.item.className = "";
    this.item.insertBefore(this.bar, this.state);
    this.bar.value = 0;
    this.say("Waiting");
  }

  close(outcome) {
    open -= 1;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    this.item.className = outcome;
    this.bar.remove();
  }

  say(words) { this.state.textContent = words; }

  /** Say how much of the file is sent; `all` when that is so of everything that goes with it. */
  sent(share, all) {
    if (all) this.bar.removeAttribute("value"); // busy for an unknown time
    else this.bar.value = share;
    this.say(all ? "Being taken in" : share ? `${Math.floor(share * 100)} % sent` : "Waiting");
  }

  /** Say what became of the file, as a report or a job tells it. */
  end({ outcome, transcript_id: id, turns, reason, line }) {
    this.close(outcome);
    if (outcome === "rejected") {
      const why = /[.!?]$/.test(reason) ? reason : `${reason}.`;
      this.say(`Not taken in: ${line ? `line ${line}: ` : ""}${why}`);
      return;
    }
    const count = `${turns.toLocaleString("en")} turn${turns === 1 ? "" : "s"}`;
    this.say({
      added: `Added, ${count}. `,
      replaced: `Took the place of the version before, ${count}. `,
      unchanged: "Is there already, unchanged. ",
      duplicate: "Is there already under another name. ",
    }[outcome]);
    const link = document.createElement("a");
    link.href = `/t/${encodeURIComponent(id)}`;
    const unseen = document.createElement("span");
    unseen.className = "unseen";
    unseen.textContent = ` ${this.name}`;
    link.append("Read", unseen);
    this.state.append(link);
  }

  fail(trouble) {
    this.close("rejected");
    tell(this.state, trouble);
  }
}

/** Send files into the collection that is named on the page. */
function send(files) {
  if (!home.reportValidity()) return;
  if (!open) outcomes = {};
  for (const file of files) {
    const line = new Line(file.name);
    if (file.size > mostBytes) {
      line.end({ outcome: "rejected", reason: `it is larger than ${(mostBytes / 1e6).toLocaleString("en")} MB` });
    } else {
      queue.push({ file, collection: home.value.trim(), line });
    }
  }
  if (!sending) drain();
}

async function drain() {
  sending = true;
  while (queue.length) {
    tally();
    await take(batch());
  }
  sending = false;
  tally();
}

/** The next files that go together. */
function batch() {
  const some = [queue.shift()];
  let bytes = some[0].file.size;
  while (queue.length && some.length < BATCH_FILES && queue[0].collection === some[0].collection) {
    bytes += queue[0].file.size;
    if (bytes > Math.min(BATCH_BYTES, mostBytes)) break;
    some.push(queue.shift());
  }
  return some;
}

async function take(some) {
  try {
    const request = await post(some);
    if (request.status === 202) watch({ path: request.getResponseHeader("Location"), lines: some.map((one) => one.line) });
    else request.response.files.forEach((report, at) => some[at].line.end(report));
  } catch (trouble) {
    if (some.length > 1 && [400, 413, 422].includes(trouble.status)) {
      for (const one of some) await take([one]); // one of them spoilt it for the others
    } else {
      for (const one of some) one.line.fail(trouble);
    }
  }
}

async function post(some) {
  const body = new FormData();
  body.append("collection", some[0].collection);
  for (const { file } of some) body.append("files", file, file.name);
  const onProgress = (loaded, total) => {
    let before = 0; // the little that goes between the files is not counted
    for (const { file, line } of some) {
      line.sent(file.size ? Math.min(1, Math.max(0, (loaded - before) / file.size)) : 1, loaded === total);
      before += file.size;
    }
  };
  for (let tried = 1; ; tried++) {
    try {
      return await call("POST", "/v1/transcripts", { body, headers: { Prefer: "respond-async" }, onProgress });
    } catch (trouble) {
      if (!trouble.after || tried === TRIES) throw trouble;
      for (const { line } of some) line.say(`The server is busy; it is tried again in ${trouble.after} s`);
      await pause(trouble.after);
    }
  }
}

/** Say how it goes, for screen readers too; when there is nothing left to do, show the new list. */
function tally() {
  const words = { added: "added", replaced: "replaced", unchanged: "there already", duplicate: "there under another name", rejected: "not taken in" };
  const counts = Object.entries(words).filter(([outcome]) => outcomes[outcome]);
  const list = counts.map(([outcome, word]) => `${outcomes[outcome].toLocaleString("en")} ${word}`);
  const lead = open ? `${open.toLocaleString("en")} to go` : "Done";
  const said = document.getElementById("sent-said");
  const sentence = `${[lead, list.join(", ")].filter(Boolean).join(": ")}.`;
  if (said.textContent !== sentence) said.textContent = sentence; // or it would be read out again
  if (!open && (outcomes.added || outcomes.replaced)) refresh().catch((trouble) => tell(document.getElementById("said"), trouble));
}

/** The files of a drop, those in folders too. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(within))).flat();
}

async function within(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => { entry.file(resolve, reject); })];
  const reader = entry.createReader();
  const found = [];
  for (;;) { // hands out a hundred at a time
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return found.flat();
    found.push(...(await Promise.all(some.map(within))));
  }
}
