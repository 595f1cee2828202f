import { expect, test, vi } from "vitest";
import { take as takeCall } from "@/calls";
import type { Guest } from "@/core";
import type { Mark } from "@/mark";
import { aPage, all, arrive, button, chunks, earlier, focused, heard, label, mount, move, one, pass, press, server, spoken, thread } from "./page";

aPage();

let guest: Guest;
let mark: Mark;
const calls = (name: string, ...given: unknown[]) => new Promise((done, failed) => takeCall(guest, [[name, ...given], done, failed]));
const why = () => button(mark._root, "Why am I asked?");
const back = () => button(mark._root, "Undo: Leave altogether");
const note = () => mark._root.querySelector<HTMLElement>(".note");

async function open(kind = "duplicates", question = "duplicate", door = "Why am I asked?"): Promise<void> {
  guest = arrive();
  mark = await mount(kind, { item: "5", question });
  button(mark._root, door).click();
  await pass();
  expect(guest._views.size).toBe(1);
}
async function take(words: string): Promise<void> {
  button(note()!, words).click();
  await pass();
}

test("it says why, with a door to one's marks, to hiding and to leaving", async () => {
  await open();
  expect(note()!.textContent).toContain("We show this to a few people a week.");
  expect([...note()!.querySelectorAll("button")].map(({ textContent }) => textContent)).toEqual(["Your marks", "Not now", "Hide these questions", "Leave altogether"]);
  expect(focused(mark)).toBe(note());
});

test("both of its doors say whether it is open, and either closes it", async () => {
  await open();
  const doors = [why(), button(mark._root, "About this question")];
  expect(doors.map((door) => door.getAttribute("aria-expanded"))).toEqual(["true", "true"]);
  doors[1]!.click();
  await pass();
  expect(note()).toBeNull();
  expect(doors.map((door) => door.getAttribute("aria-expanded"))).toEqual(["false", "false"]);
});

test("chevrons of the rows say nothing of it", async () => {
  await open();
  expect(button(mark._root, "Read “Thread 1” here").getAttribute("aria-expanded")).toBe("false");
});

test("Escape closes it, back to the door that opened it", async () => {
  await open();
  press(note()!, "a");
  expect(note()).not.toBeNull();
  press(note()!, "Escape");
  expect(note()).toBeNull();
  expect(focused(mark)).toBe(why());
  expect(why().getAttribute("aria-expanded")).toBe("false");
});

for (const [kind, question] of [["tags", "topics"], ["choice", "tone"]])
  test(`${kind} have it too`, async () => {
    await open(kind, question, "About this question");
    expect(note()!.textContent).toContain("Hide these questions");
  }); // prettier-ignore

test("hiding tells the server, takes the question away and leaves what is useful", async () => {
  await open();
  await take("Hide these questions");
  expect(server.events).toMatchObject([{ type: "hide", exposure: "shown-5" }]);
  expect(mark._root.querySelector(".ask,.seg,.why")).toBeNull();
  expect(all(mark, ".row").length).toBe(2);
  expect([note()!.textContent, spoken(mark)]).toEqual(["Hidden. You won’t be asked this again.", "Hidden. You won’t be asked this again."]);
  expect(button(all(mark, ".row")[0]!, "Mark")).toBeTruthy();
});

test("who says not now keeps the focus in the card, though the door that they came by is gone", async () => {
  await open();
  await take("Not now");
  expect(mark._root.querySelector(".why")).toBeNull();
  expect(focused(mark)).toBe(button(mark._root, "About this question"));
});

test("hiding leaves what was answered as it is", async () => {
  server.shown["5"] = { answers: [earlier(thread("1"), "duplicate")] };
  await open();
  await take("Hide these questions");
  expect(all(mark, ".row")[0]!.textContent).toContain("Same problem.");
});

test("hiding takes guessed tags away, since who is not asked sees none", async () => {
  server.shown["5"] = { candidates: [label("Mail")] };
  await open("tags", "topics", "About this question");
  await take("Hide these questions");
  expect(all(mark, "[data-value]").length).toBe(0);
});

test("leaving altogether is told to the server and the page at once, and said", async () => {
  const told = heard("optout");
  await open();
  await take("Leave altogether");
  expect(server.at("me/optout")).toMatchObject([{ out: true }]);
  expect(spoken(mark)).toBe("Nothing is shown or kept from here on.");
  expect(focused(mark)).toBe(back());
  expect(told.map(({ detail }) => detail)).toEqual([{ out: true }]);
  back().click();
  await pass();
  expect(told.map(({ detail }) => detail)).toEqual([{ out: true }, { out: false }]);
});

