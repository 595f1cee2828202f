import { expect, test } from "vitest";
import type { Mark } from "@/mark";
import { aPage, all, arrive, button, earlier, focused, label, mount, one, pass, QUESTIONS, server, spoken } from "./page";

aPage();

const show = (more: object = {}, question = "tone", attributes: object = {}): Promise<Mark> => {
  server.shown["5"] = { candidates: [], ...more };
  arrive();
  return mount("choice", { item: "5", question, ...attributes });
};
const labels = (mark: Mark) => all(mark, ".all button").map(({ textContent }) => textContent);
const judged = () => server.events.filter(({ type }) => type === "judge");

test("the labels of the question stand in its order, and being unsure last", async () => {
  const mark = await show();
  expect(labels(mark)).toEqual(["Solves it", "Asks back", "Off topic", "Not sure"]);
  expect(one(mark, ".ask").textContent).toBe(QUESTIONS.tone.prompt);
  expect(one(mark, "[role=toolbar]").getAttribute("aria-label")).toBe(QUESTIONS.tone.prompt);
});

test("one press answers for the item, with no candidate", async () => {
  const mark = await show();
  button(mark._root, "Asks back").click();
  await pass();
  expect(judged()).toMatchObject([{ exposure: "shown-5", answer: { kind: "choice", value: "Asks back" } }]);
  expect(judged()[0]).not.toHaveProperty("candidate");
  expect(mark._root.textContent).toContain("Asks back.");
  expect(spoken(mark)).toBe("Asks back.");
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: Asks back");
});

test("undo brings all labels back with the focus on the one that was pressed", async () => {
  const mark = await show();
  button(mark._root, "Off topic").click();
  button(mark._root, "Undo").click();
  expect(focused(mark)?.textContent).toBe("Off topic");
  expect(labels(mark).length).toBe(4);
});

test("what software guesses is drawn apart and chosen by nobody; who is not asked sees no guess", async () => {
  const mark = await show({ candidates: [label("Asks back")] });
  expect(all(mark, ".guess").map(({ textContent }) => textContent)).toEqual(["Asks back"]);
  expect(mark._root.querySelector("[aria-pressed],[aria-checked]")).toBeNull();
  server.shown["6"] = { ask: false, candidates: [label("Asks back")] };
  const quiet = await mount("choice", { item: "6", question: "tone" });
  button(quiet._root, "Mark").click();
  expect(all(quiet, ".guess").length).toBe(0);
});

test("a question of two labels can be asked by thumbs, one up and one down", async () => {
  const mark = await show({}, "helped", { thumbs: "" });
  expect(labels(mark)).toEqual(["Yes", "No", "Not sure"]);
  expect(all(mark, ".all svg").length).toBe(2);
  expect(one(mark, ".short")).toBeTruthy();
});

test("a question of three has no thumbs, and none stand where the host wants none", async () => {
  expect(all(await show({}, "tone", { thumbs: "" }), ".all svg").length).toBe(0);
  expect(all(await mount("choice", { item: "6", question: "helped" }), ".all svg").length).toBe(0);
});

test("an earlier answer is shown as yours, whatever is guessed now", async () => {
  const mark = await show({ candidates: [label("Off topic")], answers: [earlier(label("Asks back"), "Asks back", { others_count: 2 })] });
  expect(mark._root.textContent).toContain("Asks back. You and 2 others.");
  expect(labels(mark)).toEqual([]);
});

test("who is not asked reads what is believed, and finds a quiet door", async () => {
  const mark = await show({ ask: false, known: [{ id: "Solves it", people_count: 3 }] });
  expect(one(mark, ".ask").textContent).toBe("What does this reply do? Solves it · 3 people");
  button(mark._root, "Mark").focus();
  button(mark._root, "Mark").click();
  expect(focused(mark)?.textContent).toBe("Solves it");
});

test("the host may name labels in its own words; what is told stays the label", async () => {
  const guest = arrive();
  guest._kit.override({ labels: { Yes: "It did" } });
  const mark = await mount("choice", { item: "5", question: "helped" });
  button(mark._root, "It did").click();
  await pass();
  expect(judged()).toMatchObject([{ answer: { value: "Yes" } }]);
  expect(mark._root.textContent).toContain("It did.");
  guest._kit.override({ labels: {} });
});

test("labels are text, never markup", async () => {
  server.session = { questions: [{ ...QUESTIONS.tone, prompt: "<b>x</b>", labels: ["<img src=x>"] }] };
  const mark = await show();
  expect(mark._root.querySelector("img,.ask b")).toBeNull();
  expect(labels(mark)).toEqual(["<img src=x>", "Not sure"]);
});
