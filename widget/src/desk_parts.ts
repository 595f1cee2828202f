// The parts of the desk's page that are the same whatever stands on it: its head, an item as it is read, how to decide, doors.
import { h } from "./dom";
import type { DeskItem, DeskProgress } from "./wire";

type Say = (key: string, x?: string, n?: number) => string;

/** How far the server counts what is left. */
const MOST_LEFT = 1000;
/** What ends a sentence or stands in quotes, and ends no address. */
const STOPS = ".,:;!?…،؛؟。、，！？；：'’‘»«›‹*`";
/** Brackets by what closes them, which ends an address only where the address opened it. */
const OPENED: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** Return what stands on top of each unit: how much one did, and how much is left for oneself as the queue stands. */
export function head(say: Say, slug: string, { answered_count: mine, left_count: left }: DeskProgress): HTMLElement {
  const parts: [string, number][] = [["answered", mine], ["left", left]]; // prettier-ignore
  const bars = parts.filter(([, count]) => count).map(([name, count]) => {
    const part = h("span", { class: name });
    part.style.flexGrow = `${count}`;
    return part;
  }); // prettier-ignore
  const more = left < MOST_LEFT ? "" : "+";
  return h(
    "header",
    {},
    h("p", { class: "name" }, h("b", {}, "Earmark"), h("bdi", {}, slug), h("span", { class: "mine" }, say("deskMine", "", mine), " · ", say("deskLeft", `${left}${more}`))),
    h("div", { class: "progress", "aria-hidden": "true" }, ...bars),
  );
}

/** Return the key that does the same. */
export const kbd = (key: string): HTMLElement => h("kbd", { "aria-hidden": "true" }, key);

/** Return a text with its web addresses as links, which open beside the desk; a sentence's stop is no part of them. */
function linked(text: string): (Node | string)[] {
  return text.split(/(https?:\/\/[^\s<>"“”„]+)/).flatMap((part, nth) => {
    const address = nth % 2 ? part.slice(0, endOf(part)) : "";
    if (!address || address.endsWith("://")) return part;
    const link = door(address, address);
    link.dir = "ltr"; // or its last / would stand before it where text runs from the right
    return [link, part.slice(address.length)];
  });
}

/** Return where an address ends: before what ends its sentence, and before brackets that were opened outside of it. */
function endOf(address: string): number {
  const count = (sign: string) => address.split(sign).length;
  const over = new Map(Object.entries(OPENED).map(([closing, opening]) => [closing, count(closing) - count(opening)]));
  for (let end = address.length; ; end--) {
    const last = address[end - 1]!;
    const more = over.get(last) ?? 0;
    if (more > 0) over.set(last, more - 1);
    else if (!STOPS.includes(last)) return end;
  }
}

/** Return a link that opens beside the desk, and does not tell where it was. */
const door = (href: string, ...words: string[]): HTMLElement => h("a", { href, target: "_blank", rel: "noreferrer noopener" }, ...words);

/** Return how to decide. */
export function guideline(say: Say, text: string, isOpen: boolean): HTMLElement {
  const body = h("div", { class: "text", dir: "auto" }, ...linked(text));
  const made = h("details", { class: "guideline" }, h("summary", {}, say("deskGuideline")), body);
  made.open = isOpen;
  return made;
}

/** Return an item as it is read; `inside` is what spots are marked in, else its words. */
export function panel(say: Say, { title, body, url, created_at }: DeskItem, ...inside: Node[]): HTMLElement {
  const day = created_at && new Date(created_at).toLocaleDateString(document.documentElement.lang || "en", { dateStyle: "medium" });
  const href = /^https?:\/\//.test(url) ? url : undefined;
  const more = h("p", { class: "quiet" }, ...(day ? [day] : []), ...(href ? [door(href, say("deskOpen"))] : []));
  return h("article", {}, h("h2", {}, h("bdi", {}, title)), more, ...(inside[0] ? inside : [h("div", { class: "text", dir: "auto" }, body)]));
}

/** Return the digit or letter that a key stands for, by its place where another script or another sign stands on it. */
export function meant({ key, code, shiftKey }: KeyboardEvent): string {
  const [, letter, row, pad] = /^(?:Key([A-Z])|Digit(\d)|Numpad(\d))$/.exec(code) ?? [];
  if (letter && /^\P{ASCII}+$/u.test(key)) return letter.toLowerCase();
  if (row && !shiftKey && !/^\d$/.test(key)) return row;
  if (pad && /^\p{Nd}$/u.test(key)) return pad;
  return key.toLowerCase();
}
