import { expect, test } from "vitest";
import type { Mark } from "@/mark";
import { aPage, all, arrive, button, focused, label, mount, one, pass, press, server, spoken, thread, type } from "./page";

aPage();

let mark: Mark;
let field: HTMLInputElement;

/** Open the field of a list of threads. */
async function open(kind = "duplicates", question = "duplicate"): Promise<void> {
  arrive();
  mark = await mount(kind, { item: "5", question });
  button(mark._root, kind === "tags" ? "Add tag" : "Search for another").click();
  await pass();
  field = one(mark, "[role=combobox]") as HTMLInputElement;
}
const options = () => all(mark, "[role=option]");
const texts = () => options().map(({ textContent }) => textContent);
const chosen = () => options().filter((each) => each.getAttribute("aria-selected") === "true").map(({ textContent }) => textContent);
const list = () => one(mark, "[role=listbox]");
const click = (target: Element) => {
  const down = new MouseEvent("mousedown", { bubbles: true, cancelable: true });
  target.dispatchEvent(down);
  target.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 }));
  return down;
};

test("it opens with the focus in a field that tells assistive technology what it is", async () => {
  await open();
  expect(focused(mark)).toBe(field);
  expect(field.getAttribute("aria-label")).toBe("Search for another");
  expect(field.getAttribute("aria-autocomplete")).toBe("list");
  expect(field.getAttribute("aria-controls")).toBe(list().id);
  expect([field.getAttribute("aria-expanded"), list().hidden]).toEqual(["false", true]);
});

test("words are searched for once nobody has typed for a while, under this question and item", async () => {
  await open();
  for (const words of ["a", "ar", "arc"]) {
    field.value = words;
    field.dispatchEvent(new Event("input"));
    await pass(100);
  }
  expect(server.at("search")).toEqual([]);
  await pass(200);
  expect(server.at("search")).toMatchObject([{ question: "duplicate", item: "5", query: "arc" }]);
});

test("no more can be typed than the server searches for", async () => {
  await open();
  expect(field.maxLength).toBe(200);
});

test("spaces alone search for nothing", async () => {
  await open();
  await type(field, "   ");
  expect(server.at("search")).toEqual([]);
});

test("what was found is listed, counted aloud, and the words searched for stand out", async () => {
  await open();
  await type(field, "thread");
  expect(texts()).toEqual(["Thread 7", "Thread 8"]);
  expect(options()[0]!.querySelector("b")!.textContent).toBe("Thread");
  expect([field.getAttribute("aria-expanded"), list().hidden]).toEqual(["true", false]);
  expect(spoken(mark)).toBe("2 found");
});

for (const [query, title, marked] of [["c++ (x", "On C++ (x) again", "C++ (x"], ["a.c", "abc a.c", "a.c"], ["straße", "Die Straße", "Straße"], ["أرشفة", "أرشفة الرسائل", "أرشفة"]])
  test(`“${query}” is searched for as it is written, not as a pattern`, async () => {
    server.found.candidates = [thread("7", { title: title! })];
    await open();
    await type(field, query!);
    const parts = [...options()[0]!.querySelectorAll("b")].map(({ textContent }) => textContent);
    expect(marked!.split(" ")).toEqual(parts);
    expect(options()[0]!.textContent).toBe(title);
  }); // prettier-ignore

test("titles are text, never markup", async () => {
  server.found.candidates = [thread("7", { title: "<img src=x> thread" })];
  await open();
  await type(field, "thread");
  expect(options()[0]!.querySelector("img")).toBeNull();
});

test("arrows go down and up, around the ends, and the field names the one that is chosen", async () => {
  await open();
  await type(field, "thread");
  const way = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"].map((key) => (press(field, key), chosen()));
  expect(way).toEqual([["Thread 7"], ["Thread 8"], ["Thread 7"], ["Thread 8"]]);
  expect(one(mark, `#${field.getAttribute("aria-activedescendant")}`).textContent).toBe("Thread 8");
});

test("up from the field is the last one", async () => {
  await open();
  await type(field, "thread");
  press(field, "ArrowUp");
  expect(chosen()).toEqual(["Thread 8"]);
});

test("keys that mean something here reach nobody else; others are left alone", async () => {
  await open();
  await type(field, "thread");
  const reached: string[] = [];
  mark.addEventListener("keydown", ({ key }) => reached.push(key));
  const isLeft = ["ArrowDown", "ArrowLeft", "a", "Escape"].map((key) => press(field, key));
  expect(isLeft).toEqual([false, true, true, false]);
  expect(reached).toEqual(["ArrowLeft", "a"]);
});

