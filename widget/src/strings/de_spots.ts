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
};
