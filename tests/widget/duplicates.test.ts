import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Core, Listener, Shown } from "@/core";
import { h, icon } from "@/dom";
import { define } from "@/elements/duplicates";
import { en } from "@/strings/en";
import type { Fact } from "@/wire";

const candidate = (id: string, more = {}) => ({ id, title: `Thread ${id}`, url: `https://host.example/t/${id}`, snippet: `About ${id}`, ...more });

let told: { exposure: string; fact: Fact; id: string }[];
let listener: Listener;
let shown: Shown;
let fails: boolean;
let canTakeBack: boolean;
let seen: ((entries: { target: Element; intersectionRatio: number }[]) => void)[] = [];

const core: Core = {
  strings: en,
  kit: { h, icon, sheet: () => new CSSStyleSheet() },
  place: async () => {
    if (fails) throw new Error("down");
    return shown;
  },
  tell: (exposure, _shownAt, fact) => {
    const id = `j${told.length}`;
    told.push({ exposure, fact, id });
    return id;
  },
  takeBack: () => canTakeBack,
  search: async () => ({ exposure: "found", candidates: [candidate("7"), candidate("8")] }),
  listen: (one) => {
    listener = one;
    return () => (listener = () => {});
  },
};

vi.stubGlobal("IntersectionObserver", class {
  constructor(callback: (entries: never[]) => void) {
    seen.push(callback as never);
  }
  observe() {}
  disconnect() {}
});
define(core);

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  seen = [];
  fails = canTakeBack = false;
  shown = {
    answer: { place: "p", exposure: "e1", ask: true, candidates: [candidate("1"), candidate("2")], answers: [], error: null },
    question: { id: "duplicate", kind: "pair", prompt: "The same as one of these?", guideline: "", values: [] },
  };
});
afterEach(() => {
  document.body.replaceChildren();
  document.documentElement.dir = "";
  vi.useRealTimers();
});

async function mount(): Promise<HTMLElement> {
  const element = document.createElement("earmark-duplicates");
  element.setAttribute("item", "5");
  element.setAttribute("question", "duplicate");
  document.body.append(element);
  await vi.advanceTimersByTimeAsync(0);
  return element;
}
const root = (element: Element) => element.shadowRoot!;
const row = (element: Element, at = 0) => root(element).querySelectorAll<HTMLElement>(".row")[at]!;
const button = (element: Element, words: string, at = 0) =>
  [...row(element, at).querySelectorAll("button")].find((one) => one.textContent === words)!;
const key = (target: Element, name: string) => target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));

test("candidates are shown as text, never as markup, and only web addresses are links", async () => {
  shown.answer.candidates = [candidate("1", { title: "<img src=x onerror=alert(1)>", url: "javascript:alert(1)" })];
  const element = await mount();
  expect(root(element).querySelector("img")).toBeNull();
  const link = row(element).querySelector(".title a")!;
  expect(link.textContent).toBe("<img src=x onerror=alert(1)>");
  expect(link.hasAttribute("href")).toBe(false);
});

test("one click decides, tells it once, and moves the focus to Undo", async () => {
  const element = await mount();
  button(element, "Same").click();
  expect(told.map(({ fact }) => fact)).toMatchObject([
    { type: "judge", candidate: "1", answer: { kind: "pair", value: "duplicate" } },
  ]);
  expect(row(element).textContent).toContain("Same problem.");
  expect(root(element).activeElement?.textContent).toBe("Undo");
  expect(row(element, 1).querySelector(".seg")).not.toBeNull();
});

test("yes and no cost alike: one press each, none of them chosen before", async () => {
  const element = await mount();
  const labels = [...row(element).querySelectorAll(".seg button")].map((one) => one.textContent);
  expect(labels).toEqual(["Same", "Related", "Different", "Not sure"]);
  expect(row(element).querySelector("[aria-pressed],[aria-checked]")).toBeNull();
});

test("undo brings the buttons back with the focus on the one that was pressed", async () => {
  const element = await mount();
  button(element, "Different").click();
  row(element).querySelector<HTMLElement>(".undo")!.click();
  expect(told.at(-1)!.fact).toEqual({ type: "undo", judgement: "j0" });
  expect(root(element).activeElement?.textContent).toBe("Different");
  expect(root(element).querySelector("[aria-live]")!.textContent).toBe("Taken back.");
});

test("a mark that has not left is taken back without a word to the server", async () => {
  canTakeBack = true;
  const element = await mount();
  button(element, "Same").click();
  row(element).querySelector<HTMLElement>(".undo")!.click();
  expect(told.map(({ fact }) => fact.type)).toEqual(["judge"]);
});

test("arrows move within the answers, mirrored where the page reads from right to left", async () => {
  const element = await mount();
  button(element, "Same").focus();
  key(button(element, "Same"), "ArrowRight");
  expect(root(element).activeElement?.textContent).toBe("Related");
  key(button(element, "Related"), "End");
  expect(root(element).activeElement?.textContent).toBe("Not sure");
  vi.spyOn(window, "getComputedStyle").mockReturnValue({ direction: "rtl" } as CSSStyleDeclaration);
  key(button(element, "Not sure"), "ArrowRight");
  expect(root(element).activeElement?.textContent).toBe("Different");
});

test("each group of answers is one stop of the tab key", async () => {
  const element = await mount();
  expect([...row(element).querySelectorAll<HTMLElement>(".seg button")].map((one) => one.tabIndex)).toEqual([0, -1, -1, -1]);
});

