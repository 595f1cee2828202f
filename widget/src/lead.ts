// Bringing a box of a picture into view, where something scrolls around the picture alone and in the page.
import type { Box } from "./anchors/region";
import type { Overlay } from "./overlay";

/** Scroll so that a box is seen, as far as the host's page lets it; what is no box is nowhere. */
export function lead(over: Overlay, box: Box | undefined): void {
  if (!box) return;
  over._measure(); // the picture may have come just now
  for (const up of over._around()) {
    const whole = over._lie?._whole;
    if (!whole) break;
    const room = up.getBoundingClientRect();
    up.scrollBy(
      whole.x + ((box.x + box.width / 2) / 100) * whole.width - room.x - room.width / 2,
      whole.y + ((box.y + box.height / 2) / 100) * whole.height - room.y - room.height / 2,
    );
    over._measure();
  }
  const there = over._place(document.createElement("div"), box, 0);
  there.className = "box";
  over._whole.append(there);
  there.scrollIntoView({ block: "nearest", inline: "nearest" });
  there.remove();
  over._node.scrollTo?.(0, 0); // the layer shows a part of the picture, and was scrolled to the box as well
}
