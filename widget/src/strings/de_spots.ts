// The words of spots in German, which only pages with spots bring.
import type { Words } from "./index";

export const words: Words = {
  yes: "Ja",
  none: "Nein",
  noneOf: "Keine davon",
  move: "Grenze verschieben",
  stale: "steht nicht mehr in diesem Text. Ihre Markierung bleibt bei der früheren Fassung.",
  markWords: "Wörter markieren",
  orSelect: "oder Text auswählen",
  bound: "Kasten {x}",
  noPicture: "Das Bild ist noch nicht da.",
  stalePicture: "gehört nicht zu diesem Bild. Ihre Markierung bleibt beim früheren.",
  drawNow: "Über das Bild ziehen, zwei Ecken antippen oder Eingabetaste drücken.",
  drawKeys: "Pfeile verschieben, Umschalt ändert die Größe, Alt geht fein, Eingabe behält, Esc verlässt.",
  drawHands: "Ziehen Sie ihn oder seine Ränder und sagen Sie dann, was es ist.",
  drawCorner: "Nun die Ecke gegenüber antippen.",
  drawTiny: "Zu klein. Zeichnen Sie größer.",
  drawPick: "Was ist es?",
  drawX: "Linker Rand in %",
  drawY: "Oberer Rand in %",
  drawW: "Breite in %",
  drawH: "Höhe in %",
};
