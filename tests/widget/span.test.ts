import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { describe as anchorOf } from "@/anchors/anchor";
import { ends, read } from "@/anchors/text";
import { rules } from "@/highlights";
import type { Mark } from "@/mark";
import type { Candidate } from "@/wire";
import { aPage, all, arrive, button, chunks, earlier, element, focused, mount, one, pass, press, server, spoken } from "./page";

aPage();

const TEXT = "In SeaMonkey 2.53.8 moving messages does not work on IMAP and POP3 accounts. It did before.";
/** A browser that knows highlights: what is drawn, by name. */
class Drawn extends Set<Range> {
  priority = 0;
}
let highlights: Map<string, Drawn>;
const drawn = (look: string) => [...(highlights.get(`earmark-${look}`) ?? [])].map((range) => `${range}`);

beforeEach(() => {
  highlights = new Map();
  vi.stubGlobal("Highlight", Drawn);
  vi.stubGlobal("CSS", { highlights });
  vi.spyOn(Range.prototype, "getClientRects").mockImplementation(() => [new DOMRect(20, 40, 80, 18)] as unknown as DOMRectList);
  vi.spyOn(Range.prototype, "getBoundingClientRect").mockImplementation(() => new DOMRect(20, 40, 80, 18));
});
afterEach(() => {
  document.adoptedStyleSheets = [];
  getSelection()!.removeAllRanges();
});

const host = () => document.getElementById("text")!;
/** Put a text of the host's before the element. */
function write(markup = TEXT): void {
  const text = document.createElement("p");
  text.id = "text";
  text.innerHTML = markup;
  document.body.append(text);
}

function anchor(exact: string, text = TEXT) {
  const node = document.createElement("p");
  node.textContent = text;
  const reading = read(node);
  const start = text.indexOf(exact);
  return anchorOf(reading, ends(reading, start, start + exact.length))!;
}
const spot = (exact: string, label: string, more: Partial<Candidate> = {}, text = TEXT): Candidate => {
  const found = anchor(exact, text);
  return { id: `${found.position.start}-${found.position.end} ${label}`, title: exact, url: "", snippet: "", answer: "", label, anchor: found, ...more };
};
const show = async (more: object = {}, markup?: string): Promise<Mark> => {
  server.shown["5"] = { candidates: [spot("SeaMonkey 2.53.8", "Product"), spot("IMAP", "Shortcut")], ...more };
  arrive();
  write(markup);
  return mount("span", { item: "5", question: "products" });
};
const judged = (): any[] => server.events.filter(({ type }) => type === "judge");
const rows = (mark: Mark) => all(mark, "li").map((each) => each.querySelector("q")!.textContent);

/** Select words of the host's text as a pointer does. */
async function select(words: string): Promise<void> {
  const reading = read(host());
  const at = reading.text.indexOf(words);
  const { startContainer, startOffset, endContainer, endOffset } = ends(reading, at, at + words.length);
  getSelection()!.setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
  document.dispatchEvent(new Event("selectionchange"));
  await pass(600);
}
const bar = (mark: Mark) => one(mark, ".bar");
const isOpen = (mark: Mark) => !!mark._root.querySelector(".layer:not([hidden]) .bar:not([hidden])");
const walk = async (mark: Mark, ...keys: (string | KeyboardEventInit)[]) => {
  button(mark._root, "Mark words").click();
  await pass();
  step(mark, ...keys);
};
const step = (mark: Mark, ...keys: (string | KeyboardEventInit)[]) => {
  for (const key of keys) focused(mark)!.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, composed: true, cancelable: true, ...(typeof key === "string" ? { key } : key) }));
};
const shift = (key: string) => ({ key, shiftKey: true });

test("guesses are drawn in the text and listed below it", async () => {
  const mark = await show();
  expect(rows(mark)).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
  expect(drawn("guess")).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
});

test("the host's text is as it was: before, while and after", async () => {
  const markup = "In <b>Sea</b>Monkey <i>2.53.8</i> moving messages does not work on IMAP and POP3 accounts. It did before.";
  const mark = await show({}, markup);
  expect(host().outerHTML).toBe(`<p id="text">${markup}</p>`);
  expect(drawn("guess")).toContain("SeaMonkey 2.53.8");
  await select("POP3");
  button(bar(mark), "Shortcut2").click();
  await pass();
  expect(host().outerHTML).toBe(`<p id="text">${markup}</p>`);
  mark.remove();
  expect(host().outerHTML).toBe(`<p id="text">${markup}</p>`);
});

