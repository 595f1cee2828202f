import { expect, test, vi } from "vitest";
import { take } from "@/calls";
import type { Entry, Guest, Model } from "@/core";
import type { Mark } from "@/mark";
import type { EventResult } from "@/wire";
import { aPage, all, arrive, button, earlier, element, focused, heard, hide, label, mount, one, pass, server, spoken, thread } from "./page";

aPage();

let guest: Guest;
async function modelOf(question = "duplicate", item = "5"): Promise<Model> {
  guest = arrive();
  const model = guest._place(question, item);
  await pass();
  return (await model)!;
}
const decide = (entry: Entry, value: string, note?: string) => guest._answers!._decide(entry, value, "api", document, note);
const judged = () => server.events.filter(({ type }) => type === "judge");

test("a candidate that nobody answered is asked, or quiet where the server does not ask", async () => {
  expect((await modelOf()).entries.map(({ row, _isUnseen }) => [row, _isUnseen])).toEqual([[{ is: "asked" }, true], [{ is: "asked" }, true]]); // prettier-ignore
  server.shown["6"] = { ask: false };
  expect((await modelOf("duplicate", "6")).entries.map(({ row }) => row)).toEqual([{ is: "quiet" }, { is: "quiet" }]);
});

test("earlier answers stand as saved, each once, also of what is suggested no more", async () => {
  server.shown["5"] = { answers: [earlier(thread("2"), "related", { state: "proposed" }), earlier(thread("9"), "duplicate")] };
  const { entries } = await modelOf();
  expect(entries.map(({ candidate, row }) => [candidate.id, row.is])).toEqual([["1", "asked"], ["2", "decided"], ["9", "decided"]]); // prettier-ignore
  expect(entries[1]!.row).toMatchObject({ value: "related", judgement: "earlier-2", delivery: "saved", effect: { state: "proposed" } });
});

test("an answered candidate that is shown again is yet to be seen in its new list, one that is not shown never is", async () => {
  server.shown["5"] = { answers: [earlier(thread("2"), "related"), earlier(thread("9"), "duplicate")] };
  expect((await modelOf()).entries.map(({ candidate, _isUnseen }) => [candidate.id, _isUnseen])).toEqual([["1", true], ["2", true], ["9", false]]); // prettier-ignore
});

test("a choice is one entry, with or without a guess, and its answer is the item's", async () => {
  server.shown["5"] = { candidates: [] };
  expect((await modelOf("tone")).entries.map(({ candidate, _isUnseen }) => [candidate.id, _isUnseen])).toEqual([["", false]]);
  server.shown["6"] = { candidates: [label("Asks back"), label("Off topic")], answers: [earlier(label("Solves it"), "Solves it")] };
  expect((await modelOf("tone", "6")).entries.map(({ candidate, row }) => [candidate.id, row])).toMatchObject([["Asks back", { is: "decided", value: "Solves it" }]]);
});

test("an answer about a pair names the candidate", async () => {
  decide((await modelOf()).entries[1]!, "duplicate");
  await pass();
  expect(judged()).toMatchObject([{ exposure: "shown-5", candidate: "2", answer: { kind: "pair", value: "duplicate" }, via: "api" }]);
});

test("an answer about a tag names the tag, and one of several names nothing", async () => {
  server.shown = { "5": { candidates: [label("Mail")] }, "6": { candidates: [label("Asks back")] } };
  decide((await modelOf("topics")).entries[0]!, "does_not_fit");
  decide((await modelOf("tone", "6")).entries[0]!, "Off topic");
  await pass();
  expect(judged().map((event) => [event.type === "judge" && event.answer, "candidate" in event])).toEqual([
    [{ kind: "tags", tag: "Mail", value: "does_not_fit" }, false],
    [{ kind: "choice", value: "Off topic" }, false],
  ]);
});

