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
  bound: "الإطار {x}",
  noPicture: "الصورة ليست هنا بعد.",
  stalePicture: "ليس من هذه الصورة. علامتك محفوظة مع السابقة.",
  drawNow: "اسحب فوق الصورة، أو انقر على ركنين، أو اضغط Enter.",
  drawKeys: "الأسهم تحرّك، Shift يغيّر الحجم، Alt يدقّق، Enter يحفظ، Esc يخرج.",
  drawHands: "اسحبه أو اسحب حوافه، ثم قل ما هو.",
  drawCorner: "انقر الآن على الركن المقابل.",
  drawTiny: "صغير جدًا. ارسمه أكبر.",
  drawPick: "ما هذا؟",
  drawX: "الحافة اليسرى بالمئة",
  drawY: "الحافة العليا بالمئة",
  drawW: "العرض بالمئة",
  drawH: "الارتفاع بالمئة",
};
