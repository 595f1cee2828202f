import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Box } from "@/anchors/region";
import { draw, words } from "@/draw";
import type { Mark } from "@/mark";
import { corner, type Overlay, place } from "@/overlay";
import { inPicture } from "@/picture";
import { learnSpots } from "@/spots";
import { aPage, all, arrive, button, focused, mount, one, pass, spoken } from "./page";

aPage();

const box = (x: number, y: number, width: number, height: number): Box => ({ x, y, width, height });
const LABELS = ["Menu", "Button", "unsure"];

let mark: Mark;
let over: Overlay;
let end: (() => void) | undefined;
const keep = vi.fn();
const leave = vi.fn();
/** What the layer finds when it looks anew. */
const measured = vi.fn();

/** Begin to mark a picture that lies at (100, 50) and is 400 × 200 px. */
async function begin(isByKeys: boolean, given?: Box, seen = box(100, 50, 400, 200)): Promise<void> {
  const guest = arrive();
  mark = await mount("choice", { item: "5", question: "tone" });
  const whole = document.createElement("div");
  const panel = document.createElement("div");
  mark._root.append(whole, panel);
  over = { _whole: whole, _lie: { _whole: box(100, 50, 400, 200), _seen: seen }, _corner: corner, _place: place, _inPicture: inPicture, _measure: measured } as unknown as Overlay;
  await learnSpots(guest, words);
  end = draw(guest, mark, over, panel, isByKeys, { _box: given, _labels: LABELS, _keep: keep, _leave: leave });
}

beforeEach(() => void [keep.mockReset(), leave.mockReset(), measured.mockReset()]);

const sheet = () => one(mark, ".sheet");
const cut = () => one(mark, ".cut");
/** Return the handle that pulls these edges. */
const handle = (at: number) => all(mark, ".hold")[at]!;
const point = (name: string, target: HTMLElement, x: number, y: number, more: PointerEventInit = {}) =>
  target.dispatchEvent(new PointerEvent(`pointer${name}`, { bubbles: true, clientX: x, clientY: y, pointerId: 1, isPrimary: true, button: 0, ...more }));
/** Press at one place, move to another, and let go. */
function drag(target: HTMLElement, from: [number, number], to: [number, number], more: PointerEventInit = {}): void {
  point("down", target, ...from, more);
  point("move", sheet(), (from[0] + to[0]) / 2, (from[1] + to[1]) / 2, more);
  point("move", sheet(), ...to, more);
  point("up", sheet(), ...to, more);
}
const key = (target: Element, name: string, more: KeyboardEventInit = {}) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, composed: true, ...more }));
/** Return the numbers of the box as the fields show them. */
const shown = () => all(mark, ".nums input").map((field) => (field as HTMLInputElement).value);
/** Keep the box under its first name, and return where it is. */
function kept(): string {
  button(mark._root, "Menu1").click();
  return keep.mock.calls[0]![0].slice("xywh=percent:".length);
}

