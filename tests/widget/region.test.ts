import { beforeEach, expect, test, vi } from "vitest";
import * as draw from "@/draw";
import * as region from "@/elements/region";
import type { Mark } from "@/mark";
import type { Anchor, Candidate } from "@/wire";
import { aPage, all, arrive, button, chunks, earlier, element, focused, mount, one, pass, server, spoken } from "./page";

aPage();

const SIZE = { width: 400, height: 200 };
const at = (numbers: string, size = SIZE): Anchor => ({ region: `xywh=percent:${numbers}`, ...size });
const spot = (numbers: string, label: string, more: Partial<Candidate> = {}): Candidate => ({
  id: `${numbers} ${label}`, title: label, url: "", snippet: "", answer: "", label, anchor: at(numbers), ...more,
}); // prettier-ignore
const MENU = spot("10,10,30,20", "Menu");
const BUTTON = spot("50,50,10,10", "Button");

let natural = SIZE;
beforeEach(() => {
  natural = SIZE;
  Object.assign(chunks, { region, draw });
  vi.spyOn(HTMLImageElement.prototype, "naturalWidth", "get").mockImplementation(() => natural.width);
  vi.spyOn(HTMLImageElement.prototype, "naturalHeight", "get").mockImplementation(() => natural.height);
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(() => ({ x: 0, y: 0, top: 10, bottom: 210, width: 400, height: 200 }) as DOMRect);
});

/** Put a picture into the page, and an element after it. */
async function show(more: object = {}, attributes: Record<string, string> = {}): Promise<Mark> {
  server.shown["5"] = { candidates: [MENU, BUTTON], ...more };
  const picture = document.createElement("img");
  picture.src = "one.png";
  picture.id = "picture";
  document.body.append(picture);
  arrive();
  const mark = await mount("region", { item: "5", question: "parts", ...attributes });
  await pass(600);
  return mark;
}
const picture = () => document.querySelector("img")!;
const number = (node: Element) => node.getAttribute("data-n");
const rows = (mark: Mark) => all(mark, "li .lead").map((lead) => number(lead.querySelector(".num")!)! + lead.textContent);
/** Return each drawn box as its look and the numbers of its place. */
const boxes = (mark: Mark) => all(mark, ".box").map(({ className, style }) => `${className.replace("box ", "")} ${style.inset.match(/[\d.]+(?=%)/g)!.join()}`);
const numbers = (mark: Mark) => all(mark, ".whole .num").map(number);
const judged = () => server.events.filter(({ type }) => type === "judge");
const press = (target: Element, key: string) => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

/** Open the door as keys do, and wait for what draws. */
async function open(mark: Mark): Promise<void> {
  const door = button(mark._root, "Mark");
  vi.spyOn(door, "matches").mockReturnValue(true);
  door.click();
  await pass();
}

test("each guess is a dotted box with the number of its row", async () => {
  const mark = await show();
  expect(rows(mark)).toEqual(["1Menu", "2Button"]);
  expect(numbers(mark)).toEqual(["1", "2"]);
  expect(boxes(mark)).toEqual(["guess 10,60,70,10", "guess 50,40,40,50"]);
});

test("boxes are laid over the picture in the frame that shows their rows, and a picture that stands is not followed frame by frame", async () => {
  const laid: [number, string][] = [];
  const frames = vi.spyOn(window, "requestAnimationFrame");
  addEventListener("earmark:show", ({ target }) => laid.push([boxes(target as Mark).length, one(target as Mark, ".over").style.width]), { once: true });
  await show();
  expect(laid).toEqual([[2, "100px"]]); // all nodes are 400 px wide here: a layer of 100 px, drawn four times as large
  expect(frames.mock.calls.length).toBeLessThanOrEqual(2);
});

test("boxes are laid anew with the frame after the card becomes higher, which moves a picture below it", async () => {
  const grown: (() => void)[] = [];
  const watched: unknown[] = [];
  vi.stubGlobal("ResizeObserver", class {
    constructor(act: () => void) { grown.push(act); }
    observe = (node: unknown) => watched.push(node);
    disconnect = () => watched.pop();
  }); // prettier-ignore
  const mark = await show();
  expect(watched).toEqual([mark._card]);
  vi.spyOn(picture(), "getBoundingClientRect").mockReturnValue({ x: 0, y: 96, top: 96, bottom: 296, width: 400, height: 200 } as DOMRect);
  const lies = () => one(mark, ".over").style.top;
  expect(lies()).toBe("0px");
  grown[0]!();
  await pass(50);
  expect(lies()).toBe("48px"); // a layer of 100 px is drawn twice as high here
  mark.remove();
  expect(watched).toEqual([]);
  vi.unstubAllGlobals();
});

