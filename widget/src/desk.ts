// The desk: a page of our own where one unit after the other is judged, with the same elements as in hosts' pages.
// The page's address names the question; what stands behind # is the link's token and never leaves in a URL.
import { post, type Refused } from "./api";
import type { Earmark, Page } from "./config";
import type { Entry, Guest, Model } from "./core";
import { h } from "./dom";
import type { Mark } from "./mark";
import { forgetNotes, jot, jotted, keep, person, recall } from "./desk_keep";
import { guideline, head, kbd, meant, panel } from "./desk_parts";
import { ground, learnDesk } from "./desk_spots";
import { deskCss, elementCss, listCss, spotCss } from "./desk_styles";
import type { Words } from "./strings";
import { desk as words } from "./strings/en";
import type { DeskItem, DeskNext, DeskProgress, DeskSession, EventResult } from "./wire";

declare const EDITION: string;

const BASE = `${location.origin}/w/`;
const ELEMENTS = { pair: "duplicates", tags: "tags", choice: "choice", span: "span", region: "region" };
const AGAIN_MS = 5000;
const PAUSE_MS = 900;
/** The share of the window that the answers may keep while a text is read above them. */
const MOST_DOCKED = 0.6;
const BY_ITSELF = "earmark:desk-by-itself";
const KEYS = "earmark:desk-keys";
/** Signs that no text is stored with: what carries them would be refused, and all that leaves with it. */
const UNWRITABLE = /[\0\p{Surrogate}]/gu;
const FROM_THE_RIGHT = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
/** What the way to the next unit tells: what is given back, or whose answer is on its way. */
interface Given {
  leave?: number;
  after?: number;
}

/** What became of an answer that its unit takes no more: the words for it. */
const PAST: Record<string, string> = { unknown_value: "deskChanged", text_not_found: "deskEdited" };
/** What ends the work at a desk, by the server's code: the words for what it is, and what to do or to know. */
const ENDS: Record<string, [what: string, more: string]> = {
  link_invalid: ["deskClosed", "deskAskNew"],
  link_expired: ["deskClosed", "deskAskNew"],
  link_revoked: ["deskClosed", "deskAskNew"],
  link_is_full: ["deskFull", "deskAskNew"],
  known_as_another_kind: ["deskOther", "deskAskNew"],
  not_asked: ["deskClosed", "deskNotAsked"],
  opted_out: ["deskOut", "deskNoMore"],
  annotator_erased: ["deskErased", "deskNoMore"],
};
/** Refusals that come to nothing by being tried again. */
const REFUSED = /^4(?!08|29)/;

/** A unit on the desk, kept so that one can go back to it. */
interface Sheet {
  next: DeskNext;
  entry: Entry;
  note: string;
}

const root = document.getElementById("desk")!;
const slug = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const link = location.hash.slice(1);
const sheets: Sheet[] = [];
let guest: Guest;
let session: DeskSession;
let at = -1;
let notice = "";
let progress: DeskProgress;
/** Whether an answer was taken back while the next unit was on its way. */
let isTakenBack = false;
/** How to decide, as it was told last. */
let guided: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
/** The question on its way, once it is known that it was changed. */
let renewing: Promise<unknown> | undefined;
let areKeysOff = recall(KEYS) === "off";

/** Watches what a text leaves room for: how to decide above it, and the answers below. */
const beside = new ResizeObserver(() => fit());

const say = (key: string, x?: string, n?: number): string => guest._kit.say(key, x, n);

async function begin(): Promise<void> {
  const core = (await import(`${BASE}core.${EDITION}.js`)) as { wait: (earmark: Earmark) => Guest };
  const earmark = Object.assign(() => Promise.resolve(), { settings: { key: "", identity: "", lang: "", base: BASE }, calls: [], wake: () => {} }) as Earmark;
  (window as Page).earmark = earmark;
  guest = core.wait(earmark);
  guest._kit.learn(words);
  guest._calm = async () => {}; // who writes a note here asked for the next unit: nobody is disturbed
  guest._meet = () =>
    (guest._session ??= meet().catch((refused: Refused) => {
      guest._session = undefined; // or it would be refused for as long as the page stands
      throw refused;
    }));
  document.adoptedStyleSheets = [guest._kit.sheet(deskCss)];
  await Promise.all([guest._prepare(), speak()]);
  guest._kit.override({ refused: { from_the_future: say("deskClock"), too_old: say("deskClock") } });
  root.classList.toggle("mute", areKeysOff);
  root.classList.toggle("unlit", !CSS.highlights); // what lies over the words there would not scroll with them
  root.replaceChildren(h("div", { class: "alone" }, h("p", { role: "status" }, say("deskWait"))));
  await turn();
}

