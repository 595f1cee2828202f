import { expect, test } from "vitest";
import type { Box } from "@/anchors/region";
import { common, inPicture, type Laid, lie } from "@/picture";

const box = (x: number, y: number, width: number, height: number): Box => ({ x, y, width, height });
/** A picture of 400 × 200 that is drawn in 200 × 200 px at (10, 20). */
const picture = (more: Partial<Laid> = {}): Laid => ({
  _box: box(10, 20, 200, 200), _size: [200, 200], _inset: [0, 0, 0, 0], _natural: [400, 200], _fit: "fill", _position: "50% 50%", ...more,
}); // prettier-ignore

test.each([
  ["fill", box(10, 20, 200, 200), box(10, 20, 200, 200)],
  ["contain", box(10, 70, 200, 100), box(10, 70, 200, 100)],
  ["cover", box(-90, 20, 400, 200), box(10, 20, 200, 200)],
  ["none", box(-90, 20, 400, 200), box(10, 20, 200, 200)],
  ["scale-down", box(10, 70, 200, 100), box(10, 70, 200, 100)],
])("object-fit: %s", (fit, whole, seen) => {
  expect(lie(picture({ _fit: fit }))).toEqual({ _whole: whole, _seen: seen });
});

test("a picture smaller than its room is neither scaled down nor up by scale-down, and lies in the middle", () => {
  expect(lie(picture({ _natural: [100, 50], _fit: "scale-down" }))._whole).toEqual(box(60, 95, 100, 50));
});

test.each([
  ["0% 0%", -0, 20],
  ["100% 50%", -200, 20],
  ["0px 0px", 0, 20],
  ["-30px 50%", -30, 20],
  ["calc(100% - 10px) 50%", -210, 20],
  ["calc(-10px + 25%) 50%", -60, 20],
])("object-position: %s", (position, x, y) => {
  expect(lie(picture({ _fit: "cover", _position: position }))._whole).toEqual(box(10 + x, y, 400, 200));
});

test("border and padding lie outside the picture", () => {
  expect(lie(picture({ _inset: [10, 20, 30, 40] }))._whole).toEqual(box(20, 40, 160, 140));
});

test("zoom and scale widen border, padding and position with the picture", () => {
  const twice = picture({ _box: box(10, 20, 400, 400), _inset: [10, 20, 30, 40], _fit: "none", _position: "5px 0%" });
  expect(lie(twice)._whole).toEqual(box(10 + 2 * 15, 20 + 2 * 20, 800, 400));
});

test("a scale may differ in width and height", () => {
  expect(lie(picture({ _box: box(0, 0, 400, 100), _fit: "contain" }))._whole).toEqual(box(0, 25, 400, 50));
});

test("a picture without a size of its own fills its room", () => {
  expect(lie(picture({ _natural: [0, 0], _fit: "contain" }))._whole).toEqual(box(10, 20, 200, 200));
});

test("a box of the page is one of the picture, in percent", () => {
  const whole = lie(picture({ _fit: "cover" }))._whole;
  expect(inPicture(box(10, 120, 100, 20), whole)).toEqual(box(25, 50, 25, 10));
});

/** Return a box of the picture as the browser draws it in the page. */
const inPage = ({ x, y, width, height }: Box, whole: Box): Box =>
  box(whole.x + (x / 100) * whole.width, whole.y + (y / 100) * whole.height, (width / 100) * whole.width, (height / 100) * whole.height);

test("there and back is the same box, for any fit, position, border and scale", () => {
  for (const fit of ["fill", "contain", "cover", "none", "scale-down"])
    for (const _position of ["0% 0%", "50% 50%", "calc(100% - 7px) -3px"])
      for (const scale of [0.5, 1, 1.25, 3]) {
        const { _whole: whole } = lie(picture({ _fit: fit, _position, _inset: [1, 2, 3, 4], _box: box(3.3, -700, 200 * scale, 200 * scale) }));
        const again = inPicture(inPage(box(12.3456, 7, 0.5, 80), whole), whole);
        for (const [side, value] of Object.entries(box(12.3456, 7, 0.5, 80))) expect(again[side as keyof Box]).toBeCloseTo(value, 8);
      }
});

test("boxes apart have nothing in common", () => {
  expect(common(box(0, 0, 10, 10), box(5, 5, 10, 10))).toEqual(box(5, 5, 5, 5));
  expect(common(box(0, 0, 10, 10), box(20, 5, 10, 10)).width).toBe(0);
});