test("an accepted guess is drawn as one's own, a rejected one not at all", async () => {
  const mark = await show();
  button(all(mark, "li")[0]!, "Yes").click();
  button(all(mark, "li")[1]!, "No").click();
  await pass();
  expect(drawn("own")).toEqual(["SeaMonkey 2.53.8"]);
  expect(drawn("guess")).toEqual([]);
  expect(judged().map(({ candidate, answer }) => [candidate, answer.value])).toEqual([["3-19 Product", "Product"], ["53-57 Shortcut", "none"]]);
});

test("a guess within another is drawn apart from it", async () => {
  await show({ candidates: [spot("IMAP and POP3 accounts", "Product"), spot("POP3", "Shortcut")] });
  expect([drawn("guess"), drawn("within")]).toEqual([["IMAP and POP3 accounts"], ["POP3"]]);
});

test("what is settled is drawn plain, for whom is not asked too", async () => {
  const mark = await show({ ask: false, candidates: [], known: [{ id: "53-57 Product", people_count: 4, label: "Product", anchor: anchor("IMAP") }] });
  expect(drawn("plain")).toEqual(["IMAP"]);
  expect(one(mark, "li").textContent).toBe("IMAPProduct · 4 people");
});

test("selected words open a bar, and a press on a label marks them", async () => {
  const mark = await show();
  await select("POP3 accounts");
  expect(isOpen(mark)).toBe(true);
  expect(bar(mark).getAttribute("aria-label")).toBe("Mark “POP3 accounts” as");
  button(bar(mark), "Product1").click();
  await pass();
  expect(judged()).toMatchObject([{ exposure: "shown-5", answer: { kind: "span", value: "Product", anchor: anchor("POP3 accounts") } }]);
  expect(judged()[0]).not.toHaveProperty("candidate");
  expect(drawn("own")).toEqual(["POP3 accounts"]);
  expect(isOpen(mark)).toBe(false);
  expect(getSelection()!.isCollapsed).toBe(true);
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: POP3 accounts");
});

test("a digit picks while words are selected, and nothing of the host's hears it", async () => {
  const mark = await show();
  await select("POP3");
  const heard = vi.fn();
  document.body.addEventListener("keydown", heard);
  press(document.body, "2");
  await pass();
  expect(judged()).toMatchObject([{ answer: { value: "Shortcut", anchor: anchor("POP3") } }]);
  expect(heard).not.toHaveBeenCalled();
  press(document.body, "2");
  expect(heard).toHaveBeenCalledTimes(1);
  expect(isOpen(mark)).toBe(false);
  document.body.removeEventListener("keydown", heard);
});

test("a digit that is typed into a field of the host's picks nothing", async () => {
  await show();
  const field = document.createElement("input");
  document.body.append(field);
  await select("POP3");
  press(field, "2");
  await pass();
  expect(judged()).toEqual([]);
});

test("Escape closes the bar and leaves what is selected", async () => {
  const mark = await show();
  await select("POP3");
  press(document.body, "Escape");
  expect(isOpen(mark)).toBe(false);
  expect(`${getSelection()}`).toBe("POP3");
});

test("the bar goes when nothing is selected any more", async () => {
  const mark = await show();
  await select("POP3");
  getSelection()!.removeAllRanges();
  document.dispatchEvent(new Event("selectionchange"));
  await pass(600);
  expect(isOpen(mark)).toBe(false);
});

test("no bar opens while the pointer is down", async () => {
  const mark = await show();
  await select("POP3");
  getSelection()!.removeAllRanges();
  document.dispatchEvent(new Event("selectionchange"));
  await pass(600);
  dispatchEvent(new Event("pointerdown"));
  await select("IMAP");
  expect(isOpen(mark)).toBe(false);
  dispatchEvent(new Event("pointerup"));
  await pass(600);
  expect(isOpen(mark)).toBe(true);
});

test("what is selected elsewhere opens nothing", async () => {
  const mark = await show();
  const other = document.createElement("p");
  other.textContent = "Something else";
  document.body.append(other);
  getSelection()!.selectAllChildren(other);
  document.dispatchEvent(new Event("selectionchange"));
  await pass(600);
  expect(mark._root.querySelector(".bar")).toBeNull();
});

test("who is not asked is not met by a bar before they opened the door", async () => {
  const mark = await show({ ask: false, candidates: [] });
  await select("POP3");
  expect(mark._root.querySelector(".bar")).toBeNull();
  await walk(mark, "Escape");
  await select("POP3");
  expect(isOpen(mark)).toBe(true);
});

