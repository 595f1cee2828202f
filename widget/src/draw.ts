// Marking a box of a picture, by hand, by keys or by numbers, and naming it; brought when somebody wants to mark.
import { type Box, clamp, type Hold, moved, type Point, type RegionAnchor, stretched, written } from "./anchors/region";
import type { Entry, Guest } from "./core";
import { Hands, type Paper } from "./hands";
import type { Mark } from "./mark";
import type { Overlay } from "./overlay";

export { lead } from "./lead";
export { draw as words } from "./strings/en";

const STEP = 1;
const FINE = 0.1;
/** How much of what is seen of a picture a box takes that keys put there, in percent each way. */
const SHARE = 30;
const SAY_MS = 600;
/** How far beyond the edges the handles stand, so that a small box can still be moved by its inside. */
const BEYOND_PX = 8;
const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HOLDS: Hold[] = [[-1, -1], [0, -1], [1, -1], [-1, 0], [1, 0], [-1, 1], [0, 1], [1, 1]]; // prettier-ignore
const INSIDE: Hold = [0, 0];
const SIDES = ["x", "y", "width", "height"] as const;
const MOVE = "M8 2.5v11M2.5 8h11M6.5 4 8 2.5 9.5 4M6.5 12 8 13.5 9.5 12M4 6.5 2.5 8 4 9.5M12 6.5 13.5 8 12 9.5";
const CROSS = "m4 4 8 8m0-8-8 8";

const css = `
.sheet{position:absolute;inset:0;pointer-events:auto;touch-action:pinch-zoom;cursor:crosshair;user-select:none;-webkit-user-select:none;outline-offset:-3px}
.sheet:focus:not(:focus-visible){outline:none}
.cut{position:absolute;cursor:move;border:2px solid #0b665a;box-shadow:0 0 0 2px #fff,inset 0 0 0 1px #fff}
.cut:focus-visible{outline:3px solid #ffd75e;outline-offset:2px;box-shadow:0 0 0 2px #fff,0 0 0 6px #2b2100}
.hold,.first{position:absolute;width:24px;height:24px}
.hold:before,.first:before{content:"";position:absolute;inset:6px;border:2px solid #0b665a;border-radius:50%;background:#fff}
.draw{padding:8px 16px 12px;display:grid;gap:8px;border-top:1px solid var(--line)}
.hint{display:flex;align-items:center;gap:8px;min-height:3em;color:var(--fg2)}
.nums,.pick{display:flex;flex-wrap:wrap;gap:6px}
.nums label{display:inline-flex;align-items:center;gap:6px;color:var(--fg2)}
.nums input{width:5.5em;padding:4px 8px;border:1px solid var(--ctl);font-variant-numeric:tabular-nums;color:var(--fg)}
.pick button{border:1px solid var(--ctl);border-radius:8px;padding:0 12px}
.pick small{color:var(--fg2);margin-inline-start:5px}
.pick [aria-disabled=true]{color:var(--fg2)}
.pick .icon{border:0;margin-inline-start:auto}
@media (max-width:480px){.nums{display:grid;grid-template-columns:repeat(4,minmax(0,1fr))}.nums input{width:0;flex:1;padding:4px}.pick button:not(.icon){flex:auto}}
@media (pointer:coarse){.hold:after{content:"";position:absolute;inset:-10px}}
@media (forced-colors:active){.cut,.hold:before{forced-color-adjust:none}}
`;

/** What is marked, and what becomes of it. */
export interface Drawing {
  /** The box that is there already; absent where one is yet to be drawn. */
  _box?: Box | undefined;
  /** What the box may be called. */
  _labels: string[];
  /** Keep a box, as it is written, under a value; the click tells how it came about, and an entry that its very place is answered. */
  _keep: (region: string, value: string, event: MouseEvent, there?: Entry) => void;
  /** Nothing was marked. */
  _leave: () => void;
}

/** Let somebody mark a box; returns what ends it without a word, and leaves at once where there is no picture to be seen. */
export function draw(guest: Guest, mark: Mark, over: Overlay, panel: HTMLElement, isByKeys: boolean, drawing: Drawing): (() => void) | undefined {
  if (!over._lie) {
    drawing._leave();
    return mark._say(guest._kit.say("noPicture")) as undefined;
  }
  mark._root.adoptedStyleSheets = [...new Set([...mark._root.adoptedStyleSheets, guest._kit.sheet(css)])];
  const pencil = new Pencil(guest, mark, over, drawing);
  pencil._begin(panel, isByKeys);
  return () => pencil._end();
}

