// Bringing a box of a picture into view, where something scrolls around the picture alone and in the page.
import type { Box } from "./anchors/region";
import type { Overlay } from "./overlay";

/** Scroll so that a box is seen, as far as the host's page lets it. */
export function lead(over: Overlay, box: Box): void {
  const there = over._place(document.createElement("div"), box, 0);
  there.className = "box";
  over._whole.append(there);
  over._measure(); // the picture may have come just now
  for (const up of over._around()) {
    if (!over._lie) break;
    const { x, y, width, height } = there.getBoundingClientRect();
    const room = up.getBoundingClientRect();
    up.scrollBy(x + width / 2 - room.x - room.width / 2, y + height / 2 - room.y - room.height / 2);
    over._measure();
  }
  there.scrollIntoView({ block: "nearest", inline: "nearest" });
  there.remove();
}