test("words selected where a guess stands answer the guess", async () => {
  const mark = await show();
  await select("IMAP");
  button(bar(mark), "Product1").click();
  await pass();
  expect(judged()).toMatchObject([{ candidate: "53-57 Shortcut", answer: { value: "Product", anchor: anchor("IMAP") } }]);
  expect(rows(mark)).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
});

test("words selected once more that have this label lead to its row, and are not answered twice", async () => {
  const mark = await show();
  const before = rows(mark).length;
  for (const _ of [1, 2]) {
    await select("POP3 accounts");
    button(bar(mark), "Product1").click();
    await pass();
  }
  expect([judged().length, rows(mark).length]).toEqual([1, before + 1]);
  expect(focused(mark)?.textContent).toBe("Undo");
});

/** Mark words by pointer as the label of a button. */
async function markAs(mark: Mark, words: string, label: string): Promise<void> {
  await select(words);
  button(bar(mark), label).click();
  await pass();
}
const told = () => server.events.filter(({ type }) => /judge|undo/.test(type)).map(({ type, answer, judgement }: any) => [type, answer?.value ?? judgement]);
const said = (mark: Mark) => all(mark, "li").map((row) => row.querySelector("b")?.textContent);

test("words that are marked again with another label have the changed answer in their one row", async () => {
  const mark = await show({ candidates: [] });
  await markAs(mark, "POP3 accounts", "Product1");
  await markAs(mark, "IMAP", "Product1");
  await markAs(mark, "POP3 accounts", "Shortcut2");
  expect(rows(mark)).toEqual(["POP3 accounts", "IMAP"]);
  expect(said(mark)).toEqual(["Shortcut.", "Product."]);
  expect(one(mark, "[role=toolbar]").getAttribute("aria-label")).toBe("POP3 accounts: Shortcut");
  expect(spoken(mark)).toBe("Shortcut.");
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: POP3 accounts");
  expect(told()).toEqual([["judge", "Product"], ["judge", "Product"], ["judge", "Shortcut"], ["undo", judged()[0].id]]);
  expect(judged()[2].answer.anchor).toEqual(judged()[0].answer.anchor);
  focused(mark)!.click();
  await pass(2000);
  expect(rows(mark)).toEqual(["IMAP"]);
  expect(told().at(-1)).toEqual(["undo", judged()[2].id]);
});

test("a guess that was rejected has the changed answer once its words are marked", async () => {
  const mark = await show();
  button(all(mark, "li")[1]!, "No").click();
  await pass();
  await markAs(mark, "IMAP", "Product1");
  expect([rows(mark), said(mark)]).toEqual([["SeaMonkey 2.53.8", "IMAP"], [undefined, "Product."]]);
  expect(judged().map(({ candidate, answer }) => [candidate, answer.value])).toEqual([["53-57 Shortcut", "none"], ["53-57 Shortcut", "Product"]]);
  button(all(mark, "li")[1]!, "Undo").click();
  expect(all(mark, "li")[1]!.querySelector("[data-value=Shortcut]")).toBeTruthy();
});

test("words of an earlier visit that are marked again have the changed answer in their row", async () => {
  const mark = await show({ candidates: [], answers: [earlier(spot("IMAP", "Product"), "Product")] });
  await markAs(mark, "IMAP", "Shortcut2");
  expect([rows(mark), said(mark)]).toEqual([["IMAP"], ["Shortcut."]]);
  expect(told()).toEqual([["judge", "Shortcut"], ["undo", "earlier-53-57 Product"]]);
});

test("a row that was put away comes out once its words are marked anew", async () => {
  const mark = await show();
  const more = document.createElement("button");
  const all = () => [...mark._root.querySelectorAll<HTMLElement>("li")];
  more.onclick = () => all().forEach((row) => (row.hidden = false));
  await markAs(mark, "POP3 accounts", "Product1");
  mark._root.querySelector(".foot")!.append(more); // as a card that has no room for more stands
  all().slice(1).forEach((row) => (row.hidden = true));
  await markAs(mark, "POP3 accounts", "Shortcut2");
  expect(all().filter(({ hidden }) => hidden)).toEqual([]);
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: POP3 accounts");
});

