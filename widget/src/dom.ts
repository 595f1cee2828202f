// Building nodes without markup, so that no policy of the host's page stands in the way.

type Props = Record<string, string | boolean | ((event: never) => void) | undefined>;

/** Make an element; functions become listeners, true an empty attribute, false and undefined nothing. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props,
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const name in props) {
    const value = props[name];
    if (typeof value === "function") made.addEventListener(name, value as EventListener);
    else if (value) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside);
  return made;
}

/** Draw a 16 px icon from a path. */
export function icon(path: string): SVGSVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(ns, "svg");
  made.setAttribute("viewBox", "0 0 16 16");
  made.setAttribute("aria-hidden", "true");
  made.append(document.createElementNS(ns, "path"));
  made.firstElementChild!.setAttribute("d", path);
  return made;
}

export const CHECK = "m3 8.5 3.5 3.5L13 5";
export const CROSS = "m4 4 8 8m0-8-8 8";
export const UNDO = "M6 4 3 7l3 3M3 7h6.5a3 3 0 0 1 0 6H7";
export const WARN = "M8 2 2 13h12ZM8 6v3M8 11h0";
export const OFFLINE = "m3 3 10 10M3 7a8 8 0 0 1 10 0M8 12h0";

/** Let one button of a group be its tab stop: the one given, else the present one, else the first. */
export function stopAt(group: HTMLElement, at?: Element | null): void {
  const all = [...group.querySelectorAll("button")];
  const one = at ?? group.querySelector("[tabindex='0']") ?? all[0];
  for (const button of all) button.tabIndex = button === one ? 0 : -1;
}

/** Make a group with one tab stop: arrows move among its buttons, mirrored where text runs from the right. */
export function rove<T extends HTMLElement>(group: T, first?: Element | null): T {
  group.addEventListener("focusin", ({ target }) => stopAt(group, target as Element));
  group.addEventListener("keydown", (event) => {
    const all = [...group.querySelectorAll("button")];
    const step = getComputedStyle(group).direction === "rtl" ? -1 : 1;
    const at = all.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: -1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    all.at(to % all.length)!.focus();
  });
  stopAt(group, first);
  return group;
}
