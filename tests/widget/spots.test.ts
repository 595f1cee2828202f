import { beforeEach, expect, test } from "vitest";
import type { Guest } from "@/core";
import type { Mark } from "@/mark";
import { type Ground, groundNode, type List, learnSpots, type Spot, spots } from "@/spots";
import type { Anchor, Candidate } from "@/wire";
import { aPage, all, arrive, button, chunks, earlier, element, focused, mount, one, pass, press, server, spoken } from "./page";

aPage();

const at = (x: number): Anchor => ({ region: `xywh=percent:${x},10,20,20`, width: 100, height: 50 });
const place = (anchor: Anchor): string => /percent:(\d+)/.exec((anchor as { region: string }).region)![1]!;
const spot = (x: number, label: string, more: Partial<Candidate> = {}): Candidate => ({
  id: `${x},10,20,20 ${label}`, title: `Box ${x}`, url: "", snippet: "", answer: "", label, anchor: at(x), ...more,
}); // prettier-ignore

/** A ground that draws nothing, and tells what it was asked to. */
let list: List;
let painted: Spot[];
let paintings: number;
let pointed: (Anchor | undefined)[];
let led: Anchor[];
let moved: string[];
let gone: Set<string>;
const ground: Ground = {
  _door: "markWords",
  _stale: "stale",
  _mark: () => void moved.push("door"),
  _move: ({ candidate }) => void moved.push(candidate.id),
  _paint: (all) => [painted, paintings] = [all, paintings + 1],
  _point: (anchor) => void pointed.push(anchor),
  _lead: (anchor) => void led.push(anchor),
  _name: (_, anchor) => [`At ${place(anchor)}`],
  _bound: (anchor) => `To ${place(anchor)}`,
  _isGone: (anchor) => gone.has(place(anchor)),
};

beforeEach(() => {
  paintings = 0;
  [painted, pointed, led, moved, gone] = [[], [], [], [], new Set()];
  chunks.region = {
    kind: async (guest: Guest) => {
      await learnSpots(guest, { markWords: "Mark words", stale: "no longer in this text. Your mark is kept with the earlier version." });
      return spots(guest, 90, "", (_mark, _model, given) => {
        list = given;
        return ground;
      });
    },
  };
});

const show = (more: object = {}, settings = {}): Promise<Mark> => {
  server.shown["5"] = { candidates: [spot(10, "Menu"), spot(40, "Button")], ...more };
  arrive(settings);
  return mount("region", { item: "5", question: "parts" });
};
const rows = (mark: Mark) => all(mark, "li");
const row = (mark: Mark, x: number) => rows(mark).find((each) => each.textContent!.includes(`At ${x}`))!;
const judged = () => server.events.filter(({ type }) => type === "judge");
const looks = () => painted.map(({ _anchor, _look }) => `${place(_anchor)} ${_look}`);
const click = new MouseEvent("click", { detail: 1 });

test("each guessed spot is a row with yes and no, one stop of the tab key each", async () => {
  const mark = await show();
  expect(rows(mark).map((each) => each.textContent)).toEqual(["At 10MenuYesNo", "At 40ButtonYesNo"]);
  for (const each of rows(mark)) expect([...each.querySelectorAll("button")].filter(({ tabIndex }) => tabIndex === 0).map((one) => one.textContent)).toEqual(["Yes"]);
  expect(looks()).toEqual(["10 guess", "40 guess"]);
});

test("yes says the label that was guessed, at the place where it was guessed", async () => {
  const mark = await show();
  button(row(mark, 10), "Yes").click();
  await pass();
  expect(judged()).toMatchObject([{ exposure: "shown-5", candidate: "10,10,20,20 Menu", answer: { kind: "region", value: "Menu", anchor: at(10) } }]);
  expect(row(mark, 10).textContent).toBe("At 10Menu. Undo");
  expect(focused(mark)?.getAttribute("aria-label")).toBe("Undo: Box 10");
  expect(spoken(mark)).toBe("Menu.");
  expect(looks()).toEqual(["10 own", "40 guess"]);
});

test("no says that nothing of the kind is there, and takes the spot out of sight", async () => {
  const mark = await show();
  button(row(mark, 10), "No").click();
  await pass();
  expect(judged()).toMatchObject([{ candidate: "10,10,20,20 Menu", answer: { kind: "region", value: "none", anchor: at(10) } }]);
  expect(row(mark, 10).textContent).toBe("At 10No. Undo");
  expect(looks()).toEqual(["40 guess"]);
});

for (const answer of ["Yes", "No"])
  test(`${answer} that is taken back stands on the button again`, async () => {
    const mark = await show();
    button(row(mark, 10), answer).click();
    button(row(mark, 10), "Undo: Box 10").click();
    expect(focused(mark)?.textContent).toBe(answer);
    expect(looks()).toEqual(["10 guess", "40 guess"]);
    await pass();
    expect(server.events.map(({ type }) => type)).toEqual(["judge", "undo"]);
  });