test("who leaves altogether while an answer waits for the server still has it sent on that page", async () => {
  await open();
  server.refusals = [1, 2, 3].map(() => ({ path: "events", status: 503 }));
  all(mark, "[data-value=duplicate]")[0]!.click();
  await pass(1);
  await take("Leave altogether");
  await pass(120_000);
  expect(server.refusals).toEqual([]);
  expect(server.events.filter(({ type }) => type === "judge").length).toBe(4);
});

test("leaving altogether is taken back in the same place: the cards come again, in the room that they had", async () => {
  await open();
  const after = document.body.appendChild(document.createElement("p"));
  const other = await mount("choice", { item: "5", question: "tone" });
  move(after, 400, 100);
  move(mark, 100, 300);
  move(mark._card, 100, 300);
  await take("Leave altogether");
  back().click();
  await pass(0);
  expect(server.at("me/optout")).toMatchObject([{ out: true }, { out: false }]);
  expect(mark._root.adoptedStyleSheets.some(({ cssRules }) => cssRules[0]!.cssText.includes("--earmark-reserve: 300px"))).toBe(true);
  await pass();
  expect([all(mark, ".row").length, all(other, "[data-value]").length]).toEqual([2, 4]);
  expect(mark._card.style.minHeight).toBe("300px");
  expect(mark._root.adoptedStyleSheets.some(({ cssRules }) => cssRules[0]!.cssText.includes("--earmark-reserve: 300px"))).toBe(false);
  expect([focused(mark), spoken(mark)]).toEqual([why(), "Taken back."]);
});

test("who left keeps what was said and the way back, though they press Escape", async () => {
  await open();
  await take("Leave altogether");
  press(back(), "Escape");
  expect([note()?.firstElementChild?.textContent, focused(mark)]).toEqual(["Nothing is shown or kept from here on.", back()]);
});

test("leaving altogether is told once, though it is pressed twice before anybody answers", async () => {
  const told = heard("optout");
  await open();
  const leave = button(note()!, "Leave altogether");
  leave.click();
  leave.click();
  await pass();
  expect(server.at("me/optout").length).toBe(1);
  expect(told.length).toBe(1);
  expect(all(mark, ".undo").length).toBe(1);
});

test("who comes back is not carried through the page as the focus returns", async () => {
  await open();
  await take("Leave altogether");
  const focus = vi.spyOn(HTMLElement.prototype, "focus");
  back().click();
  await pass();
  expect(focused(mark)).toBe(why());
  expect(focus.mock.calls.map(([how]) => how)).toEqual([{ preventScroll: true }]);
});

test("where coming back did not reach the server, that is said beside, and may be tried again", async () => {
  await open();
  await take("Leave altogether");
  server.isDown = true;
  back().click();
  await pass();
  expect([one(mark, ".note .failed").textContent, spoken(mark), focused(mark)]).toEqual(["No answer. Try again when online.", "No answer. Try again when online.", back()]);
  server.isDown = false;
  back().click();
  back().click();
  await pass();
  expect(server.at("me/optout").map(({ out }) => out)).toEqual([true, false]);
  expect(all(mark, ".row").length).toBe(2);
});

test("nobody comes back for who left, where another one signs in meanwhile", async () => {
  await open();
  await take("Leave altogether");
  server.slowMs = 1000;
  server.refusals = [{ path: "me/optout", status: 401, code: "session_expired" }];
  back().click();
  void calls("identify", "ben");
  await pass(10_000);
  expect(server.at("me/optout").filter(({ out }) => !out).every(({ token }) => token.includes("ann"))).toBe(true);
});

test("who left is met anew: nothing known before is kept", async () => {
  await open();
  await take("Leave altogether");
  await mount("duplicates", { item: "5", question: "duplicate" });
  expect(server.at("session").length).toBe(2);
  expect(server.at("suggest").length).toBe(2);
});

test("who left is asked nothing more: no card keeps a button, and nothing leaves but that they left", async () => {
  await open();
  const other = await mount("choice", { item: "5", question: "tone" });
  await take("Leave altogether");
  expect([note()!.textContent, all(mark, "button"), all(other, "button").length]).toEqual(["Nothing is shown or kept from here on.Undo", [back()], 0]);
  expect(server.events).toEqual([]);
});