test("an answer says when it was given, how long after it was shown, and in which order", async () => {
  vi.setSystemTime(Date.UTC(2030, 0, 1));
  const { entries } = await modelOf();
  await pass(2000);
  decide(entries[0]!, "duplicate");
  decide(entries[1]!, "related");
  await pass();
  const [first, second] = judged();
  expect(first).toMatchObject({ judged_at: expect.stringMatching(/^2030-01-01T00:00:02\.\d{3}Z$/) });
  expect(first!.at_ms).toBeGreaterThanOrEqual(2000);
  expect(first!.at_ms).toBeLessThanOrEqual(2100);
  expect(second!.seq).toBe(first!.seq + 1);
  expect(first!.id < second!.id).toBe(true);
});

test("the host may say no, and then nothing was said", async () => {
  const { entries } = await modelOf();
  document.addEventListener("earmark:decide", (event) => event.preventDefault(), { once: true });
  expect(decide(entries[0]!, "duplicate")).toBeUndefined();
  await pass();
  expect([server.events, entries[0]!.row]).toEqual([[], { is: "asked" }]); // prettier-ignore
});

test("the host hears what is about to be said, before it is", async () => {
  const told = heard("decide");
  const { entries } = await modelOf();
  decide(entries[0]!, "duplicate");
  expect(told.map(({ detail }) => detail)).toEqual([{ question: "duplicate", item: "5", candidate: "1", value: "duplicate", note: undefined }]);
  server.shown["6"] = { candidates: [label("Mail")] };
  decide((await modelOf("topics", "6")).entries[0]!, "fits");
  expect(told.at(-1)!.detail).toMatchObject({ question: "topics", item: "6", tag: "Mail", value: "fits" });
});

test("a listener may put a note to an answer; without one none is sent", async () => {
  const { entries } = await modelOf();
  document.addEventListener("earmark:decide", (event) => ((event as CustomEvent).detail.note = "because"), { once: true });
  decide(entries[0]!, "duplicate");
  decide(entries[1]!, "related", "");
  await pass();
  expect(judged()[0]).toMatchObject({ note: "because" });
  expect(judged()[1]).not.toHaveProperty("note");
});

test("what is answered is not answered again before it is taken back", async () => {
  const { entries } = await modelOf();
  decide(entries[0]!, "duplicate");
  expect(decide(entries[0]!, "different")).toBeUndefined();
  await pass();
  expect(judged().length).toBe(1);
});

test("an undo names the judgement, is sent though that has not left yet, and the host hears it", async () => {
  const told = heard("undo");
  const { entries } = await modelOf();
  const judgement = decide(entries[0]!, "duplicate")!;
  guest._answers!._undo(entries[0]!, document);
  await pass();
  expect(server.at("events").length).toBe(1);
  expect(server.events.map(({ type }) => type)).toEqual(["judge", "undo"]);
  expect(server.events[1]).toMatchObject({ judgement, exposure: "shown-5" });
  expect(told.map(({ detail }) => detail)).toEqual([{ question: "duplicate", item: "5", candidate: "1", value: "duplicate", judgement }]);
});

test("what was not answered is not taken back", async () => {
  const { entries } = await modelOf();
  guest._answers!._undo(entries[0]!, document);
  await pass();
  expect(server.events).toEqual([]);
});

test("an earlier answer is taken back by its own name", async () => {
  server.shown["5"] = { answers: [earlier(thread("1"), "duplicate")] };
  const { entries } = await modelOf();
  guest._answers!._undo(entries[0]!, document);
  await pass();
  expect(server.events).toMatchObject([{ type: "undo", judgement: "earlier-1" }]);
});

test("what the server says of an answer is told to the host, from the element where it stands", async () => {
  const saved = heard("saved");
  server.result = () => ({ state: "settled", agree_count: 3, votes_count: 3, others_count: 2 });
  const { entries } = await modelOf();
  const judgement = decide(entries[0]!, "duplicate");
  await pass();
  expect(saved[0]!.target).toBe(document);
  expect(saved[0]!.detail).toMatchObject({ judgement, status: "ok", question: "duplicate", item: "5", candidate: "1", state: "settled", agree_count: 3 });
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  button(all(mark, ".row")[1]!, "Same").click();
  await pass();
  expect(saved[1]!.target).toBe(mark);
});

