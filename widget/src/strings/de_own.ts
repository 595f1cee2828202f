// The words for one's own data in German, which come with the list of one's marks.
import type { Words } from "./index";

export const words: Words = {
  marksMore: "Dies sind Ihre letzten {x}. Alle stehen in dem, was Sie herunterladen.",
  download: "Meine Daten herunterladen",
  downloaded: "Heruntergeladen.",
  erase: "Meine Daten löschen",
  eraseSure: "Ihre Markierungen und alles andere, was hier über Sie gespeichert ist, werden endgültig gelöscht. Danach wird Ihnen nichts mehr gezeigt, und Sie werden nichts mehr gefragt. Das lässt sich nicht zurücknehmen.",
  eraseNow: "Endgültig löschen",
  keepData: "Daten behalten",
  erased: "Ihre Daten sind gelöscht. Es wird nichts mehr gezeigt oder gespeichert.",
  tooMany: { one: "Zu viel auf einmal. Versuchen Sie es in {n} Minute erneut.", other: "Zu viel auf einmal. Versuchen Sie es in {n} Minuten erneut." },
};
