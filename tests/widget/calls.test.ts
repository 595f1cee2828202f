import { beforeEach, expect, test, vi } from "vitest";
import { take } from "@/calls";
import type { Guest } from "@/core";
import { aPage, arrive, button, earlier, heard, label, mount, pass, server, thread } from "./page";

aPage();

const PAIR = { question: "duplicate", item: "5" };
let guest: Guest;
beforeEach(() => {
  guest = arrive();
});

/** Call as `earmark(...)` does. */
const call = (...args: unknown[]) => new Promise<any>((done, failed) => take(guest, [args, done, failed]));
/** Call, let it be answered, and return what came of it. */
async function told(...args: unknown[]): Promise<any> {
  const answer = call(...args);
  const settled = answer.catch(() => {});
  await pass();
  await settled;
  return answer;
}
const judged = () => server.events.filter(({ type }) => type === "judge");

for (const name of ["nonsense", "constructor", "__proto__", "toString", "", undefined, 5, null])
  test(`${JSON.stringify(name)} is no call: it is refused in words that name those there are`, async () => {
    await expect(call(name)).rejects.toThrow(/^earmark: there is no call .*; there are identify, on, scan, suggest, seen, decide, undo, search, pause, optOut, strings, destroy\.$/);
  });

test("every failure is an Error, with the server's code where there is one", async () => {
  server.refusals = [{ path: "me/optout", status: 429, code: "too_many_calls" }];
  await expect(told("optOut")).rejects.toThrow(new Error("earmark: too_many_calls"));
  server.refusals = [{ path: "me/optout", status: 502 }];
  await expect(told("optOut")).rejects.toThrow(new Error("earmark: no answer"));
  server.isDown = true;
  await expect(told("optOut")).rejects.toThrow(TypeError);
});

test("a call with nothing given rejects, and throws nothing into the page", async () => {
  for (const name of ["suggest", "seen", "decide", "search"]) await expect(told(name)).rejects.toThrow("earmark: name a question and an item, each as a text.");
});

test("a place without its item is not asked for, so that nothing else goes without an answer", async () => {
  const [lacking, whole] = [call("suggest", { question: "duplicate" }), call("suggest", PAIR)];
  const refused = expect(lacking).rejects.toThrow("earmark: name a question and an item, each as a text.");
  await pass();
  await refused;
  expect((await whole).candidates.length).toBeGreaterThan(0);
  const asked = [...server.at("session"), ...server.at("suggest")].flatMap(({ places = [] }) => places);
  expect(new Set(asked.map(({ item }: { item: string }) => item))).toEqual(new Set(["5"]));
});

test("a place that is named by a number is not asked for, since the server takes texts alone", async () => {
  const [odd, whole] = [call("suggest", { question: "duplicate", item: 5 }), call("suggest", PAIR)];
  const refused = expect(odd).rejects.toThrow("earmark: name a question and an item, each as a text.");
  await pass();
  await refused;
  expect((await whole).candidates.length).toBeGreaterThan(0);
  const asked = [...server.at("session"), ...server.at("suggest")].flatMap(({ places = [] }) => places);
  expect(asked.map(({ item }: { item: unknown }) => typeof item).filter((type) => type !== "string")).toEqual([]);
});

test("decide and search: what lacks its value or its words asks for no list, which would count as shown", async () => {
  await expect(told("decide", { ...PAIR, candidate: "1" })).rejects.toThrow("earmark: name the value that is given.");
  await expect(told("search", PAIR)).rejects.toThrow("earmark: name the words to search for.");
  expect([...server.at("session"), ...server.at("suggest")].flatMap(({ places = [] }) => places)).toEqual([]);
});

test("strings: what is no words within a group is refused too, and what stands stays", async () => {
  const mark = await mount("duplicates", PAIR);
  await expect(told("strings", { others: { other: 5 } })).rejects.toThrow('earmark: "others" is no words.');
  await told("strings", { heading: undefined, refused: {} });
  expect(mark._root.textContent).toContain("Thread 1");
});

test("on: an event that there is none of, or nobody to hear it, is refused in words", async () => {
  await expect(told("on", "shown", () => {})).rejects.toThrow('earmark: there is no event "shown"; there are show, decide, undo, saved, mismatch, optout, identity.');
  await expect(told("on", "show")).rejects.toThrow("earmark: give a function that hears the event.");
});

