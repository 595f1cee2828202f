import { describe, expect, test } from "vitest";
import { between, type Box, boxOf, type Hold, moved, stretched, written } from "@/anchors/region";

const box = (x: number, y: number, width: number, height: number): Box => ({ x, y, width, height });
const HOLDS: Hold[] = [-1, 0, 1].flatMap((across) => [-1, 0, 1].map((down): Hold => [across, down]));

/** Numbers that look like chance and are the same each time (Park and Miller's generator). */
function drawn(seed = 7) {
  return (low: number, high: number): number => low + ((seed = (seed * 48271) % 2147483647) / 2147483647) * (high - low);
}
const chance = drawn();
const some = (count: number): Box[] =>
  Array.from({ length: count }, () => {
    const [x, y] = [chance(0, 99), chance(0, 99)];
    return box(x, y, chance(0.5, 100 - x), chance(0.5, 100 - y));
  });
const isWithin = ({ x, y, width, height }: Box) => Math.min(x, y) >= 0 && Math.min(width, height) > 0 && Math.max(x + width, y + height) <= 100 + 1e-9;

describe("writing", () => {
  test.each([
    // What the server's own reading of these boxes writes.
    [box(22, 39.2, 30, 8.4), "22,39.2,30,8.4"],
    [box(0.03125, 0.09375, 12.34375, 50), "0.0312,0.0938,12.3438,50"],
    [box(1 / 3, 2 / 3, 100 / 7, 1e-4), "0.3333,0.6667,14.2857,0.0001"],
    [box(0, 0, 100, 100), "0,0,100,100"],
    [box(12.00004, 12.00005, 12.34565, 12.99995), "12,12,12.3456,13"],
    [box(0.1 + 0.2, 1e-9, 33.33333333, 66.66666666), "0.3,0,33.3333,66.6667"],
  ])("%o is written with four digits at most, as the server writes it", (given, numbers) => {
    expect(written(given)).toBe(`xywh=percent:${numbers}`);
  });

  test("what reaches over an edge is cut off there", () => {
    expect(written(box(-5, 90, 20, 30))).toBe("xywh=percent:0,90,15,10");
    expect(written(box(99.99999, 100, 1, 1))).toBe("xywh=percent:99.9999,99.9999,0.0001,0.0001");
  });

  test("rounding both numbers never reaches over the edge", () => {
    expect(written(box(33.33336, 0, 66.66664, 100))).toBe("xywh=percent:33.3334,0,66.6666,100");
    expect(written(box(0, 33.33336, 100, 66.66669))).toBe("xywh=percent:0,33.3334,100,66.6666");
  });

  test("what is written is read again as the same box to four digits, always within the picture", () => {
    for (const given of some(2000)) {
      const again = boxOf(written(given))!;
      expect(isWithin(again), written(given)).toBe(true);
      for (const side of ["x", "y", "width", "height"] as const) expect(Math.abs(again[side] - given[side])).toBeLessThanOrEqual(1.01e-4);
      expect(written(again)).toBe(written(given));
    }
  });
});

test.each(["", "10,10,10,10", "xywh=10,10,10,10", "xywh=percent:a,0,1,1", "xywh=percent:NaN,0,1,1", "xywh=percent:1e1,0,1,1", "xywh=percent:0,0,0,5", "xywh=percent:-1,0,5,5", "xywh=percent:60,0,41,5", "xywh=percent:0,0,5", " xywh=percent:0,0,5,5"])("%o is no box", (given) => {
  expect(boxOf(given)).toBeUndefined();
});

test("a box that the server rounded a ten-thousandth over the edge is a box", () => {
  expect(boxOf("xywh=percent:33.3334,0,66.6667,100")).toEqual(box(33.3334, 0, 66.6667, 100));
});

describe("drawing", () => {
  test("two corners in any order make the same box", () => {
    for (const corners of [[10, 20, 40, 60], [40, 60, 10, 20], [40, 20, 10, 60], [10, 60, 40, 20]] as const)
      expect(between([corners[0], corners[1]], [corners[2], corners[3]])).toEqual(box(10, 20, 30, 40));
  });

  test("a corner outside counts at the edge", () => {
    expect(between([50, 50], [140, -20])).toEqual(box(50, 0, 50, 50));
  });

  test("a box that is moved keeps its size and stops at the edge", () => {
    expect(moved(box(10, 10, 30, 30), [5, -3])).toEqual(box(15, 7, 30, 30));
    expect(moved(box(10, 10, 30, 30), [500, -500])).toEqual(box(70, 0, 30, 30));
  });

  test("a corner takes two edges along, an edge only itself", () => {
    const given = box(20, 20, 40, 40);
    expect(stretched(given, [1, 1], [5, 6], [1, 1])).toEqual(box(20, 20, 45, 46));
    expect(stretched(given, [-1, -1], [5, 6], [1, 1])).toEqual(box(25, 26, 35, 34));
    expect(stretched(given, [0, -1], [5, 6], [1, 1])).toEqual(box(20, 26, 40, 34));
    expect(stretched(given, [1, 0], [5, 6], [1, 1])).toEqual(box(20, 20, 45, 40));
  });

  test("an edge stops before the one across, and at the picture's", () => {
    expect(stretched(box(20, 20, 40, 40), [1, 0], [-90, 0], [2, 2])).toEqual(box(20, 20, 2, 40));
    expect(stretched(box(20, 20, 40, 40), [-1, 1], [-90, 90], [2, 2])).toEqual(box(0, 20, 60, 80));
  });

  test("whatever is pulled in whichever way, the box stays within, and across edges where they were", () => {
    for (const given of some(300))
      for (const hold of HOLDS) {
        const by = [chance(-150, 150), chance(-150, 150)] as const;
        const made = stretched(given, hold, by, [0.4, 0.4]);
        expect(isWithin(made)).toBe(true);
        if (hold[0] <= 0) expect(made.x + made.width).toBeCloseTo(given.x + given.width, 9);
        if (hold[0] >= 0) expect(made.x).toBe(given.x);
        if (hold[1] <= 0) expect(made.y + made.height).toBeCloseTo(given.y + given.height, 9);
        if (hold[1] >= 0) expect(made.y).toBe(given.y);
        const shoved = moved(given, by);
        expect(isWithin(shoved)).toBe(true);
        expect([shoved.width, shoved.height]).toEqual([given.width, given.height]);
      }
  });
});
