import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused } from "@/api";
import { Outbox } from "@/outbox";
import type { EventsAnswer, SentEvent } from "@/wire";

const event = (id: string): SentEvent => ({ type: "hide", id, exposure: "x", seq: 0, at_ms: 0 });
const answer = (events: SentEvent[]): EventsAnswer =>
  ({
    results: events.map(({ id }) => ({ id, status: "ok", code: null, others_count: null, state: null })),
    next_ask_at: null,
    config_version: "1",
  }) as EventsAnswer;

class Post {
  calls: { ids: string[]; lost: number }[] = [];
  fail: unknown[] = [];
  hold: (() => void) | undefined;
  isHeld = false;
  send = async (events: SentEvent[], lost: number): Promise<EventsAnswer> => {
    this.calls.push({ ids: events.map(({ id }) => id), lost });
    if (this.isHeld) await new Promise<void>((go) => (this.hold = go));
    const error = this.fail.shift();
    if (error) throw error;
    return answer(events);
  };
}

let post: Post;
let told: [string, string | undefined][];
const open = (person = "ann") => new Outbox(person, post.send, (one, result) => told.push([one.id, result?.status]), sessionStorage);

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  sessionStorage.clear();
  post = new Post();
  told = [];
});
afterEach(() => vi.useRealTimers());

test("what is put in leaves soon, once, and is told back", async () => {
  const box = open();
  box.add(event("a"), 0);
  box.add(event("b"), 0);
  await vi.advanceTimersByTimeAsync(1);
  expect(post.calls).toEqual([{ ids: ["a", "b"], lost: 0 }]);
  expect(told).toEqual([["a", "ok"], ["b", "ok"]]);
  expect(box.size).toBe(0);
  expect(sessionStorage.length).toBe(0);
});

test("one batch is on its way at a time, and what came meanwhile follows", async () => {
  post.isHeld = true;
  const box = open();
  box.add(event("a"), 0);
  await vi.advanceTimersByTimeAsync(1);
  box.add(event("b"), 0);
  await box.flush();
  await vi.advanceTimersByTimeAsync(50);
  expect(post.calls.map(({ ids }) => ids)).toEqual([["a"]]);
  post.isHeld = false;
  post.hold?.();
  await vi.advanceTimersByTimeAsync(1);
  expect(post.calls.map(({ ids }) => ids)).toEqual([["a"], ["b"]]);
});

test("what did not leave survives navigation and is sent under the same person only", async () => {
  post.fail = [new TypeError("offline")];
  open().add(event("a"), 0);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual([["a", undefined]]);
  expect(open("ben").size).toBe(0);
  const again = open("ann");
  expect(again.size).toBe(1);
  await again.flush();
  expect(post.calls.at(-1)).toEqual({ ids: ["a"], lost: 0 });
});

test("a batch that is too large is halved", async () => {
  post.fail = [new Refused(413, "too_large", 0)];
  const box = open();
  for (const id of ["a", "b", "c", "d"]) box.add(event(id), 0);
  await vi.advanceTimersByTimeAsync(5);
  expect(post.calls.map(({ ids }) => ids.length)).toEqual([4, 2, 2]);
});

test("at most fifty events leave together", async () => {
  const box = open();
  for (let n = 0; n < 120; n++) box.add(event(`e${n}`), 5);
  await vi.advanceTimersByTimeAsync(20);
  expect(post.calls.map(({ ids }) => ids.length)).toEqual([50, 50, 20]);
});

test("what is refused for good is counted as lost and reported once", async () => {
  post.fail = [new Refused(400, "invalid", 0)];
  const box = open();
  box.add(event("a"), 0);
  await vi.advanceTimersByTimeAsync(5);
  box.add(event("b"), 0);
  await vi.advanceTimersByTimeAsync(5);
  box.add(event("c"), 0);
  await vi.advanceTimersByTimeAsync(5);
  expect(post.calls.map(({ lost }) => lost)).toEqual([0, 1, 0]);
});

test("a server that asks for time is given it", async () => {
  post.fail = [new Refused(429, "too_many_calls", 10)];
  const box = open();
  box.add(event("a"), 0);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(post.calls.length).toBe(1);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(post.calls.length).toBe(2);
  expect(box.size).toBe(0);
});

test("waits grow while nobody answers", async () => {
  post.fail = Array.from({ length: 4 }, () => new TypeError("down"));
  const box = open();
  box.add(event("a"), 0);
  const times: number[] = [];
  for (let ms = 0; ms < 40_000; ms += 100) {
    await vi.advanceTimersByTimeAsync(100);
    if (post.calls.length > times.length) times.push(ms);
  }
  const gaps = times.slice(1).map((time, at) => time - times[at]!);
  expect(gaps.length).toBe(4);
  expect(gaps.every((gap, at) => at === 0 || gap > gaps[at - 1]!)).toBe(true);
});

test("two hundred events are kept and the oldest beyond are counted as lost", async () => {
  post.isHeld = true;
  const box = open();
  for (let n = 0; n < 210; n++) box.add(event(`e${n}`), 60_000);
  expect(box.size).toBe(200);
  void box.flush();
  expect(post.calls[0]).toMatchObject({ lost: 10 });
  expect(post.calls[0]!.ids[0]).toBe("e10");
});

test("what is a day old is not sent any more", () => {
  sessionStorage.setItem("earmark:ann", JSON.stringify([{ at: Date.now() - 25 * 3600_000, event: event("old") }]));
  expect(open().size).toBe(0);
});

test("what has not left can be taken out, what is on its way cannot", async () => {
  post.isHeld = true;
  const box = open();
  box.add(event("a"), 0);
  await vi.advanceTimersByTimeAsync(1);
  box.add(event("b"), 0);
  expect(box.drop("a")).toBe(false);
  expect(box.drop("b")).toBe(true);
  expect(box.drop("nobody")).toBe(false);
});

test("without storage, or with a broken one, events still leave", async () => {
  const broken = { getItem: () => "{not json", setItem: () => { throw new Error("full"); }, removeItem: () => {} };
  const box = new Outbox("ann", post.send, () => {}, broken as unknown as Storage);
  box.add(event("a"), 0);
  await vi.advanceTimersByTimeAsync(1);
  expect(post.calls.length).toBe(1);
});