test("strings: what is no words is refused, and what stands stays", async () => {
  const mark = await mount("duplicates", PAIR);
  await expect(told("strings", { heading: 5 })).rejects.toThrow('earmark: "heading" is no words.');
  expect(mark._root.textContent).toContain("Thread 1");
});

test("decide and search: what lacks its value or its words is refused, and nothing leaves", async () => {
  await expect(told("decide", { ...PAIR, candidate: "1" })).rejects.toThrow("earmark: name the value that is given.");
  await expect(told("search", PAIR)).rejects.toThrow("earmark: name the words to search for.");
  expect(judged()).toEqual([]);
});

test("identify: a new person is met, and what stands in the page is asked for anew", async () => {
  const mark = await mount("duplicates", PAIR);
  await told("identify", "ben");
  await pass();
  expect(server.at("session").map(({ identity }) => identity)).toEqual(["ann", "ben"]);
  expect(server.at("suggest").at(-1).token).toContain("ben");
  expect(mark._root.textContent).toContain("Thread 1");
});

test("identify: a word that does not hold rejects with its code, and the host hears it", async () => {
  const heardOf = heard("identity");
  server.refusals = [{ path: "session", status: 401, code: "identity_expired" }];
  await expect(told("identify", "old")).rejects.toThrow("earmark: identity_expired");
  expect(heardOf.length).toBe(1);
});

for (const nobody of ["", undefined])
  test(`identify: with ${JSON.stringify(nobody)} nobody is signed in: nothing stands, nothing is asked, and what waits is kept for whose it is`, async () => {
    const mark = await mount("duplicates", PAIR);
    server.isDown = true;
    button(mark._root, "Same").click();
    await pass();
    await told("identify", nobody);
    expect(mark._root.childElementCount).toBe(0);
    server.isDown = false;
    server.received.length = 0;
    dispatchEvent(new Event("online"));
    await mount("duplicates", { question: "duplicate", item: "6" });
    await pass(5 * 60_000);
    expect(server.received).toEqual([]);
    await expect(told("suggest", PAIR)).rejects.toThrow("earmark: nothing is asked there, or nobody answers.");
    await told("identify", "ben");
    await pass(5 * 60_000);
    expect(judged()).toEqual([]);
    expect(mark._root.textContent).not.toContain("Undo");
    await told("identify", "ann");
    await pass(2000);
    expect(judged()).toMatchObject([{ candidate: "1", answer: { value: "duplicate" } }]);
    expect(server.at("events").at(-1)).toMatchObject({ token: expect.stringContaining("ann"), lost_count: 0 });
  });

test("identify: who signs out while their session has ended loses nothing", async () => {
  const mark = await mount("duplicates", PAIR);
  const nobody = [1, 2, 3].map(() => ({ path: "session", status: 400, code: "invalid" }));
  server.refusals = [{ path: "events", status: 401, code: "session_expired" }, ...nobody];
  button(mark._root, "Same").click();
  call("identify", "").catch(() => {});
  await pass(60_000);
  server.refusals = [];
  server.received.length = 0; // the try that was refused is among them
  await told("identify", "ann");
  await pass(2000);
  expect(judged()).toMatchObject([{ candidate: "1", answer: { value: "duplicate" } }]);
  expect(server.at("events").at(-1)).toMatchObject({ token: expect.stringContaining("ann"), lost_count: 0 });
});

test("identify: what was answered leaves at once as somebody signs out", async () => {
  const mark = await mount("duplicates", PAIR);
  button(mark._root, "Same").click();
  call("identify", "").catch(() => {});
  await pass(10);
  expect(server.at("events").map(({ token, events }) => [token, events.map(({ type }: { type: string }) => type)])).toEqual([[expect.stringContaining("ann"), expect.arrayContaining(["judge"])]]);
});

