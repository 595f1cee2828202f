// Reading the other thread where one is: its whole text in the row; brought when the first is opened.
import type { Entry, Guest } from "./core";
import type { Mark } from "./mark";
import { read as words } from "./strings/en";
import type { Read } from "./wire";

/** What grows sooner than this after a click is no surprise to anybody, nor a layout shift. */
const AT_ONCE_MS = 400;

const css = `
.open .text{background:var(--sunken);color:inherit;border-radius:8px;padding:10px 12px}
pre{margin:0;font:inherit;white-space:pre-line;height:10em;overflow:auto}
.roomy{height:auto;max-height:min(60vh,28em)}
.text a{display:inline-block;line-height:32px}
.open .icon svg{rotate:180deg}
`;

const texts = new WeakMap<Entry, string>();

/** Open the row of an entry to read it, or close it again, as Escape does. */
export function read(guest: Guest, mark: Mark, entry: Entry, node: HTMLElement): void {
  const { h, say, learn, sheet } = guest._kit;
  const { title, snippet, id } = entry.candidate;
  learn(words);
  mark._root.adoptedStyleSheets = [...new Set([...mark._root.adoptedStyleSheets, sheet(css)])];
  if (mark._reading.has(entry)) return close();

  const openedAt = performance.now();
  const { href } = node.querySelector("a")!;
  const text = h("pre", { role: "group", dir: "auto", "aria-label": title, scroll: () => (top = text.scrollTop) });
  const inside = [text, ...(href ? [h("a", { href }, say("open"))] : [])];
  let top = 0;
  mark._reading.set(entry, paint);
  node.onkeydown = ({ key }) => void (key === "Escape" && close()); // false would take the key from the browser
  guest._answers!._tell(entry, { type: "expand", candidate: id });
  paint(node);
  focus();
  if (texts.has(entry) || !snippet.endsWith("…")) fill(texts.get(entry) ?? snippet, true);
  else {
    fill(snippet, false);
    void bring();
  }

  /** Draw the row open, with the same nodes each time, so that whoever reads stays where they are. */
  function paint(row: HTMLElement): void {
    row.classList.add("open");
    row.querySelector(".text")!.replaceChildren(...inside);
    row.querySelector("[aria-expanded]")!.setAttribute("aria-expanded", "true");
    text.scrollTop = top;
  }

  function fill(words: string, isRoomy: boolean): void {
    text.textContent = words;
    text.className = isRoomy ? "roomy" : "";
    if (text.scrollHeight > text.clientHeight) text.tabIndex = 0;
  }

  async function bring(): Promise<void> {
    const told = await guest._call<Read>("read", { exposure: entry.exposure, candidate: id }).catch(() => undefined);
    if (!told) return; // the snippet stays
    texts.set(entry, told.body);
    if (mark._reading.get(entry) === paint) fill(told.body, performance.now() - openedAt < AT_ONCE_MS);
  }

  function close(): void {
    mark._reading.delete(entry);
    node.onkeydown = null;
    mark._kind!._update(mark, entry);
    focus();
  }

  function focus(): void {
    node.querySelector<HTMLElement>("[aria-expanded]")!.focus();
  }
}