/** Bring the words of the desk in the page's language; without them it is English. */
async function speak(): Promise<void> {
  const { lang } = document.documentElement;
  if (lang && lang !== "en") await guest._load<{ words: Words }>(`${lang}_desk`).then(({ words }) => guest._kit.learn(words), () => {}); // prettier-ignore
}

/** Begin a session with the link, as the guest wants one; done again when it has ended. */
async function meet() {
  session = await post<DeskSession>(BASE, "desk/session", { link, question: slug, person: person() });
  const { token, expires_in, annotator, question } = session;
  guest._answers!._open(annotator);
  return { token, expires_in, annotator, questions: [question], placement_rules: [], places: [], opted_out: false, next_ask_at: null, config_version: "" };
}

/** Go to the next unit, or say why there is none; who went elsewhere meanwhile, or took back what they go on from, is left where they are. */
async function turn(given: Given = {}, isByItself = false): Promise<void> {
  if (isBusy()) return;
  clearTimeout(timer);
  root.setAttribute("aria-busy", "true");
  const from = here();
  isTakenBack = false;
  const isStaying = () => here() !== from || isTakenBack;
  try {
    await guest._meet();
    await guest._kind(ELEMENTS[session.question.kind]); // what is known and can be drawn waits for no room
    const { question } = session;
    const next = await guest._call<DeskNext>("desk/next", given);
    if (isSpotted()) await learnDesk(guest);
    await guest._meet(); // an answer may have been refused meanwhile, since the question was changed
    if (next.question && session.question === question) learn(next.question); // an older server tells it with the session alone
    progress = next.progress;
    if (next.assignment && next.place) put(next, isStaying());
    else if (!isStaying()) nothing();
  } catch (error) {
    if (!isStaying()) fail(error as Refused, given, isByItself);
  }
  root.removeAttribute("aria-busy");
  void freshen(); // for who is left where they are
  tell();
}

/** Learn what is asked now; the same again is no change. */
function learn(question: DeskSession["question"]): void {
  if (JSON.stringify(question) !== JSON.stringify(session.question)) session.question = question;
}

const isBusy = (): boolean => root.hasAttribute("aria-busy");

/**
 * Put a unit on the desk, or behind what stands there; one that comes again stands there once, and is not answered twice
 * where its answer is on its way.
 */
function put(next: DeskNext, isBehind: boolean): void {
  const { id } = next.assignment!;
  const now = here();
  const nth = sheets.findIndex((one) => one.next.assignment!.id === id);
  if (isBehind && sheets[nth] === now) return;
  const before = nth < 0 ? undefined : sheets.splice(nth, 1)[0];
  const row = before?.entry.row;
  sheets.push(before && row?.is === "decided" && row.delivery !== "failed" ? before : sheetOf(next, before?.note));
  if (isBehind) at = sheets.indexOf(now!);
  else go(sheets.length - 1);
}

function sheetOf(next: DeskNext, note = jotted(next.assignment!.id)): Sheet {
  const model = guest._answers!._model(session.question, next.items[0]!.id, next.place!);
  for (const entry of model.entries) entry._isUnseen = false;
  return { next, entry: model.entries[0]!, note };
}

/** Whether what is asked about is a place in a text or a picture. */
const isSpotted = (): boolean => /^(span|region)$/.test(session.question.kind);

/** Let a text that scrolls be as high as the window has room for; where the answers take most of that, they stay at their place. */
function fit(): void {
  const [dock, room] = [".dock", ".room"].map((one) => root.querySelector<HTMLElement>(one)?.offsetHeight ?? 0) as [number, number];
  root.classList.toggle("low", dock > innerHeight * MOST_DOCKED);
  root.style.setProperty("--rest", `${root.offsetHeight - room}px`);
}

