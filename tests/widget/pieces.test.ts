import { expect, test } from "vitest";
import { type By, choose, extend, go, pieces, stretchOf } from "@/pieces";

const TEXT = "In SeaMonkey 2.53.8 it fails. Press Shift+A twice!";
const cut = (text: string, by: By) => pieces(text, by).map(([start, end]) => text.slice(start, end));
const words = pieces(TEXT, "word");
const word = (at: number) => choose(words[at]!);
const chosen = (choice: ReturnType<typeof choose>) => TEXT.slice(...stretchOf(choice));

test("words stand without the signs between them, and a version is one", () => {
  expect(cut(TEXT, "word")).toEqual(["In", "SeaMonkey", "2.53.8", "it", "fails", "Press", "Shift", "A", "twice"]);
});

test("words are those of Unicode, joined by what stands within them", () => {
  expect(cut("I don’t run x86_64, 1,234.5 or e.g. rock'n'roll", "word")).toEqual(["I", "don’t", "run", "x86_64", "1,234.5", "or", "e.g", "rock'n'roll"]);
  expect(cut("naïve cafe\u0301 فارسی\u200cها", "word")).toEqual(["naïve", "cafe\u0301", "فارسی\u200cها"]);
});

test("words parted by spaces are those that the browser's segmenter finds", () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
  for (const text of [TEXT, "Größe: 12 µm — \"quoted\" (or not); a/b, C++ & 50% at 10:30.", "Привет, мир! Ça va? ¿Qué? שלום עולם"]) {
    const theirs = [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
    expect(cut(text, "word")).toEqual(theirs);
  }
});

test("sentences stand without the space after them", () => {
  expect(cut(TEXT, "sentence")).toEqual(["In SeaMonkey 2.53.8 it fails.", "Press Shift+A twice!"]);
});

test("characters are whole, however many code points they have, and spaces are none", () => {
  expect(cut("a 👩‍🚀é", "grapheme")).toEqual(["a", "👩‍🚀", "é"]);
});

test("what is written without spaces is cut all the same", () => {
  expect(cut("移动消息", "word").length).toBeGreaterThan(1);
  expect(cut("الضغط على Shift", "word")).toEqual(["الضغط", "على", "Shift"]);
});

test("a text of signs alone is gone through by characters", () => {
  expect(cut("→ ★", "word")).toEqual(["→", "★"]);
});

test("a step goes to the next piece and back, and stays at either end", () => {
  expect(chosen(go(word(0), words, 1))).toBe("SeaMonkey");
  expect(chosen(go(word(2), words, -1))).toBe("SeaMonkey");
  expect(chosen(go(word(0), words, -1))).toBe("In");
  expect(chosen(go(word(8), words, 1))).toBe("twice");
});

test("a step by another measure starts from where the choice ends", () => {
  expect(chosen(go(word(1), pieces(TEXT, "sentence"), 1))).toBe("Press Shift+A twice!");
  expect(chosen(go(word(1), pieces(TEXT, "grapheme"), 1))).toBe("2");
});

test("a choice grows piece by piece, and shrinks to the piece that it began with", () => {
  let choice = extend(word(1), words, 1);
  expect(chosen(choice)).toBe("SeaMonkey 2.53.8");
  choice = extend(choice, words, 1);
  expect(chosen(choice)).toBe("SeaMonkey 2.53.8 it");
  choice = extend(extend(choice, words, -1), words, -1);
  expect(chosen(choice)).toBe("SeaMonkey");
  choice = extend(choice, words, -1);
  expect(chosen(choice)).toBe("In SeaMonkey");
  expect(chosen(extend(choice, words, -1))).toBe("In SeaMonkey");
  expect(chosen(extend(choice, words, 1))).toBe("SeaMonkey");
});

test("a choice grows to the end of the sentence", () => {
  expect(chosen(extend(word(2), pieces(TEXT, "sentence"), 1))).toBe("2.53.8 it fails.");
});

test("an edge that is moved alone never leaves nothing", () => {
  const [start, end] = words[1]!;
  const edge = (from: number, at: number, by: 1 | -1) => chosen(extend({ _from: [from, from], _edge: at }, words, by));
  expect(edge(start, end, 1)).toBe("SeaMonkey 2.53.8");
  expect(edge(end, start, -1)).toBe("In SeaMonkey");
  expect(edge(end, start, 1)).toBe("SeaMonkey");
});