test("identify: of people who come and go quickly only the last one's answers are kept, and as theirs", async () => {
  const mark = await mount("duplicates", PAIR);
  server.slowMs = 3000;
  call("identify", "ann").catch(() => {});
  await pass(10);
  server.slowMs = 0;
  call("identify", "").catch(() => {});
  await pass(10);
  await told("identify", "ben");
  await pass(5000);
  expect(guest._answers!._person()).toBe((await guest._session!).annotator);
  server.received.length = 0;
  button(mark._root, "Same").click();
  await pass(20_000);
  expect(server.at("events").map(({ token }) => token)).toEqual([expect.stringContaining("ben")]);
});

test("identify: a session that comes after somebody signed out opens nothing", async () => {
  await mount("duplicates", PAIR);
  const opened = vi.spyOn(guest._answers!, "_open");
  server.slowMs = 3000;
  call("identify", "ann").catch(() => {});
  await pass(10);
  server.slowMs = 0;
  call("identify", "").catch(() => {});
  await pass(6000);
  expect(opened).not.toHaveBeenCalled();
});

test("identify: with privacy asked for, nothing leaves before a click", async () => {
  guest._isSilent = true;
  await mount("duplicates", PAIR);
  await told("identify", "ben");
  expect(server.received).toEqual([]);
});

for (const [name, given] of [
  ["suggest", PAIR],
  ["decide", { ...PAIR, candidate: "1", value: "duplicate" }],
  ["search", { ...PAIR, query: "printer" }],
  ["optOut", true],
] as const)
  test(`${name}: with privacy asked for, it is refused and nothing leaves until the person has clicked`, async () => {
    guest._isSilent = true;
    const activation = { isActive: false };
    vi.stubGlobal("navigator", Object.create(navigator, { userActivation: { value: activation } }));
    await expect(told(name, given)).rejects.toThrow("earmark: Global Privacy Control is on; call when the person has clicked.");
    expect(server.received).toEqual([]);
    activation.isActive = true;
    await told(name, given);
    expect(server.received).not.toEqual([]);
  });

test("on: the handler gets the detail and the event, until it is ended", async () => {
  const handler = vi.fn();
  const end = await told("on", "decide", handler);
  const mark = await mount("duplicates", PAIR);
  button(mark._root, "Same").click();
  expect(handler).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ item: "5", candidate: "1", value: "duplicate" }), expect.any(CustomEvent));
  end();
  button(mark._root, "Undo").click();
  button(mark._root, "Same").click();
  expect(handler).toHaveBeenCalledOnce();
});

test("on: a handler may keep an answer from being given", async () => {
  await told("on", "decide", (_detail: unknown, event: Event) => event.preventDefault());
  await expect(told("decide", { ...PAIR, candidate: "1", value: "duplicate" })).rejects.toThrow("a listener said no");
  expect(server.events).toEqual([]);
});

test("on: after a goodbye nothing is heard", async () => {
  const handler = vi.fn();
  await told("on", "show", handler);
  await told("destroy");
  document.dispatchEvent(new CustomEvent("earmark:show"));
  expect(handler).not.toHaveBeenCalled();
});

test("scan: places are looked for again", async () => {
  const looked = vi.fn();
  addEventListener("earmark:scan", looked, { once: true });
  await told("scan");
  expect(looked).toHaveBeenCalledOnce();
});

test("suggest: gives all that an element would show, and what was answered", async () => {
  server.shown["5"] = { ask: false, known: [{ id: "Mail", people_count: 2 }], answers: [earlier(thread("2"), "related")] };
  expect(await told("suggest", PAIR)).toEqual({
    question: "duplicate",
    item: "5",
    exposure: "shown-5",
    ask: false,
    candidates: [thread("1"), thread("2")],
    known: [{ id: "Mail", people_count: 2 }],
    answers: [{ candidate: "2", value: "related", judgement: "earlier-2" }],
  });
});

test("seen: is told once of what was shown, and of nothing else", async () => {
  await told("suggest", PAIR);
  await told("seen", { ...PAIR, candidate: "2" });
  await told("seen", { ...PAIR, candidate: "2" });
  await pass(2000);
  expect(server.events).toMatchObject([{ type: "seen", candidate: "2", exposure: "shown-5" }]);
  await expect(told("seen", { ...PAIR, candidate: "77" })).rejects.toThrow("name a candidate");
});