test("who left and comes back by the host's page finds the cards again", async () => {
  await open();
  await take("Leave altogether");
  const told = heard("optout");
  await calls("optOut", false);
  await pass();
  expect(all(mark, ".row").length).toBe(2);
  expect(told.map(({ detail }) => detail)).toEqual([{ out: false }]);
});

const own = (more: object) => ({ judgement: "j1", exposure: "e9", item: { title: "My thread" }, candidate: thread("3"), value: "duplicate", ...more });

test("one's marks are listed in words: where, about what, and what was said", async () => {
  server.own = [own({}), own({ judgement: "j2", candidate: label("Mail"), value: "fits" }), own({ judgement: "j3", candidate: null, value: "Asks back" })];
  await open();
  await take("Your marks");
  expect(all(mark, ".note li span").map(({ textContent }) => textContent)).toEqual(["My thread · Thread 3: Same problem.", "My thread · Mail: Fits.", "My thread: Asks back."]);
  expect(server.at("me/judgements")).toMatchObject([{ limit: 21 }]);
});

test("of more marks than twenty the newest twenty are listed, and that there are more is said", async () => {
  server.own = Array.from({ length: 21 }, (_, at) => own({ judgement: `j${at}` }));
  await open();
  await take("Your marks");
  expect(all(mark, ".note li").length).toBe(20);
  expect(note()!.textContent).toContain("These are your last 20. All of them are in what you download.");
});

test("of twenty marks nothing is said of more", async () => {
  server.own = Array.from({ length: 20 }, (_, at) => own({ judgement: `j${at}` }));
  await open();
  await take("Your marks");
  expect(all(mark, ".note li").length).toBe(20);
  expect(note()!.textContent).not.toContain("last 20");
});

test("each can be taken back there, under the list that it answered", async () => {
  server.own = [own({})];
  await open();
  await take("Your marks");
  button(note()!, "Undo: Thread 3").click();
  await pass();
  expect(server.events).toMatchObject([{ type: "undo", exposure: "e9", judgement: "j1" }]);
  expect(all(mark, ".note li:not(.gone)").length).toBe(0);
  expect(spoken(mark)).toBe("Taken back.");
  expect(focused(mark)).toBe(note());
});

test("a mark that answered no list has no way back here", async () => {
  server.own = [own({ exposure: null })];
  await open();
  await take("Your marks");
  expect(note()!.querySelector(".undo")).toBeNull();
});

test("a mark taken back in the list of one's marks is taken back where it stands in the page too", async () => {
  server.shown["5"] = { answers: [earlier(thread("1"), "duplicate")] };
  server.own = [own({ judgement: "earlier-1", exposure: "shown-5", candidate: thread("1") })];
  await open();
  await take("Your marks");
  button(note()!, "Undo: Thread 1").click();
  await pass();
  expect(all(mark, ".row")[0]!.textContent).not.toContain("Same problem.");
});

test("who has none is told so", async () => {
  await open();
  await take("Your marks");
  expect([all(mark, ".note li").length, one(mark, ".note ul:empty + p").textContent]).toEqual([0, "You have not marked anything yet."]);
});

test("where nobody answers, that is said", async () => {
  await open();
  server.isDown = true;
  await take("Your marks");
  expect(one(mark, ".note").textContent).toBe("No answer. Try again when online.");
});

test("where leaving did not reach the server, that is said, and nothing else", async () => {
  await open();
  const told = heard("optout");
  server.isDown = true;
  await take("Leave altogether");
  expect(told).toEqual([]);
  expect(spoken(mark)).toBe("No answer. Try again when online.");
});

const undo = async () => {
  button(note()!, "Undo: Thread 3").click();
  await pass();
};

test("taking back is told once the server said so, not before", async () => {
  server.own = [own({})];
  await open();
  await take("Your marks");
  server.slowMs = 1000;
  await undo();
  expect([all(mark, ".note li:not(.gone)").length, spoken(mark)]).toEqual([1, ""]);
  await pass(1000);
  expect([all(mark, ".note li:not(.gone)").length, spoken(mark)]).toEqual([0, "Taken back."]);
});

