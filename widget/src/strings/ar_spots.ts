// The words of spots in Arabic, which only pages with spots bring.
import type { Words } from "./index";

export const words: Words = {
  yes: "نعم",
  none: "لا",
  noneOf: "لا شيء منها",
  move: "حرّك حدوده",
  stale: "لم يعد في هذا النص. علامتك محفوظة مع النسخة السابقة.",
  markWords: "علّم كلمات",
  orSelect: "أو حدّد نصًا",
};