test("no answer at all is no word to the host", async () => {
  const saved = heard("saved");
  const { entries } = await modelOf();
  server.isDown = true;
  decide(entries[0]!, "duplicate");
  await pass();
  expect(saved.length).toBe(0);
  expect(entries[0]!.row).toMatchObject({ delivery: "offline" });
});

test("what was seen waits for company; what a person did leaves at once", async () => {
  const { entries } = await modelOf();
  guest._answers!._tell(entries[0]!, { type: "seen", candidate: "1" });
  guest._answers!._tell(entries[0]!, { type: "expand", candidate: "1" });
  await pass(1400);
  expect(server.events).toEqual([]);
  await pass(200);
  expect(server.at("events").map(({ events }) => events.length)).toEqual([2]);
  guest._answers!._tell(entries[0]!, { type: "hide" });
  await pass(1);
  expect(server.events.length).toBe(3);
});

for (const [what, happen] of Object.entries({
  "the tab is hidden": () => hide(),
  "the page goes": () => dispatchEvent(new Event("pagehide")),
  "the page comes back": () => dispatchEvent(new Event("pageshow")),
  "the connection is back": () => dispatchEvent(new Event("online")),
}))
  test(`when ${what}, what waits leaves`, async () => {
    const { entries } = await modelOf();
    guest._answers!._tell(entries[0]!, { type: "seen", candidate: "1" });
    happen();
    await pass(1);
    expect(server.events.length).toBe(1);
  });

// What stands after an answer, by what the server said of it.
const SAID: [what: string, value: string, result: Partial<EventResult>, words: string][] = [
  ["nothing is known", "Same", {}, "Same problem. "],
  ["nothing is known of related", "Related", {}, "Related. Kept beside this thread."],
  ["nothing is known of different", "Different", {}, "Different. Won’t come back."],
  ["one is not sure", "Not sure", {}, "Not sure. That helps too."],
  ["one is not sure of what is settled", "Not sure", { state: "settled", agree_count: 3, votes_count: 3 }, "Not sure. That helps too."],
  ["it is proposed", "Same", { state: "proposed", others_count: 0 }, "Same problem. Proposed: others will be asked."],
  ["it is proposed with others", "Related", { state: "proposed", others_count: 2 }, "Related. Proposed: others will be asked."],
  ["it is contested", "Same", { state: "contested", agree_count: 1, votes_count: 2 }, "Same problem. Contested: others will be asked."],
  ["it is settled by three of four", "Same", { state: "settled", agree_count: 3, votes_count: 4 }, "Same problem. Settled: 3 of 4 agree."],
  ["it is settled by one", "Same", { state: "settled", agree_count: 1, votes_count: 1 }, "Same problem. Settled."],
  ["it is settled without votes", "Different", { state: "settled", agree_count: null, votes_count: null }, "Different. Settled."],
  ["one other says so", "Same", { state: "open", others_count: 1 }, "Same problem. You and 1 other."],
  ["three others say so", "Same", { state: "open", others_count: 3 }, "Same problem. You and 3 others."],
  ["nobody else says so", "Related", { state: "open", others_count: 0 }, "Related. Kept beside this thread."],
];
for (const [what, value, result, words] of SAID)
  test(`where ${what}, it says “${words.trim()}”`, async () => {
    server.result = () => result;
    arrive();
    const mark = await mount("duplicates", { item: "5", question: "duplicate" });
    button(all(mark, ".row")[0]!, value).click();
    await pass();
    expect(one(mark, ".said").textContent).toBe(words);
  });

test("nothing is said of others before the server knows", async () => {
  server.slowMs = 500;
  server.result = () => ({ others_count: 3, state: "open" });
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  await pass(1500);
  button(all(mark, ".row")[0]!, "Same").click();
  await pass(400);
  expect(one(mark, ".said").textContent).toBe("Same problem. ");
  await pass(200);
  expect(one(mark, ".said").textContent).toBe("Same problem. You and 3 others.");
});