test("arrows reach all of a row", async () => {
  const mark = await show();
  const yes = button(row(mark, 10), "Yes");
  yes.focus();
  press(yes, "ArrowRight");
  expect(focused(mark)?.textContent).toBe("No");
  press(focused(mark)!, "ArrowLeft");
  press(focused(mark)!, "ArrowLeft");
  expect(focused(mark)?.textContent).toBe("At 10");
});

test("what the person marks is told with its place and no candidate, and stands as theirs", async () => {
  const mark = await show();
  list._add(at(70), "Box 70", "Button", click);
  await pass();
  expect(judged()).toMatchObject([{ exposure: "shown-5", via: "mouse", answer: { kind: "region", value: "Button", anchor: at(70) } }]);
  expect(judged()[0]).not.toHaveProperty("candidate");
  expect(row(mark, 70).textContent).toContain("Button.");
  expect(looks()).toEqual(["10 guess", "40 guess", "70 own"]);
});

test("what the person marked goes when it is taken back, and the focus goes to the door", async () => {
  const mark = await show();
  list._add(at(70), "Box 70", "Button", click);
  button(row(mark, 70), "Undo: Box 70").click();
  expect(rows(mark).length).toBe(2);
  expect(focused(mark)?.textContent).toBe("Mark words");
  expect(spoken(mark)).toBe("Taken back.");
  await pass();
  expect(server.events.map(({ type }) => type)).toEqual(["judge", "undo"]);
});

test("what the server does not take stays as marked, to be left or tried again", async () => {
  const mark = await show();
  server.result = () => ({ status: "bad", code: "text_not_found" });
  list._add(at(70), "Box 70", "Button", click);
  await pass();
  expect(row(mark, 70).textContent).toBe("At 70Not saved.Leave itTry again");
  server.result = () => ({});
  button(row(mark, 70), "Try again").click();
  await pass();
  expect(row(mark, 70).textContent).toBe("At 70Button. Undo");
  expect(judged().map(({ answer }: any) => answer.anchor)).toEqual([at(70), at(70)]);
});

test("what the server does not take and is left goes", async () => {
  const mark = await show();
  server.result = () => ({ status: "bad", code: "text_not_found" });
  list._add(at(70), "Box 70", "Button", click);
  await pass();
  button(row(mark, 70), "Leave it").click();
  expect(rows(mark).length).toBe(2);
  expect(looks()).toEqual(["10 guess", "40 guess"]);
});

test("an answer with no to it by the page leaves no row", async () => {
  const mark = await show();
  document.addEventListener("earmark:decide", (event) => event.preventDefault(), { once: true });
  list._add(at(70), "Box 70", "Button", click);
  await pass();
  expect(rows(mark).length).toBe(2);
  expect(judged()).toEqual([]);
});

test("a moved boundary goes with the answer", async () => {
  const mark = await show();
  const entry = mark._model!.entries[0]!;
  button(row(mark, 10), "Move its boundary").click();
  expect(moved).toEqual(["10,10,20,20 Menu"]);
  list._answer(entry, at(12), "Button", click);
  await pass();
  expect(judged()).toMatchObject([{ candidate: "10,10,20,20 Menu", answer: { value: "Button", anchor: at(12) } }]);
  expect(looks()).toEqual(["12 own", "40 guess"]);
});

test("where people differ about the boundary there is one button each, and none of these", async () => {
  const mark = await show({ candidates: [spot(10, "Menu", { boundaries: [at(10), at(20)] })] });
  expect([...row(mark, 10).querySelectorAll(".seg button")].map((each) => each.textContent)).toEqual(["To 10", "To 20", "None of these"]);
  button(row(mark, 10), "To 20").focus();
  expect(pointed.at(-1)).toEqual(at(20));
  button(row(mark, 10), "To 20").click();
  await pass();
  expect(judged()).toMatchObject([{ candidate: "10,10,20,20 Menu", answer: { value: "Menu", anchor: at(20) } }]);
  all(mark, ".undo")[0]!.click();
  expect(focused(mark)?.textContent).toBe("To 20");
});

test("who draws the answers in another way hears of the entry, and may answer it with any boundary", async () => {
  const mark = await show();
  mark._asks = (entry, { _answer, _bounds }, on) => {
    const made = document.createElement("button");
    made.textContent = `${on._bound(entry._anchor!, 0)}?`;
    made.onclick = (event) => _answer(entry, at(20), "Button", event);
    _bounds.set(made, at(20));
    return [made];
  };
  mark._become(mark._model!.entries[0]!);
  expect(rows(mark).map((each) => each.textContent)).toEqual(["At 10To 10?", "At 40ButtonYesNo"]);
  button(mark._root, "To 10?").dispatchEvent(new Event("mouseover", { bubbles: true }));
  expect(pointed.at(-1)).toEqual(at(20));
  button(mark._root, "To 10?").click();
  await pass();
  expect(judged()).toMatchObject([{ candidate: "10,10,20,20 Menu", answer: { value: "Button", anchor: at(20) } }]);
});

