import { expect, test } from "vitest";
import type { Mark } from "@/mark";
import { aPage, all, arrive, button, earlier, focused, label, mount, one, pass, press, server, spoken, thread } from "./page";

aPage();

let mark: Mark;
const why = () => button(mark._root, "Why am I asked?");
const note = () => mark._root.querySelector<HTMLElement>(".note");

async function open(kind = "duplicates", question = "duplicate", door = "Why am I asked?"): Promise<void> {
  const guest = arrive();
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
  expect([note()!.textContent, spoken(mark)]).toEqual(["Hidden. You won’t be asked again.", "Hidden. You won’t be asked again."]);
  expect(button(all(mark, ".row")[0]!, "Mark")).toBeTruthy();
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

test("leaving altogether is told at once and said", async () => {
  await open();
  await take("Leave altogether");
  expect(server.at("me/optout")).toMatchObject([{ out: true }]);
  expect(spoken(mark)).toBe("Nothing is shown or kept from here on.");
  expect(focused(mark)).toBe(note());
});

test("who left is met anew: nothing known before is kept", async () => {
  await open();
  await take("Leave altogether");
  await mount("duplicates", { item: "5", question: "duplicate" });
  expect(server.at("session").length).toBe(2);
  expect(server.at("suggest").length).toBe(2);
});

const own = (more: object) => ({ judgement: "j1", exposure: "e9", item: { title: "My thread" }, candidate: thread("3"), value: "duplicate", ...more });

test("one's marks are listed in words: where, about what, and what was said", async () => {
  server.own = [own({}), own({ judgement: "j2", candidate: label("Mail"), value: "fits" }), own({ judgement: "j3", candidate: null, value: "Asks back" })];
  await open();
  await take("Your marks");
  expect(all(mark, ".note li span").map(({ textContent }) => textContent)).toEqual(["My thread · Thread 3: Same problem.", "My thread · Mail: Fits.", "My thread: Asks back."]);
  expect(server.at("me/judgements")).toMatchObject([{ limit: 20 }]);
});

test("each can be taken back there, under the list that it answered", async () => {
  server.own = [own({})];
  await open();
  await take("Your marks");
  button(note()!, "Undo: Thread 3").click();
  await pass();
  expect(server.events).toMatchObject([{ type: "undo", exposure: "e9", judgement: "j1" }]);
  expect(all(mark, ".note li").length).toBe(0);
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
  expect(note()!.textContent).toBe("You have not marked anything yet.");
});

test("where nobody answers, that is said", async () => {
  await open();
  server.isDown = true;
  await take("Your marks");
  expect(one(mark, ".note").textContent).toBe("No answer. Try again when online.");
});

test("where leaving did not reach the server, that is said, and nothing else", async () => {
  await open();
  server.isDown = true;
  await take("Leave altogether");
  expect(spoken(mark)).toBe("No answer. Try again when online.");
});