test("Enter takes what is chosen, and nothing where nothing is", async () => {
  await open();
  await type(field, "thread");
  press(field, "Enter");
  expect(all(mark, ".row").length).toBe(2);
  press(field, "ArrowDown");
  press(field, "Enter");
  expect(all(mark, ".row").length).toBe(3);
  expect(mark._root.querySelector("[role=combobox]")).toBeNull();
});

test("a click takes it too, and the field does not lose the focus before", async () => {
  await open();
  await type(field, "thread");
  expect(click(options()[1]!).defaultPrevented).toBe(true);
  expect(all(mark, ".row")[2]!.textContent).toContain("Thread 8");
});

test("what was found and taken counts as seen, under the list of the search", async () => {
  await open();
  await type(field, "thread");
  click(options()[0]!);
  await pass(2000);
  expect(server.events).toMatchObject([{ type: "seen", exposure: "found", candidate: "7" }]);
});

test("Escape closes the list first, and then the field, back to its door", async () => {
  await open();
  await type(field, "thread");
  press(field, "Escape");
  expect([texts(), list().hidden, focused(mark) === field]).toEqual([[], true, true]); // prettier-ignore
  press(field, "Escape");
  expect(focused(mark)).toBe(button(mark._root, "Search for another"));
});

test("the cross closes the field", async () => {
  await open();
  button(mark._root, "Close").click();
  expect(mark._root.querySelector("[role=combobox]")).toBeNull();
  expect(focused(mark)?.textContent).toBe("Search for another");
});

test("the list goes with the focus", async () => {
  await open();
  await type(field, "thread");
  field.dispatchEvent(new FocusEvent("blur"));
  expect(list().hidden).toBe(true);
});

test("nothing found, and nobody who answers, are said in words and aloud", async () => {
  server.found.candidates = [];
  await open();
  await type(field, "zebra");
  expect([one(mark, ".find .ask").textContent, spoken(mark)]).toEqual(["Nothing found. Try other words.", "Nothing found. Try other words."]);
  server.isDown = true;
  await type(field, "horse");
  expect(one(mark, ".find .ask").textContent).toBe("No answer. Try again when online.");
});

test("an answer to earlier words comes too late", async () => {
  await open();
  server.slowMs = 400;
  await type(field, "first");
  server.found = { exposure: "second", candidates: [thread("9")] };
  await type(field, "second");
  await pass(200);
  expect(texts()).toEqual([]);
  await pass(400);
  expect(texts()).toEqual(["Thread 9"]);
});

test("an answer that comes after the field was closed opens nothing", async () => {
  await open();
  server.slowMs = 400;
  await type(field, "thread");
  press(field, "Escape");
  await pass(1000);
  expect(texts()).toEqual([]);
});

test("a search that cannot be brought says so", async () => {
  const guest = arrive();
  mark = await mount("duplicates", { item: "5", question: "duplicate" });
  guest._load = () => Promise.reject(new TypeError("Failed to fetch"));
  button(mark._root, "Search for another").click();
  await pass();
  expect(spoken(mark)).toBe("Sends when online.");
});

test("where new tags are allowed, the words typed stand last, unless one is the same", async () => {
  server.found = { exposure: "found", candidates: [label("Mail")] };
  await open("tags", "words");
  await type(field, "Mailing");
  expect(texts()).toEqual(["Mail", "Add “Mailing” as a new tag"]);
  await type(field, "mail");
  expect(texts()).toEqual(["Mail"]);
  await type(field, "x".repeat(61));
  expect(texts()).toEqual(["Mail"]);
});

test("a new tag is told as it was typed, without the spaces around it", async () => {
  server.found = { exposure: "found", candidates: [] };
  await open("tags", "words");
  await type(field, "  Mailing lists ");
  press(field, "ArrowDown");
  press(field, "Enter");
  await pass();
  expect(server.events.filter(({ type: name }) => name === "judge")).toMatchObject([{ answer: { kind: "tags", tag: "Mailing lists", value: "fits" } }]);
});

test("a new tag was on no list: it is judged at its place, and never told as seen", async () => {
  server.found = { exposure: "found", candidates: [label("Mail")] };
  await open("tags", "words");
  await type(field, "Mailing");
  press(field, "ArrowUp");
  press(field, "Enter");
  await pass(3000);
  expect(server.events).toMatchObject([{ type: "judge", exposure: "shown-5", answer: { tag: "Mailing" } }]);
});

test("a field that is opened closes the one that was open elsewhere", async () => {
  await open();
  const second = await mount("tags", { item: "5", question: "topics" });
  expect(field.isConnected).toBe(true);
  button(second._root, "Add tag").click();
  await pass();
  expect(all(mark, "[role=combobox]")).toEqual([]);
  expect(button(mark._root, "Search for another").isConnected).toBe(true);
  expect(focused(second)).toBe(one(second, "[role=combobox]"));
});