test("what could not be taken back stays in the list, says so, and may be tried again", async () => {
  server.own = [own({})];
  server.result = ({ type }) => (type === "undo" ? { status: "bad", code: "unknown_judgement" } : {});
  await open();
  await take("Your marks");
  await undo();
  expect([one(mark, ".note li .failed").textContent, spoken(mark)]).toEqual(["Not saved.", "Not saved."]);
  server.result = () => ({});
  await undo();
  expect([all(mark, ".note li:not(.gone)").length, spoken(mark)]).toEqual([0, "Taken back."]);
  expect(server.events.map(({ type }) => type)).toEqual(["undo", "undo"]);
});

test("without a connection it says that the undo will be sent, is pressed once only, and goes when it was sent", async () => {
  server.own = [own({})];
  await open();
  await take("Your marks");
  server.isDown = true;
  await undo();
  await undo();
  expect([one(mark, ".note li .said").textContent, spoken(mark)]).toEqual(["Sends when online.", "Sends when online."]);
  server.isDown = false;
  window.dispatchEvent(new Event("online"));
  await pass();
  expect([all(mark, ".note li:not(.gone)").length, spoken(mark)]).toEqual([0, "Taken back."]);
  expect(new Set(server.events.map(({ id }) => id)).size).toBe(1);
});

test("an undo in the list that is refused leaves the answer where it stands in the page, too", async () => {
  server.shown["5"] = { answers: [earlier(thread("1"), "duplicate")] };
  server.own = [own({ judgement: "earlier-1", exposure: "shown-5", candidate: thread("1") })];
  server.result = ({ type }) => (type === "undo" ? { status: "bad", code: "unknown_judgement" } : {});
  await open();
  await take("Your marks");
  button(note()!, "Undo: Thread 1").click();
  await pass();
  expect(all(mark, ".row")[0]!.textContent).toContain("Same problem.");
  expect(one(mark, ".note li .failed").textContent).toBe("Not saved.");
});

test("what waits to be sent is listed among one's marks, once, and can be taken back there", async () => {
  server.own = [own({})];
  await open();
  server.refusals = [1, 2, 3, 4].map(() => ({ path: "events", status: 503 }));
  button(all(mark, ".row")[0]!, "Same").click();
  await pass();
  await take("Your marks");
  expect(all(mark, ".note li > span").map(({ textContent }) => textContent)).toEqual(["Thread 1: Same problem.", "My thread · Thread 3: Same problem."]);
  expect(all(mark, ".note li .undo")[0]!.getAttribute("aria-label")).toBe("Undo: Thread 1");
  all(mark, ".note li .undo")[0]!.click();
  await pass();
  expect(all(mark, ".row")[0]!.querySelector(".said")).toBeNull();
});

test("what was marked where the page shows nothing any more is taken back there too, before the server has it", async () => {
  await open();
  const other = await mount("choice", { item: "6", question: "tone" });
  server.refusals = Array.from({ length: 9 }, () => ({ path: "events", status: 503 }));
  other._root.querySelector<HTMLElement>("[data-value]")!.click();
  await pass();
  other.remove();
  await take("Your marks");
  button(note()!, "Undo: What does this reply do?").click();
  await pass();
  const again = await mount("choice", { item: "6", question: "tone" });
  expect(again._root.querySelector(".said")).toBeNull();
});

test("one's data is handed over as a file, as the server told it", async () => {
  server.more = { "me/export": () => ({ records: [{ record: "person", subject: "ann" }] }) };
  const made: Blob[] = [];
  const links: HTMLAnchorElement[] = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => `blob:${made.push(blob as Blob)}`);
  const gone = vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => {});
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    links.push(this);
  });
  await open();
  await take("Your marks");
  await take("Download my data");
  expect(links.map((link) => [link.getAttribute("href"), link.getAttribute("download")])).toEqual([["blob:1", "my-data.json"]]);
  expect(JSON.parse(await made[0]!.text())).toEqual({ records: [{ record: "person", subject: "ann" }] });
  expect(spoken(mark)).toBe("Downloaded.");
  await pass(60_000);
  expect(gone).toHaveBeenCalledWith("blob:1");
});

test("where the data cannot be had, that is said", async () => {
  await open();
  await take("Your marks");
  server.isDown = true;
  await take("Download my data");
  expect([one(mark, ".note .failed").textContent, spoken(mark)]).toEqual(["No answer. Try again when online.", "No answer. Try again when online."]);
});

