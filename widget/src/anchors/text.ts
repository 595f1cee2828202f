// The text of a host's element as it counts, so that a page and a server that reads the same markup agree on it:
// text nodes in their order; of `SKIPPED` elements, those with `hidden`, and ours, nothing; where a `BREAKING` element begins or ends, a
// space; each run of HTML's white space, in <pre> too, is one space, and none stands at either end. Style sheets have no say.
const BREAKING = / (address|article|aside|blockquote|br|caption|center|d[dlt]|details|dialog|dir|div|fieldset|figcaption|figure|footer|form|h[1-6]|header|hgroup|hr|legend|li|main|menu|nav|ol|optgroup|option|p|pre|search|section|summary|table|tbody|td|textarea|tfoot|th|thead|tr|ul) /;
const SKIPPED = / (script|style|template|noscript|svg|math|iframe|object|canvas|audio|video|button|select|datalist|earmark-.*) /;
const WHITE = /[\t\n\f\r ]/;

/** A text node (or a text area, by its value) and what had been counted before it. */
interface Part {
  _node: Node;
  _at: number;
  /** Return where each character that counts stands in the raw text. */
  _units: () => number[];
}

/** The text of an element, and its way back to the nodes; offsets are UTF-16 units, as everywhere in a page. */
export interface Reading {
  text: string;
  _parts: Part[];
}

/** What a selection, a Range and a StaticRange have in common; in a text area the container is the element. */
export type Ends = Pick<StaticRange, "startContainer" | "startOffset" | "endContainer" | "endOffset">;

/** Read the text of an element as it counts; a lone surrogate counts as U+FFFD. */
export function read(root: Element): Reading {
  const parts: Part[] = [];
  let text = "";
  let gap = false;
  const take = (node: Node, raw: string) => {
    const at = text.length;
    const was = gap;
    let found: number[] | undefined;
    parts.push({ _node: node, _at: at, _units: () => (found ??= units(raw, at, was)) });
    [text, gap] = joined(raw, text, gap);
  };
  const visit = (node: Node) => {
    if (node.nodeType === 3) return take(node, (node as Text).data);
    const name = ` ${(node as Element).localName} `;
    if (node.nodeType !== 1 || SKIPPED.test(name) || (node as Element).hasAttribute("hidden")) return;
    const isBreak = BREAKING.test(name);
    gap ||= isBreak;
    if (name === " textarea ") take(node, (node as HTMLTextAreaElement).value);
    else node.childNodes.forEach(visit);
    gap ||= isBreak;
  };
  visit(root);
  return { text, _parts: parts };
}

/** Join raw text to what was counted, and tell whether it ends with white space. */
function joined(raw: string, text: string, gap: boolean): [string, boolean] {
  for (const word of raw.replace(/\p{Cs}/gu, "\ufffd").split(/([\t\n\f\r ]+)/)) {
    if (WHITE.test(word)) gap = true;
    else if (word) {
      text += (gap && text ? " " : "") + word;
      gap = false;
    }
  }
  return [text, gap];
}

/** Return the offsets that a range covers, without spaces at its edges and with whole characters; null where it covers none. */
export function offsets({ text, _parts: parts }: Reading, ends: Ends): [start: number, end: number] | null {
  const count = (node: Node, offset: number) => {
    const part = parts.find((each) => each._node === node);
    if (part) return part._at + part._units().filter((unit) => unit < offset).length;
    const range = document.createRange();
    range.setStart(node, offset);
    return (parts.find((each) => range.comparePoint(each._node, 0) >= 0) ?? { _at: text.length })._at;
  };
  let start = count(ends.startContainer, ends.startOffset);
  let end = count(ends.endContainer, ends.endOffset);
  while (text[start] === " ") start++;
  while (text[end - 1] === " ") end--;
  if (start >= end) return null;
  const within = (at: number) => text.codePointAt(at - 1)! > 0xffff;
  if (within(start)) start--;
  if (within(end)) end++;
  return [start, end];
}

/** Return where two offsets stand among the nodes; the text must be as it was read. */
export function ends({ _parts: parts }: Reading, start: number, end: number): Ends {
  const [startContainer, startOffset] = place(parts, start);
  const [endContainer, endOffset] = place(parts, end - 1);
  return { startContainer, startOffset, endContainer, endOffset: endOffset + 1 };
}

/** Return the node and the place in it of a character; a space between words is the last white space before the next. */
function place(parts: Part[], index: number): [Node, number] {
  let [low, high] = [0, parts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (parts[middle]!._at <= index) low = middle;
    else high = middle - 1;
  }
  const part = parts[low]!;
  return [part._node, part._units()[index - part._at]!];
}

/** Return where in raw text each character stands that counts, in one go: many are asked for. `gap`: white space came before, which counts once something follows. */
function units(raw: string, at: number, gap: boolean): number[] {
  const found: number[] = [];
  for (let unit = 0; unit < raw.length; unit++) {
    if (WHITE.test(raw[unit]!)) gap = true;
    else {
      if (gap && at + found.length) found.push(Math.max(0, unit - 1));
      gap = false;
      found.push(unit);
    }
  }
  return found;
}
