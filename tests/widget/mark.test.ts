import { expect, onTestFinished, test, vi } from "vitest";
import { Guest } from "@/core";
import type { Mark } from "@/mark";
import { aPage, all, arrive, button, earlier, element, focused, heard, hide, mount, move, one, pass, press, server, thread, watchedCount } from "./page";

aPage();

const PLACE = { item: "5", question: "duplicate" };
const rows = (mark: Mark) => all(mark, ".row");
const titles = (mark: Mark) => all(mark, ".title a").map((link) => link.textContent);
const asked = () => server.at("suggest").flatMap(({ places }) => places.map(({ item }: { item: string }) => item));

/** Put an element at a height of the window, and let it ask if it will. */
async function stand(top: number, mark = element("duplicates", PLACE)): Promise<Mark> {
  move(mark, top, 0);
  document.body.append(mark);
  await pass();
  return mark;
}

/** Put something of the host's below all that stands. */
function follow(top: number, height: number, into: Element = document.body): Element {
  const node = into.appendChild(document.createElement("p"));
  move(node, top, height);
  return node;
}

test("far from the window it asks nothing, and near it does", async () => {
  arrive();
  const mark = await stand(5000);
  expect(asked()).toEqual([]);
  move(mark, innerHeight + 400, 0);
  await pass();
  expect(asked()).toEqual([]);
  move(mark, innerHeight + 250, 0);
  await pass();
  expect(asked()).toEqual(["5"]);
});

test("what the host does not display asks nothing until it is", async () => {
  arrive();
  const mark = await stand(NaN);
  expect(asked()).toEqual([]);
  move(mark, 100, 0);
  await pass();
  expect(asked()).toEqual(["5"]);
});

test("nothing is drawn while the page is hidden", async () => {
  arrive();
  hide();
  const mark = await stand(100);
  expect(titles(mark)).toEqual([]);
  hide(false);
  await pass(1200);
  expect(titles(mark)).toEqual(["Thread 1", "Thread 2"]);
});

test("without an item or a question it stays empty and asks nothing", async () => {
  arrive();
  const without = [await mount("duplicates", {}), await mount("duplicates", { item: "5" }), await mount("tags", { question: "topics", item: "" })];
  expect(without.map((mark) => mark._root.childElementCount)).toEqual([0, 0, 0]);
  expect(server.received).toEqual([]);
});

test("for a question of another kind each element draws nothing, and tells the host", async () => {
  arrive();
  const [shown, told] = [heard("show"), heard("mismatch")];
  const wrong = [];
  for (const [kind, question] of [["duplicates", "topics"], ["tags", "duplicate"], ["choice", "topics"], ["span", "tone"], ["duplicates", "products"]] as const)
    wrong.push(await mount(kind, { item: "5", question }));
  const right = await mount("duplicates", PLACE);
  await pass();
  expect(wrong.map((mark) => mark._root.textContent)).toEqual(["", "", "", "", ""]);
  expect(titles(right)).toEqual(["Thread 1", "Thread 2"]);
  expect(shown.map(({ detail }) => detail.question)).toEqual(["duplicate"]);
  expect(told.map(({ target }) => target)).toEqual(wrong);
  expect(told.map(({ detail }) => detail)).toEqual([
    { question: "topics", item: "5", kind: "tags" },
    { question: "duplicate", item: "5", kind: "pair" },
    { question: "topics", item: "5", kind: "tags" },
    { question: "tone", item: "5", kind: "choice" },
    { question: "products", item: "5", kind: "span" },
  ]);
});

test("one that draws nothing stands for no answer that is given beside it", async () => {
  arrive();
  await mount("choice", PLACE);
  const right = await mount("duplicates", PLACE);
  const saved = heard("saved");
  button(right._root, "Related").click();
  await pass(1000);
  expect(saved.map(({ target }) => target === right)).toEqual([true]);
});

test("while something in view follows, it does not grow; once scrolled away, it does", async () => {
  arrive();
  const mark = element("duplicates", PLACE);
  document.body.append(mark);
  follow(120, 300);
  move(mark, 100, 0);
  await pass();
  expect([asked(), mark._root.childElementCount]).toEqual([[], 0]);
  move(mark, innerHeight + 50, 0);
  await pass();
  expect(titles(mark)).toEqual(["Thread 1", "Thread 2"]);
});