test("without a connection it says that it will be sent, aloud too, and when it was sent, what it did", async () => {
  server.result = () => ({ state: "proposed" });
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  server.isDown = true;
  button(all(mark, ".row")[0]!, "Same").click();
  await pass();
  expect(one(mark, ".said").textContent).toBe("Same problem. Sends when online.");
  expect(spoken(mark)).toBe("Sends when online.");
  server.isDown = false;
  dispatchEvent(new Event("online"));
  await pass();
  expect(one(mark, ".said").textContent).toBe("Same problem. Proposed: others will be asked.");
  expect(spoken(mark)).toBe("Proposed: others will be asked.");
});

test("what was sent after all is said to wait no more, also where the server tells nothing of it", async () => {
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  server.isDown = true;
  button(all(mark, ".row")[0]!, "Same").click();
  await pass();
  server.isDown = false;
  dispatchEvent(new Event("online"));
  await pass();
  expect(spoken(mark)).toBe("");
});

test("what was saved at once is not spoken of twice", async () => {
  server.result = () => ({ state: "proposed" });
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  button(all(mark, ".row")[0]!, "Same").click();
  await pass();
  expect(spoken(mark)).toBe("Same problem.");
});

test("what is refused was not saved: said so aloud, and one may leave it or try again", async () => {
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "unit_closed" } : {});
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  const row = () => all(mark, ".row")[0]!;
  button(row(), "Same").click();
  await pass();
  expect(one(mark, ".said.failed").textContent).toBe("Not saved.");
  expect(spoken(mark)).toBe("Not saved.");
  server.result = () => ({});
  button(row(), "Try again").click();
  await pass();
  expect(row().textContent).toContain("Same problem.");
  const [first, second] = judged();
  expect(first!.id).not.toBe(second!.id);
  expect(focused(mark)?.textContent).toBe("Undo");
});

test("what was not saved and is left can be answered anew, with the focus on the first answer", async () => {
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "unit_closed" } : {});
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  button(all(mark, ".row")[0]!, "Related").click();
  await pass();
  button(all(mark, ".row")[0]!, "Leave it").click();
  expect(focused(mark)?.textContent).toBe("Same");
  expect(server.events.filter(({ type }) => type === "undo")).toEqual([]);
});

test("an undo that the server refuses is not kept from the person: the answer stands again, said so aloud", async () => {
  server.result = ({ type }) => (type === "undo" ? { status: "bad", code: "unit_closed" } : {});
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  const row = () => all(mark, ".row")[0]!;
  button(row(), "Same").click();
  await pass();
  button(row(), "Undo: Thread 1").click();
  expect(button(row(), "Same")).toBeTruthy();
  await pass();
  expect(row().textContent).toContain("Same problem.");
  expect(spoken(mark)).toBe("Not saved.");
});

test("what was answered anew after an undo stays, whatever becomes of the undo", async () => {
  server.result = ({ type }) => (type === "undo" ? { status: "bad", code: "unit_closed" } : {});
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  const row = () => all(mark, ".row")[0]!;
  button(row(), "Same").click();
  await pass();
  button(row(), "Undo: Thread 1").click();
  button(row(), "Related").click();
  await pass();
  expect(row().textContent).toContain("Related.");
});

test("what the server had already is as good as saved", async () => {
  server.result = () => ({ status: "dup" });
  const { entries } = await modelOf();
  decide(entries[0]!, "duplicate");
  await pass();
  expect(entries[0]!.row).toMatchObject({ delivery: "saved" });
});

test("how one answered is told: by key, by mouse, by finger", async () => {
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  server.shown["6"] = { candidates: [thread("3")] };
  const other = await mount("duplicates", { item: "6", question: "duplicate" });
  const click = (of: HTMLElement, detail: number, pointerType = "") => button(of, "Same").dispatchEvent(Object.assign(new MouseEvent("click", { bubbles: true, detail }), { pointerType }));
  click(all(mark, ".row")[0]!, 0);
  click(all(mark, ".row")[1]!, 1, "mouse");
  click(all(other, ".row")[0]!, 1, "touch");
  await pass();
  expect(judged().map((event) => event.type === "judge" && event.via)).toEqual(["keyboard", "mouse", "touch"]);
});

test("what was kept for a person leaves when they are met again", async () => {
  const { entries } = await modelOf();
  server.isDown = true;
  decide(entries[0]!, "duplicate");
  await pass();
  guest._destroy();
  server.isDown = false;
  server.received.length = 0;
  await arrive()._open();
  await pass();
  expect(judged()).toMatchObject([{ candidate: "1", answer: { value: "duplicate" } }]);
});

