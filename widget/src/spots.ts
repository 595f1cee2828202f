// The list under a text or a picture: one row a spot, to accept, to reject, to take back. Where the spots are drawn and
// marked, the ground, is the part of each kind.
import type { Entry, Guest, Model } from "./core";
import type { Kind, Mark } from "./mark";
import type { Decided } from "./marking";
import type { Words } from "./strings";
import { spots as english } from "./strings/en";
import type { Anchor, Candidate, Known } from "./wire";

const PEN = "m3 13 1-4 7-7 3 3-7 7-4 1Z";
export const MOVE = "M2 8h12M5 5 2 8l3 3m6-6 3 3-3 3";
const COME_MS = 1000;

const css = `
.ask{padding:12px 16px 0}
li,.foot{padding:6px 16px;min-height:44px}
li+li,.foot{border-top:1px solid var(--line)}
ul:empty+.foot,.foot:first-child{border:0}
.act,.plain{gap:4px 10px}
.plain{display:flex;align-items:center;flex-wrap:wrap;min-height:32px}
.lead{text-align:start;margin-inline:-8px auto;font-weight:500;display:flex;align-items:center;gap:8px;min-width:0;max-width:100%}
small{color:var(--fg2);font-size:.93em}
q{quotes:"“" "”"}
.act>small{flex:auto}
.rest{display:flex;align-items:center;gap:10px;max-width:100%}
.rest:has(.said){flex-wrap:wrap;flex:1 15em}
.icon svg{display:block;margin:auto}
.rest>.icon{flex:none}
.seg{min-width:0;display:inline-flex;gap:1px;border:1px solid var(--ctl);border-radius:8px;overflow:hidden;max-width:100%;flex-wrap:wrap}
.seg button{margin:-1px;padding:0 12px;border:1px solid var(--line);border-radius:0;flex:auto}
.seg :focus-visible{outline-offset:-3px}
.foot .quiet{margin-inline-end:0}
.foot .ask{flex:1;padding:0;font-size:.93em}
.foot>.icon{margin-inline-start:auto}
@container (max-width:400px){.foot .ask{display:none}}
@media (max-width:480px),(pointer:coarse){.seg button{padding:0 16px}}
`;

/** A place in the text or picture that is to be seen: a guess, one's own, or one that is settled. */
export interface Spot {
  _anchor: Anchor;
  _look: "guess" | "own" | "plain";
  /** What its row answers to; a settled one has a row without answers. */
  _entry: Entry | undefined;
}

/** What a click on it is for. Rows and panes that can be scrolled may have a role and the focus too. */
export const BUSY = "a,button,input,select,textarea,label,summary,[contenteditable],[onclick],[role=button],[role=link]";

/** What spots are marked on: a text, or a picture. */
export interface Ground {
  /** Which words stand on the door to marking. */
  _door: string;
  /** Words beside the door, for who needs none. */
  _hint?: string;
  /** Which words a row says whose place is gone. */
  _stale: string;
  /** Mark by keys, as the door is opened. */
  _mark: (from: HTMLElement) => void;
  /** Let the boundary of a guess be moved. */
  _move: (entry: Entry) => void;
  /** Draw all spots anew; `rows` holds the row of each. */
  _paint: (spots: Spot[], rows: HTMLElement) => void;
  /** Let one place stand out while somebody is at its row, or none any more. */
  _point: (anchor?: Anchor) => void;
  /** Bring a place into view. */
  _lead: (anchor: Anchor) => void;
  /** Return what names a spot in its row: its words, or its number and label. */
  _name: (spot: Candidate | Known, anchor: Anchor) => (Node | string)[];
  /** Return the words for one of the boundaries that people differ about. */
  _bound: (anchor: Anchor, nth: number) => string;
  /** Wait until it is known which places are there, if that takes a while. */
  _know?: () => Promise<unknown>;
  /** Whether a place is there no more; undefined while that is not known. */
  _isGone: (anchor: Anchor) => boolean | undefined;
}