test("what follows an ancestor follows too", async () => {
  arrive();
  const box = document.body.appendChild(document.createElement("div"));
  follow(120, 300);
  const mark = element("duplicates", PLACE);
  move(mark, 100, 0);
  box.append(mark);
  await pass();
  expect(asked()).toEqual([]);
});

for (const [what, top, height] of [["below the window", 2000, 300], ["of no height", 120, 0], ["beside it", 40, 300]] as const)
  test(`what follows ${what} is not moved, and so no reason to wait`, async () => {
    arrive();
    const mark = element("duplicates", PLACE);
    document.body.append(mark);
    follow(top, height);
    move(mark, 100, 0);
    await pass();
    expect(asked()).toEqual(["5"]);
  }); // prettier-ignore

test("below the window it grows whatever follows", async () => {
  arrive();
  const mark = element("duplicates", PLACE);
  document.body.append(mark);
  follow(innerHeight + 120, 300);
  move(mark, innerHeight + 100, 0);
  await pass();
  expect(titles(mark).length).toBe(2);
});

test("above the window it grows where the browser holds still what is being read", async () => {
  arrive();
  const mark = element("duplicates", PLACE);
  Object.defineProperty(mark, "style", { value: { overflowAnchor: "" } });
  document.body.append(mark);
  follow(120, 300);
  move(mark, -200, 0);
  await pass();
  expect(titles(mark).length).toBe(2);
});

test("above the window it does not grow where the browser would let what is being read jump", async () => {
  arrive();
  const mark = element("duplicates", PLACE);
  Object.defineProperty(mark, "style", { value: {} });
  document.body.append(mark);
  follow(120, 300);
  move(mark, -200, 0);
  await pass();
  expect(mark._root.childElementCount).toBe(0);
});

/** Make an element for which the host keeps room. */
function reserved(px: number, attributes = PLACE): Mark {
  const mark = element("duplicates", attributes);
  mark.style.setProperty("--earmark-reserve", `${px}px`);
  return mark;
}

/** Return an element in which bars stand, because each of its two calls takes half a second. */
async function waiting(): Promise<Mark> {
  server.slowMs = 500;
  arrive();
  const mark = element("duplicates", PLACE);
  document.body.append(mark);
  await pass(500);
  return mark;
}

test("a list that comes soon is drawn at once, with neither room nor bars before it", async () => {
  server.slowMs = 150; // for each of its two calls
  arrive();
  const mark = element("duplicates", PLACE);
  const drawn: string[] = [];
  const look = () => drawn.push(mark._root.querySelector("[aria-busy]") ? "bars" : mark._root.querySelector(".row") ? "list" : "room");
  new MutationObserver(look).observe(mark._root, { childList: true });
  document.body.append(mark);
  await pass(600);
  expect(drawn).toEqual(["list"]);
});

test("a list that takes its time has bars in the room that it was given when nobody saw it", async () => {
  const mark = await waiting();
  expect(one(mark, "section").style.minHeight).toBe("518px");
  expect(one(mark, "[aria-busy]").querySelectorAll(".row").length).toBe(3);
  await pass(1200);
  expect(mark._root.querySelector("[aria-busy]")).toBeNull();
  expect(titles(mark).length).toBe(2);
  expect(one(mark, "section").style.minHeight).toBe("");
});

test("a door that was opened makes room for the list at once", async () => {
  server.slowMs = 500;
  const guest = arrive();
  guest._isSilent = true;
  const mark = await mount("duplicates", PLACE);
  follow(400, 300);
  one(mark, "button").click();
  await pass(1);
  expect(one(mark, "section").style.minHeight).toBe("518px");
});

test("with room reserved a door stands in it", async () => {
  const guest = arrive();
  guest._isSilent = true;
  const mark = reserved(320);
  document.body.append(mark);
  await pass();
  expect([one(mark, "section").style.minHeight, one(mark, "button").textContent]).toEqual(["", "Show related threads"]); // its sheet knows the room
});