test("suggest: where nothing is asked, or nobody answers, it rejects", async () => {
  server.shown["5"] = { exposure: null };
  await expect(told("suggest", PAIR)).rejects.toThrow("nothing is asked there, or nobody answers");
  server.isDown = true;
  await expect(told("suggest", { ...PAIR, item: "6" })).rejects.toThrow("nobody answers");
});

test("suggest: several in one moment are one question to the server, and an element shares what they know", async () => {
  const both = [call("suggest", PAIR), call("suggest", { ...PAIR, item: "6" })];
  await pass();
  expect((await Promise.all(both)).map(({ exposure }) => exposure)).toEqual(["shown-5", "shown-6"]);
  await mount("duplicates", PAIR);
  expect(server.at("suggest").length).toBe(1);
});

test("decide: a pair is answered by its candidate, and resolves with what the server said", async () => {
  server.result = () => ({ state: "settled", agree_count: 2, votes_count: 2, others_count: 1 });
  const answer = await told("decide", { ...PAIR, candidate: "2", value: "related", note: "see there" });
  expect(judged()).toMatchObject([{ exposure: "shown-5", candidate: "2", answer: { kind: "pair", value: "related" }, via: "api", note: "see there" }]);
  expect(answer).toMatchObject({ judgement: judged()[0]!.id, status: "ok", state: "settled", agree_count: 2, votes_count: 2, others_count: 1 });
});

test("decide: a tag is answered by its name, suggested or not", async () => {
  server.shown["5"] = { candidates: [label("Mail")] };
  await told("decide", { question: "topics", item: "5", tag: "Mail", value: "does_not_fit" });
  await told("decide", { question: "topics", item: "5", tag: "Search", value: "fits" });
  expect(judged().map((event) => event.type === "judge" && event.answer)).toEqual([
    { kind: "tags", tag: "Mail", value: "does_not_fit" },
    { kind: "tags", tag: "Search", value: "fits" },
  ]);
});

test("decide: a choice is answered by its value", async () => {
  server.shown["5"] = { candidates: [] };
  await told("decide", { question: "tone", item: "5", value: "Asks back" });
  expect(judged()).toMatchObject([{ answer: { kind: "choice", value: "Asks back" } }]);
});

const at = { quote: { exact: "IMAP", prefix: "on ", suffix: "" }, position: { start: 3, end: 7 }, snapshot: "0".repeat(64) };
const place = { question: "products", item: "5" };

test("decide: a suggested span is answered by its candidate, where it was suggested or with another boundary", async () => {
  const further = { ...at, position: { start: 0, end: 7 }, quote: { ...at.quote, exact: "on IMAP", prefix: "" } };
  server.shown["5"] = { candidates: ["3-7 Product", "3-7 Shortcut"].map((id) => ({ ...label(id), label: id.slice(4), anchor: at })) };
  await told("decide", { ...place, candidate: "3-7 Product", value: "Product" });
  await told("decide", { ...place, candidate: "3-7 Shortcut", value: "Product", anchor: further });
  expect(judged()).toMatchObject([
    { candidate: "3-7 Product", answer: { kind: "span", value: "Product", anchor: at } },
    { candidate: "3-7 Shortcut", answer: { kind: "span", value: "Product", anchor: further } },
  ]);
});

test("decide: what is marked newly is answered by its anchor, as often as it is marked", async () => {
  server.shown["5"] = { candidates: [] };
  await told("decide", { ...place, value: "Product", anchor: at });
  await told("decide", { ...place, value: "Shortcut", anchor: at });
  expect(judged()).toMatchObject([{ answer: { kind: "span", value: "Product", anchor: at } }, { answer: { kind: "span", value: "Shortcut", anchor: at } }]);
  for (const each of judged()) expect(each).not.toHaveProperty("candidate");
});

test("decide: a spot that is marked again with another label is one row, whose new answer takes the place of the one before", async () => {
  server.shown["5"] = { candidates: [] };
  const first = await told("decide", { ...place, value: "Product", anchor: at });
  await told("decide", { ...place, value: "Shortcut", anchor: structuredClone(at) });
  const { answers } = await told("suggest", place);
  expect(answers).toMatchObject([{ value: "Shortcut" }]);
  expect(server.events.filter(({ type }) => type === "undo")).toMatchObject([{ judgement: first.judgement }]);
});

