import { expect, test, vi } from "vitest";
import type { Mark } from "@/mark";
import { aPage, all, arrive, button, earlier, focused, mount, one, pass, press, QUESTIONS, server, spoken, thread, type } from "./page";

aPage();

const row = (mark: Mark, at = 0) => all(mark, ".row")[at]!;
const words = (nodes: Iterable<Element>) => [...nodes].map(({ textContent }) => textContent);
const show = (more: object = {}, attributes: object = {}): Promise<Mark> => {
  server.shown["5"] = more;
  arrive();
  return mount("duplicates", { item: "5", question: "duplicate", ...attributes });
};
const judged = () => server.events.filter(({ type }) => type === "judge");

test("candidates are shown as text, never as markup", async () => {
  const mark = await show({ candidates: [thread("1", { title: "<img src=x onerror=alert(1)>", snippet: "<script>alert(1)</script>" })] });
  expect(mark._root.querySelector("img,script")).toBeNull();
  expect(one(mark, ".title a").textContent).toBe("<img src=x onerror=alert(1)>");
  expect(one(mark, ".text").textContent).toBe("<script>alert(1)</script>");
});

test("only addresses of the web are links", async () => {
  const urls = ["https://host.example/t/1", "/t/2", "javascript:alert(1)", " jAvaScript:alert(1)", "data:text/html,x", "blob:https://host.example/1"];
  const mark = await show({ candidates: urls.map((url, n) => thread(`${n}`, { url })) });
  expect(all(mark, ".title a").map((link) => link.getAttribute("href"))).toEqual(["https://host.example/t/1", "/t/2", null, null, null, null]);
});

test("texts of either direction cannot turn their surroundings", async () => {
  const mark = await show();
  for (const selector of [".title a", ".text", ".ask"]) expect(one(mark, selector).firstElementChild!.localName, selector).toBe("bdi");
});

test("one press decides, tells it once, and moves the focus to the way back", async () => {
  const mark = await show();
  button(row(mark), "Same").click();
  await pass();
  expect(judged()).toMatchObject([{ exposure: "shown-5", candidate: "1", answer: { kind: "pair", value: "duplicate" } }]);
  expect(row(mark).textContent).toContain("Same problem.");
  expect(focused(mark)?.textContent).toBe("Undo");
  expect(spoken(mark)).toBe("Same problem.");
  expect(row(mark, 1).querySelector(".seg")).not.toBeNull();
});

test("yes and no cost alike: one press each, none of them chosen before", async () => {
  const mark = await show();
  expect(words(row(mark).querySelectorAll(".seg button"))).toEqual(["Same", "Related", "Different", "Not sure"]);
  expect(row(mark).querySelector("[aria-pressed],[aria-checked],.guess")).toBeNull();
});

for (const [label, value] of [["Same", "duplicate"], ["Related", "related"], ["Different", "different"], ["Not sure", "unsure"]])
  test(`“${label}” is told as ${value}`, async () => {
    const mark = await show();
    button(row(mark), label!).click();
    await pass();
    expect(judged()).toMatchObject([{ answer: { kind: "pair", value } }]);
  }); // prettier-ignore

test("undo brings the answers back with the focus on the one that was pressed", async () => {
  const mark = await show();
  button(row(mark), "Different").click();
  button(row(mark), "Undo").click();
  await pass();
  expect(server.events.map(({ type }) => type)).toEqual(["judge", "undo"]);
  expect(server.events[1]).toMatchObject({ judgement: server.events[0]!.id });
  expect(focused(mark)?.textContent).toBe("Different");
  expect(spoken(mark)).toBe("Taken back.");
});

test("undo says of what", async () => {
  const mark = await show();
  button(row(mark), "Same").click();
  expect(one(mark, ".undo").getAttribute("aria-label")).toBe("Undo: Thread 1");
});

test("each group of answers is one stop of the tab key, named by its thread", async () => {
  const mark = await show();
  expect([...row(mark).querySelectorAll<HTMLElement>(".seg button")].map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1, -1]);
  expect(one(mark, ".seg").getAttribute("aria-label")).toBe("Is it the same problem as “Thread 1”?");
});