/** What the ground may ask of the list. */
export interface List {
  /** Take what the person marked by themselves: a place, what it is called, and its label. */
  _add: (anchor: Anchor, title: string, label: string, event: Event) => void;
  /** Answer to a spot that is there, with its boundary as it was or as it was moved. */
  _answer: (entry: Entry, anchor: Anchor, value: string, event: Event) => void;
  /** Lead to the row of a place, of a settled one too. */
  _to: (anchor: Anchor) => void;
  /** Whether the focus is in the row of a place. */
  _isAt: (anchor: Anchor) => boolean;
  /** Look again at which spots are there, and draw them. */
  _look: () => void;
  /** Move the focus to the door. */
  _toDoor: () => void;
  /** What each button would choose of the boundaries that people differ about. */
  _bounds: WeakMap<Element, Anchor>;
}

/** Return what an element of ours is about: the node with the id that `for` names, else the sibling beside it that is not ours. */
export function groundNode(mark: Mark): Element | null {
  const id = mark.getAttribute("for");
  if (id) return (mark.getRootNode() as Document).getElementById(id);
  const step = mark.getAttribute("where") === "before" ? "nextElementSibling" : "previousElementSibling";
  let near = mark[step];
  while (near?.localName.startsWith("earmark-")) near = near[step];
  return near;
}

/** Begin anew once what an element is about is there, where that moves nothing. */
export function beginWhen(mark: Mark, isThere: () => unknown): void {
  const timer = setInterval(() => isThere() && void mark._free(mark.offsetHeight).then(() => mark._begin()), COME_MS);
  mark._end.signal.addEventListener("abort", () => clearInterval(timer));
}

/** Learn the words of spots and of one kind, in the language that is spoken where its words can be had. */
export async function learnSpots(guest: Guest, more: Words): Promise<void> {
  const { learn } = guest._kit;
  learn(english);
  learn(more);
  if (guest._language) await guest._load<{ words: Words }>(`${guest._language}_spots`).then(({ words }) => learn(words), () => {});
}

