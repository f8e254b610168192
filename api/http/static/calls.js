// First piece of the library page's module: speaking to the server, and saying what went wrong.

/** What went wrong, in a sentence for people; `status` is 0 when the server was not reached. */
class Trouble extends Error {
  constructor(sentence, status = 0, after = 0) {
    super(sentence);
    this.status = status;
    this.after = after; // seconds until the same call may go well; 0 when that will not help
  }
}

/** Make one call; gives the finished request. `kind` is what the response is read as. */
function call(method, path, { body = null, headers = {}, kind = "json", onProgress = null } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // tells how much of a body is sent, which fetch does not
    request.open(method, path);
    request.responseType = kind;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (onProgress) request.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    request.addEventListener("load", () => (request.status < 400 ? resolve(request) : reject(troubleOf(request))));
    request.addEventListener("error", () => reject(new Trouble("The server cannot be reached. Is the network up?")));
    request.send(body);
  });
}

function troubleOf(request) {
  if (request.status === 401) return new Trouble("You are signed out.", 401);
  const problem = request.response ?? {};
  const said = problem.errors?.[0]?.problem || problem.detail || problem.title || `The server answered with error ${request.status}`;
  const after = [429, 503].includes(request.status) ? Number(request.getResponseHeader("Retry-After")) || 5 : 0;
  return new Trouble(`${said[0].toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? "" : "."}`, request.status, after);
}

/** Write what went wrong into an element, with the way out where there is one. */
function tell(element, trouble) {
  const known = trouble instanceof Trouble;
  if (!known) console.error(trouble);
  element.textContent = known ? trouble.message : "This page failed; load it again.";
  if (trouble.status !== 401) return;
  const link = document.createElement("a");
  link.href = "/signin?next=/library";
  link.textContent = "Sign in again.";
  element.append(" ", link);
}

function pause(seconds) {
  return new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
}

/** Put today's list in place of the one on the page. */
async function refresh() {
  const { response } = await call("GET", location.href, { kind: "document" });
  const fresh = response?.getElementById("listing");
  if (!fresh) throw new Trouble("You are signed out.", 401);
  document.getElementById("listing").replaceWith(fresh);
}