test("a list that came where it may not stand any more waits until that moves nothing", async () => {
  server.slowMs = 100;
  arrive();
  const mark = element("duplicates", PLACE);
  move(mark, 100, 0);
  document.body.append(mark);
  await pass(50);
  expect(server.received.length).toBe(1);
  follow(120, 300);
  await pass(2000);
  expect([asked(), mark._root.childElementCount]).toEqual([["5"], 0]);
  move(mark, innerHeight + 50, 0);
  await pass();
  expect(titles(mark).length).toBe(2);
});

test("where room cannot be taken any more while a list is awaited, no bars are drawn", async () => {
  server.slowMs = 500;
  arrive();
  const mark = element("duplicates", PLACE);
  move(mark, 100, 0);
  document.body.append(mark);
  await pass(50);
  follow(120, 300);
  await pass(400);
  expect(mark._root.childElementCount).toBe(0);
});

test("no list is drawn before the kinds of all elements near by are there, or one would stand in another's way", async () => {
  const load = vi.mocked(Guest.prototype._load).getMockImplementation()!;
  vi.mocked(Guest.prototype._load).mockImplementation(async (name) => {
    if (name === "tags") await new Promise((on) => setTimeout(on, 80));
    return load(name);
  });
  arrive();
  const [tags, pairs] = [element("tags", { item: "5", question: "topics" }), element("duplicates", PLACE)];
  document.body.append(tags, pairs);
  await pass(70);
  expect([tags, pairs].map((mark) => mark._root.childElementCount)).toEqual([0, 0]);
  await pass(100);
  expect([tags, pairs].map((mark) => all(mark, ".chip,.row").length)).toEqual([2, 2]);
});

test("places whose kinds come one after the other are asked for in one call, whichever stands first", async () => {
  const load = vi.mocked(Guest.prototype._load).getMockImplementation()!;
  vi.mocked(Guest.prototype._load).mockImplementation(async (name) => {
    if (name === "tags") await new Promise((on) => setTimeout(on, 80));
    return load(name);
  });
  arrive();
  document.body.append(element("duplicates", PLACE), element("tags", { item: "5", question: "topics" }));
  await pass(200);
  expect(server.at("suggest").map(({ places }) => places.length)).toEqual([2]);
});

test("a list whose kind did not come at first is not asked for before it would move nothing, too", async () => {
  const load = vi.mocked(Guest.prototype._load).getMockImplementation()!;
  let tries = 0;
  vi.mocked(Guest.prototype._load).mockImplementation(async (name) => {
    if (name === "duplicates") {
      if (!tries++) throw new Error("offline");
      await new Promise((on) => setTimeout(on, 300));
    }
    return load(name);
  });
  arrive();
  const mark = await stand(100);
  expect([asked(), mark._root.childElementCount]).toEqual([[], 0]);
  dispatchEvent(new Event("online"));
  await pass(100);
  follow(120, 300);
  await pass(1000);
  expect([tries, asked(), mark._root.childElementCount]).toEqual([2, [], 0]);
  move(mark, innerHeight + 50, 0);
  await pass();
  expect([asked(), titles(mark).length]).toEqual([["5"], 2]);
});

test("with room reserved it asks at once, and bars stand in its room", async () => {
  server.slowMs = 500;
  arrive();
  const mark = reserved(320);
  Object.defineProperty(mark, "offsetHeight", { value: 320 }); // the host's page holds it
  document.body.append(mark);
  follow(400, 300);
  await pass(1);
  expect(server.received.length).toBe(1);
  await pass(500);
  expect(one(mark, "section").style.minHeight).toBe("320px");
  expect(one(mark, "[aria-busy]").querySelectorAll(".row").length).toBe(3);
  await pass(1200);
  expect(titles(mark).length).toBe(2);
  expect(one(mark, "section").style.minHeight).toBe(""); // its sheet keeps the room
});

test("a list that comes at once where room is reserved and something in view follows is folded into that room", async () => {
  measure(100);
  server.shown["5"] = { candidates: ["1", "2", "3", "4", "5"].map((id) => thread(id)) };
  arrive();
  const mark = reserved(320);
  document.body.append(mark);
  follow(400, 300);
  await pass();
  expect(rows(mark).map(({ hidden }) => hidden)).toEqual([false, false, false, true, true]);
  expect(one(mark, "section").style.minHeight).toBe("320px");
});