test("how many others agree is said when the server knows, and never before", async () => {
  const element = await mount();
  button(element, "Same").click();
  expect(row(element).textContent).not.toContain("other");
  listener({ id: "j0" } as never, { id: "j0", status: "ok", code: null, others_count: 3, state: "open" });
  expect(row(element).textContent).toContain("You and 3 others.");
});

test("a mark that only proposes says so", async () => {
  const element = await mount();
  button(element, "Same").click();
  listener({ id: "j0" } as never, { id: "j0", status: "ok", code: null, others_count: 0, state: "proposed" });
  expect(row(element).textContent).toContain("Proposed. Others will be asked.");
});

test("offline is said in words, and so is what was not saved", async () => {
  const element = await mount();
  button(element, "Same").click();
  listener({ id: "j0" } as never, undefined);
  expect(row(element).textContent).toContain("Sends when online.");
  listener({ id: "j0" } as never, { id: "j0", status: "bad", code: "unknown_exposure", others_count: null, state: null });
  expect(row(element).textContent).toContain("Not saved.");
  button(element, "Leave it").click();
  expect(row(element).querySelector(".seg")).not.toBeNull();
});

test("who is not asked sees the list and a quiet door at each row", async () => {
  shown.answer.ask = false;
  const element = await mount();
  expect(root(element).querySelector(".ask")).toBeNull();
  expect(row(element).querySelector(".seg")).toBeNull();
  button(element, "Mark").click();
  expect(root(element).activeElement?.textContent).toBe("Same");
});

test("without candidates nothing is drawn", async () => {
  shown.answer.candidates = [];
  expect(root(await mount()).childElementCount).toBe(0);
});

test("a server that fails leaves the page as it was", async () => {
  fails = true;
  expect(root(await mount()).childElementCount).toBe(0);
});

test("an earlier answer is shown as yours after a reload", async () => {
  shown.answer.answers = [{ judgement: "old", candidate: candidate("1"), value: "duplicate", others_count: 1, state: "settled" }];
  const element = await mount();
  expect(row(element).textContent).toContain("Same problem. You and 1 other. Settled.");
});

test("reading in place tells so, and Escape closes it with the focus where it was", async () => {
  const element = await mount();
  const chevron = () => row(element).querySelector<HTMLElement>(".title .icon")!;
  chevron().click();
  expect(told.at(-1)!.fact).toEqual({ type: "expand", candidate: "1" });
  expect(chevron().getAttribute("aria-expanded")).toBe("true");
  key(chevron(), "Escape");
  expect(chevron().getAttribute("aria-expanded")).toBe("false");
  expect(root(element).activeElement).toBe(chevron());
});

test("a row counts as seen when half of it was visible for a second", async () => {
  const element = await mount();
  seen.at(-1)!([{ target: row(element), intersectionRatio: 0.6 }, { target: row(element, 1), intersectionRatio: 0.6 }]);
  await vi.advanceTimersByTimeAsync(500);
  seen.at(-1)!([{ target: row(element, 1), intersectionRatio: 0.1 }]);
  await vi.advanceTimersByTimeAsync(600);
  expect(told.map(({ fact }) => fact)).toEqual([{ type: "seen", candidate: "1" }]);
});

test("another thread is found from the keyboard and judged under its own list", async () => {
  const element = await mount();
  root(element).querySelector<HTMLElement>(".foot button")!.click();
  const input = root(element).querySelector<HTMLInputElement>("[role=combobox]")!;
  input.value = "archive";
  input.dispatchEvent(new Event("input"));
  await vi.advanceTimersByTimeAsync(300);
  expect(root(element).querySelectorAll("[role=option]").length).toBe(2);
  key(input, "ArrowDown");
  key(input, "ArrowDown");
  expect(input.getAttribute("aria-activedescendant")).toBe("found-1");
  key(input, "Enter");
  expect(row(element, 2).textContent).toContain("Thread 8");
  button(element, "Same", 2).click();
  expect(told.at(-1)).toMatchObject({ exposure: "found", fact: { type: "judge", candidate: "8" } });
});

test("hiding the question takes it away and leaves the list", async () => {
  const element = await mount();
  [...root(element).querySelectorAll("button")].find((one) => one.textContent === en.hide)!.click();
  expect(told.at(-1)!.fact).toEqual({ type: "hide" });
  expect(root(element).querySelector(".ask,.seg")).toBeNull();
  expect(root(element).querySelectorAll(".row").length).toBe(2);
});

test("the host may keep a decision from being made", async () => {
  const element = await mount();
  element.addEventListener("earmark:decide", (event) => event.preventDefault());
  button(element, "Same").click();
  expect(told).toEqual([]);
});

test("taken out it leaves nothing behind, and put back it asks anew", async () => {
  const element = await mount();
  element.remove();
  expect(root(element).childElementCount).toBe(0);
  document.body.append(element);
  await vi.advanceTimersByTimeAsync(0);
  expect(root(element).querySelectorAll(".row").length).toBe(2);
});

test("another item asks anew", async () => {
  const element = await mount();
  shown = { ...shown, answer: { ...shown.answer, candidates: [candidate("9")] } };
  element.setAttribute("item", "6");
  await vi.advanceTimersByTimeAsync(0);
  expect(row(element).textContent).toContain("Thread 9");
});
