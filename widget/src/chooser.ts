// Choosing words of a text, by pointer, by keys, or by moving where a guess begins and ends, and picking their label;
// brought when somebody first does.
import { describe, type TextAnchor } from "./anchors/anchor";
import { offsets } from "./anchors/text";
import { Bar, css as barCss, standBy } from "./bar";
import type { Entry, Guest } from "./core";
import type { Mark } from "./mark";
import type { Passage } from "./passage";
import { type By, type Choice, choose, extend, go, pieces, type Stretch, stretchOf } from "./pieces";

export { choose as words } from "./strings/en";

const SETTLED_MS = 250;
const SPOKEN_MS = 150;
const FOLLOW_MS = 1500;
const SPOKEN_LENGTH = 120;
const LEAST_PX = 24;
/** How far what moves an edge reaches beyond the words. */
const HANDLE_PX = 18;
/** Code points that a mark may cover; a text of as many UTF-16 units has no more. */
const LONGEST = 5000;

const css = `${barCss}
.layer{all:unset;position:fixed;inset:0;pointer-events:none;z-index:2147483647}
.layer>*{position:absolute;pointer-events:auto}
.caret{outline:2px solid var(--accent);outline-offset:1px;border-radius:2px}
.layer>.caret{pointer-events:none}
.handle{width:24px;min-height:24px!important;padding:0;margin:0 -12px;border-radius:50%;touch-action:none;cursor:ew-resize}
.handle:before{content:"";position:absolute;inset:6px;border-radius:50%;background:#fff;border:2px solid var(--accent)}
.handle:after{content:"";position:absolute;inset:-10px}
.hint{margin:0;padding:6px 12px;pointer-events:none!important}
.held{pointer-events:none!important}
`;

/** How words are being chosen. */
type How = "pointer" | "keys" | "move";

/** What becomes of a choice. */
export interface Outcome {
  /** Words that are being chosen, or none any more. */
  _show: (chosen?: Stretch) => void;
  _pick: (chosen: Stretch, anchor: TextAnchor, entry: Entry | undefined, label: string, event: Event) => void;
  /** Whether words that are selected in the page are meant for us. */
  _isAsked: () => boolean | undefined;
  /** The person left without an answer. */
  _leave: (entry: Entry | undefined) => void;
}

/** Begin to hear what is chosen in a text; the layer in which that happens stands in the card. */
export function chooser(guest: Guest, mark: Mark, passage: Passage, labels: string[], outcome: Outcome): Chooser {
  mark._root.adoptedStyleSheets.push(guest._kit.sheet(css));
  const made = new Chooser(guest, mark, passage, labels, outcome);
  mark._card.append(made._node);
  return made;
}

/** Those that are open, in their order. */
const open = new Set<Chooser>();

export class Chooser {
  declare readonly _node: HTMLElement;
  private declare readonly _caret: HTMLElement;
  private declare readonly _edges: HTMLElement[];
  private declare readonly _bar: Bar;
  /** Which keys there are, for who sees. */
  private declare readonly _hint: HTMLElement;
  private _choice: Choice = choose([0, 0]);
  private declare _entry: Entry | undefined;
  private declare _how: How | undefined;
  private _by: By = "word";
  private declare _cut: { _text: string; _by: By; _all: Stretch[] } | undefined;
  /** The text in which words are chosen. */
  private _text = "";
  private declare _timer: ReturnType<typeof setTimeout> | undefined;
  private declare _isDown?: boolean;

