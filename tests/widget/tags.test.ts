import { expect, test } from "vitest";
import type { Mark } from "@/mark";
import { aPage, all, arrive, button, earlier, focused, label, mount, one, pass, press, QUESTIONS, server, spoken, type } from "./page";

aPage();

const chips = (mark: Mark) => all(mark, ".chip");
const chip = (mark: Mark, title: string) => chips(mark).find((each) => each.querySelector("bdi")!.textContent === title)!;
const names = (mark: Mark) => chips(mark).map((each) => each.querySelector("bdi")!.textContent);
const show = (more: object = {}, question = "topics"): Promise<Mark> => {
  server.shown["5"] = { candidates: [label("Archive"), label("Search")], ...more };
  arrive();
  return mount("tags", { item: "5", question });
};
const judged = () => server.events.filter(({ type }) => type === "judge");

test("guessed tags wait to be accepted or rejected, one press each", async () => {
  const mark = await show();
  expect(names(mark)).toEqual(["Archive", "Search"]);
  expect(all(mark, ".guess button").map((each) => each.getAttribute("aria-label"))).toEqual(["“Archive” fits", "“Archive” does not fit", "“Search” fits", "“Search” does not fit"]);
  expect(one(mark, "ul").getAttribute("aria-label")).toBe(QUESTIONS.topics.prompt);
});

test("a tag that fits becomes one's own, told once with its name and no candidate", async () => {
  const mark = await show();
  button(mark._root, "“Archive” fits").click();
  await pass();
  expect(chip(mark, "Archive").className).toContain("mine");
  expect(judged()).toMatchObject([{ exposure: "shown-5", answer: { kind: "tags", tag: "Archive", value: "fits" } }]);
  expect(judged()[0]).not.toHaveProperty("candidate");
  expect(spoken(mark)).toBe("Fits.");
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: Archive");
});

test("a tag that does not fit is struck through, with a way back", async () => {
  const mark = await show();
  button(mark._root, "“Archive” does not fit").click();
  await pass();
  expect(chip(mark, "Archive").querySelector("s")!.textContent).toBe("Archive");
  expect(judged()).toMatchObject([{ answer: { kind: "tags", tag: "Archive", value: "does_not_fit" } }]);
  button(chip(mark, "Archive"), "Undo").click();
  expect(chip(mark, "Archive").className).toContain("guess");
  expect(focused(mark)?.getAttribute("aria-label")).toBe("“Archive” does not fit");
});

for (const key of ["Delete", "Backspace"])
  test(`${key} takes back one's own tag, and touches no guess`, async () => {
    const mark = await show();
    button(mark._root, "“Archive” fits").click();
    press(focused(mark)!, key);
    press(button(mark._root, "“Search” fits"), key);
    await pass();
    expect(server.events.map(({ type }) => type)).toEqual(["judge", "undo"]);
    expect(chip(mark, "Archive").className).toContain("guess");
  });

test("what is believed already is shown first, with how many stand behind it", async () => {
  const mark = await show({ known: [{ id: "Mail", people_count: 4 }, { id: "Printing", people_count: 1 }] });
  expect(chips(mark).map((each) => each.textContent)).toEqual(["Mail4 people", "Printing1 person", "Archive", "Search"]);
  expect(chip(mark, "Mail").querySelector("button")).toBeNull();
});

test("what is believed and is one's own too stands once", async () => {
  const mark = await show({ known: [{ id: "Mail", people_count: 4 }], answers: [earlier(label("Mail"), "fits")] });
  expect(names(mark)).toEqual(["Archive", "Search", "Mail"]);
  expect(chip(mark, "Mail").className).toContain("mine");
});

test("who is not asked sees what is believed, no guess, and may still add", async () => {
  const mark = await show({ ask: false, known: [{ id: "Mail", people_count: 4 }] });
  expect(names(mark)).toEqual(["Mail"]);
  expect(button(mark._root, "Add tag")).toBeTruthy();
});

test("all chips together are one stop of the tab key, and stay so after an answer", async () => {
  const mark = await show();
  const stops = () => all(mark, "ul button").filter(({ tabIndex }) => tabIndex === 0);
  expect(stops().length).toBe(1);
  button(mark._root, "“Archive” fits").click();
  expect(stops().length).toBe(1);
  expect(stops()[0]).toBe(focused(mark));
  press(focused(mark)!, "ArrowRight");
  expect(focused(mark)?.getAttribute("aria-label")).toBe("“Search” fits");
});

const add = async (mark: Mark, words: string) => {
  button(mark._root, "Add tag").click();
  await pass();
  const field = one(mark, "[role=combobox]") as HTMLInputElement;
  await type(field, words);
  return field;
};

test("a tag that was found is added as fitting, under the list in which it was found", async () => {
  server.found = { exposure: "found", candidates: [label("Mail")] };
  const mark = await show();
  const field = await add(mark, "ma");
  press(field, "ArrowDown");
  press(field, "Enter");
  await pass();
  expect(chip(mark, "Mail").className).toContain("mine");
  expect(judged()).toMatchObject([{ exposure: "found", answer: { tag: "Mail", value: "fits" } }]);
});

test("a tag of one's own is added only where the question allows it", async () => {
  server.found = { exposure: "found", candidates: [label("Mail")] };
  const closed = await show();
  await add(closed, "Mailing");
  expect(all(closed, "[role=option]").map(({ textContent }) => textContent)).toEqual(["Mail"]);
  const open = await mount("tags", { item: "6", question: "words" });
  await add(open, "Mailing");
  expect(all(open, "[role=option]").map(({ textContent }) => textContent)).toEqual(["Mail", "Add “Mailing” as a new tag"]);
});

test("what is offline or not saved says so at its chip", async () => {
  const mark = await show();
  server.isDown = true;
  button(mark._root, "“Archive” fits").click();
  await pass();
  expect(chip(mark, "Archive").textContent).toContain("Sends when online.");
  server.isDown = false;
  server.result = () => ({ status: "bad", code: "unit_closed" });
  await pass(5000);
  expect(chip(mark, "Archive").textContent).toContain("Not saved.");
  button(chip(mark, "Archive"), "Leave it").click();
  expect(chip(mark, "Archive").className).toContain("guess");
});

test("with nothing to show there is still a door to add", async () => {
  const mark = await show({ candidates: [] });
  expect(chips(mark).length).toBe(0);
  expect(button(mark._root, "Add tag")).toBeTruthy();
});

test("a tag of which somebody was not sure at the desk is not drawn as rejected in a page, and none is asked so there", async () => {
  server.shown["5"] = { candidates: [label("Mail"), label("Archive")], answers: [earlier(label("Mail"), "unsure")] };
  arrive();
  const mark = await mount("tags", { item: "5", question: "topics" });
  expect([mark._root.querySelector("s"), all(mark, ".guess")[0]!.textContent]).toEqual([null, "MailNot sure. That helps too.Undo"]);
  expect(all(mark, "[data-value]").map(({ dataset }) => dataset["value"])).toEqual(["fits", "does_not_fit"]);
});
