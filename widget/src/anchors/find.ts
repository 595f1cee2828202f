// Finding marked words again in a text that was edited since: as in sdk/src/earmark/anchors/finding.py, which says what
// the numbers mean; both give the same answers.
import type { TextAnchor } from "./anchor";
import { align, type Points, scan } from "./match";

const NEAR = 1500;
const SURE = 0.7;
const ENOUGH = 0.5;
const ERROR_COST = 2.5;
const LOST_COST = 1.5;
const DOUBT = 14;
const CAUTION = 1;
const STEP = 32;
const CANDIDATES = 4;
const ROOM = 150;
const LONG = 200;
const LEAST_CONTEXT = 24;
const MISTYPED = 2;
const AHEAD = 0.05;
const TELLING = 0.75;

/** Where marked words stand now, in UTF-16 units, and the share of the evidence that is left: 1 is all of it. */
export interface Found {
  start: number;
  end: number;
  sureness: number;
}

/** What is looked for, and the place where the words were. */
interface Wanted {
  _pattern: Points;
  /** Where the words begin and end in the pattern. */
  _from: number;
  _to: number;
  _place: number;
}

// A page asks for one anchor after the other in the same text.
let lastText = "";
let lastPoints: number[] = [];

type Candidate = [start: number, end: number, evidence: number];

/** Return where the words of an anchor stand in a text; null where they do not: the mark is stale then. */
export function find(anchor: TextAnchor, text: string): Found | null {
  const found = lookUp(anchor, text);
  return found && mayBeOthers(anchor, found, text) ? null : found;
}

/** Tell whether words were found that may be others: fewer stand than did, and no more speaks for these. */
function mayBeOthers({ quote: { exact }, position, elsewhere }: TextAnchor, { start, end, sureness }: Found, text: string): boolean {
  const isInPlace = sureness === 1 && start === units(lastPoints, 0, position.start);
  if (!elsewhere || isInPlace || text.split(exact).length - 1 > elsewhere.count) return false;
  const { likeness } = elsewhere;
  return (likeness > 0 && sureness <= likeness + AHEAD) || (sureness < TELLING && text.slice(start, end) === exact);
}

function lookUp({ quote: { exact, prefix, suffix }, position }: TextAnchor, text: string): Found | null {
  if (text !== lastText) lastPoints = pointsOf((lastText = text));
  const points = lastPoints;
  const [before, words, after] = [pointsOf(prefix), pointsOf(exact), pointsOf(suffix)];
  const look = (before: number[], words: number[], after: number[], place: number) =>
    locate({ _pattern: [...before, ...words, ...after], _from: before.length, _to: before.length + words.length, _place: place }, points);
  const told = (start: number, end: number, sureness: number) => {
    const from = units(points, 0, start);
    return { start: from, end: from + units(points, start, end), sureness };
  };
  const { length } = words;
  if (length <= LONG) {
    const found = look(before, words, after, position.start);
    return found && told(...found);
  }
  const inner = length - LONG / 2;
  const first = look(before, words.slice(0, LONG / 2), words.slice(LONG / 2, LONG * 0.75), position.start);
  const last = first && look(words.slice(inner - LONG / 4, inner), words.slice(inner), after, first[0] + inner);
  const share = last ? (last[1] - first[0]) / length : 0;
  return last && share >= 0.5 && share <= 2 ? told(first[0], last[1], Math.min(first[2], last[2])) : null;
}

/** Return the code points of a string. */
function pointsOf(text: string): number[] {
  const points = [];
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at)!;
    points.push(point);
    if (point > 0xffff) at++;
  }
  return points;
}

function units(points: number[], start: number, end: number): number {
  let count = end - start;
  for (let at = start; at < end; at++) if (points[at]! > 0xffff) count++;
  return count;
}

const distance = (wanted: Wanted, place: number) => Math.log2(1 + Math.abs(place - wanted._place) / STEP);

function locate(wanted: Wanted, text: number[]): Candidate | null {
  const { _pattern: pattern, _from: from, _to: to, _place: place } = wanted;
  const size = pattern.length;
  const low = place - from;
  if (from === to) return null;
  if (low >= 0 && starts(pattern, text, low)) return [place, place + to - from, 1];
  const rank = ([start, , evidence]: Candidate) => evidence - DOUBT * distance(wanted, start);
  const holds = ([start, end, evidence]: Candidate) =>
    evidence - (start < end ? CAUTION * distance(wanted, start) : 0) >= ENOUGH * size;
  let best: Candidate | undefined;
  const better = (one: Candidate | undefined, other: Candidate) => (one && rank(one) >= rank(other) ? one : other);
  for (let at = 0; at + size <= text.length; at++) {
    if (!starts(pattern, text, at)) continue;
    const whole: Candidate = [at + from, at + to, size];
    if (holds(whole)) best = better(best, whole);
  }
  const near = [Math.max(0, low - NEAR), Math.min(text.length, low + size + NEAR)] as const;
  // Where the whole stands as it was, what is only like it is looked for no further than near.
  for (const [start, end] of best ? [near] : [near, [0, text.length] as const]) {
    const all = candidates(wanted, text, start, end).filter(holds);
    if (best) all.push(best);
    best = all.reduce<Candidate | undefined>(better, undefined);
    if (best && rank(best) >= SURE * size) break;
  }
  return best && best[0] < best[1] ? [best[0], best[1], best[2] / size] : null;
}

