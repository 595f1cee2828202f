// Searching for another one: a combobox with a list of what was found (ARIA 1.2); brought when it is first opened.
// One field is open in a page at a time, so what it holds stands in this module.
import type { Entry, Guest, Model } from "./core";
import { CROSS } from "./dom";
import type { Mark } from "./mark";
import { find as words } from "./strings/en";
import type { Candidate, SearchAnswer } from "./wire";

const PAUSE_MS = 250;
const MOST_NEW = 60;

const css = `
.find{position:relative;flex:1 1 240px}
.field{display:flex;align-items:center;border:1px solid var(--ctl);border-radius:8px;padding-inline-start:10px}
.field:focus-within{outline:2px solid var(--accent);outline-offset:2px}
.field input{flex:1;min-width:0;min-height:34px;padding:0;outline:0}
.list{margin-top:4px;border:1px solid var(--line);border-radius:8px;box-shadow:0 6px 20px light-dark(rgb(20 20 15/.12),rgb(0 0 0/.5));overflow:hidden}
.list li{padding:8px 12px;min-height:36px;cursor:pointer;font-size:14px}
.list li:hover,[aria-selected=true]{background:var(--earmark-soft,light-dark(#e3f2ee,#17362f))}
.list b{font-weight:600}
.find .ask{padding:8px 12px}
@media (max-width:480px),(pointer:coarse){.list li{min-height:44px}}
@media (forced-colors:active){[aria-selected=true]{outline:2px solid Highlight;outline-offset:-2px}}
`;

type Pick = (entry: Entry, event: Event) => void;

let guest: Guest;
let kit: Guest["_kit"];
let mark: Mark;
let model: Model;
let pick: Pick;
let input: HTMLInputElement;
let list: HTMLElement;
let told: HTMLElement;
/** Take the field away and bring the door back. */
let shut = () => {};
let count = 0;
let found: SearchAnswer | undefined;
let listed = 0;
let chosen = -1;
let round = 0;

/** Open the field in a place of the card; `pick` hears the entry that was chosen, Escape brings the door back. */
export function find(by: Guest, card: Mark, at: HTMLElement, label: string, hear: Pick): void {
  if (!card._model) return;
  shut();
  mark = card;
  model = card._model;
  pick = hear;
  guest = by;
  kit = by._kit;
  const { h } = kit;
  kit.learn(words);
  mark._root.adoptedStyleSheets = [...new Set([...mark._root.adoptedStyleSheets, kit.sheet(css)])];

  const id = `found${++count}`;
  chosen = -1;
  const door = [...at.childNodes];
  shut = () => {
    round++;
    shut = () => {};
    at.replaceChildren(...door);
    at.querySelector("button")?.focus();
  };
  list = h("ul", { class: "list", role: "listbox", id, hidden: true, "aria-label": label });
  told = h("p", { class: "ask", hidden: true });
  input = h("input", {
    role: "combobox", autocomplete: "off", maxlength: "200", "aria-label": label, "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list",
    input: typed, keydown: pressed, blur: () => show(),
  }); // prettier-ignore
  const cross = h("button", { class: "icon", "aria-label": kit.say("close"), click: () => shut() }, kit.icon(CROSS));
  at.replaceChildren(h("div", { class: "find" }, h("div", { class: "field" }, input, cross), list, told));
  input.focus();
}

function typed(): void {
  const query = input.value.trim();
  const mine = ++round;
  if (!query) return show();
  setTimeout(() => {
    if (mine !== round || !input.isConnected) return;
    guest._call<SearchAnswer>("search", { question: model.question.id, item: model.item, query }).then(
      (answer) => mine === round && show(answer, query),
      () => mine === round && tell(kit.say("unreachable")),
    );
  }, PAUSE_MS);
}

/** Show what was found, or nothing; an answer that is still awaited then comes too late. */
function show(answer?: SearchAnswer, query = ""): void {
  round++;
  chosen = -1;
  listed = answer?.candidates.length ?? 0;
  found = answer && { ...answer, candidates: [...answer.candidates, ...own(answer, query)] };
  const rows = (found?.candidates ?? []).map(({ title }, nth) => row(title, nth, query));
  list.replaceChildren(...rows);
  list.hidden = !rows.length;
  input.setAttribute("aria-expanded", `${rows.length > 0}`);
  input.removeAttribute("aria-activedescendant");
  tell(answer && !rows.length ? kit.say("nothing") : "");
  if (rows.length) mark._say(kit.say("found", "", rows.length));
}

function row(title: string, nth: number, query: string): HTMLElement {
  const { h } = kit;
  const isNew = nth === listed;
  const inside = isNew ? [kit.say("addNew", title)] : split(title, query).map((part, odd) => (odd % 2 ? h("b", {}, part) : part));
  const mousedown = (event: MouseEvent) => event.preventDefault();
  return h("li", { role: "option", id: `${list.id}-${nth}`, "aria-selected": "false", mousedown, click: (event: MouseEvent) => take(nth, event) }, h("bdi", {}, ...inside));
}

/** Return the words typed as a label of their own, where the question allows new ones and none is the same. */
function own({ candidates }: SearchAnswer, query: string): Candidate[] {
  const isKnown = candidates.some(({ title }) => title.toLowerCase() === query.toLowerCase());
  if (!model.question.allows_new_labels || isKnown || query.length > MOST_NEW) return [];
  return [{ id: query, title: query, url: "", snippet: "", answer: "" }];
}

function tell(what: string): void {
  told.textContent = what;
  told.hidden = !what;
  if (what) mark._say(what);
}

function pressed(event: KeyboardEvent): void {
  const rows = [...list.children];
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") rows.length ? show() : shut();
  else if (event.key === "Enter" && chosen >= 0) take(chosen, event);
  else if (rows.length && by) {
    chosen = chosen < 0 && by < 0 ? rows.length - 1 : (chosen + by + rows.length) % rows.length;
    rows.forEach((row, nth) => row.setAttribute("aria-selected", `${nth === chosen}`));
    input.setAttribute("aria-activedescendant", `${list.id}-${chosen}`);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function take(nth: number, event: Event): void {
  const candidate = found!.candidates[nth]!;
  const isSlot = nth < listed;
  const known = model.entries.find((one) => one.candidate.id === candidate.id);
  const exposure = isSlot || model.question.kind === "pair" ? found!.exposure : model.answer.exposure!;
  shut();
  const entry = known ?? guest._answers!._enter(model, candidate, exposure, { is: "asked" }, false);
  if (!known && isSlot) guest._answers!._tell(entry, { type: "seen", candidate: candidate.id });
  pick(entry, event);
}

/** Cut a title at the words that were searched for: what stands at odd places was asked. */
function split(title: string, query: string): string[] {
  const asked = query.split(/\s+/).map((word) => word.replace(/\W/g, "\\$&"));
  return title.split(new RegExp(`(${asked.join("|")})`, "i"));
}
