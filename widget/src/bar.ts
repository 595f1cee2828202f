// The bar of labels under what was chosen: a press, a digit or the arrows pick one; it never stands over the chosen words.
import type { Guest } from "./core";
import { CROSS } from "./dom";

const EDGE_PX = 8;
/** Below a selection that fingers made stand the handles of the system. */
const HANDLES_PX = 30;

export const css = `
.bar,.hint{display:flex;flex-wrap:wrap;gap:2px;padding:3px;width:max-content;max-width:calc(100vw - 16px);background:var(--surface);border:1px solid var(--ctl);border-radius:9px;box-shadow:0 6px 20px light-dark(#14140f24,#00000080)}
.bar button{min-height:30px}
.bar small{margin-inline-start:6px}
@media (max-width:480px),(pointer:coarse){.bar button{min-height:44px;flex:auto}.bar small{display:none}}
`;

/** Where the chosen words begin and end on the screen. */
export interface Lines {
  _first: DOMRect;
  _last: DOMRect;
  _isRtl: boolean;
  /** How far from them something else reaches. */
  _apart: number;
}

/** Let a node stand below words, or above them where there is no room below; `left` and `top` are where what holds it begins. */
export function standBy({ offsetWidth, offsetHeight, style }: HTMLElement, { _first, _last, _isRtl, _apart }: Lines, left: number, top: number): void {
  const { clientWidth } = document.documentElement;
  const gap = (matchMedia("(pointer:coarse)").matches ? HANDLES_PX : EDGE_PX) + _apart;
  const [above, below] = [_first.top - gap - offsetHeight, _last.bottom + gap];
  const isAbove = below + offsetHeight > innerHeight && above >= 0;
  const beside = _isRtl ? _last.right - offsetWidth : _last.left;
  style.left = `${Math.max(EDGE_PX, Math.min(beside, clientWidth - offsetWidth - EDGE_PX)) - left}px`;
  const isSeen = _first.top < innerHeight && _last.bottom > 0; // words that fill the window have no room beside them
  const y = isAbove ? above : below;
  style.top = `${(isSeen ? Math.max(EDGE_PX, Math.min(y, innerHeight - offsetHeight - EDGE_PX)) : y) - top}px`;
}

export class Bar {
  declare readonly _node: HTMLElement;

  constructor(
    private readonly _guest: Guest,
    private readonly _labels: string[],
    private readonly _pick: (label: string, event: Event) => void,
    leave: () => void,
  ) {
    const { h, icon, say } = _guest._kit;
    const { _group, _name } = _guest._answers!;
    const button = (label: string, nth: number) => {
      const digit = nth < 9 ? [h("small", { "aria-hidden": "true" }, `${nth + 1}`)] : [];
      return h("button", { part: "button", click: (event: Event) => _pick(label, event) }, h("bdi", {}, _name(label)), ...digit);
    };
    const cross = h("button", { class: "icon", "aria-label": say("close"), click: leave }, icon(CROSS));
    this._node = _group("", "bar", ..._labels.map(button), cross);
    this._node.addEventListener("mousedown", (event) => event.preventDefault()); // or what is selected would be no more
  }

  /** Name what would be marked. */
  _call(words: string): void {
    this._node.setAttribute("aria-label", this._guest._kit.say("markAs", words));
  }

  /** Hear a key, from wherever the focus is; false where it means nothing to the bar. */
  _hear(event: KeyboardEvent): boolean {
    const { key, ctrlKey, altKey, metaKey, shiftKey } = event;
    if (ctrlKey || altKey || metaKey || shiftKey) return false;
    const label = /^[1-9]$/.test(key) && this._labels[+key - 1];
    if (label) this._pick(label, event);
    else if (/^Arrow(Left|Right)$/.test(key) && !this._node.contains(event.composedPath()[0] as Node)) this._focus();
    else return false;
    return true;
  }

  _focus(label?: string): void {
    this._node.querySelectorAll("button")[Math.max(0, this._labels.indexOf(label!))]!.focus({ preventScroll: true });
  }
}