const SEEN = [
  ["in the window asks without waiting for an observer", 500, "hidden", true, 1],
  ["below the end of a box that cuts off nothing asks so too", 50, "visible", true, 1],
  ["cut off by a box around it waits for one", 50, "hidden", true, 0],
  ["not drawn at all waits for one", 500, "visible", false, 0],
] as const;
for (const [what, height, overflow, box, times] of SEEN)
  test(`what is ${what}`, async () => {
    for (const { style } of [document.documentElement, document.body]) {
      style.overflow = overflow;
      onTestFinished(() => void (style.overflow = ""));
    }
    vi.spyOn(HTMLElement.prototype, "checkVisibility" as never).mockReturnValue(box as never);
    vi.stubGlobal("IntersectionObserver", class { observe() {} disconnect() {} }); // prettier-ignore
    for (const each of [document.documentElement, document.body]) move(each, 0, height);
    arrive();
    await stand(100);
    expect(server.at("session").length).toBe(times);
  });

test("whether its entries are seen is watched from before the frame that shows them, so that no further one is drawn", async () => {
  const wasShown: boolean[] = [];
  vi.spyOn(HTMLElement.prototype, "checkVisibility" as never).mockReturnValue(true as never);
  vi.stubGlobal("IntersectionObserver", class { observe(node: Element) { wasShown.push(node.isConnected); } disconnect() {} }); // prettier-ignore
  for (const each of [document.documentElement, document.body]) move(each, 0, 500);
  arrive();
  const mark = await stand(100);
  expect(rows(mark).length).toBe(2);
  expect(wasShown).toEqual([false, false]);
});

test("with nothing to show, what the host has for that stands there, and nothing of ours is seen", async () => {
  server.shown["5"] = { candidates: [] };
  arrive();
  const mark = await mount("duplicates", PLACE);
  expect([...mark._root.children].map((each) => each.outerHTML)).toEqual(['<slot name="empty" style="display: block; min-height: 0px;"></slot>']);
});

test("with nothing to show in room that was reserved, the room stays", async () => {
  server.shown["5"] = { candidates: [] };
  arrive();
  const mark = reserved(320);
  document.body.append(mark);
  await pass();
  expect(mark._root.querySelector("section")).toBeNull();
  expect(one(mark, "slot[name=empty]").style.minHeight).toBe("320px");
});

test("with nothing to show where something in view follows, the height that stood is held until it has left the view", async () => {
  measure(100);
  server.shown["5"] = { candidates: [] };
  const mark = await waiting();
  follow(400, 300);
  move(mark, 50, 300);
  await pass(1200);
  expect(one(mark, "slot[name=empty]").style.minHeight).toBe("300px");
  move(mark, -1000, 300);
  await pass();
  expect(one(mark, "slot[name=empty]").style.minHeight).toBe("0px");
});

test("a place that was empty is seen again when another item stands there", async () => {
  server.shown["5"] = { candidates: [] };
  arrive();
  const mark = reserved(320);
  document.body.append(mark);
  await pass();
  mark.setAttribute("item", "6");
  await pass();
  expect(titles(mark).length).toBe(2);
  expect([one(mark, "section").style.visibility, mark._root.querySelector("slot[name=empty]")]).toEqual(["", null]); // prettier-ignore
});

/** Give each row a height, so that a card is as high as its rows that are not put away. */
function measure(rowPx: number): void {
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockImplementation(function (this: HTMLElement) {
    return [...this.querySelectorAll<HTMLElement>(".row")].filter(({ hidden }) => !hidden).length * rowPx;
  });
}

test("what would make it higher than it stood is folded behind one button, where something in view follows", async () => {
  measure(100);
  server.shown["5"] = { candidates: ["1", "2", "3", "4", "5"].map((id) => thread(id)) };
  const mark = await waiting();
  expect(one(mark, "[aria-busy]")).toBeTruthy();
  follow(400, 300);
  await pass(1200);
  expect(rows(mark).map(({ hidden }) => hidden)).toEqual([false, false, false, true, true]);
  const more = button(one(mark, ".tail"), "+2");
  more.click();
  expect(rows(mark).some(({ hidden }) => hidden)).toBe(false);
  expect(more.hidden).toBe(true);
});

