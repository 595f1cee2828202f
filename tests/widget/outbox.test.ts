import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Outbox } from "@/outbox";
import type { EventsAnswer, SentEvent } from "@/wire";

/** When a new page sends what an earlier one kept. */
const SOON_MS = 1000;
const HOUR_MS = 3600_000;
const event = (id: string, more: object = {}): SentEvent => ({ type: "hide", id, exposure: "x", seq: 0, at_ms: 0, ...more });
const refused = (status: number, retryAfterS = NaN) => ({ status, code: "no", retryAfterS });
const down = () => new TypeError("Failed to fetch");
const answer = (events: SentEvent[]) =>
  ({
    results: events.map(({ id }) => ({ id, status: "ok", code: null, others_count: null, state: null, agree_count: null, votes_count: null })),
    next_ask_at: null,
  }) satisfies EventsAnswer;

/** The way to the server: what left, and what becomes of it. */
class Post {
  calls: { ids: string[]; lost: number }[] = [];
  fail: unknown[] = [];
  isHeld = false;
  release = () => {};
  send = async (events: SentEvent[], lost: number): Promise<EventsAnswer> => {
    this.calls.push({ ids: events.map(({ id }) => id), lost });
    if (this.isHeld) await new Promise<void>((go) => (this.release = go));
    const error = this.fail.shift();
    if (error) throw error;
    return answer(events);
  };
  get ids() {
    return this.calls.map(({ ids }) => ids);
  }
}

let post: Post;
let told: [id: string, status: string | undefined][];
const open = (person = "ann", store: () => Storage = () => sessionStorage) =>
  new Outbox(person, post.send, (one, result) => told.push([one.id, result?.code ?? result?.status]), store);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** Return what is kept for a person: how many were lost, and the lines. */
function kept(person = "ann"): [number, { at: number; event: SentEvent }[]] {
  const lines = JSON.parse(sessionStorage.getItem(`earmark:${person}`) ?? "[0]");
  return [lines.pop(), lines];
}
/** Return when calls were made from now on, in ms. */
async function timesWithin(ms: number): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at <= ms; at += 50) {
    while (post.calls.length > times.length) times.push(at);
    await pass(50);
  }
  return times;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  sessionStorage.clear();
  post = new Post();
  told = [];
});
afterEach(() => vi.useRealTimers());

test("what is put in leaves soon, once, in order, and is told back", async () => {
  const box = open();
  box._add(event("a"), 0);
  box._add(event("b"), 0);
  await pass(1);
  expect(post.calls).toEqual([{ ids: ["a", "b"], lost: 0 }]);
  expect(told).toEqual([["a", "ok"], ["b", "ok"]]); // prettier-ignore
  expect(sessionStorage.length).toBe(0);
  await pass(HOUR_MS);
  expect(post.calls.length).toBe(1);
});

test("what may wait goes with what may not", async () => {
  const box = open();
  box._add(event("seen"), 1500);
  await pass(1000);
  expect(post.calls).toEqual([]);
  box._add(event("judge"), 0);
  await pass(1);
  expect(post.ids).toEqual([["seen", "judge"]]);
});

test("one batch is on its way at a time, and what came meanwhile follows", async () => {
  post.isHeld = true;
  const box = open();
  box._add(event("a"), 0);
  await pass(1);
  box._add(event("b"), 0);
  await box._flush();
  await pass(5000);
  expect(post.ids).toEqual([["a"]]);
  post.isHeld = false;
  post.release();
  await pass(1);
  expect(post.ids).toEqual([["a"], ["b"]]);
});