/** Say why no unit came, and what one can do: nothing more where the work has ended, else go on, or wait until somebody answers. */
function fail({ status, code = "", retryAfterS }: Refused, given: Given, isByItself = false): void {
  const end = ENDS[session || code !== "invalid" ? code : "link_invalid"]; // an address that was copied in part
  const isRefused = !end && REFUSED.test(`${status}`);
  const isTriedAgain = !end && !isRefused;
  if (isTriedAgain) timer = setTimeout(() => void turn(given, true), Math.max(AGAIN_MS, retryAfterS * 1000 || 0));
  if (isTriedAgain && isByItself) return; // the page says so already, and nobody on it is disturbed
  const onward = isRefused ? (given.leave ? { after: given.leave } : {}) : given; // what was refused is not said again, and the unit not brought again
  const [what, more] = end ?? (isRefused ? ["deskRefused", "deskGoOn"] : ["deskDown", "deskKept"]);
  const door = h("button", { class: "go", id: "next", click: () => void turn(onward) }, say(isRefused ? "deskNext" : "deskAgain"));
  const noted = more === "deskNoMore" ? -1 : sheets.findLastIndex(isNoted);
  const doors = end ? backTo(noted) : [...backTo(Math.min(at, sheets.length - 1)), door]; // a note that never left can still be read
  const title = h("h1", { tabindex: "-1" }, say(what, code || `${status}`));
  root.replaceChildren(h("div", { class: "alone" }, title, h("p", {}, say(more)), ...(doors[0] ? [h("div", { class: "bar" }, ...doors)] : [])));
  if (more === "deskNoMore") {
    forgetNotes();
    sheets.length = 0; // what is heard of them yet brings no note back
  }
  title.focus();
}

/** Whether a unit has a note that went with no answer yet. */
const isNoted = ({ note, entry: { row } }: Sheet): boolean => !!note.trim() && (row.is !== "decided" || row.delivery === "failed");

/** Return the door back to a unit that one had, if any. */
const backTo = (nth: number): HTMLElement[] => (sheets[nth] ? [h("button", { id: "back", click: () => go(nth) }, say("deskBack"), kbd("B"))] : []);

function nothing(): void {
  const doors = [...backTo(sheets.length - 1), h("button", { class: "go", id: "next", click: () => void turn() }, say("deskLook"))];
  root.replaceChildren(
    head(say, slug, progress),
    line(),
    h("div", { class: "alone" }, heading(say("deskDone")), h("p", {}, say("deskDoneMore", "", progress.answered_count)), h("div", { class: "bar" }, ...doors)),
  );
  root.querySelector("h1")!.focus();
  at = sheets.length;
}

/** Return the line for what became of an answer; that is said once. */
function line(): HTMLElement {
  const made = h("p", { class: "quiet", role: "status", id: "told" }, notice);
  notice = "";
  return made;
}

/** Return the heading of a page, which takes the focus; who hears it hears what became of an answer too. */
const heading = (...words: (Node | string)[]): HTMLElement => h("h1", { tabindex: "-1", "aria-describedby": "told" }, ...words);

function go(to: number): void {
  clearTimeout(timer);
  at = to;
  draw();
}

/** Let a tag that runs the other way do so within the words of its answers and of the way back, which are seen here. */
function isolate({ candidate }: Entry): void {
  const isForeign = FROM_THE_RIGHT.test(candidate.title) !== (document.documentElement.dir === "rtl");
  if (isForeign && !candidate.title.startsWith("\u2068")) candidate.title = `\u2068${candidate.title}\u2069`;
}

/** Return words around what fills them in. */
function around(key: string, ...filling: (Node | string)[]): (Node | string)[] {
  const [before, after] = say(key, "\0").split("\0") as [string, string];
  return [before, ...filling, after];
}