test("where the host says no to another label the first one stands", async () => {
  const mark = await show({ candidates: [] });
  await markAs(mark, "POP3 accounts", "Product1");
  mark.addEventListener("earmark:decide", (event) => event.preventDefault());
  await markAs(mark, "POP3 accounts", "Shortcut2");
  expect(told()).toEqual([["judge", "Product"]]);
  expect(said(mark)).toEqual(["Product."]);
  button(mark._root, "Undo").click();
  await pass(2000);
  expect(told().at(-1)).toEqual(["undo", judged()[0].id]);
});

test("words whose answer was refused are answered anew in their row", async () => {
  const mark = await show({ candidates: [] });
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "malformed" } : {});
  await markAs(mark, "POP3 accounts", "Product1");
  expect(mark._root.querySelector(".failed")).toBeTruthy();
  server.result = () => ({});
  await markAs(mark, "POP3 accounts", "Shortcut2");
  expect([rows(mark), said(mark)]).toEqual([["POP3 accounts"], ["Shortcut."]]);
  expect(judged().map(({ answer }) => answer.value)).toEqual(["Product", "Shortcut"]);
});

test("at the desk selected words are where the spot is that is judged", async () => {
  const mark = await show({ candidates: [spot("IMAP", "Shortcut")] });
  mark._model!.answer.place = "desk";
  await select("IMAP and POP3");
  button(bar(mark), "Shortcut2").click();
  await pass();
  expect(judged()).toMatchObject([{ candidate: "53-57 Shortcut", answer: { value: "Shortcut", anchor: anchor("IMAP and POP3") } }]);
});

test("no bar opens for more than a mark may cover", async () => {
  const mark = await show({ candidates: [] }, "word ".repeat(1200));
  await select("word ".repeat(1100).trim());
  expect(isOpen(mark)).toBe(false);
});

test("by keys words are chosen from the door on, extended, and marked", async () => {
  const mark = await show();
  await walk(mark, "ArrowRight", "ArrowRight", "ArrowRight", shift("ArrowRight"));
  await pass(200);
  expect(spoken(mark)).toBe("moving messages");
  expect(drawn("now")).toEqual(["moving messages"]);
  step(mark, "Enter");
  expect(focused(mark)?.textContent).toBe("Product1");
  step(mark, "2");
  await pass();
  expect(judged()).toMatchObject([{ via: "keyboard", answer: { value: "Shortcut", anchor: anchor("moving messages") } }]);
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: moving messages");
  focused(mark)!.click();
  expect(focused(mark)?.textContent).toBe("Mark words");
  expect(spoken(mark)).toBe("Taken back.");
});

test("arrows move among the labels, and Enter on one picks it", async () => {
  const mark = await show();
  await walk(mark, "Enter", "ArrowRight");
  expect(focused(mark)?.textContent).toBe("Shortcut2");
  focused(mark)!.click();
  await pass();
  expect(judged()).toMatchObject([{ answer: { value: "Shortcut", anchor: anchor("In") } }]);
});

for (const how of [{ ctrlKey: true }, { altKey: true }])
  test(`${Object.keys(how)[0]} and an arrow go by sentences`, async () => {
    const mark = await show();
    await walk(mark, { key: "ArrowRight", ...how });
    expect(drawn("now")).toEqual(["It did before."]);
    step(mark, { key: "ArrowLeft", ...how });
    expect(drawn("now")[0]).toMatch(/^In SeaMonkey.*accounts\.$/);
  });

test("Space changes to characters and back, and says so", async () => {
  const mark = await show();
  await walk(mark, "ArrowRight", " ");
  expect(spoken(mark)).toBe("By characters");
  expect(drawn("now")).toEqual(["S"]);
  step(mark, "ArrowRight", shift("ArrowRight"));
  expect(drawn("now")).toEqual(["ea"]);
  step(mark, " ");
  expect(spoken(mark)).toBe("By words");
  expect(drawn("now")).toEqual(["SeaMonkey"]);
});

test("of words passed quickly only the last is said", async () => {
  const mark = await show();
  const told: (string | null)[] = [];
  const watch = new MutationObserver(() => told.push(spoken(mark)));
  watch.observe(one(mark, "[aria-live]"), { childList: true });
  await walk(mark, "ArrowRight", "ArrowRight", "ArrowRight");
  await pass(500);
  watch.disconnect();
  expect(told).toEqual(["moving"]);
});

