import { afterEach, expect, test } from "vitest";
import { describe as describeRange } from "@/anchors/anchor";
import { find } from "@/anchors/find";
import { align, scan } from "@/anchors/match";
import { sha256 } from "@/anchors/sha256";
import { type Ends, ends, offsets, read } from "@/anchors/text";
import vectors from "../anchors/vectors.json";

interface Edit {
  why: string;
  before: string;
  after: string;
  elsewhere?: { count: number; likeness: number };
}

afterEach(() => document.body.replaceChildren());

function page(html: string): HTMLElement {
  const made = document.createElement("article");
  made.innerHTML = html;
  document.body.append(made);
  return made;
}

/** Return a text without its brackets, and what stood between them in UTF-16 units; null where there are none. */
function unmark(marked: string): [text: string, span: [number, number] | null] {
  const start = marked.indexOf("⟦");
  return [marked.replace(/[⟦⟧]/g, ""), start < 0 ? null : [start, marked.indexOf("⟧") - 1]];
}

/** Return a page that holds a text as it is, and the anchor of a part of it. */
function mark(text: string, [start, end]: [number, number]) {
  const root = page("");
  root.textContent = text;
  const reading = read(root);
  const node = root.firstChild!;
  return describeRange(reading, { startContainer: node, startOffset: start, endContainer: node, endOffset: end })!;
}

for (const { why, html, text } of vectors.texts)
  test(`text: ${why}`, () => {
    expect(read(page(html)).text).toBe(text);
  });

for (const span of vectors.spans)
  test(`“${span.text.slice(-40)}” is told in code points`, () => {
    const [text, units] = unmark(span.text);
    expect(units).toEqual(span.units);
    const { quote, position, snapshot } = mark(text, units!);
    expect(quote).toEqual({ exact: text.slice(...units!), prefix: span.prefix, suffix: span.suffix });
    expect([position.start, position.end]).toEqual(span.points);
    expect(snapshot).toBe(sha256(text));
  });

for (const { text, sha256: known } of vectors.snapshots)
  test(`the snapshot of “${text.slice(0, 9)}” is the SHA-256 that the standard gives`, () => {
    expect(sha256(text)).toBe(known);
  });