test("nothing stands over the picture while its card waits for a moment to stand, whatever is scrolled", async () => {
  const mark = await show();
  mark._root.replaceChildren();
  dispatchEvent(new Event("scroll"));
  await pass(600);
  expect(mark._root.childElementCount).toBe(0);
});

test("nothing is put beside the picture, nor written to it", async () => {
  const before = '<img src="one.png" id="picture">';
  const mark = await show();
  expect(picture().outerHTML).toBe(before);
  mark.remove();
  expect(document.body.innerHTML).toBe(before);
  expect(mark._root.childNodes.length).toBe(0);
});

test("yes keeps the guessed box as it is", async () => {
  const mark = await show();
  button(mark._root, "Yes").click();
  await pass();
  expect(judged()).toMatchObject([{ candidate: MENU.id, answer: { kind: "region", value: "Menu", anchor: MENU.anchor } }]);
  expect(boxes(mark)[0]).toBe("own lit 10,60,70,10");
});

test("no takes the box out of the picture and leaves its row", async () => {
  const mark = await show();
  button(mark._root, "No").click();
  await pass();
  expect(judged()).toMatchObject([{ candidate: MENU.id, answer: { value: "none", anchor: MENU.anchor } }]);
  expect(numbers(mark)).toEqual(["2"]);
  expect(rows(mark)).toEqual(["1Menu", "2Button"]);
});

test("what is settled is plain, and comes first", async () => {
  const mark = await show({ known: [{ id: "1,1,5,5 Menu", people_count: 4, label: "Menu", anchor: at("1,1,5,5") }] });
  expect(boxes(mark)[0]).toBe("plain 1,94,94,1");
  expect(all(mark, "li")[0]!.textContent).toBe("Menu4 people");
});

test("boxes that people differ about are all drawn, each with a button", async () => {
  const boundaries = [at("10,10,30,20"), at("5,5,40,40")];
  const mark = await show({ candidates: [{ ...MENU, boundaries }] });
  expect(numbers(mark)).toEqual(["1A", "1B"]);
  button(mark._root, "Box B").click();
  await pass();
  expect(judged()).toMatchObject([{ candidate: MENU.id, answer: { value: "Menu", anchor: boundaries[1] } }]);
});

test("the box of a row stands out while somebody is at the row", async () => {
  const mark = await show();
  button(mark._root, "Yes").focus();
  expect(boxes(mark)[0]).toContain("lit");
});

test("the number at a box leads to its row", async () => {
  const mark = await show();
  all(mark, ".whole .num")[1]!.click();
  expect(focused(mark)?.closest("li")).toBe(all(mark, "li")[1]);
});

test("a click in a box leads to its row, the lower one of two, unless the host has a use for it", async () => {
  const mark = await show({ candidates: [MENU, { ...BUTTON, anchor: at("15,15,5,5") }] });
  const click = (clientX: number, clientY: number) => picture().dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, composed: true, clientX, clientY }));
  const row = () => all(mark, "li").findIndex((one) => one.contains(focused(mark)));
  click(300, 150);
  expect(row()).toBe(-1);
  click(72, 36);
  expect(row()).toBe(1);
  click(120, 50);
  expect(row()).toBe(0);
  focused(mark)!.blur();
  Object.assign(document.body, { role: "main", tabIndex: -1 });
  click(120, 50);
  expect(row()).toBe(0);
  ["role", "tabindex"].forEach((name) => document.body.removeAttribute(name));
  focused(mark)!.blur();
  picture().setAttribute("role", "button");
  click(120, 50);
  expect(row()).toBe(-1);
});

test("a click that the host takes leads nowhere", async () => {
  const mark = await show();
  picture().addEventListener("click", (event) => event.preventDefault());
  picture().dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, clientX: 60, clientY: 30 }));
  expect(focused(mark)).toBeNull();
});

