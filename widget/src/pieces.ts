// Choosing words in a text by keys. Pure: a choice and a step give the next choice; offsets are UTF-16 units.

export type By = "word" | "sentence" | "grapheme";
export type Stretch = [start: number, end: number];

/** What is chosen: the piece that it began with, and the edge that moves. */
export interface Choice {
  _from: Stretch;
  _edge: number;
}

/** Scripts that part no words by spaces. */
const UNSPACED = /[\u0e00-\u109f\u1780-\u17ff\u3040-\u9fff\u{20000}-\u{3ffff}]/u;
const SIGNS = "[\\p{L}\\p{N}\\p{M}_\xad\u200c\u200d]+";
/** Words as Unicode has them (UAX 29) where spaces part them; making a segmenter takes as long as all else of choosing does. */
const WORDS = RegExp(`${SIGNS}(?:['’.]${SIGNS}|(?<=\\p{N}),\\p{N}+)*`, "gu");

/** Cut a text into what a step goes over: words without the signs between them, sentences, or characters without spaces. */
export function pieces(text: string, by: By): Stretch[] {
  const words = by === "word" && !UNSPACED.test(text) ? [...text.matchAll(WORDS)] : [];
  if (words[0]) return words.map(({ index, 0: { length } }) => [index, index + length]);
  const all = [...new Intl.Segmenter(undefined, { granularity: by }).segment(text)];
  const isPiece = by === "word" && all.some(({ isWordLike }) => isWordLike) ? ({ isWordLike }: Intl.SegmentData) => isWordLike : ({ segment }: Intl.SegmentData) => segment.trim();
  return all.filter(isPiece).map(({ index, segment }) => [index, index + segment.trimEnd().length]);
}

/** Return where a choice begins and ends; the piece that it began with stays in it. */
export function stretchOf({ _from: [start, end], _edge }: Choice): Stretch {
  return _edge >= end ? [start, _edge] : [Math.min(_edge, start), end];
}

/** Choose one piece alone. */
export const choose = (piece: Stretch): Choice => ({ _from: piece, _edge: piece[1] });

/** Go on to the next piece, or back to the one before; at either end the choice stays. */
export function go(choice: Choice, all: Stretch[], by: 1 | -1): Choice {
  const [start, end] = stretchOf(choice);
  const next = by > 0 ? all.find((piece) => piece[0] >= end) : all.findLast((piece) => piece[1] <= start);
  return next ? choose(next) : choice;
}

/** Move the edge over one piece, so that the choice grows or shrinks, down to the piece that it began with; from where a choice begins with no piece the edge never comes to the other side. */
export function extend({ _from, _edge }: Choice, all: Stretch[], by: 1 | -1): Choice {
  const [start, end] = _from;
  const [before, after] = [all.map((piece) => piece[0]).filter((at) => at < start), all.map((piece) => piece[1]).filter((at) => at > end)];
  const stops = start < end ? [...before, end, ...after] : _edge < start ? before : after;
  const to = by > 0 ? stops.find((at) => at > _edge) : stops.findLast((at) => at < _edge);
  return { _from, _edge: to ?? _edge };
}
