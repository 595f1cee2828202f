// Bringing a box of a picture into view, where something scrolls around the picture alone and in the page.
import type { Box } from "./anchors/region";
import { type Overlay, size } from "./overlay";
import { inPage } from "./picture";

/** Scroll so that a box is seen, as far as the host's page lets it. */
export function lead(over: Overlay, box: Box): void {
  for (const up of over._around()) {
    if (!over._lie) return;
    const { x, y, width, height } = inPage(box, over._lie._whole);
    const room = up.getBoundingClientRect();
    up.scrollBy(x + width / 2 - room.x - room.width / 2, y + height / 2 - room.y - room.height / 2);
    over._measure();
  }
  const { x, y, width, height } = inPage(box, over._inner);
  const there = document.createElement("div");
  there.className = "over";
  size(there, over._at[0] + x, over._at[1] + y, width, height);
  over._host._root.append(there);
  there.scrollIntoView({ block: "nearest", inline: "nearest" });
  there.remove();
}
