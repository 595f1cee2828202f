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
  bound: "Recuadro {x}",
  noPicture: "La imagen aún no está.",
  stalePicture: "no es de esta imagen. Su marca se conserva con la anterior.",
  drawNow: "Arrastre sobre la imagen, toque dos esquinas o pulse Intro.",
  drawKeys: "Las flechas mueven, Mayús cambia el tamaño, Alt afina, Intro conserva, Esc sale.",
  drawHands: "Arrástrelo o sus bordes y luego diga qué es.",
  drawCorner: "Ahora toque la esquina opuesta.",
  drawTiny: "Demasiado pequeño. Dibújelo más grande.",
  drawPick: "¿Qué es?",
  drawX: "Borde izquierdo en %",
  drawY: "Borde superior en %",
  drawW: "Anchura en %",
  drawH: "Altura en %",
};