describe("by pointer", () => {
  for (const pointerType of ["mouse", "pen", "touch"])
    test(`a box is drawn from corner to corner by ${pointerType}, in percent of the picture`, async () => {
      await begin(false);
      drag(sheet(), [140, 70], [300, 150], { pointerType });
      expect(shown()).toEqual(["10", "10", "40", "40"]);
      expect(kept()).toBe("10,10,40,40");
      expect(keep.mock.calls[0]![1]).toBe("Menu");
    });

  test("the picture is measured as a hand comes down, since a page may have moved it unheard", async () => {
    await begin(false);
    measured.mockImplementation(() => void (over._lie = { _whole: box(100, 150, 400, 200), _seen: box(100, 150, 400, 200) }));
    drag(sheet(), [140, 170], [300, 250]);
    expect(kept()).toBe("10,10,40,40");
  });

  test("a box that is drawn beyond the picture ends at its edge", async () => {
    await begin(false);
    drag(sheet(), [300, 150], [9000, -500]);
    expect(kept()).toBe("50,0,50,50");
  });

  test("two taps make a box without dragging", async () => {
    await begin(false);
    drag(sheet(), [140, 70], [141, 70]);
    expect(one(mark, ".hint").textContent).toBe("Now tap the opposite corner.");
    drag(sheet(), [300, 150], [300, 151]);
    expect(kept()).toBe("10,10,40,40");
  });

  test("a tiny box is not made, with a word why", async () => {
    await begin(false);
    drag(sheet(), [140, 70], [145, 73]);
    expect(one(mark, ".hint").textContent).toBe("Too small. Draw it larger.");
    expect(cut().hidden).toBe(true);
    button(mark._root, "Menu1").click();
    expect(keep).not.toHaveBeenCalled();
  });

  test("a box is moved by its inside and pulled by its eight handles", async () => {
    await begin(false, box(20, 20, 40, 40));
    drag(cut(), [200, 100], [220, 110]);
    expect(shown()).toEqual(["25", "25", "40", "40"]);
    drag(handle(0), [200, 100], [180, 90]);
    expect(shown()).toEqual(["20", "20", "45", "45"]);
    drag(handle(4), [380, 100], [400, 130]);
    expect(shown()).toEqual(["20", "20", "50", "45"]);
    drag(handle(6), [300, 200], [340, 210]);
    expect(shown()).toEqual(["20", "20", "50", "50"]);
    expect(all(mark, ".hold").length).toBe(8);
  });

  test("drawing anew replaces the box, and a second finger leaves it as it was", async () => {
    await begin(false, box(20, 20, 40, 40));
    point("down", sheet(), 110, 60);
    point("move", sheet(), 400, 200);
    point("down", sheet(), 300, 200, { isPrimary: false, pointerId: 2 });
    expect(shown()).toEqual(["20", "20", "40", "40"]);
    drag(sheet(), [110, 60], [150, 80]);
    expect(shown()).toEqual(["2.5", "5", "10", "10"]);
  });

  test("Escape while drawing takes the drawing back, and once more leaves", async () => {
    await begin(false);
    point("down", sheet(), 140, 70);
    point("move", sheet(), 300, 150);
    key(sheet(), "Escape");
    expect(cut().hidden).toBe(true);
    expect(leave).not.toHaveBeenCalled();
    key(sheet(), "Escape");
    expect(leave).toHaveBeenCalledOnce();
    expect(mark._root.querySelector(".sheet, .draw")).toBeNull();
  });

  test("another button of the mouse draws nothing", async () => {
    await begin(false);
    drag(sheet(), [140, 70], [300, 150], { button: 2 });
    expect(cut().hidden).toBe(true);
  });

  test("what is being drawn is given up when the browser takes the pointer", async () => {
    await begin(false);
    point("down", sheet(), 140, 70);
    point("move", sheet(), 300, 150);
    point("cancel", sheet(), 300, 150);
    expect(cut().hidden).toBe(true);
  });
});