test("arrows move among the answers, mirrored where the page reads from the right", async () => {
  const mark = await show();
  button(row(mark), "Same").focus();
  const moved = (key: string) => (press(focused(mark)!, key), focused(mark)!.textContent);
  expect([moved("ArrowRight"), moved("End")]).toEqual(["Related", "Not sure"]);
  vi.spyOn(window, "getComputedStyle").mockReturnValue({ direction: "rtl" } as CSSStyleDeclaration);
  expect(moved("ArrowRight")).toBe("Different");
});

test("a thread that is different steps back", async () => {
  const mark = await show();
  button(row(mark), "Different").click();
  expect(row(mark).className).toContain("dim");
});

test("who says it is the same reads at once what solved it there", async () => {
  const mark = await show({ candidates: [thread("1", { answer: "Turn it off and on." }), thread("2")] });
  expect(row(mark).textContent).not.toContain("Turn it off");
  button(row(mark), "Same").click();
  expect(row(mark).textContent).toContain("Answered there: Turn it off and on.");
  button(row(mark, 1), "Same").click();
  expect(row(mark, 1).textContent).toContain("About 2");
});

test("who is not asked sees the list, and a quiet door at each row", async () => {
  const mark = await show({ ask: false });
  expect(mark._root.querySelector(".ask,.seg")).toBeNull();
  button(row(mark), "Mark").focus();
  button(row(mark), "Mark").click();
  expect(focused(mark)?.textContent).toBe("Same");
  expect(row(mark, 1).querySelector(".seg")).toBeNull();
});

test("who is asked reads the question and may ask why", async () => {
  const mark = await show();
  expect(one(mark, ".ask").textContent).toBe(QUESTIONS.duplicate.prompt);
  expect(button(mark._root, "Why am I asked?")).toBeTruthy();
});

test("without candidates nothing is drawn, unless the host wants a door", async () => {
  expect([...(await show({ candidates: [] }))._root.children].map(({ localName }) => localName)).toEqual(["slot"]);
  const mark = await mount("duplicates", { item: "5", question: "duplicate", door: "" });
  expect(one(mark, ".ask").textContent).toBe("No thread like this one yet. If you know one, name it.");
  button(mark._root, "Search for another").click();
  await pass();
  expect(one(mark, "[role=combobox]").getAttribute("aria-label")).toBe("Search for another");
});

test("an earlier answer is shown as yours after a reload, also of a thread that is suggested no more", async () => {
  const mark = await show({ answers: [earlier(thread("1"), "duplicate", { others_count: 1 }), earlier(thread("9"), "related")] });
  expect(row(mark).textContent).toContain("Same problem. You and 1 other.");
  expect(row(mark, 2).textContent).toContain("Thread 9");
});

test("reading in place tells so once, and Escape closes it with the focus where it was", async () => {
  const mark = await show();
  const chevron = () => button(row(mark), "Read “Thread 1” here");
  chevron().click();
  await pass();
  expect(chevron().getAttribute("aria-expanded")).toBe("true");
  expect(focused(mark)).toBe(chevron());
  expect(button(row(mark), "Same")).toBeTruthy();
  press(chevron(), "Escape");
  expect(chevron().getAttribute("aria-expanded")).toBe("false");
  expect(focused(mark)).toBe(chevron());
  await pass(2000);
  expect(server.events).toMatchObject([{ type: "expand", candidate: "1" }]);
});

test("what is read in place leads to the thread", async () => {
  const mark = await show();
  button(row(mark), "Read “Thread 1” here").click();
  await pass();
  expect(row(mark).querySelector(".text a")!.getAttribute("href")).toBe("https://host.example/t/1");
});

test("a snippet that is the whole text is read without a call", async () => {
  const mark = await show({ candidates: [thread("1", { snippet: "It is this short." })] });
  button(row(mark), "Read “Thread 1” here").click();
  await pass();
  expect(one(mark, "pre").textContent).toBe("It is this short.");
  expect(server.at("read")).toEqual([]);
});

test("a longer text is brought whole, once, under the list that named the thread", async () => {
  const mark = await show({ candidates: [thread("1", { snippet: "It begins so …" })] });
  const chevron = () => button(row(mark), "Read “Thread 1” here");
  chevron().click();
  await pass();
  expect(one(mark, "pre").textContent).toBe("The whole text of 1.");
  chevron().click();
  await pass();
  expect(mark._root.querySelector("pre")).toBeNull();
  expect(row(mark).textContent).toContain("It begins so …");
  chevron().click();
  await pass();
  expect(one(mark, "pre").textContent).toBe("The whole text of 1.");
  expect(server.at("read")).toMatchObject([{ exposure: "shown-5", candidate: "1" }]);
});

