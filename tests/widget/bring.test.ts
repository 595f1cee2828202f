import { beforeEach, expect, test, vi } from "vitest";
import type { bring as Bring } from "@/bring";

const BASE = "https://host.example/w/";
let bring: typeof Bring;

beforeEach(async () => {
  vi.resetModules();
  vi.stubGlobal("EDITION", "test");
  ({ bring } = await import("@/bring"));
});

const stands = (address: string, said: string) => vi.doMock(BASE + address, () => ({ said }));
const isLost = (address: string) =>
  vi.doMock(BASE + address, () => {
    throw new Error("503");
  });

test("a chunk is brought by its name and the edition", async () => {
  stands("menu.test.js", "here");
  expect(await bring("menu", BASE)).toEqual({ said: "here" });
});

test("what got lost rejects, and is asked for under another address each time until it comes", async () => {
  isLost("find.test.js");
  isLost("find.test.js#");
  stands("find.test.js##", "here");
  await expect(bring("find", BASE)).rejects.toThrow();
  await expect(bring("find", BASE)).rejects.toThrow();
  for (const _ of [1, 2]) expect(await bring("find", BASE)).toEqual({ said: "here" });
});

test("what came keeps its address, whatever else got lost, so that it is there once", async () => {
  stands("menu.test.js", "first");
  isLost("read.test.js");
  const menu = await bring("menu", BASE);
  await expect(bring("read", BASE)).rejects.toThrow();
  expect(await bring("menu", BASE)).toBe(menu);
});
