import { expect, test } from "vitest";
import { uuid7 } from "@/ids";

const timeOf = (id: string) => parseInt(id.replace("-", "").slice(0, 12), 16);

test("an id has the layout of RFC 9562, version 7, and carries its time", () => {
  const id = uuid7(Date.UTC(2030, 0, 1));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(timeOf(id)).toBe(Date.UTC(2030, 0, 1));
});

test("an early time is filled up with zeros", () => {
  expect(uuid7(0x0fff_ffff_ffff).slice(0, 13)).toBe("0fffffff-ffff");
});

test("later ids sort after earlier ones, also when the clock stands still or goes back", () => {
  const now = Date.UTC(9000, 0, 1);
  const ids = [uuid7(now), uuid7(now), uuid7(now - 5000), uuid7(now + 1)];
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(4);
});

test("a thousand at once are all different, and in order", () => {
  const ids = Array.from({ length: 1000 }, () => uuid7());
  expect(new Set(ids.map((id) => id.slice(15))).size).toBe(1000);
  expect([...ids].sort()).toEqual(ids);
});