/** Make a kind of question about spots; `groundOf` is called once for each element that is drawn, and gives nothing where there is no ground. */
export function spots(guest: Guest, room: number, more: string, groundOf: (mark: Mark, model: Model, list: List) => Ground | undefined): Kind {
  const { h, icon, say } = guest._kit;
  const answers = guest._answers!;
  let mark: Mark;
  let model: Model;
  let ground: Ground;
  let list: HTMLElement;
  let door: HTMLElement;
  let hands: List;
  const bounds: List["_bounds"] = new WeakMap();

  const isOwn = ({ candidate }: Entry) => !model.answer.candidates.some(({ id }) => id === candidate.id);
  const known = () => model.answer.known.filter(({ id, anchor }) => anchor && !model.entries.some((entry) => entry.candidate.id === id && isShown(entry)));

  /** Whether a spot has a row: a guess only while it is asked and its place is there, one's own while it stands. */
  function isShown(entry: Entry): boolean {
    const { is } = entry.row;
    return is === "decided" || (is === "asked" && !isOwn(entry) && ground._isGone(entry._anchor!) === false);
  }

  function seen(): Spot[] {
    const plain = known().map(({ anchor }): Spot => ({ _anchor: anchor!, _look: "plain", _entry: undefined }));
    const mine = model.entries.filter(isShown).flatMap((entry): Spot[] => {
      const { row, _anchor } = entry;
      if (row.is !== "decided" || row.delivery === "failed") return [{ _anchor: _anchor!, _look: "guess", _entry: entry }];
      return /^(none|unsure)$/.test(row.value) ? [] : [{ _anchor: _anchor!, _look: "own", _entry: entry }];
    });
    return [...plain, ...mine].filter(({ _anchor }) => ground._isGone(_anchor) === false);
  }

  const lead = (spot: Candidate | Known, anchor: Anchor) => h("button", { class: "lead", click: () => ground._lead(anchor) }, ...ground._name(spot, anchor));

  /** The rows of settled spots, which belong to no entry. */
  const settled = new Map<Anchor, HTMLElement>();

  /** Return the row of a place, brought out if it was put away behind the last button. */
  function rowOf(anchor: Anchor): HTMLElement | undefined {
    const node = mark._nodes.get(model.entries.find((entry) => entry._anchor === anchor && isShown(entry))!) ?? settled.get(anchor);
    if (node?.hidden) (mark._card.querySelector(".foot")!.lastChild as HTMLElement).click();
    return node;
  }

  function shell(anchor: () => Anchor): HTMLElement {
    const point = ({ target }: Event) => ground._point(bounds.get((target as Element).closest("button")!) ?? anchor());
    const leave = () => ground._point();
    return h("li", { class: "fold", part: "row", focusin: point, focusout: leave, mouseover: point, mouseleave: leave });
  }

  function plain({ anchor, ...spot }: Known): HTMLElement {
    const node = shell(() => anchor!);
    settled.set(anchor!, node);
    const name = lead(spot, anchor!);
    const label = spot.label ?? "";
    const isNamed = name.textContent!.includes(label);
    node.append(h("div", { class: "plain" }, name, h("small", {}, ...(isNamed ? [] : [h("bdi", {}, label), " · "]), say("people", "", spot.people_count))));
    return node;
  }

  /** Draw a spot in its row, and all of them in their ground. */
  function update(_: Mark, entry: Entry): void {
    draw(entry);
    ground._paint(seen(), list);
  }

  /** Draw a row; it goes where there is nothing to answer any more, and the focus that was in it goes to the door. */
  function draw(entry: Entry): void {
    const node = mark._nodes.get(entry) ?? shell(() => entry._anchor!);
    const had = node.contains(mark._root.activeElement);
    mark._nodes.set(entry, node);
    if (isShown(entry)) {
      node.replaceChildren(row(entry));
      if (!node.isConnected) list.append(node);
      if (had) mark._focus(entry);
    } else {
      node.remove();
      if (had) door.focus();
    }
  }

  function row(entry: Entry): HTMLElement {
    const { row, candidate, _anchor } = entry;
    const { title, label = "" } = candidate;
    const about = title === label || !label ? title || model.question.prompt : `${title}: ${label}`;
    const made = answers._group(about, "act", lead(candidate, _anchor!), ...(row.is === "decided" ? answered(entry, row) : (mark._asks?.(entry, hands, ground) ?? asked(entry))));
    answers._stopAt(made, made.querySelector(".undo,[data-undone]") ?? made.querySelector("[data-value]"));
    return made;
  }

  /** Whether the place of an answer is gone, and whether that was so when its row was drawn. */
  const isLost = ({ row, _anchor }: Entry) => row.is === "decided" && !!ground._isGone(_anchor!);
  const lost = new WeakMap<Entry, boolean>();

  function answered(entry: Entry, row: Decided): HTMLElement[] {
    const [said, ...doors] = answers._said(mark, entry, row);
    const isStale = row.delivery !== "failed" && isLost(entry);
    lost.set(entry, isLost(entry));
    return [h("div", { class: "rest" }, isStale ? h("p", { class: "said" }, say(ground._stale)) : said!, ...doors)];
  }

  function asked(entry: Entry): HTMLElement[] {
    const { candidate, _anchor } = entry;
    const { label = "", boundaries } = candidate;
    const button = (value: string, anchor: Anchor, words: string) =>
      answers._button(mark, entry, value, { click: (event) => answer(entry, anchor, value, event), ...(anchor !== _anchor && { "data-undone": undefined }) }, h("bdi", {}, words));
    const those = boundaries?.map((anchor, nth) => {
      const made = button(label, anchor, ground._bound(anchor, nth));
      bounds.set(made, anchor);
      return made;
    });
    const yes = those ?? [button(label, _anchor!, say("yes"))];
    const no = button("none", candidate.anchor!, say(those ? "noneOf" : "none"));
    const move = h("button", { class: "icon", "aria-label": say("move"), click: () => ground._move(entry) }, icon(MOVE));
    const name = candidate.title === label ? [] : [h("small", {}, h("bdi", {}, label))];
    return [...name, h("div", { class: "rest" }, h("span", { class: "seg" }, ...yes, no), move)];
  }

  /** Answer to a spot; another answer takes the place of the one that stands in the row. */
  function answer(entry: Entry, _anchor: Anchor, value: string, event: Event): void {
    const was = { ...entry };
    const { title, label } = entry.candidate;
    const { judgement, value: before } = entry.row as Decided;
    if (before === value) return to(entry._anchor!);
    rowOf(entry._anchor!);
    entry._anchor = _anchor;
    entry.row = { is: "asked" };
    if (isOwn(entry)) entry.candidate = { ...entry.candidate, label: value, title: title === label ? value : title };
    answers._press(mark, entry, value, event as MouseEvent);
    if (entry.row.is === "asked") Object.assign(entry, was); // the host said no
    else if (before) answers._tell(entry, { type: "undo", judgement }); // or it stood again after Undo
  }

  function add(anchor: Anchor, title: string, label: string, event: Event): void {
    const entry = answers._enter(model, { id: "", title, url: "", snippet: "", answer: "", label, anchor }, model.answer.exposure!, { is: "asked" }, false);
    draw(entry);
    answer(entry, anchor, label, event);
    if (entry.row.is === "asked") forget(entry); // the host said no
  }

  function forget(entry: Entry): void {
    mark._nodes.delete(entry);
    model.entries.splice(model.entries.indexOf(entry), 1);
  }

  /** Draw anew what came, went, or stands elsewhere since. */
  function look(): void {
    for (const entry of model.entries) {
      const isThere = !!mark._nodes.get(entry)?.isConnected;
      if (isShown(entry) !== isThere || (isThere && isLost(entry) !== !!lost.get(entry))) draw(entry);
    }
    const plains = known().filter(({ anchor }) => ground._isGone(anchor!) === false).map((one) => settled.get(one.anchor!) ?? plain(one));
    settled.forEach((node) => plains.includes(node) || node.remove());
    list.prepend(...plains.filter((node) => !node.isConnected)); // those that are there may hold the focus
    ground._paint(seen(), list);
  }

  function to(anchor: Anchor): void {
    const node = rowOf(anchor);
    node?.scrollIntoView({ block: "nearest" });
    (node?.querySelector<HTMLElement>("[tabindex='0']") ?? node?.querySelector("button"))?.focus({ preventScroll: true });
  }

  return {
    css: css + more,
    _room: room,
    async _draw(by, of) {
      [mark, model] = [by, of];
      list = h("ul", { "aria-label": model.question.prompt });
      const isAt = (anchor: Anchor) => !!rowOf(anchor)?.contains(mark._root.activeElement);
      const toDoor = () => door.focus();
      hands = { _add: add, _answer: answer, _to: to, _isAt: isAt, _look: look, _toDoor: toDoor, _bounds: bounds };
      const found = groundOf(mark, model, hands);
      if (!found) return [];
      ground = found;
      await ground._know?.(); // or rows would come, and grow, after the others
      door = h("button", { class: "quiet", click: () => ground._mark(door) }, icon(PEN), say(ground._door));
      const foot = h("div", { class: "line foot tail" }, door, ...(ground._hint && model.answer.ask ? [h("p", { class: "ask" }, say(ground._hint))] : []));
      foot.append(answers._more(mark, foot));
      look();
      return [...(model.answer.ask ? [h("p", { class: "ask" }, h("bdi", {}, model.question.prompt))] : []), list, foot];
    },
    _update: update,
  };
}
