// Building nodes without markup, so that no policy of the host's page stands in the way.

type Props = Record<string, string | boolean | ((event: never) => void) | undefined>;

/** Make an element; functions become listeners, true an empty attribute, undefined and false nothing. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props,
  ...inside: (Node | string | undefined)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") made.addEventListener(name, value as EventListener);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const child of inside) if (child !== undefined) made.append(child);
  return made;
}

const PATHS = {
  check: "m3 8.5 3.5 3.5L13 5",
  chevron: "m4 6 4 4 4-4",
  more: "M3 8h.01M8 8h.01M13 8h.01",
  undo: "M6 4 3 7l3 3M3 7h6.500a3 3 0 0 1 0 6H7",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.600-1.400L14 14",
  mark: "M4 2h6l3 3v9H4ZM6 8h4M6 11h4",
  warn: "M8 2 1.500 13.500h13ZM8 6.500v3M8 11.600h.01",
  offline: "M2 2l12 12M4 8a6 6 0 0 1 3-1.700M12.500 8.500a6 6 0 0 0-2-1.500M8 12h.01",
};

export function icon(name: keyof typeof PATHS): SVGSVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(ns, "svg");
  made.setAttribute("viewBox", "0 0 16 16");
  made.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", PATHS[name]);
  made.append(path);
  return made;
}
