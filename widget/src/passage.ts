// The text that a person may mark words in, as it stands now in the host's page, and where anchors are in it.
import type { TextAnchor } from "./anchors/anchor";
import type { find } from "./anchors/find";
import { ends, read, type Reading } from "./anchors/text";
import type { Stretch } from "./pieces";

const LOOK_AGAIN_MS = 100;
const GONE_MS = 1000;

type Find = typeof find;

export class Passage {
  declare _reading: Reading;
  /** Where each code point of the text begins, in UTF-16 units. */
  private _points: number[] = [];
  private _places = new Map<TextAnchor, Stretch | null>();
  private declare _find: Find | undefined;
  private declare _awaited: Promise<unknown> | undefined;

  /** `bring` gives what looks for words in a text that was edited; `changed` is called when places may be others, or the text is not `isOurs` any more. */
  constructor(
    readonly _node: Element,
    private readonly _bring: () => Promise<Find>,
    private readonly _changed: () => void,
    isOurs: () => boolean,
    signal: AbortSignal,
  ) {
    this._reading = read(_node);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = new MutationObserver(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!signal.aborted) this._look();
      }, LOOK_AGAIN_MS);
    });
    watch.observe(_node, { childList: true, subtree: true, characterData: true, attributeFilter: ["hidden"] });
    if (_node.parentNode) watch.observe(_node.parentNode, { childList: true }); // a host may put another in its place
    const gone = setInterval(() => isOurs() || this._changed(), GONE_MS); // what holds it may go as well
    signal.addEventListener("abort", () => {
      watch.disconnect();
      clearInterval(gone);
    });
  }

  get _text(): string {
    return this._reading.text;
  }

  /** What is selected in the tree where the text stands. */
  _selection(): Selection | null {
    const tree = this._node.getRootNode() as Document;
    return ("getSelection" in tree ? tree : document).getSelection();
  }

  private _look(): void {
    const before = this._text;
    this._reading = read(this._node);
    if (this._text !== before) {
      this._places.clear();
      this._points = [];
    }
    this._changed();
  }

  /** Return where an anchor is in the text; null where it is gone, undefined while that is not known. */
  _place(anchor: TextAnchor): Stretch | null | undefined {
    if (!this._places.has(anchor)) {
      const found = this._asTold(anchor) ?? this._find?.(anchor, this._text);
      if (found === undefined) return void this._await();
      this._places.set(anchor, found && (Array.isArray(found) ? found : [found.start, found.end]));
    }
    return this._places.get(anchor);
  }

  /** Return where an anchor says that it is, if its words and what is around them are there. */
  private _asTold({ position, quote: { exact, prefix, suffix } }: TextAnchor): Stretch | undefined {
    const { _text: text } = this;
    if (!this._points.length) {
      let end = 0;
      this._points = [0, ...[...text].map((point) => (end += point.length))];
    }
    const start = this._points[position.start] ?? text.length;
    const isThere = text.endsWith(prefix, start) && text.startsWith(exact + suffix, start);
    return isThere ? [start, start + exact.length] : undefined;
  }

  /** Bring what looks further, and look again once it is there. */
  private _await(): Promise<unknown> {
    return (this._awaited ??= this._bring().then(
      (find) => {
        this._find = find;
        this._changed();
      },
      () => (this._awaited = undefined),
    ));
  }

  /** Wait until it is known where anchors are, or that it cannot be known now. */
  async _know(anchors: TextAnchor[]): Promise<void> {
    if (anchors.some((anchor) => this._place(anchor) === undefined)) await this._awaited;
  }

  /** Return a range over a stretch; nothing where it stands in a text area, or the text is not as it was read. */
  _range(start: number, end: number): Range | undefined {
    const range = document.createRange();
    try {
      const at = ends(this._reading, start, end);
      range.setStart(at.startContainer, at.startOffset);
      range.setEnd(at.endContainer, at.endOffset);
      return range;
    } catch {
      return undefined; // it changed this very moment: we look again
    }
  }

  /** Bring a stretch into view, in all that scrolls around it. */
  _reveal(start: number, end: number): void {
    const range = this._range(start, end);
    if (!range) return;
    const into = (up: Element | Window, { left, top, right, bottom }: Pick<DOMRect, "left" | "top" | "right" | "bottom">) => {
      const at = range.getBoundingClientRect();
      const covered = parseFloat(getComputedStyle(up === window ? document.documentElement : (up as Element)).scrollPaddingBottom) || 0;
      up.scrollBy(away(at.left, at.right, left, right), away(at.top, at.bottom, top, bottom - covered));
    };
    for (const up of around(range.startContainer.parentElement)) into(up, up.getBoundingClientRect());
    into(window, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
  }

  /** Return how far down in the window the text begins to be seen. */
  _top(): number {
    return Math.max(0, ...around(this._node).map((up) => up.getBoundingClientRect().top));
  }
}

/** Return what cuts off a node and may be scrolled, the innermost first, without the page itself. */
function around(up: Element | null): Element[] {
  if (!up || up === document.body) return [];
  const rest = around(up.parentElement);
  return getComputedStyle(up).overflow === "visible" ? rest : [up, ...rest];
}

/** Return how far to scroll so that what is not wholly seen begins at a third of the room. */
const away = (low: number, high: number, from: number, to: number): number => (low < from || high > to ? low - from - (to - from) / 3 : 0);
