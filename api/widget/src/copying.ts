// Copying text, also where browsers keep the clipboard from pages (plain http).

import { make } from "./dom.ts";

export async function copy(text: string, beside: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return theOldWay(text, beside);
  }
}

function theOldWay(text: string, beside: HTMLElement): boolean {
  const area = make("textarea", { class: "unseen", readonly: true, "aria-hidden": "true" });
  area.value = text;
  beside.after(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  beside.focus({ preventScroll: true });
  return done;
}
