import { expect, test } from "vitest";
import { next, type Row } from "@/marking";

const asked: Row = { is: "asked" };
const decided = next(asked, { type: "decide", value: "duplicate", judgement: "j1" });

test("a decision is on its way until it is saved", () => {
  expect(decided).toMatchObject({ is: "decided", value: "duplicate", delivery: "sending", others: 0 });
  const saved = next(decided, { type: "saved", judgement: "j1", others: 3, state: "settled" });
  expect(saved).toMatchObject({ delivery: "saved", others: 3, state: "settled" });
});

test("a decided row takes no second decision", () => {
  expect(next(decided, { type: "decide", value: "different", judgement: "j2" })).toBe(decided);
});

test("undo brings the buttons back and remembers which one was pressed", () => {
  expect(next(decided, { type: "undo" })).toEqual({ is: "asked", undone: "duplicate" });
  expect(next(asked, { type: "undo" })).toBe(asked);
});

test("what is heard of another judgement changes nothing", () => {
  expect(next(decided, { type: "saved", judgement: "j9", others: 3, state: null })).toBe(decided);
  expect(next(asked, { type: "refused", judgement: "j1" })).toBe(asked);
});

test("waiting is shown as offline, but never after it was saved", () => {
  expect(next(decided, { type: "waiting", judgement: "j1" })).toMatchObject({ delivery: "offline" });
  const saved = next(decided, { type: "saved", judgement: "j1", others: 0, state: null });
  expect(next(saved, { type: "waiting", judgement: "j1" })).toBe(saved);
});

test("only what failed can be left", () => {
  expect(next(decided, { type: "leave" })).toBe(decided);
  const failed = next(decided, { type: "refused", judgement: "j1" });
  expect(failed).toMatchObject({ delivery: "failed" });
  expect(next(failed, { type: "leave" })).toEqual({ is: "asked" });
});

test("a quiet row opens", () => {
  expect(next({ is: "quiet" }, { type: "open" })).toEqual({ is: "asked" });
});
