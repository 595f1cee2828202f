// What hands do to a box of a picture: draw it from corner to corner or by two taps, move it by its inside, pull its edges.
import { between, type Box, type Hold, moved, type Point, stretched } from "./anchors/region";
import type { Overlay } from "./overlay";

/** A box narrower or lower than this on the screen was drawn by mistake. */
const LEAST_PX = 8;
/** How far a hand may move and still only tap. */
const TAP_PX = 4;

/** What is drawn on. */
export interface Paper {
  readonly _sheet: HTMLElement;
  readonly _box: Box | undefined;
  /** Let a box stand, or none. */
  _take: (box: Box | undefined) => void;
  /** Say, by its key, what happened or what to do. */
  _tell: (key: string) => void;
  /** Move the focus to the box, where there is one. */
  _rest: () => void;
  readonly _over: Pick<Overlay, "_lie" | "_inPicture" | "_measure">;
  /** Return what a hand has hold of at a node: edges, the inside (neither), or nothing. */
  _holdAt: (node: EventTarget | null) => Hold | undefined;
}

/** A hand that is down: where it came down, in the picture and in the window, and what it draws. */
interface Stroke {
  _id: number;
  _from: Point;
  _at: Point;
  _was: Box | undefined;
  _isNew: boolean;
  _isFar: boolean;
  _drawn: (to: Point, least: Point) => Box;
}

export class Hands {
  /** The first of two corners that are tapped. */
  declare _first: Point | undefined;
  private declare _stroke: Stroke | undefined;

  constructor(private readonly _paper: Paper) {
    const hear = (name: string, act: (event: PointerEvent, whole: Box) => void) =>
      _paper._sheet.addEventListener(`pointer${name}`, (event) => {
        if (name === "down") _paper._over._measure(); // a style or a font can move a picture without anybody hearing of it
        const whole = _paper._over._lie?._whole;
        if (whole) act.call(this, event as PointerEvent, whole);
      });
    hear("down", this._down);
    hear("move", this._move);
    hear("up", this._up);
    hear("cancel", this._revert);
  }

  private _point({ clientX: x, clientY: y }: PointerEvent, whole: Box): Point {
    const at = this._paper._over._inPicture({ x, y, width: 0, height: 0 }, whole);
    return [at.x, at.y];
  }

  /** Give up what is being drawn; false where nothing is. */
  _revert(): boolean {
    const stroke = this._stroke;
    const isDrawing = !!(stroke || this._first);
    this._stroke = this._first = undefined;
    if (isDrawing) this._paper._take(stroke ? stroke._was : this._paper._box);
    return isDrawing;
  }

  private _down(event: PointerEvent, whole: Box): void {
    if (this._stroke || !event.isPrimary) return void this._revert(); // a second finger zooms
    if (event.button) return;
    const from = this._point(event, whole);
    const was = this._paper._box;
    const hold = this._paper._holdAt(event.target);
    this._stroke = { _id: event.pointerId, _from: from, _at: [event.clientX, event.clientY], _was: was, _isNew: !hold, _isFar: false, _drawn: drawing(from, was, hold) };
    try {
      this._paper._sheet.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is gone already, and its end was told.
    }
  }

  private _move(event: PointerEvent, whole: Box): void {
    const stroke = this._stroke;
    if (stroke?._id !== event.pointerId) return;
    const [x, y] = stroke._at;
    stroke._isFar ||= Math.hypot(event.clientX - x, event.clientY - y) >= TAP_PX;
    if (!stroke._isFar) return;
    this._first = undefined;
    this._paper._take(stroke._drawn(this._point(event, whole), least(whole)));
  }

  private _up(event: PointerEvent, whole: Box): void {
    const stroke = this._stroke;
    if (stroke?._id !== event.pointerId) return;
    this._move(event, whole);
    this._stroke = undefined;
    if (!stroke._isNew) return this._paper._rest();
    if (stroke._isFar) return this._keep(this._paper._box!, stroke._was, whole);
    if (this._first) return this._keep(between(this._first, stroke._from), stroke._was, whole);
    this._first = stroke._from;
    this._paper._take(stroke._was);
    this._paper._tell("drawCorner");
  }

  /** Let a drawn box stand, or the one before it where it is tiny. */
  private _keep(made: Box, was: Box | undefined, whole: Box): void {
    const [width, height] = least(whole);
    const isTiny = made.width < width || made.height < height;
    this._first = undefined;
    this._paper._take(isTiny ? was : made);
    this._paper._tell(isTiny ? "drawTiny" : "drawHands");
    this._paper._rest();
  }
}

/** Return the least width and height, in percent, of a box that can be seen. */
const least = ({ width, height }: Box): Point => [(LEAST_PX / width) * 100, (LEAST_PX / height) * 100];

/** Return what a hand draws that came down at a point. */
function drawing(from: Point, was: Box | undefined, hold: Hold | undefined): Stroke["_drawn"] {
  if (!was || !hold) return (to) => between(from, to);
  const by = (to: Point): Point => [to[0] - from[0], to[1] - from[1]];
  return (to, least) => (hold[0] || hold[1] ? stretched(was, hold, by(to), least) : moved(was, by(to)));
}