  constructor(
    private readonly _guest: Guest,
    private readonly _mark: Mark,
    private readonly _passage: Passage,
    labels: string[],
    private readonly _outcome: Outcome,
  ) {
    const { h, say } = _guest._kit;
    const { signal } = _mark._end;
    this._bar = new Bar(_guest, labels, (label, event) => this._pick(label, event), () => this._back());
    this._caret = h("div", { class: "caret", tabindex: "0", role: "application", "aria-label": say("wordKeys") });
    this._hint = h("p", { class: "hint", "aria-hidden": "true" }, say("wordKeys"));
    this._edges = ["start", "end"].map((key, nth) => this._edge(say(key), nth));
    this._node = h("div", { class: "layer", popover: "manual", hidden: true, keydown: (event) => this._press(event), focusout: (event) => this._lose(event) }, this._caret, ...this._edges, this._bar._node, this._hint);
    document.addEventListener("selectionchange", () => this._soon(), { signal });
    for (const name of ["pointerdown", "pointerup", "pointercancel"])
      addEventListener(name, (event) => this._point(event), { signal, capture: true });
    addEventListener("keydown", (event) => this._overhear(event), { signal, capture: true });
    for (const name of ["scroll", "resize"]) addEventListener(name, () => this._stand(), { signal, capture: true, passive: true });
    const follow = setInterval(() => this._stand(true), FOLLOW_MS); // the host may move them without either
    signal.addEventListener("abort", () => {
      clearInterval(follow);
      this._close();
    });
    this._soon();
  }

  /** Choose by keys, from where they were last, else from the first words that are in view. */
  _walk(): void {
    const all = this._pieces(this._by);
    const top = this._passage._top();
    const seen = (piece: Stretch) => (this._passage._range(...piece)?.getBoundingClientRect().bottom ?? 0) > top;
    const last = stretchOf(this._choice)[0];
    let [low, high] = [0, all.length]; // halved, for a text may be long
    while (low < high) {
      const middle = (low + high) >> 1;
      if (last ? all[middle]![0] >= last : seen(all[middle]!)) high = middle;
      else low = middle + 1;
    }
    const first = all[low] ?? all[0];
    if (first) this._open("keys", choose(first));
  }

  /** Let the beginning and the end of a guess be moved. */
  _move(entry: Entry, place: Stretch): void {
    this._entry = entry;
    this._open("move", choose(place));
  }

  /** Stay with the words that are chosen where the text changed before or behind them; else choosing is over. */
  _renew(): void {
    const was = this._text;
    const now = (this._text = this._passage._text);
    const [start, end] = stretchOf(this._choice);
    if (!this._how || now.startsWith(was.slice(0, end))) return this._stand();
    if (!now.endsWith(was.slice(start))) return this._leave();
    const by = now.length - was.length;
    this._choice = choose([start + by, end + by]);
    this._tell();
  }

  /** Stand where the words stand now, after they moved; where they are gone choosing is over, unless it is seen by the way: they may be about to come anew. */
  _stand(isByTheWay?: boolean): void {
    if (!this._how) return;
    const range = this._passage._range(...stretchOf(this._choice));
    const rects = [...(range?.getClientRects() ?? [])].filter(({ width }) => width);
    if (!rects[0]) return void (isByTheWay || this._close());
    const { left, top } = this._node.getBoundingClientRect();
    const lines = { _first: rects[0], _last: rects.at(-1)!, _isRtl: this._isRtl(), _apart: 0 };
    const whole = range!.getBoundingClientRect();
    const height = Math.max(LEAST_PX, whole.height); // of a target, though this one is for keys
    this._caret.style.cssText = `left:${whole.left - left}px;top:${whole.top - top - (height - whole.height) / 2}px;width:${Math.max(LEAST_PX, whole.width)}px;height:${height}px`;
    this._edges.forEach(({ style }, nth) => {
      const { _first, _last, _isRtl } = lines;
      const x = nth ? (_isRtl ? _last.left : _last.right) : _isRtl ? _first.right : _first.left;
      style.left = `${x - left}px`;
      style.top = `${(nth ? _last.bottom - 4 : _first.top - 20) - top}px`;
    });
    if (this._how === "move") lines._apart = HANDLE_PX;
    for (const other of open) {
      if (other === this) break;
      lines._apart += other._bar._node.offsetHeight + 4; // bars of other questions about these words
    }
    for (const node of [this._bar._node, this._hint]) standBy(node, lines, left, top);
  }

  private _open(how: How, choice: Choice): void {
    open.add(this);
    this._how = how;
    this._choice = choice;
    this._caret.hidden = how !== "keys";
    this._edges.forEach((edge) => (edge.hidden = how !== "move"));
    this._offer(how !== "keys");
    this._node.hidden = false;
    if (this._node.isConnected) this._node.showPopover?.();
    this._tell();
    if (how === "keys") this._caret.focus({ preventScroll: true });
    if (how === "move") this._edges[1]!.focus({ preventScroll: true });
  }

