// Annotorious, as its guide says: https://annotorious.dev/getting-started/. It shows three boxes.
import { createImageAnnotator } from "@annotorious/annotorious";
import "@annotorious/annotorious/annotorious.css";

const annotator = createImageAnnotator(document.getElementById("picture"));
const boxes = [[20, 20, 120, 40], [200, 80, 90, 60], [340, 200, 160, 30]];
annotator.setAnnotations(
  boxes.map(([x, y, w, h], at) => ({
    id: `box-${at}`, bodies: [],
    target: { annotation: `box-${at}`, selector: { type: "RECTANGLE", geometry: { x, y, w, h, bounds: { minX: x, minY: y, maxX: x + w, maxY: y + h } } } },
  })),
); // prettier-ignore
window.annotator = annotator;
