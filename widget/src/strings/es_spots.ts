// The words of spots in Spanish, which only pages with spots bring.
import type { Words } from "./index";

export const words: Words = {
  yes: "Sí",
  none: "No",
  noneOf: "Ninguna de estas",
  move: "Mover su límite",
  stale: "ya no está en este texto. Su marca se conserva con la versión anterior.",
  markWords: "Marcar palabras",
  orSelect: "o seleccione texto",
};