test("what is lower than it stood keeps its height until it has left the view", async () => {
  measure(100);
  const mark = await waiting();
  follow(400, 300);
  move(mark, 50, 300);
  await pass(1200);
  expect(one(mark, "section").style.minHeight).toBe("300px");
  move(mark, -1000, 300);
  await pass();
  expect(one(mark, "section").style.minHeight).toBe("");
});

test("where nothing follows, all is shown and no height is held", async () => {
  measure(100);
  server.shown["5"] = { candidates: ["1", "2", "3", "4", "5"].map((id) => thread(id)) };
  arrive();
  const mark = await stand(100);
  expect(rows(mark).some(({ hidden }) => hidden)).toBe(false);
  expect(one(mark, "section").style.minHeight).toBe("");
});

for (const [kind, question, words] of [["duplicates", "duplicate", "Show related threads"], ["tags", "topics", "Show"], ["choice", "tone", "Show"]])
  test(`with privacy asked for, a door stands where ${kind} would, and nothing leaves before it is opened`, async () => {
    const guest = arrive();
    guest._isSilent = true;
    const mark = await mount(kind!, { item: "5", question: question! });
    expect(all(mark, "button").map((each) => each.textContent)).toEqual([words]);
    expect(server.received).toEqual([]);
    one(mark, "button").click();
    await pass();
    expect(asked()).toEqual(["5"]);
    expect(guest._isSilent).toBe(false);
  }); // prettier-ignore

test("who opened the door by keyboard stands at the first answer, unless they went on meanwhile", async () => {
  const guest = arrive();
  const elsewhere = document.body.appendChild(document.createElement("input"));
  for (const goesOn of [false, true]) {
    guest._isSilent = true;
    const mark = await mount("duplicates", PLACE);
    one(mark, "button").focus();
    one(mark, "button").click();
    if (goesOn) elsewhere.focus();
    await pass();
    expect(mark._root.activeElement?.getAttribute("data-value") ?? null).toBe(goesOn ? null : "duplicate");
    mark.remove();
    guest._models.clear();
  }
  elsewhere.remove();
});

test("the host's page hears what is shown", async () => {
  const shown = heard("show");
  arrive();
  const mark = await mount("duplicates", PLACE);
  expect(shown.map(({ detail }) => detail)).toEqual([{ question: "duplicate", item: "5", count: 2, ask: true }]);
  expect(shown[0]!.target).toBe(mark);
});

test("another item is asked for and drawn; the same one again is not", async () => {
  server.shown["6"] = { candidates: [thread("9")] };
  arrive();
  const mark = await mount("duplicates", PLACE);
  mark.setAttribute("item", "5");
  mark.setAttribute("item", "6");
  await pass();
  expect(titles(mark)).toEqual(["Thread 9"]);
  expect(asked()).toEqual(["5", "6"]);
});

test("another question is asked instead", async () => {
  server.shown["5"] = { candidates: [] };
  arrive();
  const mark = await mount("tags", { item: "5", question: "topics" });
  mark.setAttribute("question", "words");
  await pass();
  expect(server.at("suggest").at(-1).places).toMatchObject([{ question: "words", item: "5" }]);
});

test("what is answered too late, for an item that is no longer meant, is not drawn", async () => {
  server.shown["6"] = { candidates: [thread("9")] };
  server.slowMs = 500;
  arrive();
  const mark = await mount("duplicates", PLACE);
  await pass(500);
  mark.setAttribute("item", "6");
  await pass(500);
  expect([asked(), titles(mark)]).toEqual([["5", "6"], []]); // prettier-ignore
  await pass(500);
  expect(titles(mark)).toEqual(["Thread 9"]);
});

test("taken out it leaves nothing behind, and put back it is drawn without asking again", async () => {
  arrive();
  const mark = await mount("duplicates", PLACE);
  mark.remove();
  expect(mark._root.childElementCount).toBe(0);
  expect(watchedCount()).toBe(0);
  document.body.append(mark);
  await pass();
  expect(titles(mark)).toEqual(["Thread 1", "Thread 2"]);
  expect(asked()).toEqual(["5"]);
});