describe("by keys", () => {
  test("a box stands in the middle and has the focus", async () => {
    await begin(true);
    expect(shown()).toEqual(["35", "35", "30", "30"]);
    expect(focused(mark)).toBe(cut());
  });

  test("of a picture that is cut off, it is the middle of what is seen", async () => {
    await begin(true, undefined, box(300, 50, 200, 200));
    expect(shown()).toEqual(["68", "35", "15", "30"]);
  });

  test("arrows move it by one percent, with Shift they resize it, with Alt finely", async () => {
    await begin(true);
    key(cut(), "ArrowRight");
    key(cut(), "ArrowDown");
    key(cut(), "ArrowDown");
    expect(shown()).toEqual(["36", "37", "30", "30"]);
    key(cut(), "ArrowLeft", { shiftKey: true });
    key(cut(), "ArrowDown", { shiftKey: true });
    expect(shown()).toEqual(["36", "37", "29", "31"]);
    key(cut(), "ArrowUp", { altKey: true });
    key(cut(), "ArrowRight", { altKey: true, shiftKey: true });
    expect(shown()).toEqual(["36", "36.9", "29.1", "31"]);
  });

  test("it never leaves the picture", async () => {
    await begin(true);
    for (let at = 0; at < 80; at++) key(cut(), "ArrowLeft");
    for (let at = 0; at < 80; at++) key(cut(), "ArrowDown", { shiftKey: true });
    expect(shown()).toEqual(["0", "35", "30", "65"]);
  });

  test("Enter keeps it and goes to the labels, where a digit picks", async () => {
    keep.mockImplementation(() => mark._root.querySelector("button")!.focus()); // of the row that it came to
    await begin(true);
    key(cut(), "Enter");
    expect(focused(mark)?.textContent).toBe("Menu1");
    key(focused(mark)!, "2");
    expect(keep.mock.calls[0]!.slice(0, 2)).toEqual(["xywh=percent:35,35,30,30", "Button"]);
    expect(leave).not.toHaveBeenCalled();
  });

  test("where nobody takes it, as the host said no, it leaves", async () => {
    await begin(true);
    key(cut(), "1");
    expect(keep).toHaveBeenCalledOnce();
    expect(leave).toHaveBeenCalledOnce();
  });

  test("arrows move among the labels", async () => {
    await begin(true);
    key(cut(), "Enter");
    key(focused(mark)!, "ArrowRight");
    expect(focused(mark)?.textContent).toBe("Button2");
  });

  test("Tab goes on to the numbers, and what is not ours stays the browser's", async () => {
    await begin(true);
    expect(key(cut(), "Tab")).toBe(false);
    expect(focused(mark)).toBe(one(mark, ".nums input"));
    expect(key(cut(), "Tab", { shiftKey: true })).toBe(true);
    expect(key(cut(), "PageDown")).toBe(true);
    expect(key(cut(), "Escape")).toBe(false);
  });

  test("a digit with a modifier is the browser's", async () => {
    await begin(true);
    key(cut(), "1", { ctrlKey: true });
    expect(keep).not.toHaveBeenCalled();
    key(cut(), "1");
    expect(keep.mock.calls[0]![1]).toBe("Menu");
  });

  test("Escape leaves from wherever one is", async () => {
    for (const from of [".cut", ".nums input", ".pick button"]) {
      await begin(true);
      key(one(mark, from), "Escape");
      mark.remove();
    }
    expect(leave).toHaveBeenCalledTimes(3);
  });

  test("where it stands is said once it stands still", async () => {
    await begin(true);
    await pass(700);
    for (let at = 0; at < 5; at++) {
      key(cut(), "ArrowRight");
      await pass(100);
      expect(spoken(mark)).not.toContain("%");
    }
    await pass(700);
    expect(spoken(mark)).toBe("x 40 %, y 35 %, w 30 %, h 30 %");
  });

  test("from an empty picture Enter puts a box in the middle", async () => {
    await begin(false);
    expect(focused(mark)).toBe(sheet());
    key(sheet(), "Enter");
    expect(shown()).toEqual(["35", "35", "30", "30"]);
    expect(focused(mark)).toBe(cut());
  });
});

describe("by numbers", () => {
  const set = (at: number, value: string) => {
    const field = all(mark, ".nums input")[at] as HTMLInputElement;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  test("four numbers are a box, one alone is none", async () => {
    await begin(false);
    ["10", "20", "30"].forEach((value, at) => set(at, value));
    expect(cut().hidden).toBe(true);
    set(3, "40.5");
    expect(kept()).toBe("10,20,30,40.5");
  });

  test("numbers that reach outside count up to the edge", async () => {
    await begin(true);
    set(0, "90");
    set(2, "500");
    set(1, "-3");
    expect(kept()).toBe("90,0,10,30");
  });

  test("digits in a field are numbers, not labels", async () => {
    await begin(true);
    key(one(mark, ".nums input"), "1");
    expect(keep).not.toHaveBeenCalled();
  });
});

test("what ends it from outside takes all away and says nothing", async () => {
  await begin(true);
  await pass(700);
  end!();
  expect(mark._root.querySelector(".sheet, .draw")).toBeNull();
  expect(leave).not.toHaveBeenCalled();
});
