// Third piece: following what was sent until the server has taken it in.

const LOOK_S = 0.7;

const jobs = []; // {path, lines}: sent, and being taken in
let watching = false;

/** Look after what was sent, one job after the other as the server takes them in. */
async function watch(job) {
  for (const line of job.lines) if (line.bar.isConnected) line.sent(1, true);
  jobs.push(job);
  if (watching) return;
  watching = true;
  while (jobs.length) {
    try {
      await follow(jobs[0]);
    } catch (trouble) {
      for (const line of jobs[0].lines.filter((one) => one.bar.isConnected)) line.fail(trouble);
    }
    jobs.shift();
    tally();
  }
  watching = false;
}

async function follow({ path, lines }) {
  for (;;) {
    const job = await look(path);
    job.files.forEach((report, at) => {
      if (report.outcome && lines[at].bar.isConnected) lines[at].end(report);
    });
    if (open) tally();
    if (job.state === "failed") offer(path, lines, job.reason);
    if (job.state === "failed" || job.state === "done") return;
    await pause(LOOK_S);
  }
}

/** A job as it is now; a network that is gone for a moment is waited for. */
async function look(path) {
  for (let tried = 1; ; tried++) {
    try {
      return (await call("GET", path)).response;
    } catch (trouble) {
      if ((trouble.status && !trouble.after) || tried === TRIES) throw trouble;
      await pause(trouble.after || tried);
    }
  }
}

/** Say that a job failed, and let it be tried again or given up. */
function offer(path, lines, reason) {
  const left = lines.filter((line) => line.bar.isConnected);
  for (const line of left) line.fail(new Trouble(`Not taken in: ${reason}.`));
  const item = document.createElement("li");
  for (const [words, method, where] of [["Try again", "POST", `${path}/retry`], ["Give up", "DELETE", path]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", async () => {
      try {
        await call(method, where);
      } catch (trouble) {
        tell(document.getElementById("sent-said"), trouble);
        return;
      }
      item.remove();
      document.getElementById("adding-title").focus(); // the button is gone
      if (!open) outcomes = {};
      for (const line of left) line.begin();
      watch({ path, lines });
    });
    item.append(button);
  }
  left.at(-1)?.item.after(item);
}

/** Show the uploads that are not done: of another page, or from before this one was loaded again. */
async function resume() {
  const { response } = await call("GET", "/v1/jobs");
  for (const { id, state } of response.jobs.reverse()) {
    if (state === "done") continue;
    const path = `/v1/jobs/${encodeURIComponent(id)}`;
    watch({ path, lines: (await look(path)).files.map((file) => new Line(file.path)) });
  }
}
