// The words for one's own data in Spanish, which come with the list of one's marks.
import type { Words } from "./index";

export const words: Words = {
  marksMore: "Estas son tus {x} últimas. Todas están en lo que descargas.",
  download: "Descargar mis datos",
  downloaded: "Descargado.",
  erase: "Borrar mis datos",
  eraseSure: "Tus marcas y todo lo demás que aquí se guarda sobre ti se borran para siempre. Después no se te mostrará ni preguntará nada más. No se puede deshacer.",
  eraseNow: "Borrar para siempre",
  keepData: "Conservar mis datos",
  erased: "Tus datos están borrados. Ya no se muestra ni se guarda nada.",
  tooMany: { one: "Demasiado a la vez. Inténtalo de nuevo en {n} minuto.", other: "Demasiado a la vez. Inténtalo de nuevo en {n} minutos." },
};