  private _offer(isOffered: boolean): void {
    this._bar._node.hidden = !isOffered;
    this._hint.hidden = isOffered;
  }

  /** Show and say what is chosen. */
  private _tell(): void {
    const [start, end] = stretchOf(this._choice);
    this._text = this._passage._text;
    const words = this._text.slice(start, end);
    const short = words.length > SPOKEN_LENGTH ? `${words.slice(0, SPOKEN_LENGTH / 2)} … ${words.slice(-SPOKEN_LENGTH / 2)}` : words;
    const { say } = this._guest._kit;
    const isTooLong = !isMarkable([start, end]);
    this._bar._call(short);
    this._hint.textContent = say(isTooLong ? "tooLong" : "wordKeys");
    if (this._how !== "keys") this._offer(!isTooLong);
    this._outcome._show([start, end]);
    this._stand();
    if (this._how === "pointer" && !isTooLong) return;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._mark._say(isTooLong ? say("tooLong") : short), SPOKEN_MS); // the last of many, not each
  }

  _close(): void {
    clearTimeout(this._timer);
    if (!this._how) return;
    this._how = this._entry = undefined;
    open.delete(this);
    this._node.hidden = true;
    if (this._node.isConnected) this._node.hidePopover?.();
    this._outcome._show();
  }

  /** Go one step back: from the bar to the caret, else away. */
  private _back(): void {
    if (this._how === "keys" && !this._bar._node.hidden) {
      this._offer(false);
      return this._caret.focus({ preventScroll: true });
    }
    this._leave();
  }

  private _leave(): void {
    const { _how, _entry } = this;
    this._close();
    if (_how !== "pointer") this._outcome._leave(_entry);
  }

  private _pick(label: string, event: Event): void {
    const chosen = stretchOf(this._choice);
    const { _entry, _how } = this;
    this._close();
    if (_how === "pointer") getSelection()?.removeAllRanges();
    const range = this._passage._range(...chosen);
    const anchor = range && describe(this._passage._reading, range);
    if (anchor) this._outcome._pick(chosen, anchor, _entry, label, event);
  }

  /** The focus went elsewhere: choosing by keys is over. */
  private _lose({ relatedTarget }: FocusEvent): void {
    if (relatedTarget && !this._node.contains(relatedTarget as Node)) this._close();
  }

  private _press(event: KeyboardEvent): void {
    if (event.metaKey || event.defaultPrevented) return;
    if (event.key === "Escape") this._back();
    else if (!this._step(event) && !(this._bar._node.hidden ? false : this._bar._hear(event))) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Hear keys while words are selected by pointer, and the focus is where it was. */
  private _overhear(event: KeyboardEvent): void {
    const target = event.composedPath()[0] as Element;
    if (this._how !== "pointer" || this._node.contains(target) || target.matches?.("input,textarea,select,[contenteditable]")) return;
    if (event.key === "Escape") this._close();
    else if (event.defaultPrevented || this._bar._node.hidden || !this._bar._hear(event)) return; // of two questions about a text the first hears it
    event.preventDefault();
    event.stopPropagation();
  }

  /** Choose by a key on the caret or on an edge; false where it chooses nothing. */
  private _step(event: KeyboardEvent): boolean {
    const { key, target } = event;
    const edge = this._edges.indexOf(target as HTMLElement);
    if (target !== this._caret && edge < 0) return false;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[key];
    if (by) this._go(event, /t$/.test(key) && this._isRtl() ? -by : by, edge);
    else if (key === " ") this._turn(edge);
    else if (key === "Enter" && isMarkable(stretchOf(this._choice))) {
      this._offer(true);
      this._stand();
      this._bar._focus(this._entry?.candidate.label);
    } else return false;
    return true;
  }

  private _go({ key, ctrlKey, altKey, shiftKey }: KeyboardEvent, by: number, edge: number): void {
    const all = this._pieces(ctrlKey || altKey || /Up|Down/.test(key) ? "sentence" : this._by);
    const [start, end] = stretchOf(this._choice);
    if (edge === 0) this._choice = { _from: [end, end], _edge: start };
    if (edge === 1) this._choice = { _from: [start, start], _edge: end };
    this._choice = (shiftKey || edge >= 0 ? extend : go)(this._choice, all, by as 1 | -1);
    this._offer(edge >= 0);
    this._follow();
    this._tell();
  }

  /** Go on by characters, or by words again, from where the choice begins. */
  private _turn(edge: number): void {
    this._by = this._by === "word" ? "grapheme" : "word";
    const [start] = stretchOf(this._choice);
    const piece = this._pieces(this._by).findLast((one) => one[0] <= start);
    if (piece && edge < 0) this._choice = choose(piece);
    this._tell();
    clearTimeout(this._timer);
    this._mark._say(this._guest._kit.say(this._by));
  }

  /** Bring the moving edge into view. */
  private _follow(): void {
    const at = Math.max(1, this._choice._edge);
    this._passage._reveal(at - 1, at);
  }

  private _pieces(by: By): Stretch[] {
    const { _text } = this._passage;
    if (this._cut?._text !== _text || this._cut._by !== by) this._cut = { _text, _by: by, _all: pieces(_text, by) };
    return this._cut._all;
  }

  private _isRtl(): boolean {
    return getComputedStyle(this._passage._node).direction === "rtl";
  }

  /** Hear of the pointer: what it selects counts once it is up, and where it goes elsewhere choosing by keys is over. */
  private _point(event: Event): void {
    this._isDown = event.type === "pointerdown";
    if (this._isDown && this._how !== "pointer" && !event.composedPath().includes(this._node)) this._close();
    this._soon();
  }

  /** Look at what is selected once that rests. */
  private _soon(): void {
    if (this._how && this._how !== "pointer") return;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => !this._isDown && this._heed(), SETTLED_MS);
  }

  private _heed(): void {
    const chosen = this._outcome._isAsked() && this._selected();
    if (chosen) this._open("pointer", choose(chosen));
    else this._close();
  }

  /** Return what is selected of the text, where the selection is within it; that of three clicks ends before what follows. */
  private _selected(): Stretch | null {
    const { _node } = this._passage;
    const selection = this._passage._selection();
    if (!selection?.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const isWithin = _node.contains(range.startContainer) && (_node.contains(range.endContainer) || !range.endOffset);
    return isWithin ? offsets(this._passage._reading, range) : null;
  }

  /** Make what moves the beginning (0) or the end (1) of a guess: arrows, or a pointer that holds it. */
  private _edge(name: string, nth: number): HTMLElement {
    const made = this._guest._kit.h("button", { class: "handle", "aria-label": name });
    made.onpointerdown = ({ pointerId }) => {
      made.setPointerCapture(pointerId);
      made.classList.add("held");
    };
    made.onpointermove = ({ clientX, clientY }) => made.classList.contains("held") && this._drag(nth, clientX, clientY);
    made.onlostpointercapture = () => made.classList.remove("held");
    return made;
  }

  private _drag(nth: number, x: number, y: number): void {
    const [start, end] = stretchOf(this._choice);
    const at = this._at(x, nth ? y - 14 : y + 14);
    if (at === undefined || (nth ? at <= start : at >= end)) return;
    this._choice = choose(nth ? [start, at] : [at, end]);
    this._tell();
  }

  /** Return the offset at a point of the screen; undefined where none of the text is there. */
  private _at(x: number, y: number): number | undefined {
    const { _node, _reading, _text } = this._passage;
    const found = caretAt(x, y);
    if (!found || !_node.contains(found.startContainer)) return undefined;
    const { startContainer, startOffset } = found;
    const rest = offsets(_reading, { startContainer, startOffset, endContainer: _node, endOffset: _node.childNodes.length });
    return rest ? rest[0] : _text.length;
  }
}

const isMarkable = ([start, end]: Stretch): boolean => end - start <= LONGEST;

/** Return the place among the nodes that a point of the screen is at, by whichever name the browser knows. */
function caretAt(x: number, y: number): Pick<Range, "startContainer" | "startOffset"> | null {
  if (!("caretPositionFromPoint" in document)) return (document as Document).caretRangeFromPoint(x, y);
  const found = document.caretPositionFromPoint(x, y);
  return found && { startContainer: found.offsetNode, startOffset: found.offset };
}
