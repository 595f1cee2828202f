// Approximate matching of a pattern in a text: a fast scan that says where (Myers 1999), a slower alignment that says how
// (Smith and Waterman 1981, with the gaps of Gotoh 1982). The same, number for number, as sdk/src/earmark/anchors/matching.py.

/** Code points. */
export type Points = ArrayLike<number>;

const [SAME, OTHER, OPEN, OPEN_WITHIN, LONGER] = [8, -12, -24, -32, -1];
const [PAIR, EXTRA, MISSING, EXTRA_GOES_ON, MISSING_GOES_ON] = [1, 2, 3, 4, 8];

/** Tell for each place of the text, after `low` to `high`, the fewest errors with which the pattern, not empty, ends there. */
export function scan(pattern: Points, text: Points, low: number, high: number, tell: (end: number, errors: number) => void): void {
  const size = pattern.length;
  const blocks = Math.ceil(size / 32);
  const none = new Int32Array(blocks);
  const rowsOf = new Map<number, Int32Array>();
  for (let row = 0; row < size; row++) {
    const rows = rowsOf.get(pattern[row]!) ?? new Int32Array(blocks);
    rows[row >> 5]! |= 1 << (row & 31);
    rowsOf.set(pattern[row]!, rows);
  }
  const more = new Int32Array(blocks).fill(-1);
  const less = new Int32Array(blocks);
  const last = (size - 1) & 31;
  let errors = size;
  for (let at = low; at < high; at++) {
    const rows = rowsOf.get(text[at]!) ?? none;
    let carry = 0; // the difference to the column before, in the row above a block
    for (let block = 0; block < blocks; block++) {
      const up = more[block]!;
      const down = less[block]!;
      const equal = rows[block]! | (carry >>> 31);
      const vertical = rows[block]! | down;
      const horizontal = (((equal & up) + up) ^ up) | equal;
      let rising = down | ~(horizontal | up);
      let falling = up & horizontal;
      const row = block < blocks - 1 ? 31 : last;
      const next = ((rising >>> row) & 1) - ((falling >>> row) & 1);
      rising = (rising << 1) | (carry > 0 ? 1 : 0);
      falling = (falling << 1) | (carry >>> 31);
      more[block] = falling | ~(vertical | rising);
      less[block] = rising & vertical;
      carry = next;
    }
    errors += carry;
    tell(at + 1, errors);
  }
}

/** Align a pattern with a stretch of a text: the score, and for each character of the pattern its place in the text, or -1. */
export function align(pattern: Points, text: Points, low: number, high: number, from: number, to: number): [score: number, places: number[]] {
  const size = pattern.length;
  const scores = new Int32Array(size + 1);
  const extras = new Int32Array(size + 1).fill(-1e9);
  const ways = new Uint8Array((size + 1) * (high - low));
  const places: number[] = Array(size).fill(-1);
  let best = 0;
  let end = 0;
  for (let at = low; at < high; at++) {
    let before = 0;
    let above = 0;
    let missing = -1e9;
    for (let row = 1; row <= size; row++) {
      const open = row >= from && row < to ? OPEN_WITHIN : OPEN;
      const beside = scores[row]!;
      const longer = extras[row]! + LONGER;
      const extra = Math.max(longer, beside + open);
      const further = missing + LONGER;
      missing = Math.max(further, above + open);
      const way = (longer > beside + open ? EXTRA_GOES_ON : 0) | (further > above + open ? MISSING_GOES_ON : 0);
      above = before + (pattern[row - 1] === text[at] ? SAME : OTHER);
      let how = PAIR;
      if (extra > above) [above, how] = [extra, EXTRA];
      if (missing > above) [above, how] = [missing, MISSING];
      if (above <= 0) above = how = 0;
      const cell = (at - low) * (size + 1) + row;
      ways[cell] = way | how;
      extras[row] = extra;
      before = beside;
      scores[row] = above;
      if (above > best) {
        best = above;
        end = cell;
      }
    }
  }
  let row = end % (size + 1);
  let at = (end - row) / (size + 1);
  for (let how = 0; row && at >= 0; ) {
    const way = ways[at * (size + 1) + row]!;
    if (how === EXTRA) {
      how = way & EXTRA_GOES_ON ? EXTRA : 0;
      at--;
    } else if (how === MISSING) {
      how = way & MISSING_GOES_ON ? MISSING : 0;
      row--;
    } else if ((way & 3) === PAIR) places[--row] = low + at--;
    else if (!(how = way & 3)) break;
  }
  return [best / SAME, places];
}