test("as the page goes, what was said meanwhile leaves beside what is on its way, and nothing leaves twice", async () => {
  post.isHeld = true;
  const box = open();
  box._add(event("answer"), 0);
  await pass(1);
  const first = post.release;
  box._add(event("undo"), 0);
  await pass(1);
  expect(post.ids).toEqual([["answer"]]);
  void box._flush({}); // pagehide
  void box._flush({}); // visibilitychange
  expect(post.ids).toEqual([["answer"], ["undo"]]);
  expect(kept()[1].map((line) => line.event.id)).toEqual(["answer", "undo"]);
  post.release(); // the second is heard first
  await pass(1);
  expect(kept()[1].map((line) => line.event.id)).toEqual(["answer"]);
  first();
  await pass(HOUR_MS);
  expect(kept()).toEqual([0, []]);
  expect(told).toEqual([["undo", "ok"], ["answer", "ok"]]);
  expect(post.ids.length).toBe(2);
});

test("what left beside another as the page went, and was not heard, leaves again when the page comes back", async () => {
  post.isHeld = true;
  const box = open();
  box._add(event("answer"), 0);
  await pass(1);
  const first = post.release;
  box._add(event("undo"), 0);
  post.fail = [down(), down()];
  void box._flush({});
  post.isHeld = false;
  first();
  post.release();
  await pass(HOUR_MS);
  expect(told.slice(-2)).toEqual([["answer", "ok"], ["undo", "ok"]]);
  expect(kept()).toEqual([0, []]);
});

test("what left beside another as the page went leaves no second time while it is on its way, whatever became of the other", async () => {
  post.isHeld = true;
  const box = open();
  box._add(event("answer"), 0);
  await pass(1);
  const first = post.release;
  box._add(event("undo"), 0);
  void box._flush({}); // hidden
  const second = post.release;
  post.fail = [down()];
  first();
  await pass(1);
  void box._flush({}); // here again
  expect(post.ids).toEqual([["answer"], ["undo"], ["answer"]]);
  post.isHeld = false;
  second();
  post.release();
  await pass(HOUR_MS);
  expect(kept()).toEqual([0, []]);
  expect(post.ids.length).toBe(3);
});

test("what was lost is told once, though two batches are on their way", async () => {
  post.fail = [refused(400)];
  const box = open();
  box._add(event("bad"), 0);
  await pass(1);
  post.isHeld = true;
  box._add(event("a"), 0);
  await pass(1);
  const first = post.release;
  box._add(event("b"), 0);
  void box._flush({});
  first();
  post.release();
  await pass(1);
  expect(post.calls.map(({ lost }) => lost)).toEqual([0, 1, 0]);
  expect(kept()).toEqual([0, []]);
});

test("what is on its way is still kept, should the page be closed before it is heard", async () => {
  post.isHeld = true;
  open()._add(event("a"), 0);
  await pass(1);
  expect(kept()[1].map((line) => line.event.id)).toEqual(["a"]);
});

test("what did not leave survives navigation and is sent under the same person only", async () => {
  post.fail = [down()];
  const box = open();
  box._add(event("a"), 0);
  await pass(1);
  box._close();
  expect(told).toEqual([["a", undefined]]);
  const stranger = new Post();
  await new Outbox("ben", stranger.send, () => {}, () => sessionStorage)._flush();
  expect(stranger.calls).toEqual([]);
  const again = new Post();
  new Outbox("ann", again.send, () => {}, () => sessionStorage);
  await pass(SOON_MS);
  expect(again.calls).toEqual([{ ids: ["a"], lost: 0 }]);
});

test("what an earlier page kept is not read while this one is drawn, and leaves before what is added", async () => {
  post.fail = [down()];
  const left = open();
  left._add(event("a"), 0);
  await pass(1);
  left._close();
  let reads = 0;
  const store = () => (reads++, sessionStorage);
  const box = open("ann", store);
  await pass(SOON_MS - 1);
  expect([reads, post.ids]).toEqual([0, [["a"]]]);
  box._add(event("b"), 0);
  await pass(1);
  expect(post.ids).toEqual([["a"], ["a", "b"]]);
});

test("at most fifty events leave together", async () => {
  const box = open();
  for (let n = 0; n < 120; n++) box._add(event(`e${n}`), 5);
  await pass(20);
  expect(post.ids.map((ids) => ids.length)).toEqual([50, 50, 20]);
  expect(post.ids.flat()).toEqual(Array.from({ length: 120 }, (_, n) => `e${n}`));
});