test("Escape goes from the bar to the words, and from the words to the door", async () => {
  const mark = await show();
  await walk(mark, "ArrowRight", "Enter", "Escape");
  expect(focused(mark)?.className).toBe("caret");
  expect(isOpen(mark)).toBe(false);
  step(mark, "Escape");
  expect(focused(mark)?.textContent).toBe("Mark words");
  expect(drawn("now")).toEqual([]);
  expect(judged()).toEqual([]);
});

test("a press elsewhere ends choosing by keys", async () => {
  const mark = await show();
  await walk(mark, "ArrowRight");
  expect(one(mark, ".hint").hidden).toBe(false);
  document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(one(mark, ".layer").hidden).toBe(true);
  expect(drawn("now")).toEqual([]);
});

test("where text runs from the right the arrows are mirrored", async () => {
  const mark = await show();
  host().style.direction = "rtl";
  await walk(mark, "ArrowLeft");
  expect(drawn("now")).toEqual(["SeaMonkey"]);
  step(mark, "ArrowRight");
  expect(drawn("now")).toEqual(["In"]);
});

test("where a guess ends is moved by keys, and the answer goes with the new boundary", async () => {
  const mark = await show();
  all(mark, "[aria-label='Move its boundary']")[0]!.click();
  await pass();
  expect(focused(mark)?.getAttribute("aria-label")).toBe("End");
  all(mark, "li")[0]!.dispatchEvent(new Event("mouseleave"));
  expect(drawn("now")).toEqual(["SeaMonkey 2.53.8"]);
  step(mark, "ArrowLeft");
  await pass(200);
  expect(spoken(mark)).toBe("SeaMonkey");
  step(mark, "Enter");
  expect(focused(mark)?.textContent).toBe("Product1");
  focused(mark)!.click();
  await pass();
  expect(judged()).toMatchObject([{ candidate: "3-19 Product", answer: { value: "Product", anchor: anchor("SeaMonkey") } }]);
  expect(drawn("own")).toEqual(["SeaMonkey"]);
  expect(rows(mark)).toEqual(["SeaMonkey", "IMAP"]);
});

test("where a guess begins is moved by keys, and Escape leaves all as it was", async () => {
  const mark = await show();
  all(mark, "[aria-label='Move its boundary']")[1]!.click();
  await pass();
  button(mark._root, "Beginning").focus();
  step(mark, "ArrowLeft");
  expect(drawn("now")).toEqual(["on IMAP"]);
  step(mark, "Escape");
  expect(drawn("guess")).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
  expect(all(mark, "li")[1]!.contains(focused(mark))).toBe(true);
});

test("a click on a mark leads to its row, and to the next one around it", async () => {
  const mark = await show({ candidates: [spot("IMAP and POP3 accounts", "Product"), spot("POP3", "Shortcut")] });
  const click = () => host().dispatchEvent(new MouseEvent("click", { clientX: 30, clientY: 45, bubbles: true }));
  click();
  expect(all(mark, "li")[1]!.contains(focused(mark))).toBe(true);
  expect(drawn("now")).toEqual(["POP3"]);
  click();
  expect(all(mark, "li")[0]!.contains(focused(mark))).toBe(true);
  click();
  expect(all(mark, "li")[1]!.contains(focused(mark))).toBe(true);
});

test("a click beside all marks, or on a link of the host's, leads nowhere", async () => {
  const mark = await show({}, TEXT.replace("IMAP", "<a href='#'>IMAP</a>"));
  host().dispatchEvent(new MouseEvent("click", { clientX: 300, clientY: 45 }));
  host().querySelector("a")!.dispatchEvent(new MouseEvent("click", { clientX: 30, clientY: 45, bubbles: true }));
  expect(focused(mark)).toBeNull();
});

test("a click that the host takes, or that is for a button of its own, leads nowhere, whatever role the page around has", async () => {
  const mark = await show({}, TEXT.replace("IMAP", "<b role='button'>IMAP</b>"));
  const click = (node: Element) => node.dispatchEvent(new MouseEvent("click", { clientX: 30, clientY: 45, bubbles: true, cancelable: true, composed: true }));
  click(host().querySelector("b")!);
  expect(focused(mark)).toBeNull();
  const take = (event: Event) => event.preventDefault();
  document.body.addEventListener("click", take);
  click(host());
  expect(focused(mark)).toBeNull();
  document.body.removeEventListener("click", take);
  document.body.setAttribute("role", "main");
  document.body.tabIndex = -1;
  click(host());
  document.body.removeAttribute("role");
  document.body.removeAttribute("tabindex");
  expect(focused(mark)?.dataset["value"]).toBe("Shortcut");
});

