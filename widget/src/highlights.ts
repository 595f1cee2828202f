// Marks in a host's text without a change to it: by the CSS Custom Highlight API, and where that is missing by lines.ts.
// Rules for highlights count only in the tree where the text stands, so a sheet is lent to it.
import type { Guest } from "./core";
import type { Mark } from "./mark";
import { sheet } from "./styles";

/** Underline by longhands: WebKit reads no thickness within `text-decoration`, and drops the rule. */
const under = (px: number, color: string, more = "") => `text-decoration:underline;text-decoration-thickness:${px}px;text-decoration-color:light-dark(${color});text-underline-offset:3px${more}`;
const GUESS = under(2, "#8f6400,#e0b84a", ";text-decoration-style:dotted");
export const rules = `
::highlight(earmark-plain){${under(1, "#85867e,#7b7e84")}}
::highlight(earmark-guess){${GUESS}}
::highlight(earmark-within){${GUESS};text-underline-offset:7px}
::highlight(earmark-own){background:light-dark(#ffe69a,#574712);color:light-dark(#1c1d1a,#ececea)}
::highlight(earmark-now){${under(3, "#0b665a,#6fd3c1")}}
@media (forced-colors:active){::highlight(earmark-own){background:Mark;color:MarkText;text-decoration:underline;text-decoration-thickness:2px}::highlight(earmark-now){background:Highlight;color:HighlightText}}
`;

/** How words are drawn: settled, guessed, guessed within other guessed ones, one's own, or those that somebody is at. */
export const LOOKS = ["plain", "guess", "within", "own", "now"] as const;
export type Look = (typeof LOOKS)[number];
type Tree = Document | ShadowRoot;

/** The marks of one element in a text. */
export class Highlights {
  /** How many elements draw in a tree. */
  private static readonly _count = new Map<Tree, number>();
  private readonly _drawn = new Map<Look, Range[]>();
  /** What draws boxes where highlights are not known; brought when there is something to draw. */
  private declare _lines: Promise<() => void> | undefined;
  private declare readonly _signal: AbortSignal;

  constructor(
    private readonly _tree: Tree,
    private readonly _guest: Guest,
    private readonly _card: Mark,
  ) {
    const { _count } = Highlights;
    _count.set(_tree, (_count.get(_tree) ?? 0) + 1);
    this._signal = _card._end.signal;
    this._signal.addEventListener("abort", () => this._end());
  }

  /** Let ranges have a look, and no others of this element. */
  _draw(look: Look, ranges: Range[]): void {
    if (this._signal.aborted && ranges[0]) return;
    const before = this._drawn.get(look) ?? [];
    this._drawn.set(look, ranges);
    if (!CSS.highlights) return this._signal.aborted ? undefined : this._box();
    const sheets = this._tree.adoptedStyleSheets;
    if (ranges[0] && !sheets.includes(sheet(rules))) this._tree.adoptedStyleSheets = [...sheets, sheet(rules)];
    const name = `earmark-${look}`;
    const shared = CSS.highlights.get(name) ?? new Highlight();
    shared.priority = LOOKS.indexOf(look);
    before.forEach((range) => shared.delete(range));
    ranges.forEach((range) => shared.add(range));
    if (shared.size) CSS.highlights.set(name, shared);
    else CSS.highlights.delete(name);
  }

  /** Draw boxes; without what draws them the list says the same, and the card begins anew after a rest. */
  private _box(): void {
    const { _guest, _card, _drawn, _signal } = this;
    const beginAnew = () => {
      if (_signal.aborted) return;
      _card._isLost = true;
      _guest._wake();
    };
    this._lines ??= _guest._load<typeof import("./lines")>("lines").then(
      ({ lines }) => lines(_guest, _card, _signal, _drawn),
      () => beginAnew,
    );
    this._lines.then((draw) => draw()).catch(() => {}); // what cannot be drawn cannot be drawn anew either
  }

  /** Take all away, and with the last of a tree the sheet that was lent to it. */
  private _end(): void {
    LOOKS.forEach((look) => this._draw(look, []));
    const { _count } = Highlights;
    const left = _count.get(this._tree)! - 1;
    _count.set(this._tree, left);
    if (left) return;
    _count.delete(this._tree);
    this._tree.adoptedStyleSheets = this._tree.adoptedStyleSheets.filter((one) => one !== sheet(rules));
  }
}