class Pencil implements Paper {
  declare _box: Box | undefined;
  declare readonly _sheet: HTMLElement;
  private declare readonly _cut: HTMLElement;
  private declare readonly _dot: HTMLElement;
  private declare readonly _handles: [HTMLElement, Hold][];
  private declare readonly _hint: HTMLElement;
  private declare readonly _fields: HTMLInputElement[];
  private declare readonly _pick: HTMLElement;
  private declare readonly _form: HTMLElement;
  private declare readonly _hands: Hands;
  private declare _timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly _guest: Guest,
    private readonly _mark: Mark,
    readonly _over: Overlay,
    private readonly _drawing: Drawing,
  ) {
    const { h, icon, say } = _guest._kit;
    this._box = _drawing._box;
    this._handles = HOLDS.map((hold) => [h("div", { class: "hold" }), hold]);
    this._dot = h("div", { class: "first" });
    this._cut = h("div", { class: "cut", role: "application", tabindex: "0", "aria-label": say("drawKeys"), keydown: (event) => this._byKey(event) });
    const keydown = (event: KeyboardEvent) => this._onSheet(event);
    this._sheet = h("div", { class: "sheet", role: "application", "aria-label": say("drawNow"), keydown }, this._cut, ...this._handles.map(([node]) => node), this._dot);
    this._hint = h("span", {});
    this._fields = [..."XYWH"].map((side) => h("input", { type: "number", min: "0", max: "100", step: "any", "aria-label": say(`draw${side}`), input: () => this._byNumber(), change: () => this._show() }));
    this._pick = _guest._answers!._rove(h("div", { class: "pick", role: "toolbar", "aria-label": say("drawPick") }, ...this._names(), h("button", { class: "icon", "aria-label": say("close"), click: () => this._leave() }, icon(CROSS))));
    const numbers = this._fields.map((field, at) => h("label", {}, "xywh"[at]!, field));
    this._form = h("div", { class: "draw", role: "group", "aria-label": say("drawNow"), keydown: (event) => this._inForm(event) }, h("p", { class: "hint" }, icon(MOVE), this._hint), h("div", { class: "nums" }, ...numbers), this._pick);
    this._hands = new Hands(this);
  }

  /** Return the buttons that name the box. */
  private _names(): HTMLElement[] {
    const { h } = this._guest._kit;
    return this._drawing._labels.map((label, at) => {
      const click = (event: MouseEvent) => this._box && this._keep(label, event);
      return h("button", { "data-pick": label, click }, h("bdi", {}, this._guest._answers!._name(label)), h("small", { "aria-hidden": "true" }, at < 9 ? `${at + 1}` : ""));
    });
  }

  /** Stand in the panel and over the picture; for who came by keys a box is there at once. */
  _begin(panel: HTMLElement, isByKeys: boolean): void {
    panel.replaceChildren(this._form);
    this._over._whole.append(this._sheet);
    if (isByKeys) this._box ??= this._middle();
    this._show();
    this._tell(!this._box ? "drawNow" : isByKeys ? "drawKeys" : "drawHands");
    (this._box ? this._cut : this._sheet).focus({ preventScroll: true });
  }

  _end(): void {
    clearTimeout(this._timer);
    this._sheet.remove();
    this._form.remove();
  }

  private _leave(): void {
    this._end();
    this._drawing._leave();
  }

  private _keep(value: string, event: MouseEvent): void {
    this._end();
    const region = written(this._box!);
    const there = this._mark._model?.entries.find(({ row, _anchor }) => row.is === "decided" && (_anchor as RegionAnchor).region === region);
    this._drawing._keep(region, value, event, there);
    if (!this._mark._root.activeElement) this._drawing._leave(); // the host said no
  }

  _tell(key: string): void {
    this._aloud((this._hint.textContent = this._guest._kit.say(key)));
  }

  /** Say words once nothing else happened for a moment. */
  private _aloud(words: string): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._mark._say(words), SAY_MS);
  }

  _take(box: Box | undefined): void {
    this._box = box;
    this._show();
    if (box) this._aloud(SIDES.map((side, at) => `${"xywh"[at]} ${shown(box[side])} %`).join(", "));
  }

  _rest(): void {
    if (this._box) this._cut.focus({ preventScroll: true });
  }

  _holdAt(node: EventTarget | null): Hold | undefined {
    return node === this._cut ? INSIDE : this._handles.find(([handle]) => handle === node)?.[1];
  }

  /** Draw the box, its handles, and its numbers where nobody writes. */
  private _show(): void {
    const { _box: box, _hands: { _first: first } } = this; // prettier-ignore
    for (const node of [this._cut, ...this._handles.map(([node]) => node)]) node.hidden = !box;
    this._sheet.tabIndex = box ? -1 : 0;
    this._dot.hidden = !first;
    if (first) this._over._corner(this._dot, ...first);
    for (const button of this._pick.querySelectorAll("[data-pick]")) button.setAttribute("aria-disabled", `${!box}`);
    if (!box) return;
    this._over._place(this._cut, box, 0);
    for (const [node, hold] of this._handles) this._handle(node, hold, box);
    this._fields.forEach((field, at) => {
      if (this._mark._root.activeElement !== field) field.value = `${shown(box[SIDES[at]!])}`;
    });
  }

  /** Put a handle beside the edges that it pulls. */
  private _handle(node: HTMLElement, [across, down]: Hold, { x, y, width, height }: Box): void {
    this._over._corner(node, x + (width * (across + 1)) / 2, y + (height * (down + 1)) / 2);
    node.style.cursor = across && down ? (across === down ? "nwse-resize" : "nesw-resize") : across ? "ew-resize" : "ns-resize";
    node.style.translate = `${across * BEYOND_PX}px ${down * BEYOND_PX}px`;
  }

  /** Return a box in the middle of what is seen of the picture. */
  private _middle(): Box | undefined {
    const lie = this._over._lie;
    if (!lie) return undefined;
    const seen = this._over._inPicture(lie._seen, lie._whole);
    const part = (from: number, length: number): Point => [Math.round(from + (length * (100 - SHARE)) / 200), Math.max(1, Math.round((length * SHARE) / 100))];
    const [x, width] = part(seen.x, seen.width);
    const [y, height] = part(seen.y, seen.height);
    return { x, y, width, height };
  }

  /** Enter puts a box into an empty picture; Escape gives up what hands are drawing, else leaves. */
  private _onSheet(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      ours(event);
      return this._hands._revert() ? undefined : this._leave();
    }
    if (event.key !== "Enter" || event.target !== this._sheet || this._box) return;
    ours(event);
    this._take(this._middle());
    this._tell("drawKeys");
    this._rest();
  }

  /** At the box: arrows move or stretch it, Enter goes on to its name, Tab to its numbers. */
  private _byKey(event: KeyboardEvent): void {
    const { key, shiftKey, altKey, ctrlKey, metaKey } = event;
    const way = ARROWS[key];
    const next = { Enter: this._pick.querySelector("button"), Tab: shiftKey ? undefined : this._fields[0] }[key];
    if (!this._box || !(way || next)) return key === "Escape" ? undefined : this._inForm(event);
    ours(event);
    if (!way) return next!.focus();
    const step = altKey || ctrlKey || metaKey ? FINE : STEP;
    const by: Point = [way[0] * step, way[1] * step];
    this._take(shiftKey ? stretched(this._box, [1, 1], by, [FINE, FINE]) : moved(this._box, by));
  }

  /** Take a digit as the label of that number, and Escape as the wish to leave. */
  private _inForm(event: KeyboardEvent): void {
    const { key, target, altKey, ctrlKey, metaKey } = event;
    if (key === "Escape") {
      ours(event);
      return this._leave();
    }
    if (/^[1-9]$/.test(key) && !(target as Element).matches("input") && !(altKey || ctrlKey || metaKey))
      this._pick.querySelectorAll<HTMLElement>("[data-pick]")[+key - 1]?.click();
  }

  private _byNumber(): void {
    const [x, y, width, height] = this._fields.map(({ value }) => parseFloat(value)) as [number, number, number, number];
    if (![x, y, width, height].every(Number.isFinite)) return;
    const left = clamp(x, 0, 100 - FINE);
    const top = clamp(y, 0, 100 - FINE);
    this._take({ x: left, y: top, width: clamp(width, FINE, 100 - left), height: clamp(height, FINE, 100 - top) });
  }
}

/** Return a number as it is shown and said. */
const shown = (percent: number): number => +percent.toFixed(1);

/** Keep a key from the host's page, where it may close what we stand in. */
function ours(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