function starts(pattern: Points, text: Points, low: number): boolean {
  for (let row = 0; row < pattern.length; row++) if (text[low + row] !== pattern[row]) return false;
  return true;
}

/** Return where the words may be between two places, and where they may be gone from (as an empty stretch). */
function candidates(wanted: Wanted, text: number[], low: number, high: number): Candidate[] {
  const { _pattern: pattern, _from: from, _to: to } = wanted;
  const size = pattern.length;
  const found = ends(wanted, pattern, size - from, text, low, high).map(([errors, end]): Candidate => {
    const start = end - size + from;
    if (!errors) return [start, start + to - from, size];
    return look(wanted, text, Math.max(0, end - size - ROOM), Math.min(text.length, end + ROOM));
  });
  const context = [...Array.from(pattern).slice(0, from), ...Array.from(pattern).slice(to)];
  if (context.length >= LEAST_CONTEXT)
    for (const [errors, end] of ends(wanted, context, size - to, text, low, high)) {
      const place = end - size + to;
      found.push([place, place, (1 - (ERROR_COST * errors) / context.length) * size]);
    }
  return found;
}

/** Return the most promising errors and ends of a pattern, with at most half of its characters wrong. */
function ends(wanted: Wanted, pattern: Points, tail: number, text: Points, low: number, high: number): [errors: number, end: number][] {
  const half = pattern.length >> 1;
  const found: [number, number][] = [];
  scan(pattern, text, low, high, (end, errors) => {
    if (errors > half) return;
    const last = found.at(-1);
    if (!last || end - last[1] >= half) found.push([errors, end]);
    else if (errors < last[0]) found[found.length - 1] = [errors, end];
  });
  const cost = ([errors, end]: [number, number]) => errors + DOUBT * distance(wanted, end - tail);
  return found.sort((one, other) => cost(one) - cost(other)).slice(0, CANDIDATES);
}

/** Align the pattern within a stretch of the text; where too few of the words are left, they are gone from it. */
function look(wanted: Wanted, text: number[], low: number, high: number): Candidate {
  const { _pattern: pattern, _from: from, _to: to } = wanted;
  const size = pattern.length;
  const [evidence, places] = align(pattern, text, low, high, from + 1, to);
  const stands = places.map((place, row) => place >= 0 && text[place] === pattern[row]);
  const kept = stands.slice(from, to).filter(Boolean).length;
  if (kept > (to - from) * ENOUGH) return [...edges(wanted, text, places, low, high), evidence];
  const place = places.find((each) => each >= 0) ?? low;
  const left = contextLeft(stands.slice(0, from).reverse()) + contextLeft(stands.slice(to));
  return [place, place, (left / Math.max(LEAST_CONTEXT, size - to + from)) * size];
}

/** Return the evidence in a context, told outwards from the words, as far as it is worth having. */
function contextLeft(stands: boolean[]): number {
  let most = 0;
  stands.reduce((sum, stand) => {
    sum += stand ? 1 : -LOST_COST;
    most = Math.max(most, sum);
    return sum;
  }, 0);
  return most;
}

/** Return where the words begin and end: at their own characters, else beside those that stood next to them. */
function edges({ _pattern: pattern, _from: from, _to: to }: Wanted, text: Points, places: number[], low: number, high: number): [number, number] {
  let first = from;
  let last = to - 1;
  while (places[first]! < 0) first++;
  while (places[last]! < 0) last--;
  let start = places[first]!;
  let end = places[last]! + 1;
  if (first > from) {
    const neighbour = from ? places[from - 1]! : -1;
    if (neighbour >= 0) start = neighbour + 1;
    else if (first - from <= MISTYPED) start = Math.max(low, start - first + from);
  }
  if (last < to - 1) {
    const beyond = places[to] ?? -1;
    if (beyond >= 0) end = beyond;
    else if (to - 1 - last <= MISTYPED) end = Math.min(high, end + to - 1 - last);
  }
  // Whole words where whole words were marked, and no spaces at the edges.
  if (inWord(pattern[from]) && !inWord(pattern[from - 1])) while (start > low && inWord(text[start]) && inWord(text[start - 1])) start--;
  if (inWord(pattern[to - 1]) && !inWord(pattern[to])) while (end < high && inWord(text[end - 1]) && inWord(text[end])) end++;
  while (start < end - 1 && text[start] === 32) start++;
  while (end > start + 1 && text[end - 1] === 32) end--;
  return [start, end];
}

const inWord = (point?: number) => point !== undefined && /[\p{L}\p{M}\p{N}]/u.test(String.fromCodePoint(point));
