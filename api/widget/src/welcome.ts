// What is shown before the first question.

import { make } from "./dom.ts";
import type { Speech } from "./speech.ts";

export function welcome(speech: Speech, suggestions: string[], ask: (question: string) => void): HTMLElement {
  const suggested = suggestions.map((words) => make("li", {}, make("button", { type: "button", class: "suggestion", part: "suggestion", dir: "auto", click: () => ask(words) }, words)));
  const list = suggested.length > 0 && make("ul", { class: "suggestions", "aria-label": speech.say("suggestions") }, ...suggested);
  return make("div", { class: "welcome" }, make("p", { class: "lead" }, speech.say("lead")), list);
}