test("by keys: the door, a box in the middle, moved, kept and named", async () => {
  const mark = await show();
  await open(mark);
  press(focused(mark)!, "ArrowRight");
  press(focused(mark)!, "Enter");
  press(focused(mark)!, "2");
  await pass();
  expect(judged()).toMatchObject([{ answer: { kind: "region", value: "Button", anchor: at("36,35,30,30") } }]);
  expect(judged()[0]).not.toHaveProperty("candidate");
  expect(boxes(mark).at(-1)).toBe("own lit 35,34,35,36");
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: Button");
});

test("a box that is drawn again in the same place has the changed answer in its one row", async () => {
  const mark = await show({ candidates: [] });
  for (const label of ["Menu1", "Button2"]) {
    await open(mark);
    button(one(mark, ".draw"), label).click();
    await pass();
  }
  expect(rows(mark)).toEqual(["1Button"]);
  expect(all(mark, "li b").map((said) => said.textContent)).toEqual(["Button."]);
  expect(boxes(mark)).toHaveLength(1);
  expect(server.events.filter(({ type }) => type === "undo")).toMatchObject([{ judgement: judged()[0]!.id }]);
  button(mark._root, "Undo").click();
  expect(rows(mark)).toEqual([]);
});

test("where the host says no to another name, the number at the box still leads to its row", async () => {
  const mark = await show({ candidates: [] });
  const markAs = async (label: string) => {
    await open(mark);
    button(one(mark, ".draw"), label).click();
    await pass();
  };
  await markAs("Menu1");
  mark.addEventListener("earmark:decide", (event) => event.preventDefault());
  await markAs("Button2");
  expect(judged()).toHaveLength(1);
  (mark._root.activeElement as HTMLElement).blur();
  one(mark, ".over .num").click();
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: Menu");
});

test("Escape leaves to the door, and nothing is told", async () => {
  const mark = await show();
  await open(mark);
  expect(one(mark, ".foot").hidden).toBe(true);
  press(focused(mark)!, "Escape");
  expect(focused(mark)?.textContent).toBe("Mark");
  expect(judged()).toEqual([]);
});

test("the boundary of a guess is moved, and keeps its candidate", async () => {
  const mark = await show();
  button(mark._root, "Move its boundary").click();
  await pass();
  press(focused(mark)!, "ArrowDown");
  press(focused(mark)!, "1");
  await pass();
  expect(judged()).toMatchObject([{ candidate: MENU.id, answer: { value: "Menu", anchor: at("10,11,30,20") } }]);
});

test("who asks to move a box while they draw another moves it instead", async () => {
  const mark = await show();
  await open(mark);
  button(mark._root, "Move its boundary").click();
  await pass();
  expect(all(mark, ".draw").length).toBe(1);
  press(focused(mark)!, "ArrowDown");
  press(focused(mark)!, "1");
  await pass();
  expect(judged()).toMatchObject([{ candidate: MENU.id, answer: { value: "Menu", anchor: at("10,11,30,20") } }]);
  expect(one(mark, ".foot").hidden).toBe(false);
});

test("a host that says no to a box leaves the person at the door", async () => {
  const mark = await show({ candidates: [] });
  document.addEventListener("earmark:decide", (event) => event.preventDefault(), { once: true });
  await open(mark);
  press(focused(mark)!, "1");
  await pass();
  expect([judged(), rows(mark), boxes(mark)]).toEqual([[], [], []]);
  expect(focused(mark)?.textContent).toBe("Mark");
});

test("one door is one drawing, however often it is pressed", async () => {
  const mark = await show();
  const door = button(mark._root, "Mark");
  door.click();
  door.click();
  await pass();
  expect(all(mark, ".sheet").length).toBe(1);
});

test("a picture of other proportions is another picture: its guesses go, one's own are told as stale", async () => {
  const mark = await show({ candidates: [MENU], answers: [earlier(BUTTON, "Button")] });
  natural = { width: 400, height: 600 };
  picture().dispatchEvent(new Event("load"));
  await pass(1000);
  expect(rows(mark)).toEqual(["1Button"]);
  expect(one(mark, "li").textContent).toContain("not of this picture. Your mark is kept with the earlier one.");
  expect(boxes(mark)).toEqual([]);
});