test("taken out before the answer came, nothing is drawn and nothing watched", async () => {
  const mark = await waiting();
  expect(mark._root.childElementCount).toBe(1);
  mark.remove();
  await pass();
  expect(mark._root.childElementCount).toBe(0);
  expect(watchedCount()).toBe(0);
});

test("a hundred times in and out leaves nothing watched and no timer", async () => {
  arrive();
  const mark = await mount("duplicates", PLACE);
  const counts = [];
  for (let n = 0; n < 100; n++) {
    mark.remove();
    document.body.append(mark);
    await pass(1);
    counts.push([watchedCount(), vi.getTimerCount()]);
  }
  expect(counts.at(-1)).toEqual(counts[0]);
});

test("where its kind cannot be had, or nobody answers, it stays empty", async () => {
  const load = vi.mocked(Guest.prototype._load).getMockImplementation()!;
  vi.mocked(Guest.prototype._load).mockImplementation((name) => (name === "duplicates" ? Promise.reject(new TypeError("Failed to fetch")) : load(name)));
  arrive();
  expect((await mount("duplicates", PLACE))._root.childElementCount).toBe(0);
  vi.mocked(Guest.prototype._load).mockImplementation(load);
  server.isDown = true;
  const mark = await mount("duplicates", { item: "6", question: "duplicate" });
  expect(mark._root.querySelector("section")).toBeNull();
});

test("destroyed while it waits for a frame, nothing is drawn and nothing watched", async () => {
  const guest = arrive();
  const mark = element("duplicates", PLACE);
  document.body.append(mark);
  follow(400, 300);
  await pass(10);
  guest._destroy();
  await pass();
  expect([mark._root.childElementCount, watchedCount()]).toEqual([0, 0]);
});

test("another item within the frame in which a list is drawn keeps its own room", async () => {
  measure(100);
  const mark = await waiting();
  follow(400, 300);
  move(mark, 50, 300);
  document.addEventListener("earmark:show", () => mark.setAttribute("item", "6"), { once: true });
  await pass(1200);
  move(mark, -1000, 300);
  await pass(500);
  expect(one(mark, "section").style.minHeight).toBe("518px");
});

test("a second element for a list that is still awaited looks for room like the first", async () => {
  server.slowMs = 500;
  arrive();
  const [first, second] = [element("duplicates", PLACE), element("duplicates", PLACE)];
  document.body.append(first);
  await pass(500);
  document.body.append(second);
  follow(400, 300);
  await pass(2000);
  expect(titles(first).length).toBe(2);
  expect(second._root.childElementCount).toBe(0);
});

test("a late answer to an item that is no longer meant does not hide that nothing was had for the new one", async () => {
  const mark = await waiting();
  server.isDown = true;
  mark.setAttribute("item", "6");
  await pass(3000);
  expect(mark._isLost).toBe(true);
});

test("two elements for one place are views of one thing", async () => {
  arrive();
  const [one_, other] = [await mount("duplicates", PLACE), await mount("duplicates", PLACE)];
  button(rows(one_)[0]!, "Same").click();
  await pass();
  expect(rows(other)[0]!.textContent).toContain("Same problem.");
  expect(asked()).toEqual(["5"]);
  expect(server.events.filter(({ type }) => type === "judge").length).toBe(1);
});

const seen = () => server.events.flatMap((event) => (event.type === "seen" ? [event.candidate] : []));

test("a row counts as seen when half of it was in view for a second, once", async () => {
  arrive();
  const mark = await mount("duplicates", PLACE);
  move(rows(mark)[0]!, innerHeight - 60, 100);
  move(rows(mark)[1]!, innerHeight - 40, 100);
  await pass(990);
  expect(seen()).toEqual([]);
  await pass(2000);
  expect(seen()).toEqual(["1"]);
  move(rows(mark)[0]!, 5000, 100);
  move(rows(mark)[0]!, 100, 100);
  await pass(5000);
  expect(seen()).toEqual(["1"]);
});

test("what was scrolled past in less than a second was not seen", async () => {
  arrive();
  const mark = await mount("duplicates", PLACE);
  move(rows(mark)[0]!, 100, 100);
  await pass(900);
  move(rows(mark)[0]!, -80, 100);
  await pass(5000);
  expect(seen()).toEqual([]);
});