test("who asked for too much is told for how many minutes to wait, and nothing is taken away", async () => {
  const said: (string | null)[] = [];
  const refuse = (path: string, retry_after?: number) => server.refusals.push({ path, status: 429, code: "too_many_calls", retry_after });
  await open();
  await take("Your marks");
  refuse("me/export", 61);
  await take("Download my data");
  said.push(one(mark, ".note .failed").textContent, spoken(mark));
  await take("Delete my data");
  refuse("me/erase", 20);
  await take("Delete for good");
  said.push(one(mark, ".note .failed").textContent, spoken(mark));
  const [two, soon] = ["Too much at once. Try again in 2 minutes.", "Too much at once. Try again in 1 minute."];
  expect(said).toEqual([two, two, soon, soon]);
  expect(all(mark, ".row").length).toBe(2);
});

test("who cannot leave just now is told when they can, and may try again", async () => {
  await open();
  server.refusals.push({ path: "me/optout", status: 429, code: "too_many_calls", retry_after: 61 });
  await take("Leave altogether");
  expect(note()!.textContent).toBe("Too much at once. Try again in 2 minutes.");
  expect(all(mark, ".row").length).toBe(2);
});

test("who looks at their marks too often is told when to look again", async () => {
  await open();
  server.refusals.push({ path: "me/judgements", status: 429, code: "too_many_calls" });
  await take("Your marks");
  expect(one(mark, ".note").textContent).toBe("Too much at once. Try again in 1 minute.");
});

test("a copy that comes once somebody else is here is handed to nobody", async () => {
  server.more = { "me/export": () => ({ records: [{ record: "person", subject: "ann" }] }) };
  const made = vi.spyOn(URL, "createObjectURL");
  await open();
  await take("Your marks");
  server.slowMs = 1000;
  await take("Download my data");
  void calls("identify", "ben");
  await pass(5000);
  expect([server.at("me/export").length, made.mock.calls]).toEqual([1, []]);
});

/** Let a call's session end while it is under way, and the host sign for somebody else. */
async function changing(path: string, words: string): Promise<void> {
  server.slowMs = 1000;
  server.refusals = [{ path, status: 401, code: "session_expired" }];
  await take(words);
  void calls("identify", "ben");
  await pass(10_000);
  expect(server.at(path).map(({ token }) => token)).toEqual(["token-ann-1"]);
  expect(all(mark, ".row").length).toBe(2);
}

test("what one person asked to be deleted is never asked for under the next one's name", async () => {
  await open();
  await take("Your marks");
  await take("Delete my data");
  await changing("me/erase", "Delete for good");
});

test("nor does the next one leave for who wanted to", async () => {
  await open();
  await changing("me/optout", "Leave altogether");
});

test("who comes while another is deleted is served, and of the other nothing stays in the browser", async () => {
  server.more = { "me/erase": () => ({ erased: true }) };
  await open();
  server.refusals = [{ path: "events", status: 503 }];
  button(all(mark, ".row")[0]!, "Same").click();
  await pass();
  await take("Your marks");
  await take("Delete my data");
  server.slowMs = 1000;
  await take("Delete for good");
  void calls("identify", "ben");
  await pass(10_000);
  expect([all(mark, ".row").length, Object.keys(sessionStorage)]).toEqual([2, []]);
});

/** Ask for one's data to be deleted, and say so once more. */
async function erase(): Promise<void> {
  server.more = { "me/erase": () => ({ erased: true }) };
  await take("Your marks");
  await take("Delete my data");
  await take("Delete for good");
}

test("deleting is asked once more in the same place, in words that say what happens, and kept by default", async () => {
  await open();
  await take("Your marks");
  await take("Delete my data");
  const group = one(mark, ".note [role=group]");
  expect(group.textContent).toContain("deleted for good");
  expect(mark._root.getElementById(group.getAttribute("aria-labelledby")!)!.textContent).toContain("This cannot be taken back.");
  expect(focused(mark)!.textContent).toBe("Keep my data");
  await take("Keep my data");
  expect([focused(mark)!.textContent, server.at("me/erase")]).toEqual(["Delete my data", []]);
});

test("Escape there leads back to the marks, and not out of the note", async () => {
  await open();
  await take("Your marks");
  await take("Delete my data");
  press(focused(mark)!, "Escape");
  expect([focused(mark)!.textContent, note()!.textContent!.startsWith("Your marks")]).toEqual(["Delete my data", true]);
});

