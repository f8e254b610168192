// Making elements. Text becomes text nodes and nothing else: there is no way from here to markup.

export type Child = Node | string | null | undefined | false;
type Listener = (event: never) => void;
type Properties = Record<string, string | number | boolean | null | undefined | Listener>;

const SVG = "http://www.w3.org/2000/svg";

/** An element; functions among the properties are listeners, everything else is an attribute, false and null none. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value as unknown as EventListener);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

export function present(children: Child[]): (Node | string)[] {
  return children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false && child !== "");
}

const ICONS = {
  chat: "M4 5.5h16v10.5H10.5L6 20v-4H4zM8 9.2h8M8 12.4h5",
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  stop: "M8 8h8v8H8z",
  close: "M6 6l12 12M18 6 6 18",
  fresh: "M12 5v14M5 12h14",
  copy: "M9 9h10v10H9zM15 9V5H5v10h4",
  again: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4.5V9H15",
  up: "M8 11v8.5H4.5V11zM8 11l4-7c1.4 0 2.3 1 2.1 2.4L13.5 10H19l-1.6 9.5H8",
  down: "M8 13V4.5H4.5V13zM8 13l4 7c1.4 0 2.3-1 2.1-2.4L13.5 14H19l-1.6-9.5H8",
  back: "M19 12H5M11 6l-6 6 6 6",
  tab: "M13 5h6v6M19 5l-8 8M17 14v5H5V7h5",
  check: "M5 12.5 10 17.5 19 7",
};

export type Icon = keyof typeof ICONS;

/** A drawing that says nothing to screen readers. */
export function icon(name: Icon): SVGSVGElement {
  const drawing = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [attribute, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["class", `icon icon-${name}`]] as const) {
    drawing.setAttribute(attribute, value);
  }
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}

/** An address if a browser may be sent there, null otherwise. */
export function safe(address: unknown, base: string): URL | null {
  if (typeof address !== "string") return null;
  try {
    const url = new URL(address, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}