function draw(): void {
  beside.disconnect();
  if (guided !== undefined && guided !== session.question.guideline) notice ||= say("deskGuided");
  const sheet = sheets[at]!;
  const { next, entry } = sheet;
  const { question } = session;
  const mark = element(sheet);
  if (question.kind === "tags") isolate(entry);
  const inside = (by: Mark, item: DeskItem) => (isSpotted() ? ground(guest, by, entry, item, at === 0) : []);
  const note = h("textarea", { id: "note", rows: "1", dir: "auto", maxlength: "1000", placeholder: " ", input: () => jot(next.assignment!.id, (sheet.note = note.value)) });
  note.value = sheet.note;
  const isFirst = at === 0;
  const about = question.kind === "tags" ? [h("p", { class: "about" }, ...around("deskTag", h("bdi", {}, entry.candidate.title)))] : [];
  root.replaceChildren(
    head(say, slug, progress),
    line(),
    h(
      "div",
      { class: "work" },
      heading(asked()),
      ...about, // before what is read, or one learns at its end what to look for
      ...guidelineOf(isFirst),
      ...(session.consent && isFirst ? [h("p", { class: "quiet" }, h("bdi", {}, session.consent))] : []),
      h("div", { class: `items items${next.items.length}`, pointerdown: () => clearTimeout(timer) }, ...next.items.map((item) => panel(say, item, ...inside(mark, item)))),
      ...(next.reasons.length ? [h("p", { class: "reasons" }, ...around("deskReasons", ...next.reasons.flatMap((reason, nth) => [nth ? "; " : "", h("bdi", {}, reason)])))] : []),
      h("div", { class: "dock" }, mark, h("div", { class: "noted" }, h("label", { for: "note" }, say("deskNote"), kbd("N")), note), bar(next)),
    ),
  );
  ready();
  if (entry.row.is === "decided") document.getElementById("next")!.focus();
  else root.querySelector("h1")!.focus();
}

const isLast = (): boolean => at === sheets.length - 1;

/** Return the doors below a unit's answers: back and onward, and how one likes to work. */
function bar({ assignment }: DeskNext): HTMLElement {
  const back = h("button", { id: "back", click: () => go(at - 1) }, say("deskBack"), kbd("B"));
  const skip = h("button", { id: "skip", click: () => skipped(assignment!.id) }, say("deskSkip"), kbd("S"));
  const onward = h("button", { class: "go", id: "next", click: forward }, say("deskNext"), kbd("Enter"));
  const self = h("input", { type: "checkbox", id: "self", change: () => keep(BY_ITSELF, self.checked ? "1" : "") });
  const keys = h("input", { type: "checkbox", id: "keys", change: () => mute(!keys.checked) });
  self.checked = recall(BY_ITSELF) === "1";
  keys.checked = !areKeysOff;
  back.hidden = at === 0;
  return h("div", { class: "bar" }, back, h("label", { class: "hint" }, keys, h("span", {}, say("deskKeys"))), h("label", {}, self, say("deskSelf")), h("div", { class: "onward" }, skip, onward));
}

/** Let single keys answer no more, for who speaks to the machine or rests a hand on it; or let them again. */
function mute(isOff: boolean): void {
  areKeysOff = isOff;
  root.classList.toggle("mute", isOff);
  keep(KEYS, isOff ? "off" : "");
}

/** Return the words of the question. */
const asked = (): HTMLElement => h("bdi", {}, session.question.kind === "pair" ? say("deskPair") : session.question.prompt);

/** Return how to decide, if that is told; open where it is new. */
function guidelineOf(isFirst: boolean): HTMLElement[] {
  const text = session.question.guideline;
  const isNew = text !== guided;
  guided = text;
  return text ? [guideline(say, text, isFirst || isNew)] : [];
}

/** Return the element of the question's kind, which finds its model ready. */
function element(sheet: Sheet): Mark {
  const { entry, next } = sheet;
  const { model } = entry;
  know(model);
  const made = document.createElement(`earmark-${ELEMENTS[session.question.kind]}`) as Mark;
  made.setAttribute("question", model.question.id);
  made.setAttribute("item", model.item);
  for (const name of ["pointerdown", "keydown"]) made.addEventListener(name, () => clearTimeout(timer)); // who goes on with this one is not led away
  const become = made._become;
  made._become = (which) => {
    become.call(made, which);
    queueMicrotask(ready); // whatever becomes of an answer, also once it was heard of
  };
  made.addEventListener("earmark:show", () => {
    const ours = [elementCss, isSpotted() ? spotCss : listCss].map(guest._kit.sheet);
    made._root.adoptedStyleSheets = [...made._root.adoptedStyleSheets, ...ours];
    fit();
    root.querySelectorAll(".dock,.guideline").forEach((node) => beside.observe(node));
  });
  made.addEventListener("earmark:decide", (event) => {
    const { detail } = event as CustomEvent<{ candidate?: string; note?: string }>;
    if (isSpotted() && !detail.candidate) return; // a spot of their own, beside the one that is asked
    const note = sheet.note.replace(UNWRITABLE, "").trim();
    if (note) detail.note = note;
    jot(next.assignment!.id, ""); // it goes with the answer
    if (isSpotted()) made._card.style.minHeight = `${made._card.offsetHeight}px`; // or the text would grow as the answers go
    queueMicrotask(() => {
      ready();
      document.getElementById("next")?.focus();
      if (recall(BY_ITSELF) === "1" && isLast()) timer = setTimeout(forward, PAUSE_MS);
    });
  });
  made.addEventListener("earmark:undo", () => {
    clearTimeout(timer);
    isTakenBack = true;
    jotAgain(sheet);
    if (isSpotted()) made._card.style.minHeight = "";
  });
  return made;
}