test("decide: a spot that is marked again with the same label is answered already", async () => {
  server.shown["5"] = { candidates: [] };
  await told("decide", { ...place, value: "Product", anchor: at });
  await expect(told("decide", { ...place, value: "Product", anchor: structuredClone(at) })).rejects.toThrow("already answered");
  expect(judged()).toHaveLength(1);
});

test("decide: an answer that stands keeps its boundary when another is refused", async () => {
  const further = { ...at, position: { start: 0, end: 7 } };
  server.shown["5"] = { candidates: [{ ...label("3-7 Product"), label: "Product", anchor: at }] };
  const { judgement } = await told("decide", { ...place, candidate: "3-7 Product", value: "Product" });
  await expect(told("decide", { ...place, candidate: "3-7 Product", value: "Shortcut", anchor: further })).rejects.toThrow("already answered");
  const undone = heard("undo");
  await told("undo", judgement);
  expect(undone[0]!.detail.anchor).toEqual(at);
});

/** Let the host's page say no to the next answer. */
const sayNo = () => document.addEventListener("earmark:decide", (event) => event.preventDefault(), { once: true });

test("decide: where a listener says no, the boundary stays and nothing new stands in the list", async () => {
  const further = { ...at, position: { start: 0, end: 7 } };
  server.shown["5"] = { candidates: [{ ...label("3-7 Product"), label: "Product", anchor: at }] };
  sayNo();
  await expect(told("decide", { ...place, candidate: "3-7 Product", value: "Product", anchor: further })).rejects.toThrow("a listener said no");
  sayNo();
  await expect(told("decide", { question: "topics", item: "6", tag: "Search", value: "fits" })).rejects.toThrow("a listener said no");
  const tags = await mount("tags", { question: "topics", item: "6" });
  expect(tags._root.textContent).not.toContain("Search");
  await told("decide", { ...place, candidate: "3-7 Product", value: "Product" });
  expect(judged()).toMatchObject([{ answer: { anchor: at } }]);
});

test("decide: an answer that was refused stands yet where a listener says no to another", async () => {
  const mark = await mount("duplicates", PAIR);
  server.result = () => ({ status: "bad", code: "unknown_value" });
  await told("decide", { ...PAIR, candidate: "1", value: "duplicate" });
  const before = mark._root.textContent;
  sayNo();
  await expect(told("decide", { ...PAIR, candidate: "1", value: "related" })).rejects.toThrow("a listener said no");
  expect(before).toContain("Try again");
  expect(mark._root.textContent).toBe(before);
});

test("decide: a span that is neither suggested nor has an anchor rejects and says what to give", async () => {
  server.shown["5"] = { candidates: [] };
  for (const decision of [{ ...place, value: "Product" }, { ...place, candidate: "0-2 Product", value: "Product", anchor: at }])
    await expect(told("decide", decision)).rejects.toThrow("or give the anchor of what is marked");
  expect(server.events).toEqual([]);
});

for (const [what, decision] of Object.entries({
  "a candidate that was neither suggested nor found": { ...PAIR, candidate: "99", value: "duplicate" },
  "a pair without a candidate": { ...PAIR, value: "duplicate" },
  "a tag without a name": { question: "topics", item: "5", value: "fits" },
}))
  test(`decide: ${what} rejects, and nothing is sent`, async () => {
    await expect(told("decide", decision)).rejects.toThrow("name a candidate that was suggested or found");
    expect(server.events).toEqual([]);
  });

test("decide: an answer that the server refuses resolves and says so", async () => {
  server.result = () => ({ status: "bad", code: "unknown_value" });
  expect(await told("decide", { ...PAIR, candidate: "1", value: "nonsense" })).toMatchObject({ status: "bad", code: "unknown_value" });
});

test("decide: after an answer that was refused another one may be given", async () => {
  server.result = () => ({ status: "bad", code: "unknown_value" });
  await told("decide", { ...PAIR, candidate: "1", value: "nonsense" });
  server.result = () => ({});
  expect(await told("decide", { ...PAIR, candidate: "1", value: "related" })).toMatchObject({ status: "ok" });
});

