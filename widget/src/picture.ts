// Where a picture lies in the page: whatever fit, position, border, padding, zoom or scale the host's rules give it.
import type { Box, Point } from "./anchors/region";

/** What the host's rules say of a picture. Lengths are its own px, before zoom and scale; `box` is where it is drawn in the window. */
export interface Laid {
  _box: Box;
  /** Its own width and height with padding and border. */
  _size: Point;
  /** What border and padding take at the left, top, right and bottom. */
  _inset: readonly [number, number, number, number];
  /** Its natural size. */
  _natural: Point;
  _fit: string;
  _position: string;
}

/** Where the whole picture would lie in the window, and the part of the window through which it is seen. */
export interface Lie {
  _whole: Box;
  _seen: Box;
}

/** Return where a picture lies by what is known of it. */
export function lie({ _box: box, _size: size, _inset: inset, _natural: natural, _fit: fit, _position: position }: Laid): Lie {
  const [left, top, right, bottom] = inset;
  const room: Point = [size[0] - left - right, size[1] - top - bottom];
  const drawn = fitted(room, natural, fit);
  const places = position.match(/calc\([^)]*\)|\S+/g) ?? [];
  const from = ([0, 1] as const).map((at) => offset(places[at] ?? "50%", room[at] - drawn[at])) as [number, number];
  const scale: Point = [box.width / size[0], box.height / size[1]];
  const put = (x: number, y: number, [width, height]: Point): Box => ({
    x: box.x + (left + x) * scale[0],
    y: box.y + (top + y) * scale[1],
    width: width * scale[0],
    height: height * scale[1],
  });
  const whole = put(...from, drawn);
  return { _whole: whole, _seen: common(whole, put(0, 0, room)) };
}

/** Return the size in which `object-fit` draws a picture. */
function fitted(room: Point, natural: Point, fit: string): Point {
  if (fit === "fill" || !natural[0] || !natural[1]) return room;
  const [across, down] = [room[0] / natural[0], room[1] / natural[1]];
  const within = Math.min(across, down);
  const scale = fit === "cover" ? Math.max(across, down) : fit === "contain" ? within : fit === "none" ? 1 : Math.min(1, within);
  return [natural[0] * scale, natural[1] * scale];
}

/** Return what a place such as `20%`, `-4px` or `calc(100% - 10px)` comes to where `free` px are left over. */
function offset(place: string, free: number): number {
  let sum = 0;
  for (const [, sign, number, unit] of place.matchAll(/([+-]?)\s*(-?[\d.]+)(%|px)/g))
    sum += (sign === "-" ? -1 : 1) * +number! * (unit === "%" ? free / 100 : 1);
  return sum;
}

/** Return what two boxes have in common; without width or height where that is nothing. */
export function common(one: Box, other: Box): Box {
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  return {
    x,
    y,
    width: Math.max(0, Math.min(one.x + one.width, other.x + other.width) - x),
    height: Math.max(0, Math.min(one.y + one.height, other.y + other.height) - y),
  };
}

/** Return a box of the window in percent of the picture. */
export const inPicture = (box: Box, whole: Box): Box => ({
  x: ((box.x - whole.x) / whole.width) * 100,
  y: ((box.y - whole.y) / whole.height) * 100,
  width: (box.width / whole.width) * 100,
  height: (box.height / whole.height) * 100,
});

/** Read what the host's rules say of a picture now; its box is measured. */
export function laid(picture: HTMLImageElement): Laid {
  const { x, y, width, height } = picture.getBoundingClientRect();
  const style = getComputedStyle(picture);
  const px = (side: string) => (parseFloat(style.getPropertyValue(`border-${side}-width`)) || 0) + (parseFloat(style.getPropertyValue(`padding-${side}`)) || 0);
  return {
    _box: { x, y, width, height },
    _size: [picture.offsetWidth || width, picture.offsetHeight || height],
    _inset: ["left", "top", "right", "bottom"].map(px) as unknown as Laid["_inset"],
    _natural: [picture.naturalWidth, picture.naturalHeight],
    _fit: style.objectFit,
    _position: style.objectPosition,
  };
}
