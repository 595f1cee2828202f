// What lies over a host's picture: a layer in our own tree that follows it, and boxes in the layer. The picture is
// measured, never touched; its clicks are its own, except on the numbers, and all of them while somebody marks.
import type { Box } from "./anchors/region";
import type { h } from "./dom";
import type { Mark } from "./mark";
import { common, inPicture, type Laid, type Lie, laid, lie } from "./picture";

/** Half the width of what stands at a corner. */
const HALF_PX = 12;
const LOOK_AGAIN_MS = 250;
/** When a picture is looked at again that stands still, and in a page in which nothing changes. */
const REST_MS = 3000;
/** Frames in which a picture is followed that moved, or may. */
const FOLLOWED = 3;
/** What leaves a box a box, of `rotate`, `scale` and `transform`: none, or moved and scaled. */
const UPRIGHT = /^(none|0deg|),[^-]*,(none|matrix\(\d\S* 0, 0, \d.*|)$/;

export const css = `
:host{position:relative}
.over{all:initial;position:absolute;left:0;top:0;width:100px;height:100px;overflow:hidden;pointer-events:none}
.whole{position:absolute;visibility:hidden}
@media screen{.whole>*{visibility:visible}}
.box{position:absolute;border:4px solid #2b2100;border-radius:3px}
.box:before{content:"";position:absolute;inset:-3px;border:2px dotted #ffd75e;border-radius:2px}
.box.own:before{border-style:solid}
.box.plain{border-width:3px}.box.plain:before{inset:-2px;border:1px solid #fff}
.lit{box-shadow:0 0 0 2px #ffd75e,0 0 0 4px #2b2100;z-index:1}
.num{display:inline-grid;place-items:center;min-width:max(24px,1.7em);height:max(24px,1.7em);min-height:0;padding:0 4px;border:2px solid #0000;border-radius:12px;background:#2b2100;background-clip:padding-box;color:#ffd75e;box-shadow:inset 0 0 0 1px #ffd75e;font:600 max(13px,.9em)/1 system-ui;cursor:pointer}
.num:before{content:attr(data-n)}
.whole .num{position:absolute;pointer-events:auto}
@media (forced-colors:active){.box,.box:before{forced-color-adjust:none}.num{box-shadow:none;border-color:ButtonText}}
`;

/** A box to draw, what stands at its corner, and what a click there does. */
export interface Drawn {
  _box: Box;
  _name: string;
  _look: string;
  _press: () => void;
}

/** Return what the host says is the source of a picture, whichever rendition of it the browser takes. */
export const sourceOf = (picture: Element): string => `${picture.getAttribute("src")} ${picture.getAttribute("srcset")}`;

/** A layer over a picture. */
export class Overlay {
  declare readonly _node: HTMLElement;
  /** What is as large as the whole picture, also where the page shows only a part of it. */
  declare readonly _whole: HTMLElement;
  /** Where the picture lies in the window; undefined while there is none to be seen. */
  declare _lie: Lie | undefined;
  declare _picture: HTMLImageElement | null | undefined;
  private declare readonly _boxes: HTMLElement;
  private _last = "";
  private declare _was: string | undefined;
  /** Frames in which it is still to be followed. */
  private _left = 0;
  private _rests = true;
  private declare _timer: ReturnType<typeof setTimeout> | undefined;
  /** Where the layer is placed, in px of its own: left, top, width, height. */
  private _at = { left: 0, top: 0, width: 100, height: 100 };
  /** What who draws needs too, and need not bring once more. */
  readonly _corner = corner;
  readonly _place = place;
  readonly _inPicture = inPicture;

  /** `find` returns the picture; `changed` hears when another one, or another source or size of it, is there. */
  constructor(
    private readonly _h: typeof h,
    private readonly _host: Mark,
    private readonly _find: () => HTMLImageElement | null | undefined,
    private readonly _changed: () => void,
    private readonly _signal: AbortSignal,
  ) {
    this._boxes = _h("div", {});
    this._whole = _h("div", { class: "whole" }, this._boxes);
    this._node = _h("div", { class: "over" }, this._whole);
    const wake = () => {
      this._node.scrollTo(0, 0); // a browser that moves the focus may scroll what is cut off into view
      this._left = FOLLOWED; // as long as it moves
      this._soon(0);
    };
    const how = { capture: true, signal: _signal };
    for (const name of ["scroll", "resize"]) addEventListener(name, wake, how);
    const stir = () => this._rests && this._soon(LOOK_AGAIN_MS);
    for (const name of ["load", "transitionrun", "animationstart"]) document.addEventListener(name, stir, how); // of a picture's load no window hears
    const watch = new MutationObserver(stir);
    watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const sized = new ResizeObserver(() => this._soon(0)); // a card that grows above the picture moves it
    sized.observe(_host._card);
    _signal.addEventListener("abort", () => {
      watch.disconnect();
      sized.disconnect();
    });
    this._was = this._now();
    _host.addEventListener("earmark:show", () => this._measure(), how); // in the frame that shows the rows
  }

  /** Draw boxes in place of those that are there. */
  _draw(boxes: Drawn[]): void {
    const { _h: h } = this;
    const number = ({ _box: { x, y, width }, _name: name, _look: look, _press: click }: Drawn) => {
      const made = h("button", { class: `num ${look}`, tabindex: "-1", "aria-hidden": "true", "data-n": name, click });
      corner(made, x + width, y);
      return made;
    };
    this._boxes.replaceChildren(...boxes.map(({ _box: box, _look: look }) => place(h("div", { class: `box ${look}` }), box, 2)), ...boxes.map(number));
  }

  /** Return what stands around the picture, up to what holds it and us. */
  _around(): Element[] {
    const found = [];
    for (let up = this._picture?.parentElement; up && !up.contains(this._host); up = up.parentElement) found.push(up);
    return found;
  }

  private _soon(ms: number): void {
    clearTimeout(this._timer);
    this._rests = ms > LOOK_AGAIN_MS;
    this._timer = setTimeout(() => requestAnimationFrame(() => this._look()), ms);
  }

  private _look(): void {
    if (this._signal.aborted) return;
    this._left = this._measure() ? FOLLOWED : this._left - 1;
    this._soon(this._left > 0 ? 0 : REST_MS);
  }

  /** Return what tells one picture from another. */
  private _now(): string | undefined {
    const picture = (this._picture = this._find());
    return picture ? [sourceOf(picture), picture.naturalWidth, picture.naturalHeight].join() : undefined;
  }

  /** Measure the picture and lay the layer over it; true where something changed. */
  _measure(): boolean {
    if (!this._host._card.isConnected) return false; // nothing of ours stands there, nor its look
    const was = this._was;
    this._was = this._now();
    const { _picture: picture } = this;
    if (this._node.parentNode !== this._host._root) this._host._root.prepend(this._node);
    const isSeen = picture?.naturalWidth && picture.checkVisibility?.({ visibilityProperty: true }) !== false;
    const now = isSeen ? laid(picture) : undefined;
    const had = this._lie;
    this._lie = now && lie(now);
    if (this._was !== was || (had && !now)) this._changed();
    const frame = this._lie && this._frame(picture!, this._lie._seen);
    if (!frame) this._lie = undefined;
    const isLaid = !!(frame?.width && frame.height);
    this._node.hidden = !isLaid;
    return isLaid && this._lay(now!, frame);
  }

  /** Return the part of the picture that nothing around it cuts off, up to what holds the picture and us; none where it is turned or mirrored. */
  private _frame(picture: Element, seen: Box): Box | undefined {
    let level = 0;
    let frame = seen;
    for (const up of [picture, ...this._around()]) {
      const { overflow, zIndex, rotate, scale, transform } = getComputedStyle(up);
      level = Math.max(level, +zIndex || 0);
      if (!UPRIGHT.test(`${[rotate, scale, transform]}`)) return;
      if (up === picture || overflow === "visible") continue;
      frame = common(frame, up.getBoundingClientRect());
    }
    this._node.style.zIndex = level ? `${level}` : "";
    return frame;
  }

  /** Lay the layer over a frame of the window, whatever scale it is drawn in and wherever it is placed from. */
  private _lay(now: Laid, frame: Box): boolean {
    const whole = this._lie!._whole;
    const stands = () => JSON.stringify([frame, whole, (here = this._node.getBoundingClientRect())]);
    let here!: DOMRect;
    if (stands() === this._last) return false;
    const { left, top, width, height } = this._at;
    const across = here.width / width || now._box.width / now._size[0];
    const down = here.height / height || now._box.height / now._size[1];
    const at = { left: left + (frame.x - here.x) / across, top: top + (frame.y - here.y) / down, width: frame.width / across, height: frame.height / down };
    put(this._node, (this._at = at));
    const [x, y] = [(whole.x - frame.x) / across, (whole.y - frame.y) / down];
    put(this._whole, { left: x, top: y, width: whole.width / across, height: whole.height / down, "--l": -x, "--t": -y, "--r": at.width - x, "--b": at.height - y });
    this._last = stands();
    return true;
  }
}

/** Give a node's style some lengths in px. */
function put({ style }: HTMLElement, px: Record<string, number>): void {
  for (const name in px) style.setProperty(name, `${px[name]}px`);
}

/** Put a node over a box of the picture, its line `px` wide around the edge, but not beyond the picture. */
export function place<T extends HTMLElement>(node: T, { x, y, width, height }: Box, px: number): T {
  const inset = [y, 100 - x - width, 100 - y - height, x].map((side) => `max(${side}% - ${px}px,0px)`);
  node.style.inset = inset.join(" ");
  return node;
}

/** Put the middle of what stands at a corner at a point of the picture, but within what is seen of it. */
export function corner({ style }: HTMLElement, x: number, y: number): void {
  style.left = `clamp(var(--l),${x}% - ${HALF_PX}px,var(--r) - ${2 * HALF_PX}px)`;
  style.top = `clamp(var(--t),${y}% - ${HALF_PX}px,var(--b) - ${2 * HALF_PX}px)`;
}
