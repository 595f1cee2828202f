// Where in a text a judgement points, in the W3C form (TextQuoteSelector, TextPositionSelector) with the text's hash; code points on the wire.
import { sha256 } from "./sha256";
import { type Ends, offsets, type Reading } from "./text";

const CONTEXT = 48;

/** Words in a text: positions are code points, `snapshot` is the SHA-256 of the text's UTF-8, in hexadecimal. */
export interface TextAnchor {
  quote: { exact: string; prefix: string; suffix: string };
  position: { start: number; end: number };
  snapshot: string;
  /** What else stood in the text, where the server looked: how often the very words, and how much was like them, 0 to 1. */
  elsewhere?: { count: number; likeness: number };
}

/** Return the anchor of what a range covers of a text; null where it covers nothing of it. */
export function describe(reading: Reading, range: Ends): TextAnchor | null {
  const covered = offsets(reading, range);
  if (!covered) return null;
  const [start, end] = covered;
  const { text } = reading;
  const before = [...text.slice(0, start)];
  const exact = text.slice(start, end);
  return {
    quote: { exact, prefix: before.slice(-CONTEXT).join(""), suffix: [...text.slice(end, end + 2 * CONTEXT)].slice(0, CONTEXT).join("") },
    position: { start: before.length, end: before.length + [...exact].length },
    snapshot: sha256(text),
  };
}
