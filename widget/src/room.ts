// Room in the page: when an element may look, whether it is in the window, and how high it may become.
import { h } from "./dom";

let soon: Promise<unknown> | undefined;

/**
 * Wait for a frame, since between two of them the page may have been scrolled without our hearing of it: the same for all
 * elements, so that they look before one of them grows into the view of another.
 */
export const frame = (): Promise<unknown> => (soon ??= new Promise(requestAnimationFrame).then(() => (soon = undefined)));

/**
 * Whether an element surely is in the window: within it, and within each box that it stands in, so that none cuts it off; below its
 * end, as where margins collapse through that, only of one that cuts off nothing. Soon looked up, where an observer takes a frame.
 */
export function isSeen(element: Element): boolean {
  if (!element.checkVisibility?.()) return false;
  const { top, bottom, left } = element.getBoundingClientRect();
  let up = element;
  for (let next; (next = up.parentElement); up = next) {
    const box = next.getBoundingClientRect();
    if (top < box.top || left < box.left || left > box.right) return false;
    if (bottom > box.bottom && getComputedStyle(next).overflow !== "visible") return false;
  }
  return up === document.documentElement && top >= 0 && top < innerHeight;
}

/**
 * Whether an element may become higher, or lower by at most `less` px, at this moment: it is drawn nowhere or out of view, or
 * nothing in view follows. `card` is what stands in it.
 */
export function isFree(element: HTMLElement, card: Element, less: number): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  if (top >= innerHeight || !element.getClientRects()[0]) return true;
  if (bottom <= -less) return "overflowAnchor" in element.style;
  for (let node: Element | null | undefined = element; node; node = node.assignedSlot ?? node.parentElement ?? (node.parentNode as ShadowRoot | null)?.host)
    for (let after = node.nextElementSibling; after; after = after.nextElementSibling) {
      const beside = after.getBoundingClientRect();
      if (beside.height && beside.top >= (card.isConnected ? bottom : top) - 1 && beside.top < innerHeight) return false;
    }
  return true;
}

/** Return the height in px that the host keeps for an element. */
export function reserveOf(element: Element): number {
  return parseFloat(getComputedStyle(element).getPropertyValue("--earmark-reserve")) || 0;
}

/** Put away from the end what would make a card higher than `most` px, behind one button. */
export function fold(card: HTMLElement, most: number): void {
  const all = [...card.querySelectorAll<HTMLElement>(".fold")];
  const more = h("button", { class: "quiet", click: () => [...all, more].forEach((one) => (one.hidden = one === more)) });
  let count = 0;
  while (card.offsetHeight > most && count < all.length) {
    all.at(-++count)!.hidden = true;
    more.textContent = `+${count}`;
    card.querySelector(".tail")?.append(more);
  }
}