test("what was answered before stands with who else said so, and goes when it is taken back", async () => {
  const mark = await show({ candidates: [], answers: [earlier(spot(10, "Menu"), "Menu", { others_count: 3 })] });
  expect(row(mark, 10).textContent).toBe("At 10Menu. You and 3 others.Undo");
  expect(looks()).toEqual(["10 own"]);
  button(row(mark, 10), "Undo: Box 10").click();
  expect(rows(mark).length).toBe(0);
});

test("what is settled stands plain for everybody, once", async () => {
  const mark = await show({
    candidates: [],
    known: [{ id: "10,10,20,20 Menu", people_count: 4, label: "Menu", anchor: at(10) }, { id: "40,10,20,20 Button", people_count: 3, label: "Button", anchor: at(40) }],
    answers: [earlier(spot(40, "Button"), "Button")],
  }); // prettier-ignore
  expect(rows(mark).map((each) => each.textContent)).toEqual(["At 10Menu · 4 people", "At 40Button. Undo"]);
  expect(looks()).toEqual(["10 plain", "40 own"]);
});

test("who is not asked sees no guess, and may still mark", async () => {
  const mark = await show({ ask: false });
  expect(rows(mark).length).toBe(0);
  expect(painted).toEqual([]);
  button(mark._root, "Mark words").click();
  expect(moved).toEqual(["door"]);
});

test("a guess whose place is gone is not shown, and one's own says so in the list alone", async () => {
  gone = new Set(["10", "70"]);
  const mark = await show({ answers: [earlier(spot(70, "Menu"), "Menu")] });
  expect(rows(mark).map((each) => each.textContent)).toEqual(["At 40ButtonYesNo", "At 70no longer in this text. Your mark is kept with the earlier version.Undo"]);
  expect(looks()).toEqual(["40 guess"]);
  gone.clear();
  list._look();
  expect(looks()).toEqual(["10 guess", "40 guess", "70 own"]);
});

test("a row points to its place while somebody is at it, and its name leads there", async () => {
  const mark = await show();
  button(row(mark, 10), "Yes").focus();
  expect(pointed.at(-1)).toEqual(at(10));
  button(row(mark, 40), "Yes").focus();
  expect(pointed.at(-1)).toEqual(at(40));
  button(row(mark, 40), "Yes").blur();
  expect(pointed.at(-1)).toBeUndefined();
  button(row(mark, 40), "At 40").click();
  expect(led).toEqual([at(40)]);
});

test("a spot leads to its row", async () => {
  const mark = await show();
  list._to(mark._model!.entries[1]!._anchor!);
  expect(focused(mark)?.textContent).toBe("Yes");
  expect(row(mark, 40).contains(focused(mark))).toBe(true);
});

test("its words come in the language of the page", async () => {
  const mark = await show({}, { lang: "de" });
  expect(one(mark, ".seg").textContent).toBe("JaNein");
});

test("where the words of a language do not come, they are said in English", async () => {
  const { de_spots } = chunks;
  delete chunks.de_spots;
  const mark = await show({}, { lang: "de" });
  chunks.de_spots = de_spots!;
  expect(button(row(mark, 10), "Move its boundary")).toBeTruthy();
});

test("an element is about the node that it names, else about its neighbour that is not ours", () => {
  document.body.innerHTML = "<p id=a></p><p id=b></p><earmark-tags></earmark-tags>";
  const after = element("span", {});
  document.body.append(after);
  expect(groundNode(after)?.id).toBe("b");
  after.setAttribute("for", "a");
  expect(groundNode(after)?.id).toBe("a");
  after.setAttribute("for", "nowhere");
  expect(groundNode(after)).toBeNull();
  const before = element("span", { where: "before" });
  document.body.prepend(before);
  expect(groundNode(before)?.id).toBe("a");
});

test("rows that come at once are drawn in their ground once", async () => {
  await show({ candidates: [10, 20, 30, 40, 50].map((x) => spot(x, "Menu")) });
  expect([painted.length, paintings]).toEqual([5, 1]);
});

test("who is at a settled spot stays there when others are looked at again", async () => {
  const mark = await show({ known: [10, 70].map((x) => ({ id: `${x},10,20,20 Menu`, people_count: 3, label: "Menu", anchor: at(x) })), candidates: [] });
  const door = row(mark, 70).querySelector("button")!;
  door.focus();
  list._look();
  expect(focused(mark)).toBe(door);
  gone.add("70");
  list._look();
  expect(rows(mark).map((each) => each.textContent!.slice(0, 5))).toEqual(["At 10"]);
  gone.clear();
  list._look();
  expect(rows(mark).length).toBe(2);
});

test("an answer whose place is gone says so for as long as it is gone, and keeps the focus", async () => {
  const mark = await show({ candidates: [], answers: [earlier(spot(10, "Menu"), "Menu")] });
  one(mark, ".undo").focus();
  gone.add("10");
  list._look();
  expect(row(mark, 10).textContent).toContain("Your mark is kept");
  expect(focused(mark)?.className).toBe("undo");
  list._look();
  expect(focused(mark)?.className).toBe("undo");
  gone.clear();
  list._look();
  expect(row(mark, 10).textContent).not.toContain("Your mark is kept");
});
