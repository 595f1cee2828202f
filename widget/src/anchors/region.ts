// Where in a picture a judgement points: a box in percent of its width and height (W3C Media Fragments 1.0, 4.2.2),
// written as sdk/src/earmark/anchors/region.py writes it; and how a box is drawn, moved and stretched, always within the picture.

const WRITTEN = /^xywh=percent:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/;
const PLACES = 4;
const WHOLE = 100;
const LEAST = 10 ** -PLACES;

/** A box by its left and upper edge, width and height; of a picture in percent, of a page in px. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Which edges a hand has hold of: -1 the left or upper one, 1 the right or lower one, 0 neither. */
export type Hold = readonly [across: number, down: number];

export type Point = readonly [x: number, y: number];

/** A box of a picture and the natural size of the picture in px, as it is sent. */
export interface RegionAnchor {
  region: string;
  width: number;
  height: number;
}

/** Return the box that is written; undefined where none is, or one without area or outside. */
export function boxOf(written: string): Box | undefined {
  const found = WRITTEN.exec(written);
  if (!found) return undefined;
  const [x, y, width, height] = found.slice(1).map(Number) as [number, number, number, number];
  const isBox = Math.min(width, height) > LEAST / 2 && Math.min(x, y) >= 0 && Math.max(x + width, y + height) <= WHOLE + LEAST;
  return isBox ? { x, y, width, height } : undefined;
}

/** Write a box of a picture: cut off at the picture's edges, then to four digits, so that what is written never reaches outside. */
export function written({ x, y, width, height }: Box): string {
  const [left, wide] = cut(x, width);
  const [top, high] = cut(y, height);
  return `xywh=percent:${[left, top, wide, high].join()}`;
}

/** Return a start and a length in percent as they are written. */
function cut(from: number, length: number): Point {
  const start = rounded(clamp(from, 0, WHOLE - LEAST));
  const room = rounded(WHOLE - start);
  return [start, clamp(rounded(Math.min(from, 0) + length), LEAST, room)];
}

/** Round to four digits as Python does: what lies halfway, which only an odd number of 32nds does, goes to the even neighbour. */
function rounded(value: number): number {
  return (value * 32) % 2 === 1 ? (2 * Math.round(value * 5000)) / 10 ** PLACES : +value.toFixed(PLACES);
}

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** Return the box between two corners, cut off at the picture's edges. */
export function between(one: Point, other: Point): Box {
  const [x, width] = span(one[0], other[0]);
  const [y, height] = span(one[1], other[1]);
  return { x, y, width, height };
}

function span(one: number, other: number): Point {
  const low = clamp(Math.min(one, other), 0, WHOLE);
  return [low, clamp(Math.max(one, other), 0, WHOLE) - low];
}

/** Return the box moved; it keeps its size and stops at the picture's edges. */
export function moved(box: Box, [dx, dy]: Point): Box {
  return { ...box, x: clamp(box.x + dx, 0, WHOLE - box.width), y: clamp(box.y + dy, 0, WHOLE - box.height) };
}

/** Return the box with its held edges moved; they stop at the picture's edges and `least` before the edges across. */
export function stretched(box: Box, [across, down]: Hold, [dx, dy]: Point, least: Point): Box {
  const [x, width] = pulled(box.x, box.width, across, dx, least[0]);
  const [y, height] = pulled(box.y, box.height, down, dy, least[1]);
  return { x, y, width, height };
}

function pulled(start: number, length: number, held: number, by: number, least: number): Point {
  const end = start + length;
  const smallest = Math.min(least, length);
  if (held < 0) {
    const from = clamp(start + by, 0, end - smallest);
    return [from, end - from];
  }
  return [start, held ? clamp(end + by, start + smallest, WHOLE) - start : length];
}