test("decide: while nobody answers it waits, and then resolves", async () => {
  await told("suggest", PAIR);
  server.isDown = true;
  let answer: any;
  void call("decide", { ...PAIR, candidate: "1", value: "duplicate" }).then((one) => (answer = one));
  await pass(30_000);
  expect(answer).toBeUndefined();
  server.isDown = false;
  await pass(60_000);
  expect(answer).toMatchObject({ status: "ok" });
});

test("decide: an element of the same place shows it", async () => {
  const mark = await mount("duplicates", PAIR);
  await told("decide", { ...PAIR, candidate: "1", value: "duplicate" });
  expect(mark._root.textContent).toContain("Same problem.");
});

test("decide: what is answered already rejects until it is taken back", async () => {
  await told("decide", { ...PAIR, candidate: "1", value: "duplicate" });
  await expect(told("decide", { ...PAIR, candidate: "1", value: "different" })).rejects.toThrow("already answered");
});

test("undo: by the judgement's name, of this page or an earlier one", async () => {
  server.shown["5"] = { answers: [earlier(thread("2"), "related")] };
  const { judgement } = await told("decide", { ...PAIR, candidate: "1", value: "duplicate" });
  await told("undo", judgement);
  await told("undo", "earlier-2");
  await pass();
  expect(server.events.flatMap((event) => (event.type === "undo" ? [event.judgement] : []))).toEqual([judgement, "earlier-2"]);
});

test("undo: what an element shows is taken back also after the session was renewed", async () => {
  server.shown["5"] = { answers: [earlier(thread("2"), "related")] };
  await mount("duplicates", PAIR);
  guest._models.clear();
  await told("undo", "earlier-2");
  await pass();
  expect(server.events).toMatchObject([{ type: "undo", judgement: "earlier-2" }]);
});

test("undo: what does not stand, or stands no more, rejects", async () => {
  const { judgement } = await told("decide", { ...PAIR, candidate: "1", value: "duplicate" });
  await told("undo", judgement);
  await expect(told("undo", judgement)).rejects.toThrow("no such judgement stands in this page");
  await expect(told("undo", "nobody's")).rejects.toThrow("no such judgement");
});

test("search: gives what was found, and that can be answered, under its own list", async () => {
  expect(await told("search", { ...PAIR, query: "archive" })).toEqual([thread("7"), thread("8")]);
  expect(server.at("search")).toMatchObject([{ question: "duplicate", item: "5", query: "archive" }]);
  await told("decide", { ...PAIR, candidate: "8", value: "duplicate" });
  expect(judged()).toMatchObject([{ exposure: "found", candidate: "8" }]);
});

test("search: what was suggested already stays under the list that suggested it", async () => {
  server.found.candidates = [thread("1")];
  await told("search", { ...PAIR, query: "one" });
  await told("decide", { ...PAIR, candidate: "1", value: "duplicate" });
  expect(judged()).toMatchObject([{ exposure: "shown-5" }]);
});

test("pause: nothing new is drawn until it is over", async () => {
  await told("pause");
  const mark = await mount("duplicates", PAIR);
  await pass(10_000);
  expect(mark._root.querySelector(".row a")).toBeNull();
  await told("pause", false);
  await pass(500);
  expect(mark._root.querySelector(".row a")).not.toBeNull();
});

test("optOut: it is told, and what stands in the page is asked for anew; it can be taken back", async () => {
  const mark = await mount("duplicates", PAIR);
  server.shown["5"] = { exposure: null };
  await told("optOut");
  await pass();
  expect(mark._root.querySelector(".row")).toBeNull();
  server.shown["5"] = {};
  await told("optOut", false);
  await pass();
  expect(server.at("me/optout").map(({ out }) => out)).toEqual([true, false]);
  expect(mark._root.querySelector(".row")).not.toBeNull();
});

test("strings: the host's words stand above ours at once", async () => {
  const mark = await mount("duplicates", PAIR);
  await told("strings", { heading: "See also" });
  await pass();
  expect(mark._root.querySelector("h2")!.textContent).toBe("See also");
  await told("strings", { heading: undefined });
});

test("destroy: nothing of ours is left in the page", async () => {
  const mark = await mount("duplicates", PAIR);
  await told("destroy");
  expect(mark._root.childElementCount).toBe(0);
  expect("earmark" in window).toBe(false);
});