test("of two questions about a text a digit answers the first", async () => {
  await show();
  document.body.append(element("span", { item: "5", question: "products", for: "text" }));
  await pass();
  await select("POP3");
  press(document.body, "1");
  await pass(2000);
  expect(judged().map(({ answer }) => answer.value)).toEqual(["Product"]);
});

test("what is chosen by keys stays chosen where the host puts words before it, and is over where they go", async () => {
  const mark = await show();
  await walk(mark, "ArrowRight", "ArrowRight");
  expect(drawn("now")).toEqual(["2.53.8"]);
  (host().firstChild as Text).insertData(0, "Good morning to you all. ");
  await pass(500);
  expect(drawn("now")).toEqual(["2.53.8"]);
  step(mark, "Enter", "1");
  await pass();
  expect(judged()[0].answer.anchor.quote.exact).toBe("2.53.8");
  await walk(mark, "ArrowRight");
  host().textContent = "Nothing of that.";
  await pass(500);
  expect(drawn("now")).toEqual([]);
  expect(focused(mark)?.textContent).toBe("Mark words");
});

test("a text that changes keeps its marks on their words", async () => {
  const mark = await show();
  host().textContent = `Good morning. ${TEXT.replace("does not work", "fails")}`;
  await pass(500);
  expect(drawn("guess")).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
  expect(rows(mark)).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
});

test("the words of the row that somebody comes to as the host edits the text stand out, and no others", async () => {
  const mark = await show();
  (host().firstChild as Text).insertData(0, "Good morning. ");
  button(all(mark, "li")[1]!, "Yes").focus();
  await pass(500);
  expect(drawn("now")).toEqual(["IMAP"]);
});

for (let at = 1300; at < 1600; at += 30)
  test(`words being chosen stay so as the host renders its text anew, ${at} ms after they were chosen`, async () => {
    vi.mocked(Range.prototype.getClientRects).mockImplementation(function (this: Range) {
      return (this.startContainer.isConnected ? [new DOMRect(20, 40, 80, 18)] : []) as unknown as DOMRectList;
    });
    const mark = await show();
    button(mark._root, "Mark words").click();
    await pass(at);
    host().innerHTML = TEXT;
    await pass(2000);
    expect(mark._root.querySelector<HTMLElement>(".layer")!.hidden).toBe(false);
  });

test("a text that the host moves to another tree, or takes its name from, has no marks any more", async () => {
  const mark = await show();
  mark.setAttribute("for", "text");
  await pass(2000);
  expect(drawn("guess")).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
  host().id = "old";
  await pass(2000);
  expect([drawn("guess"), rows(mark)]).toEqual([[], []]);
  document.getElementById("old")!.id = "text";
  await pass(5000);
  expect(drawn("guess")).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
  const tree = document.body.appendChild(document.createElement("div")).attachShadow({ mode: "open" });
  tree.append(host());
  await pass(2000);
  expect([drawn("guess"), rows(mark)]).toEqual([[], []]);
});

test("a guess whose words are gone goes, and comes back with them; one's own says so", async () => {
  const mark = await show({ answers: [earlier(spot("POP3 accounts", "Product"), "Product")] });
  host().textContent = "Something else stands here now, and nothing of what was here before is left in it at all.";
  await pass(500);
  expect(all(mark, "li").map((each) => each.textContent)).toEqual(["POP3 accountsno longer in this text. Your mark is kept with the earlier version.Undo"]);
  expect([drawn("guess"), drawn("own")]).toEqual([[], []]);
  host().textContent = TEXT;
  await pass(500);
  expect(drawn("guess")).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
  expect(drawn("own")).toEqual(["POP3 accounts"]);
});

test("a text that the host puts in the place of another has its marks", async () => {
  const mark = await show();
  button(all(mark, "li")[0]!, "Yes").click();
  const other = document.createElement("p");
  other.id = "text";
  other.textContent = `So: ${TEXT}`;
  host().replaceWith(other);
  await pass(500);
  expect([drawn("own"), drawn("guess")]).toEqual([["SeaMonkey 2.53.8"], ["IMAP"]]);
  other.firstChild!.remove();
  await pass(500);
  expect([drawn("own"), drawn("guess")]).toEqual([[], []]);
});

test("marks of an earlier text are found in this one", async () => {
  const older = `Hello all. ${TEXT}`;
  await show({ candidates: [spot("IMAP", "Product", {}, older)] });
  await pass(200);
  expect(drawn("guess")).toEqual(["IMAP"]);
});

