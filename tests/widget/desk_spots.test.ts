import { beforeEach, expect, test } from "vitest";
import type { Guest } from "@/core";
import { ground, learnDesk } from "@/desk_spots";
import type { Mark } from "@/mark";
import { type Ground, learnSpots, spots } from "@/spots";
import type { Anchor, Candidate, DeskItem } from "@/wire";
import { desk as words } from "@/strings/en";
import { aPage, all, arrive, button, chunks, element, pass, QUESTIONS } from "./page";

aPage();

const BOX: Anchor = { region: "xywh=percent:10,10,20,20", width: 100, height: 50 };
const CANDIDATE: Candidate = { id: "10,10,20,20", title: "", url: "", snippet: "", answer: "", anchor: BOX };
const ITEM: DeskItem = { id: "5", kind: "thread", title: "A thread", body: "", url: "", created_at: null };
const PICTURE = { url: "https://host.example/shot.png", width: 640, height: 344, alt: "The mail window" };

let led: Anchor[];
let isGone: boolean;
let look: () => void;

beforeEach(() => {
  [led, isGone] = [[], false];
  const plain: Ground = {
    _door: "markWords", _stale: "stale", _mark: () => {}, _move: () => {}, _paint: () => {}, _point: () => {}, _lead: (anchor) => void led.push(anchor),
    _name: () => ["Box"], _bound: (_, nth) => `To ${nth}`, _isGone: () => isGone,
  }; // prettier-ignore
  chunks.region = {
    kind: async (guest: Guest) => {
      await learnSpots(guest, { markWords: "Mark words" });
      return spots(guest, 90, "", (_mark, _model, list) => {
        look = list._look;
        return plain;
      });
    },
  };
});

/** Put a unit about a box onto a desk, and return its element. */
async function show(item: Partial<DeskItem>, lang = ""): Promise<Mark> {
  const guest = arrive({ lang });
  await guest._open();
  guest._kit.learn(words);
  await learnDesk(guest);
  const place = { place: "desk", exposure: "desk-1", ask: true, candidates: [CANDIDATE], answers: [], known: [], error: null };
  const model = guest._answers!._model(QUESTIONS.parts, "5", place);
  guest._models.set("parts 5", Promise.resolve(model));
  const mark = element("region", { item: "5", question: "parts" });
  const dock = document.createElement("div");
  dock.className = "dock";
  dock.append(mark);
  document.body.append(...ground(guest, mark, model.entries[0]!, { ...ITEM, ...item }, false), dock);
  await pass();
  return mark;
}
const room = () => document.getElementById("ground")!;
const img = () => room().querySelector("img")!;
const gone = () => document.querySelector<HTMLElement>("p.quiet")!;

test("a plain text stands in the lines it was written in, and can be scrolled by keys", async () => {
  const mark = await show({ body: "One\n\ttwo  three. ", text: "One two three." });
  expect(room().textContent).toBe("One\n\ttwo  three. ");
  expect([room().tabIndex, room().getAttribute("aria-label"), mark.getAttribute("for")]).toEqual([0, "A thread", "ground"]);
});

test("of markup the text stands there that the server counts in, and never the markup", async () => {
  await show({ body: "<p>One <b>two</b></p>", text: "One two" });
  expect([room().textContent, room().children.length]).toEqual(["One two", 0]);
});

test("the place is brought into view", async () => {
  await show({ text: "One two", body: "One two" });
  expect(led).toEqual([BOX]);
});

test("a picture stands with its words and its size, and the answers wait until it has come", async () => {
  const mark = await show({ picture: PICTURE, body: "Below it." });
  expect([img().src, img().alt, img().getAttribute("width"), img().getAttribute("height")]).toEqual([PICTURE.url, PICTURE.alt, "640", "344"]);
  expect([mark.inert, room().textContent]).toEqual([true, "Below it."]);
  img().dispatchEvent(new Event("load"));
  expect([mark.inert, led.at(-1)]).toEqual([false, BOX]);
});

test("a picture whose size nobody told takes its own", async () => {
  await show({ picture: { ...PICTURE, width: null, height: null } });
  expect([img().hasAttribute("width"), img().hasAttribute("height")]).toEqual([false, false]);
});

test("a picture that does not come is told, and tried again when asked", async () => {
  const mark = await show({ picture: PICTURE });
  img().dispatchEvent(new Event("error"));
  expect([img().hidden, mark.inert, room().querySelector("[role=status]")!.textContent]).toEqual([true, true, "The picture does not come. You can skip it. Try again"]);
  button(room(), "Try again").click();
  expect([img().hidden, room().querySelector("[role=status]")!.textContent, document.activeElement]).toEqual([false, "", room()]);
  img().dispatchEvent(new Event("load"));
  expect(mark.inert).toBe(false);
});

test("an item without a picture says so, and has no answers", async () => {
  const mark = await show({});
  expect([room().textContent, mark.inert]).toEqual(["This has no picture. Skip it.", true]);
});

test("a place that is gone is told", async () => {
  await show({ text: "One two", body: "One two" });
  expect(gone().hidden).toBe(true);
  isGone = true;
  look();
  await pass();
  expect(gone().hidden).toBe(false);
});

test("it speaks the language of the page", async () => {
  const mark = await show({}, "de");
  expect(all(mark, "[data-value]").map(({ textContent }) => textContent)).toEqual(["Menu", "Button", "Keine davon", "Weiß nicht"]);
  expect(room().textContent).toBe("Hier gibt es kein Bild. Bitte überspringen.");
});