test("a batch stays under what browsers let leave while a page closes", async () => {
  const box = open();
  const note = "x".repeat(9000);
  for (let n = 0; n < 10; n++) box._add(event(`e${n}`, { note }), 5);
  await pass(20);
  const mostTogether = Math.max(...post.ids.map((ids) => ids.length));
  expect(mostTogether).toBeGreaterThan(1);
  expect(mostTogether * note.length).toBeLessThan(60_000);
  expect(post.ids.flat().length).toBe(10);
});

test("an event that is too large by itself still leaves, alone", async () => {
  const box = open();
  box._add(event("large", { note: "x".repeat(70_000) }), 0);
  box._add(event("small"), 0);
  await pass(5);
  expect(post.ids).toEqual([["large"], ["small"]]);
});

test("a batch that is too large is halved until it is not", async () => {
  post.fail = [refused(413), refused(413)];
  const box = open();
  for (const id of ["a", "b", "c", "d"]) box._add(event(id), 0);
  await pass(5);
  expect(post.ids).toEqual([["a", "b", "c", "d"], ["a", "b"], ["a"], ["b", "c", "d"]]); // prettier-ignore
  expect(told.every(([, status]) => status === "ok")).toBe(true);
});

test("one event that is too large alone is lost, and the rest goes on", async () => {
  post.fail = [refused(413), refused(413)];
  const box = open();
  box._add(event("large"), 0);
  box._add(event("small"), 0);
  await pass(5);
  expect(post.calls).toEqual([{ ids: ["large", "small"], lost: 0 }, { ids: ["large"], lost: 0 }, { ids: ["small"], lost: 1 }]); // prettier-ignore
  expect(told).toEqual([["large", "lost"], ["small", "ok"]]); // prettier-ignore
});

for (const status of [401, 408, 429, 500, 503, 0])
  test(`what is answered with ${status || "another's page"} comes back`, async () => {
    post.fail = [refused(status)];
    open()._add(event("a"), 0);
    await pass(5000);
    expect(post.ids).toEqual([["a"], ["a"]]);
    expect(told).toEqual([["a", undefined], ["a", "ok"]]); // prettier-ignore
  });

for (const status of [400, 403, 404, 409, 422])
  test(`what is answered with ${status} is lost, told so, and counted once`, async () => {
    post.fail = [refused(status)];
    const box = open();
    for (const id of ["a", "b", "c"]) {
      box._add(event(id), 0);
      await pass(5);
    }
    expect(post.calls).toEqual([{ ids: ["a"], lost: 0 }, { ids: ["b"], lost: 1 }, { ids: ["c"], lost: 0 }]); // prettier-ignore
    expect(told[0]).toEqual(["a", "lost"]);
  });

test("a loss is counted until the server has heard of it, through a reload too", async () => {
  post.fail = [refused(400), down()];
  const box = open();
  box._add(event("a"), 0);
  await pass(5);
  box._add(event("b"), 0);
  await pass(1);
  box._close();
  open();
  await pass(SOON_MS);
  expect(post.calls.map(({ lost }) => lost)).toEqual([0, 1, 1]);
});

test("a loss alone is kept too", async () => {
  post.fail = [refused(400)];
  open()._add(event("a"), 0);
  await pass(5);
  expect(kept()).toEqual([1, []]);
});

test("what happens while a loss is being told is not forgotten with it", async () => {
  post.fail = [refused(400)];
  const box = open();
  box._add(event("a"), 0);
  await pass(5);
  post.isHeld = true;
  box._add(event("b"), 0);
  await pass(1);
  for (let n = 0; n < 200; n++) box._add(event(`e${n}`), 0);
  post.isHeld = false;
  post.release();
  await pass(5);
  expect(post.calls.slice(1, 3).map(({ lost }) => lost)).toEqual([1, 1]);
});

