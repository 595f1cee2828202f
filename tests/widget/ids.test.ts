import { expect, test } from "vitest";
import { uuid7 } from "@/ids";

test("an id is of version 7 and carries its time", () => {
  const id = uuid7(Date.UTC(2030, 0, 1));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(Date.UTC(2030, 0, 1));
});

test("later ids sort after earlier ones, also when the clock stands still or goes back", () => {
  const now = Date.UTC(2031, 0, 1);
  const ids = [uuid7(now), uuid7(now), uuid7(now - 5000), uuid7(now + 1)];
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(4);
});
