// Marks in a host's text where the browser knows no highlights: boxes of ours over its lines, brought by who needs them.
import type { Guest } from "./core";
import type { Look } from "./highlights";
import type { Mark } from "./mark";

const GUESS = "border-bottom:2px dotted light-dark(#8f6400,#e0b84a)";
const LOOK: Record<Look, string> = {
  plain: "border-bottom:1px solid var(--ctl)",
  guess: GUESS,
  within: `${GUESS};margin-top:4px`,
  own: "border-bottom:4px solid light-dark(#d9a400,#e0b84a)",
  now: "border:2px solid var(--accent);margin:-2px",
};

/** Draw boxes over the lines of ranges, and again as the card changes its size; returns what draws them anew. */
export function lines({ _kit: { h } }: Guest, { _card }: Mark, signal: AbortSignal, drawn: Map<Look, Range[]>): () => void {
  const over = h("div", { class: "over", "aria-hidden": "true" });
  over.style.cssText = "position:absolute;top:0;left:0;width:100%";
  const redraw = () => {
    if (signal.aborted) return;
    if (!over.isConnected) _card.append(over);
    const { left, top } = over.getBoundingClientRect();
    const box = (look: Look) => (rect: DOMRect) => {
      const made = h("i", { class: look });
      made.style.cssText = `position:absolute;min-height:0;pointer-events:none;${LOOK[look]};left:${rect.left - left}px;top:${rect.top - top}px;width:${rect.width}px;height:${rect.height}px`;
      return made;
    };
    over.replaceChildren(...[...drawn].flatMap(([look, ranges]) => ranges.flatMap((range) => [...range.getClientRects()].map(box(look)))));
  };
  const watch = new ResizeObserver(redraw); // once the card stands in the page, and as its width changes
  if (!signal.aborted) for (const node of [_card, over]) watch.observe(node); // `over` is taken out as the card is filled
  signal.addEventListener("abort", () => watch.disconnect());
  return redraw;
}
