// The desk of the mock server: its page as the product serves it, and three units of each kind. The link is the project's key:
// `/desk/duplicate#k1`, `/desk/topics#k1`, `/desk/tone?lang=ar#k1`. Faults are set like others, of `deskSession` and `deskNext`.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { box, spot, words } from "./mock_spots.mjs";

const SHELL = join(dirname(fileURLToPath(import.meta.url)), "../../backend/desk/templates/desk/shell.html");
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: https:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const TITLES = { en: "Labelling desk", ar: "منصة التصنيف", de: "Annotationsplatz", es: "Mesa de etiquetado" };

const item = (id, title, body, more = {}) => ({ id, kind: "thread", title, body, url: `https://host.example/threads/${id}`, created_at: "2021-07-09T09:24:00Z", ...more });
const ARCHIVE = item(
  "1771529", "Message archiving does not work",
  "In the e-mail client of SeaMonkey 2.53.8, select a message in the Inbox. Right-click, then click on Archive.\n\nThe message is not moved to the Archives folder. The message should be moved from Inbox to Archives.\n\n" +
  Array.from({ length: 12 }, (_, at) => `Step ${at + 1}: with a new profile, the same happens in the folder ${"Sent/".repeat(at + 1)}.`).join("\n"),
); // prettier-ignore
const SHORT = item("1718839", "Archive message action does not work", "Moving messages to archive does not work (Message > Archive or Shift+A). I noticed this after upgrading from 2.53.6.");
const ARABIC = item("ar-1", "لا يعمل أرشفة الرسائل", "بعد التحديث إلى 2.53.8 لا تنتقل الرسائل إلى الأرشيف عند الضغط على Shift+A في حسابات IMAP.\nجربت ذلك في ملف تعريف جديد.");
const LONG = item(
  "1719980", "Fix copying to imap sent folder after closing 3-pane window, and Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft in one line",
  "https://host.example/a/very/long/address/without/any/place/to/break/it/" + "x".repeat(90), { url: "", created_at: null },
); // prettier-ignore
const EMPTY = item("1719564", "No text at all", "", { url: "" });
const PROFILE = { ...ARCHIVE, body: `${ARCHIVE.body}\n\nIt is not the profile: with SeaMonkey 2.53.7.1 all of it worked, over IMAP and over POP3.` };
const SHOT = { url: "/pictures/shot.svg", width: 640, height: 344, alt: "A mail window with its Message menu open" };
const TALL = { url: "/pictures/tall.svg", width: 400, height: 600, alt: "The sun over mountains" };
const textOf = ({ body }) => body.replace(/[\t\n\f\r ]+/g, " ").trim();
const text = (one) => ({ ...one, text: textOf(one) });
/** Return a spot as it is shown where the desk is blind: its place, without a label. */
const blind = ({ label: _, ...one }) => ({ ...one, id: one.id.trim(), title: one.anchor.quote?.exact ?? "" });
const label = (id) => ({ id, title: id, url: "", snippet: "", answer: "" });
const thread = ({ id, title, url }) => ({ id, title, url, snippet: "", answer: "" });

const UNITS = {
  duplicate: [
    { items: [ARCHIVE, SHORT], candidate: thread(SHORT), reasons: ["“archive” and “message” in both", "same product, same week"] },
    { items: [ARABIC, LONG], candidate: thread(LONG) },
    { items: [EMPTY, SHORT], candidate: thread(SHORT) },
  ],
  topics: [
    { items: [ARCHIVE], candidate: label("Archive"), reasons: ["“archive” stands in the title"] },
    { items: [ARABIC], candidate: label("أرشيف") },
    { items: [LONG], candidate: label("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft") },
  ],
  tone: [
    { items: [ARCHIVE], candidate: label("Asks back"), reasons: ["it ends with a question"] },
    { items: [ARABIC] },
    { items: [LONG] },
  ],
  products: [
    { items: [text(PROFILE)], candidate: spot(words("SeaMonkey 2.53.7.1", textOf(PROFILE)), "Product"), reasons: ["“SeaMonkey” is in the list of products"] },
    { items: [text(ARABIC)], candidate: blind(spot(words("IMAP", textOf(ARABIC)), "")) },
    { items: [text(SHORT)], candidate: blind(spot(words("(Message > Archive", textOf(SHORT)), "", { boundaries: [words("(Message > Archive", textOf(SHORT)), words("Message > Archive", textOf(SHORT))] })) },
  ],
  parts: [
    { items: [{ ...ARCHIVE, body: "As it stands in the window.", picture: SHOT }], candidate: spot(box(22, 39.2, 30, 8.4), "Menu item"), reasons: ["most boxes of this height are"] },
    { items: [{ ...ARABIC, picture: TALL }], candidate: blind(spot(box(20, 70, 30, 20, 400, 600), "")) },
    { items: [{ ...SHORT, picture: SHOT }], candidate: blind(spot(box(22, 39.2, 30, 8.4), "", { boundaries: [box(20, 36, 36, 30), box(22, 39.2, 30, 8.4)] })) },
  ],
}; // prettier-ignore
const CONSENT = "What you answer here is kept with a random name and used to train the suggestions of Tidepool.";
const GUIDELINES = {
  duplicate: "Same means: one fix would end both.\nRelated means: who reads one wants to know of the other, though each needs a fix of its own.\nWhere you hesitate, say so: “Not sure” is an answer.",
  topics: "A tag fits where the text is about it, not where it merely names it.",
  products: "A version belongs to the product that it is of.",
  parts: "A button is what one presses; what it lies in is something else.",
  tone: "Judge what the text does, not what its author may have wished.",
};
const ALL = 60;

/** Return the desk's page in a language. */
export function shell({ lang = "en" }) {
  const facts = { lang, dir: lang === "ar" ? "rtl" : "ltr", title: TITLES[lang], without_script: "" };
  const html = readFileSync(SHELL, "utf8").replace(/{{ (\w+) }}/g, (_, name) => facts[name]);
  return { html, headers: { "Content-Security-Policy": POLICY, "Cache-Control": "no-store" } };
}

const guided = (question) => ({ ...question, guideline: GUIDELINES[question.id] });

/** Where one project's desk stands: which unit comes next of each question. */
export class Desk {
  _at = {};
  _answered = new Set();

  session(question, token) {
    return {
      token, expires_in: 1800, annotator: `expert-${token}`, annotator_kind: "expert", is_blind: false, consent: CONSENT,
      question: guided(question), progress: this._progress(),
    }; // prettier-ignore
  }

  /** Return the next unit; `expose` logs what is shown. */
  next(question, { after }, expose) {
    if (after) this._answered.add(after);
    const nth = (this._at[question.id] = (this._at[question.id] ?? -1) + 1);
    const unit = UNITS[question.id][nth];
    const now = { question: guided(question), progress: this._progress() };
    if (!unit) return { assignment: null, items: [], place: null, reasons: [], ...now };
    const { items, candidate, reasons = [] } = unit;
    const candidates = candidate ? [candidate] : [];
    const exposure = expose(question, items[0].id, candidates);
    return {
      assignment: { id: nth + 1, lease_until: "2030-01-01T00:00:00Z" }, items, reasons, ...now,
      place: { place: "desk", exposure, ask: true, candidates, answers: [], known: [], error: null },
    }; // prettier-ignore
  }

  _progress() {
    return { answered_count: 17 + this._answered.size, left_count: ALL - 25 - this._answered.size };
  }
}