/** Let the element of a model find it, with the question as it is now. */
function know(model: Model): void {
  model.question = session.question;
  guest._models.set(`${model.question.id} ${model.item}`, Promise.resolve(model));
}

/** Keep a note again whose answer went nowhere. */
const jotAgain = ({ next, note }: Sheet): void => jot(next.assignment!.id, note);

/** Return the unit that stands on the desk, if one does. */
const here = (): Sheet | undefined => (root.querySelector(".work") ? sheets[at] : undefined);

/** Hear what became of an answer, also of one that was moved on from. */
function heard(event: Event): void {
  const { status, code, judgement } = (event as CustomEvent<EventResult & { judgement: string }>).detail;
  if (status !== "bad") return;
  const isMeant = ({ row }: Entry) => row.is === "decided" && row.judgement === judgement;
  const sheet = sheets.find((one) => one.entry.model.entries.some(isMeant)); // none where it was taken back
  const refused = sheet?.entry.model.entries.find(isMeant);
  const isAsked = refused === sheet?.entry; // else a spot of their own, beside the one that is asked
  const isHere = sheet && sheet === here();
  if (isHere) clearTimeout(timer);
  if (sheet && isAsked) jotAgain(sheet); // it went nowhere
  if (PAST[code!]) {
    if (refused) guest._answers!._step(refused, { type: "leave" }); // what is no answer any more cannot be tried again
    if (refused) notice = say(PAST[code!]!);
    void renew(isAsked ? sheet : undefined);
  } else if (sheet && code === "lease_over") {
    notice = say("deskTaken");
    if (isHere) forward();
    else tell();
  }
}

/** Ask for the question anew, since it was changed; who is still at the unit whose answer was refused has it there with the answers of now. */
async function renew(refused?: Sheet): Promise<void> {
  if (!renewing) {
    guest._session = undefined;
    renewing = guest._meet().catch(() => {}).finally(() => (renewing = undefined)); // prettier-ignore
  }
  const isHere = () => refused && refused === here();
  const isToCome = isLast() || session.question.kind === "tags"; // the server knows what it asks still; a tag that is no label it does not
  if (isHere() && isToCome && !isBusy()) return turn();
  await renewing;
  if (isBusy()) return; // what comes has the answers of now
  if (isHere()) return draw();
  const drawn = freshen();
  tell();
  await drawn;
}

/** Say what became of an answer where one is, else with what comes next. */
function tell(): void {
  const said = root.querySelector(":scope>[role=status]");
  if (!notice || !said || isBusy()) return;
  said.textContent = notice;
  notice = "";
}

/** Draw the question of now and its answers to the unit that stands there; a note that is being written stays as it is. */
async function freshen(): Promise<void> {
  const sheet = here();
  if (!sheet || sheet.entry.model.question === session.question) return;
  know(sheet.entry.model);
  ask();
  const mark = root.querySelector<Mark>(`earmark-${ELEMENTS[session.question.kind]}`)!;
  const had = document.activeElement === mark;
  await mark._begin();
  if (had) mark._focus(sheet.entry);
}

