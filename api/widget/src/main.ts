// The script of a page: makes <transcite-chat> known, and a launcher where its tag asks for one.

import { NAME, TransciteChat } from "./element.ts";

const ATTRIBUTES = ["endpoint", "lang", "dir", "strings", "theme", "heading", "suggestions", "collections", "speakers", "position"];

function launch(tag: HTMLScriptElement): void {
  const element = document.createElement(NAME);
  element.setAttribute("floating", "");
  element.setAttribute("endpoint", new URL(".", tag.src).href); // of this tag, whichever came first
  if (tag.dataset["site"]) element.setAttribute("site", tag.dataset["site"]);
  if (tag.dataset["name"]) element.id = tag.dataset["name"];
  for (const name of ATTRIBUTES) if (tag.dataset[name] !== undefined) element.setAttribute(name, tag.dataset[name]);
  document.documentElement.append(element); // not the body, which pages transform, replace and clip
}

const tag = document.currentScript;
if (!customElements.get(NAME)) customElements.define(NAME, TransciteChat);
if (tag instanceof HTMLScriptElement && (tag.dataset["site"] !== undefined || tag.dataset["launcher"] !== undefined)) {
  if (document.body) launch(tag);
  else addEventListener("DOMContentLoaded", () => launch(tag), { once: true });
}