test("what stands in a hidden tab is not seen", async () => {
  arrive();
  const mark = await mount("duplicates", PLACE);
  move(rows(mark)[0]!, 100, 100);
  hide();
  await pass(5000);
  expect(seen()).toEqual([]);
});

test("what stood in a hidden tab is seen a second after somebody comes back", async () => {
  arrive();
  const mark = await mount("duplicates", PLACE);
  move(rows(mark)[0]!, 100, 100);
  hide();
  await pass(5000);
  hide(false);
  await pass(5000);
  expect(seen()).toEqual(["1"]);
});

test("seen in one view is seen in all, and after a change of items not again", async () => {
  arrive();
  const mark = await mount("duplicates", PLACE);
  move(rows(mark)[0]!, 100, 100);
  await pass(3000);
  mark.remove();
  document.body.append(mark);
  await pass();
  move(rows(mark)[0]!, 100, 100);
  await pass(3000);
  expect(seen()).toEqual(["1"]);
});

test("what was in view for less than a second before another item took its place was not seen", async () => {
  server.shown["6"] = { candidates: [thread("9")] };
  arrive();
  const mark = await mount("duplicates", PLACE);
  move(rows(mark)[0]!, 100, 100);
  await pass(500);
  mark.setAttribute("item", "6");
  await pass(5000);
  expect(seen()).toEqual([]);
});

test("an earlier answer that the list does not suggest any more is no news to be seen", async () => {
  server.shown["5"] = { candidates: [], answers: [earlier(thread("3"), "duplicate")] };
  arrive();
  const mark = await mount("duplicates", PLACE);
  move(rows(mark)[0]!, 100, 100);
  await pass(3000);
  expect(seen()).toEqual([]);
});

test("the host's own words appear once something is decided", async () => {
  arrive();
  const mark = await mount("duplicates", PLACE);
  expect(one(mark, "slot[name=decided]").hidden).toBe(true);
  button(rows(mark)[0]!, "Same").click();
  expect(one(mark, "slot[name=decided]").hidden).toBe(false);
});

test("an element that was taken away while somebody typed asks nothing and spends no prompt", async () => {
  const guest = arrive();
  const field = document.body.appendChild(document.createElement("input"));
  press(field, "a");
  const mark = await mount("duplicates", PLACE);
  mark.remove();
  await pass(10_000);
  expect(server.received).toEqual([]);
  const other = await mount("duplicates", { ...PLACE, item: "6" });
  press(field, "b");
  other.setAttribute("item", "7");
  guest._destroy();
  await pass(10_000);
  expect(server.at("suggest").flatMap(({ places }) => places).filter(({ item }: { item: string }) => item === "7")).toEqual([]);
});

test("what stands where nobody can grow is watched by one observer, however long it waits", async () => {
  arrive();
  const mark = element("duplicates", PLACE);
  document.body.append(mark);
  follow(120, 300);
  move(mark, 100, 0);
  await pass(5000);
  expect([mark._root.childElementCount, watchedCount()]).toEqual([0, 1]);
  move(mark, innerHeight + 50, 0);
  await pass();
  expect(titles(mark).length).toBe(2);
});

test("the host's own words go when the last answer is taken back, and stand for one of an earlier visit", async () => {
  server.shown["6"] = { answers: [earlier(thread("1"), "related")] };
  arrive();
  const before = await mount("duplicates", { item: "6", question: "duplicate" });
  expect(one(before, "slot[name=decided]").hidden).toBe(false);
  button(before._root, "Undo: Thread 1").click();
  expect(one(before, "slot[name=decided]").hidden).toBe(true);
});


test("the focus stays where it was when something else is drawn anew", async () => {
  arrive();
  const mark = await mount("duplicates", PLACE);
  button(rows(mark)[0]!, "Same").click();
  const why = button(mark._root, "Why am I asked?");
  why.focus();
  await pass();
  expect(focused(mark)).toBe(why);
});

test("what is heard of an answer leaves the focus on the way back", async () => {
  server.result = () => ({ state: "proposed" });
  arrive();
  const mark = await mount("duplicates", PLACE);
  button(rows(mark)[0]!, "Same").click();
  const before = focused(mark);
  await pass();
  expect(focused(mark)).not.toBe(before);
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: Thread 1");
});