test("a server that asks for time is given it, and nobody hurries it", async () => {
  post.fail = [refused(429, 10)];
  const box = open();
  box._add(event("a"), 0);
  await pass(5000);
  box._add(event("b"), 0);
  await box._flush();
  await pass(4990);
  expect(post.calls.length).toBe(1);
  await pass(1100);
  expect(post.ids).toEqual([["a"], ["a", "b"]]);
});

test("waits double from two seconds to a minute", async () => {
  post.fail = Array.from({ length: 9 }, down);
  vi.mocked(Math.random).mockReturnValue(1);
  open()._add(event("a"), 0);
  const times = await timesWithin(300_000);
  const gaps = times.slice(1).map((time, at) => Math.round((time - times[at]!) / 1000));
  expect(gaps.slice(0, 8)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
});

test("chance spreads a wait from nothing to the whole of it", async () => {
  for (const [chance, mostMs] of [[0, 60], [0.25, 560], [0.999, 2060]] as const) {
    vi.mocked(Math.random).mockReturnValue(chance);
    post = new Post();
    post.fail = [down()];
    open(`person-${chance}`)._add(event("a"), 0);
    const [, second] = await timesWithin(3000);
    expect(second).toBeGreaterThanOrEqual(chance * 2000 - 60);
    expect(second).toBeLessThanOrEqual(mostMs);
  }
}); // prettier-ignore

test("after a success the waits begin small again", async () => {
  post.fail = [down(), down(), down()];
  const box = open();
  box._add(event("a"), 0);
  await pass(60_000);
  const before = post.calls.length;
  post.fail = [down()];
  box._add(event("b"), 0);
  await pass(1050);
  expect(post.calls.length - before).toBe(2);
});

test("a flush does not wait for the pause after a failure", async () => {
  post.fail = [down()];
  const box = open();
  box._add(event("a"), 0);
  await pass(1);
  await box._flush();
  expect(post.calls.length).toBe(2);
});

test("two hundred events are kept; the oldest beyond are lost, told so and counted", async () => {
  post.fail = [down()];
  vi.mocked(Math.random).mockReturnValue(1);
  const box = open();
  for (let n = 0; n < 210; n++) box._add(event(`e${n}`), 60_000);
  expect(kept()[1].length).toBe(200);
  expect(told).toEqual(Array.from({ length: 10 }, (_, n) => [`e${n}`, "lost"]));
  void box._flush();
  expect(post.calls[0]).toMatchObject({ lost: 10 });
  expect(post.ids[0]![0]).toBe("e10");
});

test("what left beside a batch that came back in vain is not thrown out while it is on its way", async () => {
  const ends: ((how: "ok" | "down") => void)[] = [];
  const send = (events: SentEvent[]): Promise<EventsAnswer> =>
    new Promise((done, failed) => ends.push((how) => (how === "ok" ? done(answer(events)) : failed(down()))));
  const box = new Outbox("ann", send, (one, result) => told.push([one.id, result?.code ?? result?.status]));
  box._add(event("first"), 0);
  await pass(1);
  box._add(event("beside"), 0);
  void box._flush({});
  ends[0]!("down");
  await pass(1);
  for (let n = 0; n < 199; n++) box._add(event(`e${n}`), 60_000);
  expect(told).toEqual([["first", undefined], ["first", "lost"]]); // prettier-ignore
  expect([kept()[0], kept()[1].length]).toEqual([1, 200]);
  ends[1]!("ok");
  await pass(1);
  expect(told.at(-1)).toEqual(["beside", "ok"]);
});

test("what is on its way is never thrown out to make room", async () => {
  post.isHeld = true;
  const box = open();
  box._add(event("a"), 0);
  await pass(1);
  for (let n = 0; n < 200; n++) box._add(event(`e${n}`), 0);
  post.isHeld = false;
  post.release();
  await pass(5);
  expect(told.find(([id]) => id === "a")).toEqual(["a", "ok"]);
  expect(told.filter(([, status]) => status === "lost")).toEqual([["e0", "lost"]]);
});

test("what is a day old is not sent any more, and counted as lost", async () => {
  const lines = [{ at: Date.now() - 25 * HOUR_MS, event: event("old") }, { at: Date.now() - 23 * HOUR_MS, event: event("young") }]; // prettier-ignore
  sessionStorage.setItem("earmark:ann", JSON.stringify([...lines, 0]));
  open();
  await pass(SOON_MS);
  expect(post.calls).toEqual([{ ids: ["young"], lost: 1 }]);
});

for (const [what, words] of [["no JSON", "{not json"], ["of another shape", "{}"], ["a list of nothing", "[null]"], ["null", "null"]] as const)
  test(`what is kept and is ${what} is taken for nothing`, async () => {
    sessionStorage.setItem("earmark:ann", words);
    open()._add(event("a"), 0);
    await pass(1);
    expect(post.calls).toEqual([{ ids: ["a"], lost: 0 }]);
  }); // prettier-ignore

test("what a widget of an older edition kept leaves too", async () => {
  sessionStorage.setItem("earmark:ann", JSON.stringify([{ at: Date.now(), event: event("a") }, { at: Date.now(), event: event("b") }]));
  open();
  await pass(SOON_MS);
  expect(post.calls).toEqual([{ ids: ["a", "b"], lost: 0 }]);
});

test("a page that comes back also sends what a later page kept, each once", async () => {
  post.fail = [down(), down()];
  const before = open();
  before._add(event("a"), 0);
  await pass(1);
  const later = open();
  later._add(event("b"), 0);
  await pass(1);
  later._close(); // frozen, as the first page was meanwhile
  post.calls = [];
  await before._flush({ persisted: true });
  expect(post.ids).toEqual([["a", "b"]]);
  expect(kept()).toEqual([0, []]);
});

test("a page that comes back where nothing may be stored still has its own", async () => {
  post.fail = [down()];
  const box = open("ann", () => { throw new DOMException("denied", "SecurityError"); }); // prettier-ignore
  box._add(event("a"), 0);
  await pass(1);
  await box._flush({ persisted: true });
  expect(post.ids).toEqual([["a"], ["a"]]);
});

test("what failed is tried again also after the page was hidden and seen again in between", async () => {
  const box = open();
  post.fail = [down()];
  box._add(event("a"), 0);
  await pass(1);
  await box._flush();
  await pass(3000);
  expect(post.ids).toEqual([["a"], ["a"]]);
  expect(kept()[1]).toEqual([]);
});

test("without storage, or with a full one, events still leave", async () => {
  const full = { getItem: () => null, setItem: () => { throw new Error("full"); }, removeItem: () => {} } as unknown as Storage; // prettier-ignore
  open("ann", () => full)._add(event("a"), 0);
  vi.spyOn(globalThis, "sessionStorage", "get").mockImplementation(() => {
    throw new DOMException("denied", "SecurityError");
  });
  new Outbox("ann", post.send, () => {})._add(event("b"), 0);
  await pass(1);
  expect(post.ids).toEqual([["a"], ["b"]]);
});

test("once closed it sends nothing of its own accord, and keeps what it has", async () => {
  post.fail = [down()];
  const box = open();
  box._add(event("a"), 0);
  await pass(1);
  box._close();
  box._add(event("b"), 0);
  await box._flush();
  await pass(HOUR_MS);
  expect(post.calls.length).toBe(1);
  expect(kept()[1].map((line) => line.event.id)).toEqual(["a", "b"]);
});

test("closed while a batch is on its way, it still hears of it and lets it go", async () => {
  post.isHeld = true;
  const box = open();
  box._add(event("a"), 0);
  await pass(1);
  box._close();
  post.release();
  await pass(1);
  expect(told).toEqual([["a", "ok"]]);
  expect(kept()).toEqual([0, []]);
});