/** Draw what is asked as it is now, and the guideline where it was changed; one that somebody reads or shut stays so. */
function ask(): void {
  const title = root.querySelector("h1")!;
  title.replaceChildren(asked());
  const before = root.querySelector<HTMLDetailsElement>(".guideline");
  const text = session.question.guideline;
  if (text === (before?.querySelector(".text")?.textContent ?? "")) return;
  before?.remove();
  guided = text;
  notice ||= say("deskGuided");
  if (!text) return;
  const made = guideline(say, text, before?.open ?? true);
  (root.querySelector(".about") ?? title).after(made);
  beside.observe(made);
}

/** Show which doors are open, onward once there is an answer, skipping while there is none; the focus stays in none that goes. */
function ready(): void {
  const isDecided = here()?.entry.row.is === "decided";
  if (!here()) return;
  const had = document.activeElement?.id;
  document.getElementById("next")!.hidden = !isDecided;
  document.getElementById("skip")!.hidden = isDecided;
  (document.getElementById("note") as HTMLTextAreaElement).disabled = isDecided; // it goes with the answer: Undo opens it again
  if (isDecided && /^(note|skip)$/.test(had!)) document.getElementById("next")!.focus();
  else if (!isDecided && had === "next") root.querySelector<Mark>("[question]")!._focus(here()!.entry);
}

function forward(): void {
  clearTimeout(timer);
  if (at < sheets.length - 1) return go(at + 1);
  isTakenBack = false; // who answered anew goes on with what is on its way
  void turn({ after: sheets[at]!.next.assignment!.id });
}

/** Give a unit back and go on; where the next is on its way already, with that. */
function skipped(assignment: number): void {
  if (!isLast()) return go(at + 1);
  if (!isBusy()) return void turn({ leave: assignment });
  if (!isTakenBack) return; // they go on as it is
  isTakenBack = false;
  void guest._call("desk/leave", { assignment }).catch(() => {}); // else its lease ends by itself
}

/** Answer to single keys, which only the desk has: digits answer, the rest are named on the page. */
function pressed(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const inner = event.composedPath()[0] as HTMLElement;
  if (inner.closest(".layer,.sheet,.draw")) return; // where words are chosen, or a box is drawn, keys mean something else
  if (event.isComposing) return; // it is the writing's own
  if (event.key === "Escape" && target.id === "note") return root.querySelector("h1")?.focus();
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || target.matches("textarea,input:not([type=checkbox])")) return;
  const mark = session && root.querySelector<Mark>(`earmark-${ELEMENTS[session.question.kind]}`); // none before somebody answered
  const answers = mark?.inert ? undefined : mark?._root;
  const one = (selector: string) => answers?.querySelector<HTMLElement>(selector);
  const key = meant(event);
  const digit = Number(key);
  const doors: Record<string, HTMLElement | null | undefined> = {
    u: one(".undo"),
    n: document.getElementById("note"),
    s: document.getElementById("skip"),
    b: document.getElementById("back"),
  };
  const found = areKeysOff ? undefined : digit ? answers?.querySelectorAll<HTMLElement>("[data-value]")[digit - 1] : doors[key];
  if (found && !found.hidden) {
    event.preventDefault();
    if (found.id === "note") found.focus();
    else found.click();
  } else if (event.key === "Enter" && !target.closest("button,a,summary,label") && target.localName.indexOf("earmark")) {
    const onward = document.getElementById("next");
    if (onward && !onward.hidden) onward.click();
  }
}

/** Give the unit back that came last and was not answered, so that others may have it; who wrote a note finds it as they come again. */
function goAway(): void {
  const sheet = sheets.at(-1); // whatever they look back at
  if (!sheet || at === sheets.length || sheet.note.trim() || sheet.entry.row.is === "decided") return;
  void guest._meet().then(({ token }) =>
    fetch(`${BASE}v1/desk/leave`, {
      method: "POST", keepalive: true, credentials: "omit", headers: { "Content-Type": "text/plain" },
      body: JSON.stringify({ token, assignment: sheet.next.assignment!.id }),
    }), // prettier-ignore
  );
}

addEventListener("keydown", pressed);
addEventListener("earmark:saved", heard);
addEventListener("pagehide", goAway);
addEventListener("pageshow", ({ persisted }) => persisted && void turn());
addEventListener("hashchange", () => location.reload());
begin().catch((error: unknown) => (guest ? fail(error as Refused, {}) : setTimeout(() => location.reload(), AGAIN_MS)));