test("each person has an outbox of their own", async () => {
  const { entries } = await modelOf();
  server.isDown = true;
  decide(entries[0]!, "duplicate");
  await pass();
  guest._answers!._open("ben");
  server.isDown = false;
  await pass(5 * 60_000);
  expect(judged().length).toBe(1);
  guest._answers!._open("ann");
  await pass(1000);
  expect(judged().map(({ id }) => id)).toEqual([judged()[0]!.id, judged()[0]!.id]);
});

test("what somebody said never leaves under the name of who signed in after them", async () => {
  const { entries } = await modelOf();
  server.isDown = true;
  decide(entries[0]!, "duplicate");
  await pass();
  server.isDown = false;
  server.received.length = 0;
  guest._earmark.settings.identity = "ben";
  guest._session = undefined;
  dispatchEvent(new Event("online"));
  await pass();
  await guest._open();
  await pass(5 * 60_000);
  expect(server.at("events").map(({ token }) => token)).toEqual([]);
});

test("an element that is not in the page hears nothing and breaks nothing", async () => {
  const { entries } = await modelOf();
  const mark = element("duplicates", { item: "5", question: "duplicate" });
  mark._become(entries[0]!);
  decide(entries[0]!, "duplicate");
  await pass();
  expect(mark._root.childElementCount).toBe(0);
});

/** Let the host's word run out, somebody do something, and the host sign anew before that could leave. */
async function outlast(act: (mark: Mark) => void, kind = "duplicates", question = "duplicate", identity = "ann"): Promise<Mark> {
  const by = arrive();
  const mark = await mount(kind, { item: "5", question });
  by._session = undefined;
  server.refusals = [1, 2, 3].map(() => ({ path: "session", status: 401, code: "identity_expired" }));
  act(mark);
  await pass();
  server.refusals = [];
  await new Promise((done, failed) => take(by, [["identify", identity], done, failed]));
  await pass();
  return mark;
}

test("a mark that waited while the host's word had run out stands in the list that comes with the new one, and is told as saved there", async () => {
  server.result = () => ({ others_count: 3 });
  const mark = await outlast((one) => button(one._root, "Same").click());
  expect(all(mark, ".row").map((row) => row.querySelector(".said")?.textContent?.slice(0, 13))).toEqual(["Same problem.", undefined]);
  await pass(5000);
  expect(judged().length).toBe(1);
  expect(all(mark, ".row")[0]!.textContent).toContain("You and 3 others.");
  button(all(mark, ".row")[0]!, "Undo: Thread 1").click();
  await pass();
  expect(server.events.at(-1)).toMatchObject({ type: "undo", judgement: judged()[0]!.id });
});

test("a mark of one's own that the new list does not hold stands in it as well", async () => {
  server.shown["5"] = { candidates: [label("Mail")] };
  const fits = (one: Mark) => {
    button(one._root, "“Mail” fits").click();
    server.shown["5"] = { candidates: [] };
  };
  const mark = await outlast(fits, "tags", "topics");
  await pass(5000);
  expect(all(mark, ".mine").map(({ textContent }) => textContent)).toEqual(["Mail"]);
  document.body.replaceChildren();
  const other = await outlast((one) => button(one._root, "Solves it").click(), "choice", "tone");
  expect(other._root.querySelector(".said")!.textContent).toContain("Solves it.");
});

test("what was taken back while the host's word had run out stands no more in the new list", async () => {
  server.shown["5"] = { answers: [earlier(thread("1"), "duplicate")] };
  const mark = await outlast((one) => button(one._root, "Undo: Thread 1").click());
  expect(all(mark, ".row")[0]!.querySelector(".said")).toBeNull();
});

test("a mark that waited is shown to nobody else", async () => {
  const mark = await outlast((one) => button(one._root, "Same").click(), "duplicates", "duplicate", "ben");
  expect(mark._root.querySelector(".said")).toBeNull();
  await pass(120_000);
  expect(judged()).toEqual([]);
});