test("a page whose text is its own title and text together has its marks all the same", async () => {
  await show({}, `<b>Archiving</b> <span>${TEXT}</span>`);
  await pass(200);
  expect(drawn("guess")).toEqual(["SeaMonkey 2.53.8", "IMAP"]);
});

test("what a guest lent to the page is taken away again with the last of its elements", async () => {
  const mark = await show();
  const guest = document.createElement("div");
  document.body.append(guest);
  expect(document.adoptedStyleSheets.length).toBe(1);
  const other = element("span", { item: "5", question: "products", for: "text" });
  document.body.append(other);
  await pass();
  expect(document.adoptedStyleSheets.length).toBe(1);
  expect(drawn("guess").length).toBe(4);
  mark.remove();
  expect(document.adoptedStyleSheets.length).toBe(1);
  expect(drawn("guess").length).toBe(2);
  other.remove();
  expect(document.adoptedStyleSheets.length).toBe(0);
  expect([...highlights.keys()]).toEqual([]);
});

test("marks are underlined by rules that WebKit reads too: a line alone, its style, colour and thickness apart", () => {
  const lines = [...rules.matchAll(/text-decoration:([^;}]*)/g)].map(([, line]) => line);
  expect(lines.length).toBeGreaterThan(3);
  expect(new Set(lines)).toEqual(new Set(["underline"]));
});

test("an element whose text is not there shows nothing, and begins when the text comes", async () => {
  server.shown["5"] = { candidates: [spot("IMAP", "Product")] };
  arrive();
  const mark = await mount("span", { item: "5", question: "products", for: "text" });
  expect(all(mark, "li").length).toBe(0);
  write();
  await pass(1500);
  expect([rows(mark), drawn("guess")]).toEqual([["IMAP"], ["IMAP"]]);
});

test("a text that goes with what held it is marked again when it comes back", async () => {
  arrive();
  server.shown["5"] = { candidates: [spot("IMAP", "Product")] };
  const holds = document.createElement("main");
  holds.innerHTML = `<div><p id="text">${TEXT}</p></div>`;
  document.body.append(holds);
  const mark = await mount("span", { item: "5", question: "products", for: "text" });
  holds.replaceChildren();
  await pass(1500);
  expect([rows(mark), drawn("guess")]).toEqual([[], []]);
  holds.innerHTML = `<div><p id="text">${TEXT}</p></div>`;
  await pass(1500);
  expect([rows(mark), drawn("guess")]).toEqual([["IMAP"], ["IMAP"]]);
});

test("where the browser knows no highlights, boxes over the lines show the marks", async () => {
  vi.stubGlobal("CSS", {});
  let grown = () => {};
  vi.stubGlobal("ResizeObserver", class {
    observe = () => {};
    disconnect = () => {};
    constructor(act: () => void) {
      grown = act;
    }
  }); // prettier-ignore
  const mark = await show();
  grown(); // as the card does once it stands in the page
  expect(all(mark, ".over i").map(({ className }) => className)).toEqual(["guess", "guess"]);
  button(all(mark, "li")[0]!, "Yes").click();
  await pass();
  expect(all(mark, ".over i").map(({ className }) => className).sort()).toEqual(["guess", "now", "own"]);
  expect(document.adoptedStyleSheets.length).toBe(0);
});

test("what draws boxes rests where it did not come, and draws them once it does", async () => {
  vi.stubGlobal("CSS", {});
  vi.stubGlobal("ResizeObserver", class { observe = () => {}; disconnect = () => {}; }); // prettier-ignore
  const { Guest } = await import("@/core");
  let isDown = true;
  let asked = 0;
  vi.mocked(Guest.prototype._load).mockImplementation(async (name) => {
    if (name === "lines" && ++asked && isDown) throw new TypeError("Failed to fetch");
    return chunks[name] as never;
  });
  const mark = await show();
  for (const row of [...all(mark, "li"), ...all(mark, "li")]) {
    row.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    row.dispatchEvent(new MouseEvent("mouseleave"));
    await pass(10);
  }
  expect(asked).toBe(1);
  isDown = false;
  await pass(10_000);
  all(mark, "li")[0]!.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
  await pass();
  expect([asked, all(mark, ".over i").length]).toEqual([2, 3]);
});