test("deleted, it is said, and nothing of what was marked is drawn any more", async () => {
  server.shown["5"] = { answers: [earlier(thread("1"), "duplicate")] };
  await open();
  const other = await mount("choice", { item: "5", question: "tone" });
  await erase();
  expect(server.at("me/erase")).toMatchObject([{ sure: true }]);
  expect([note()!.textContent, spoken(mark)]).toEqual(["Your data is deleted. Nothing more is shown or kept.", "Your data is deleted. Nothing more is shown or kept."]);
  expect([all(mark, ".row").length, all(other, "button").length]).toEqual([0, 0]);
  expect(focused(mark)).toBe(note());
});

test("deleted, the host hears that this person left for good", async () => {
  await open();
  const heardOf: unknown[] = [];
  document.addEventListener("earmark:optout", ({ detail }: CustomEventInit) => void heardOf.push(detail), { once: true });
  await erase();
  expect(heardOf).toEqual([{ out: true, erased: true }]);
});

test("deleted, nothing leaves for this person any more, whatever the page does, and nothing of theirs is kept in the browser", async () => {
  await open();
  server.refusals = [{ path: "events", status: 503 }];
  button(all(mark, ".row")[0]!, "Same").click();
  await pass();
  expect(Object.keys(sessionStorage)).toEqual(["earmark:ann"]);
  await erase();
  const before = server.received.length;
  expect(Object.keys(sessionStorage)).toEqual([]);
  await mount("tags", { item: "6", question: "topics" });
  mark.setAttribute("item", "7");
  window.dispatchEvent(new Event("online"));
  window.dispatchEvent(new Event("pagehide"));
  const called = expect(calls("suggest", { question: "duplicate", item: "8" })).rejects.toThrow("earmark: ");
  await pass(120_000);
  await called;
  expect(server.received.length).toBe(before);
  expect(Object.keys(sessionStorage)).toEqual([]);
});

test("deleted, the page serves the next one whom the host signs for", async () => {
  await open();
  await erase();
  await calls("identify", "ben");
  await pass();
  expect(all(mark, ".row").length).toBe(2);
  expect(server.at("suggest").at(-1).token).toContain("ben");
});

test("deleted, the place that it had in what somebody sees is held", async () => {
  await open();
  const after = document.body.appendChild(document.createElement("p"));
  move(after, 400, 100);
  move(mark, 100, 300);
  move(mark._card, 100, 300);
  await erase();
  expect(mark._card.style.minHeight).toBe("300px");
  move(mark, innerHeight + 50, 300);
  await pass();
  expect(mark._card.style.minHeight).toBe("");
});

test("where deleting did not reach the server, that is said, and nothing is taken away", async () => {
  await open();
  await take("Your marks");
  await take("Delete my data");
  server.isDown = true;
  await take("Delete for good");
  expect([one(mark, ".note .failed").textContent, all(mark, ".row").length]).toEqual(["No answer. Try again when online.", 2]);
  server.isDown = false;
  server.more = { "me/erase": () => ({ erased: true }) };
  await take("Delete for good");
  expect(note()!.textContent).toContain("Your data is deleted.");
});

test("who was deleted by a call whose answer got lost is told so by the next", async () => {
  await open();
  await take("Your marks");
  await take("Delete my data");
  server.refusals = [{ path: "me/erase", status: 401, code: "session_expired" }, { path: "session", status: 403, code: "annotator_erased" }];
  await take("Delete for good");
  expect(note()!.textContent).toContain("Your data is deleted.");
});

test("its words come in the language that is spoken, and in English where they do not come", async () => {
  document.documentElement.lang = "ar";
  await open("duplicates", "duplicate", "لماذا تسألونني؟");
  await take("علاماتك");
  expect(all(mark, ".note .doors button").map(({ textContent }) => textContent)).toEqual(["تنزيل بياناتي", "حذف بياناتي"]);
  document.body.replaceChildren();
  const { de_own } = chunks;
  delete chunks["de_own"];
  document.documentElement.lang = "de";
  await open("duplicates", "duplicate", "Warum werde ich gefragt?");
  await take("Ihre Markierungen");
  chunks["de_own"] = de_own!;
  expect(all(mark, ".note .doors button").map(({ textContent }) => textContent)).toEqual(["Download my data", "Delete my data"]);
});