test("the snapshot of texts of every length up to three blocks is the one of the platform", async () => {
  for (let length = 0; length < 193; length++) {
    const text = "é".repeat(length >> 1) + "x".repeat(length & 1);
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    expect(sha256(text)).toBe(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
});

for (const { why, before, after, elsewhere } of vectors.edits as Edit[])
  test(`edit: ${why}`, () => {
    const [old, span] = unmark(before);
    const [text, right] = unmark(after);
    const found = find({ ...mark(old, span!), ...(elsewhere && { elsewhere }) }, text);
    expect(found && [found.start, found.end]).toEqual(right);
  });

const HTML = "<p>\n  One <b>bold</b>\n word. </p>\n<pre>two\r\n  three</pre><div hidden>none</div><ul><li>four</li><li>👍five</li></ul>";

test("each stretch of words comes back to the nodes and from them to itself", () => {
  const reading = read(page(HTML));
  const { text } = reading;
  expect(text).toBe("One bold word. two three four 👍five");
  for (let start = 0; start < text.length; start++)
    for (let end = start + 1; end <= text.length; end++) {
      const isInside = (at: number) => at > 0 && text.codePointAt(at - 1)! > 0xffff;
      if (text[start] === " " || text[end - 1] === " " || isInside(start) || isInside(end)) continue;
      expect(offsets(reading, ends(reading, start, end))).toEqual([start, end]);
    }
});

test("a range made of the ends holds the words alone", () => {
  const reading = read(page(HTML));
  const at = reading.text.indexOf("bold word");
  const { startContainer, startOffset, endContainer, endOffset } = ends(reading, at, at + 9);
  const range = document.createRange();
  range.setStart(startContainer, startOffset);
  range.setEnd(endContainer, endOffset);
  expect(range.toString().replace(/\s+/g, " ")).toBe("bold word");
});

const covered = (html: string, of: (root: HTMLElement) => Ends) => {
  const root = page(html);
  const reading = read(root);
  const found = offsets(reading, of(root));
  return found && reading.text.slice(...found);
};

test("white space at the edges of a selection is left out", () => {
  expect(covered("<p>one  two </p><p>three</p>", (root) => ({
    startContainer: root.firstChild!.firstChild!, startOffset: 3, endContainer: root.lastChild!.firstChild!, endOffset: 0,
  }))).toBe("two"); // prettier-ignore
});

test("a selection that ends before a child of an element, as three clicks make it, ends with the words before", () => {
  expect(covered("<p>one</p><p>two</p>", (root) => ({ startContainer: root.firstChild!.firstChild!, startOffset: 0, endContainer: root, endOffset: 1 }))).toBe("one");
  expect(covered("<p>one</p><p>two</p>", (root) => ({ startContainer: root, startOffset: 1, endContainer: root, endOffset: 2 }))).toBe("two");
});

test("a selection that begins or ends in what has no text, or beyond the element, covers the text between", () => {
  expect(covered("one <button>Copy</button> two", (root) => ({
    startContainer: root.querySelector("button")!.firstChild!, startOffset: 2, endContainer: document.body, endOffset: document.body.childNodes.length,
  }))).toBe("two"); // prettier-ignore
});

test("a selection of nothing, or of white space, has no anchor", () => {
  const of = (start: number, end: number) => (root: HTMLElement) => ({ startContainer: root.firstChild!, startOffset: start, endContainer: root.firstChild!, endOffset: end });
  expect(covered("one  two", of(2, 2))).toBeNull();
  expect(covered("one  two", of(3, 5))).toBeNull();
  expect(covered(" ", of(0, 1))).toBeNull();
});

test("a caret inside a character covers nothing", () => {
  expect(covered("a👍b", (root) => ({ startContainer: root.firstChild!, startOffset: 2, endContainer: root.firstChild!, endOffset: 2 }))).toBeNull();
});

test("a selection inside a character takes the whole character", () => {
  expect(covered("a👍b", (root) => ({ startContainer: root.firstChild!, startOffset: 2, endContainer: root.firstChild!, endOffset: 4 }))).toBe("👍b");
  expect(covered("a👍b", (root) => ({ startContainer: root.firstChild!, startOffset: 0, endContainer: root.firstChild!, endOffset: 2 }))).toBe("a👍");
});

test("in a text area the words are those that somebody typed, and the container is the element", () => {
  const root = page("<textarea>first\nsecond</textarea>");
  const area = root.querySelector("textarea")!;
  area.value = "third\n\nfourth 👍 fifth";
  const reading = read(area);
  expect(reading.text).toBe("third fourth 👍 fifth");
  const anchor = describeRange(reading, { startContainer: area, startOffset: 7, endContainer: area, endOffset: 16 })!;
  expect([anchor.quote.exact, anchor.position]).toEqual(["fourth 👍", { start: 6, end: 14 }]);
  expect(ends(reading, 6, 15)).toEqual({ startContainer: area, startOffset: 7, endContainer: area, endOffset: 16 });
});

test("a lone surrogate counts as the replacement character, as it arrives on the wire", () => {
  expect(read(page("a \ud83d b")).text).toBe("a \ufffd b");
});

const points = (text: string) => Array.from(text, (sign) => sign.codePointAt(0)!);

test("the scan counts as the whole table does, for patterns of one block and of several", () => {
  let seed = 7;
  const draw = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  const letters = (length: number) => Array.from({ length }, () => draw(3));
  for (let round = 0; round < 300; round++) {
    const pattern = letters(1 + draw(100));
    const text = letters(draw(120));
    const right: number[] = [];
    let above = Array.from({ length: pattern.length + 1 }, (_, row) => row);
    for (const sign of text) {
      const column = [0];
      pattern.forEach((wanted, row) => column.push(Math.min(above[row + 1]! + 1, column[row]! + 1, above[row]! + (wanted === sign ? 0 : 1))));
      above = column;
      right.push(column.at(-1)!);
    }
    const told: number[] = [];
    scan(pattern, text, 0, text.length, (end, errors) => void (told[end - 1] = errors));
    expect(told).toEqual(right);
  }
});

test("an alignment steps over what was put in, and tells what is missing", () => {
  const twenty = ".".repeat(20);
  const [score, places] = align(points("abcdefghijklmnop"), points(`abcdefgh${twenty}ijklmnop`), 0, 36, 0, 0);
  expect(places).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 28, 29, 30, 31, 32, 33, 34, 35]);
  expect(score * 8).toBe(16 * 8 - 24 - 19);
  expect(align(points("abcdefghijklmnop"), points("abcdefklmnop"), 0, 12, 0, 0)[1]).toEqual([0, 1, 2, 3, 4, 5, -1, -1, -1, -1, 6, 7, 8, 9, 10, 11]);
});

test("where many words stand in a long text is known in a moment", () => {
  const reading = read(page(`<p>${"lorem ipsum dolor ".repeat(6000)}</p>`));
  const began = process.cpuUsage(); // of its own work: a busy machine is not its fault
  for (let start = 0; start < 90_000; start += 90) ends(reading, start, start + 5);
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1000).toBeLessThan(500);
});