test("what is read stays open through an answer and what comes of it, with the focus in the text", async () => {
  const mark = await show({ candidates: [thread("1", { snippet: "It begins so …", answer: "Do this." })] });
  button(row(mark), "Read “Thread 1” here").click();
  await pass();
  button(row(mark), "Same").click();
  one(mark, "pre").tabIndex = 0;
  one(mark, "pre").focus();
  await pass(2000);
  expect(one(mark, "pre").textContent).toBe("The whole text of 1.");
  expect(focused(mark)!.localName).toBe("pre");
  press(focused(mark)!, "Escape");
  expect(row(mark).textContent).toContain("Do this.");
});

test("a text that comes late is held to the height that stood at the click", async () => {
  server.more = { read: () => ({ id: "1", body: "Late." }) };
  const mark = await show({ candidates: [thread("1", { snippet: "It begins so …" })] });
  server.slowMs = 600;
  button(row(mark), "Read “Thread 1” here").click();
  await pass(100);
  expect(one(mark, "pre").textContent).toBe("It begins so …");
  await pass(600);
  expect([one(mark, "pre").textContent, one(mark, "pre").className]).toEqual(["Late.", ""]);
});

test("who has gone on to the way out keeps the focus when the text arrives, and when an answer is drawn", async () => {
  const mark = await show({ candidates: [thread("1", { snippet: "It begins so …" })] });
  server.slowMs = 300;
  button(row(mark), "Read “Thread 1” here").click();
  await pass(0);
  const out = row(mark).querySelector<HTMLElement>(".text a")!;
  out.focus();
  await pass(1000);
  expect(one(mark, "pre").textContent).toBe("The whole text of 1.");
  expect(focused(mark)).toBe(out);
});

test("taken out of the page and put back, an element reads nothing any more", async () => {
  const mark = await show({ candidates: [thread("1", { snippet: "It is this short." })] });
  button(row(mark), "Read “Thread 1” here").click();
  await pass();
  mark.remove();
  document.body.append(mark);
  await pass();
  expect(mark._root.querySelector("pre")).toBeNull();
  button(row(mark), "Read “Thread 1” here").click();
  await pass();
  press(one(mark, "pre"), "Escape");
  expect(mark._root.querySelector("pre")).toBeNull();
});

test("where the text cannot be had, the snippet is read", async () => {
  server.refusals = [{ path: "read", status: 404, code: "unknown_item" }];
  const mark = await show({ candidates: [thread("1", { snippet: "It begins so …" })] });
  button(row(mark), "Read “Thread 1” here").click();
  await pass();
  expect(one(mark, "pre").textContent).toBe("It begins so …");
});

test("another thread is found from the keyboard and judged under its own list", async () => {
  const mark = await show();
  button(mark._root, "Search for another").click();
  await pass();
  const field = one(mark, "[role=combobox]") as HTMLInputElement;
  await type(field, "archive");
  press(field, "ArrowDown");
  press(field, "ArrowDown");
  press(field, "Enter");
  expect(row(mark, 2).textContent).toContain("Thread 8");
  expect(focused(mark)).toBe(button(row(mark, 2), "Same"));
  button(row(mark, 2), "Same").click();
  await pass();
  expect(judged()).toMatchObject([{ exposure: "found", candidate: "8" }]);
});

test("a thread found that stands in the list already is opened there", async () => {
  server.found.candidates = [thread("2")];
  const mark = await show({ ask: false });
  button(mark._root, "Search for another").click();
  await pass();
  const field = one(mark, "[role=combobox]") as HTMLInputElement;
  await type(field, "two");
  press(field, "ArrowDown");
  press(field, "Enter");
  expect(all(mark, ".row").length).toBe(2);
  expect(focused(mark)).toBe(button(row(mark, 1), "Same"));
});

test("the host may keep a decision from being made", async () => {
  const mark = await show();
  mark.addEventListener("earmark:decide", (event) => event.preventDefault());
  button(row(mark), "Same").click();
  await pass();
  expect(server.events).toEqual([]);
  expect(row(mark).querySelector(".seg")).not.toBeNull();
});

test("a server that fails leaves the page as it was", async () => {
  server.refusals = [{ path: "suggest", status: 500 }];
  const mark = await show();
  expect(mark._root.querySelector(".row,[aria-busy]")).toBeNull();
});