test("another source in the same place is another picture, and the first one again is not", async () => {
  const mark = await show();
  picture().src = "two.png";
  await pass(1000);
  expect([boxes(mark), rows(mark)]).toEqual([[], []]);
  picture().src = "one.png";
  await pass(1000);
  expect(boxes(mark).length).toBe(2);
});

test("a smaller rendition is the same picture, and so is what comes after a blurred one", async () => {
  natural = { width: 20, height: 10 };
  const mark = await show();
  expect(boxes(mark).length).toBe(2);
  natural = { width: 200, height: 100 };
  picture().src = "two.png";
  await pass(1000);
  expect(boxes(mark).length).toBe(2);
});

test("drawing ends when the picture is replaced", async () => {
  const mark = await show();
  await open(mark);
  picture().src = "two.png";
  await pass(1000);
  expect(all(mark, ".sheet, .draw")).toEqual([]);
  expect(one(mark, ".foot").hidden).toBe(false);
});

test("a box that is drawn tells the natural size of the picture that is there", async () => {
  const mark = await show({ candidates: [] });
  natural = { width: 300, height: 900 };
  await open(mark);
  press(focused(mark)!, "1");
  await pass();
  expect(judged()[0]).toMatchObject({ answer: { anchor: { width: 300, height: 900 } } });
});

test("a picture that has not come has no boxes, and the door says so", async () => {
  natural = { width: 0, height: 0 };
  const mark = await show();
  expect(one(mark, ".over").hidden).toBe(true);
  await open(mark);
  expect(spoken(mark)).toBe("The picture is not there yet.");
  expect(all(mark, ".sheet").length).toBe(0);
});

test("the picture may be named, or stand within what comes before", async () => {
  const figure = document.createElement("figure");
  figure.append(document.createElement("img"));
  document.body.append(figure);
  server.shown["5"] = { candidates: [MENU] };
  arrive();
  const mark = await mount("region", { item: "5", question: "parts" });
  expect(rows(mark)).toEqual(["1Menu"]);
});

test("without a picture nothing stands, until one comes", async () => {
  server.shown["5"] = { candidates: [MENU] };
  arrive();
  const mark = element("region", { item: "5", question: "parts", for: "late" });
  document.body.append(mark);
  await pass();
  expect(all(mark, "li").length).toBe(0);
  const late = document.createElement("img");
  late.id = "late";
  document.body.prepend(late);
  await pass(3000);
  expect(rows(mark)).toEqual(["1Menu"]);
});

test("who is not asked sees what is settled, and has a quiet door", async () => {
  const mark = await show({ ask: false, known: [{ id: "1,1,5,5 Menu", people_count: 4, label: "Menu", anchor: at("1,1,5,5") }] });
  expect(boxes(mark)).toEqual(["plain 1,94,94,1"]);
  await open(mark);
  press(focused(mark)!, "1");
  await pass();
  expect(judged().length).toBe(1);
});

test("a box that is none is listed and not drawn", async () => {
  const mark = await show({ candidates: [{ ...MENU, anchor: at("90,90,50,50") }] });
  expect(boxes(mark)).toEqual([]);
});

test("words in another language, while drawing too", async () => {
  server.shown["5"] = { candidates: [MENU] };
  document.body.append(document.createElement("img"));
  chunks.de_spots = await import("@/strings/de_spots");
  arrive({ lang: "de" });
  const mark = await mount("region", { item: "5", question: "parts" });
  await pass(600);
  button(mark._root, "Markieren").click();
  await pass();
  expect(one(mark, ".hint").textContent).toBe("Über das Bild ziehen, zwei Ecken antippen oder Eingabetaste drücken.");
});

test("a picture that stands still in a still page is hardly looked at, and one that is moved is followed", async () => {
  const mark = await show();
  await pass(3000);
  const looks = vi.spyOn(picture(), "getBoundingClientRect");
  await pass(9000);
  expect(looks.mock.calls.length).toBeLessThanOrEqual(4);
  looks.mockClear();
  document.body.append(document.createElement("p"));
  await pass(300);
  expect(looks.mock.calls.length).toBeGreaterThan(0);
  mark.remove();
  looks.mockClear();
  document.body.append(document.createElement("p"));
  await pass(9000);
  expect(looks).not.toHaveBeenCalled();
});