test("what draws boxes comes later, too, where somebody was in the card as it was to be tried again", async () => {
  vi.stubGlobal("CSS", {});
  vi.stubGlobal("ResizeObserver", class { observe = () => {}; disconnect = () => {}; }); // prettier-ignore
  const { Guest } = await import("@/core");
  let isDown = true;
  vi.mocked(Guest.prototype._load).mockImplementation(async (name) => {
    if (name === "lines" && isDown) throw new TypeError("Failed to fetch");
    return chunks[name] as never;
  });
  const mark = await show();
  isDown = false;
  const within = vi.spyOn(document, "activeElement", "get").mockReturnValue(mark);
  await pass(10_000);
  within.mockRestore();
  for (let n = 0; n < 2; n++) {
    all(mark, "li")[0]!.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    await pass(60_000);
  }
  expect(all(mark, ".over i").length).toBeGreaterThan(0);
});

test("boxes that cannot be drawn are left out: the list says the same, and nothing begins anew", async () => {
  vi.stubGlobal("CSS", {});
  const { Guest } = await import("@/core");
  const wake = vi.spyOn(Guest.prototype, "_wake");
  const drawing = vi.fn(() => {
    throw new TypeError("no such box");
  });
  vi.mocked(Guest.prototype._load).mockImplementation(async (name) => (name === "lines" ? { lines: () => drawing } : chunks[name]) as never);
  const mark = await show();
  await pass(60_000);
  expect(drawing).toHaveBeenCalled();
  expect([rows(mark), wake.mock.calls]).toEqual([["SeaMonkey 2.53.8", "IMAP"], []]);
});

test("where what hears of chosen words does not come, the door says so and may be tried again", async () => {
  const mark = await show();
  const { Guest } = await import("@/core");
  vi.spyOn(Guest.prototype, "_load").mockRejectedValueOnce(new TypeError("Failed to fetch"));
  button(mark._root, "Mark words").click();
  await pass();
  expect(spoken(mark)).toBe("Sends when online.");
  button(mark._root, "Mark words").click();
  await pass();
  expect(focused(mark)?.className).toBe("caret");
});

test("what hears of chosen words and comes late keeps away from the card of the next item", async () => {
  const mark = await show();
  const { Guest } = await import("@/core");
  let come = () => {};
  vi.mocked(Guest.prototype._load).mockImplementationOnce(() => new Promise((on) => (come = () => on(chunks["chooser"] as never))));
  button(mark._root, "Mark words").click();
  server.shown["6"] = { candidates: [spot("POP3", "Shortcut")] };
  mark.setAttribute("item", "6");
  await pass(1000);
  expect(rows(mark)).toEqual(["POP3"]);
  come();
  await pass();
  expect([all(mark, ".layer").length, drawn("now"), spoken(mark)]).toEqual([0, [], ""]);
});

test("what did not come to hear of chosen words throws nothing as the text changes, and comes with the next ones", async () => {
  const mark = await show(); // a rejection that nobody handles fails the run
  const { Guest } = await import("@/core");
  let fail = () => {};
  vi.mocked(Guest.prototype._load).mockImplementationOnce(() => new Promise((_, no) => (fail = () => no(new TypeError("Failed to fetch")))));
  await select("IMAP");
  host().append(" And it did.");
  await pass(500);
  fail();
  await pass(500);
  await select("POP3");
  expect(isOpen(mark)).toBe(true);
});

test("a selection that is too long says so and marks nothing, and a shorter one marks again", async () => {
  const long = `Begin ${"word ".repeat(1001)}end.`;
  const mark = await show({ candidates: [] }, long);
  await select(`Begin ${"word ".repeat(1001)}`.trim());
  expect(one(mark, ".bar").hidden).toBe(true);
  expect(one(mark, ".hint").hidden).toBe(false);
  expect(one(mark, ".hint").textContent).toBe("Too long: mark at most 5,000 characters.");
  expect(spoken(mark)).toBe("Too long: mark at most 5,000 characters.");
  press(document.body, "1");
  await pass();
  expect(judged()).toEqual([]);
  await select("Begin");
  expect(one(mark, ".hint").hidden).toBe(true);
  press(document.body, "1");
  await pass();
  expect(judged()[0].answer.anchor.quote.exact).toBe("Begin");
});

test("who marked as many as one may is told so, not only that it was not saved", async () => {
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "too_many_spots" } : {});
  const mark = await show();
  await select("POP3");
  button(bar(mark), "Shortcut2").click();
  await pass();
  expect(one(mark, ".said.failed").textContent).toBe("Not saved: you marked as many here as one may.");
  expect(spoken(mark)).toBe("Not saved: you marked as many here as one may.");
});
