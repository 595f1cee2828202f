// Why somebody is asked, their own marks, and how to be left alone; brought when it is first opened.
import type { Entry, Guest } from "./core";
import { CHECK, OFFLINE, UNDO, WARN } from "./dom";
import type { Mark } from "./mark";
import type { Decided } from "./marking";
import type { Words } from "./strings";
import type { Refused } from "./api";
import { menu as words, own } from "./strings/en";
import type { EventResult, OwnMark, OwnMarks } from "./wire";

/** How many of one's marks are listed, the newest. */
const MOST_MARKS = 20;
/** How long a file stands ready for the browser to fetch. */
const KEEP_MS = 60_000;

const css = `
.note{background:var(--sunken);margin:4px 16px 8px;border-radius:8px;padding:10px 12px;font-size:14px}
.note .doors{display:flex;flex-wrap:wrap;gap:4px 12px;margin-top:4px}
.note .quiet{margin:0;padding:0 4px}
.note li{display:flex;align-items:center;gap:8px;min-height:36px;border-top:1px solid var(--line)}
.note li>span{flex:1;min-width:0}
.note li .said{flex:none;width:16px;min-height:16px}
.note .gone .undo{visibility:hidden}
.note .word{min-height:2.6em;margin-top:4px}
.note .undo{margin:0}.note .doors .undo{margin:4px -8px}
.note .away>span{text-decoration:line-through}
.note .none,.note ul:empty{display:none}.note ul:empty+.none{display:block}
.note [role=group] .doors{margin-top:8px}
.note .edge{border:1px solid var(--ctl);border-radius:8px;padding:0 12px}
`;

/** Open the note below a node, or close it again; `by` is the button that was pressed. */
export function menu(guest: Guest, mark: Mark, below: HTMLElement, by: HTMLElement): void {
  const { h, say, learn, sheet } = guest._kit;
  const answers = guest._answers!;
  const model = mark._model;
  learn(words);
  mark._root.adoptedStyleSheets = [...new Set([...mark._root.adoptedStyleSheets, sheet(css)])];
  const doors = [...mark._card.querySelectorAll<HTMLElement>("[aria-expanded][class=why],[aria-expanded][class=icon]")].filter((one) => below.contains(one));
  const expand = (isOpen: boolean) => doors.forEach((one) => one.setAttribute("aria-expanded", `${isOpen}`));
  const there = mark._card.querySelector(".note");
  if (there) {
    there.remove();
    return expand(false);
  }
  if (!model) return;

  const shut = () => {
    note.remove();
    expand(false);
    (by.isConnected ? by : doors.find((one) => one.isConnected))?.focus(); // a door that asked goes with the question
  };
  const keydown = ({ key }: KeyboardEvent) => key === "Escape" && mark._model && shut(); // who left has nothing to go back to
  const door = (key: string, click: () => void) => h("button", { class: "quiet", click }, say(key));
  let leaving: Promise<void> | undefined; // pressed twice it is told once
  const note = h(
    "div",
    { class: "note", tabindex: "-1", keydown },
    h("p", {}, say("because")),
    h("div", { class: "doors" }, door("marks", () => void list(guest, mark, note, tell)), ...(model.answer.ask ? [door("notNow", () => quiet("dismiss"))] : []), door("hide", () => quiet("hide")), door("optOut", () => void (leaving ??= leave(guest, mark, note, tell)))),
  );
  below.after(note);
  expand(true);
  note.focus();

  function tell(key: string, n?: number): void {
    note.replaceChildren(h("p", {}, say(key, "", n)));
    mark._say(say(key, "", n));
    note.focus();
  }

  /** Ask this person the question no more, now or ever; what is useful without it stays. */
  function quiet(type: "dismiss" | "hide"): void {
    answers._tell({ exposure: model!.answer.exposure!, _shownAt: performance.now() }, { type });
    model!.answer.ask = false;
    for (const entry of model!.entries) {
      if (entry.row.is !== "asked") continue;
      entry.row = { is: "quiet" };
      mark._become(entry);
    }
    mark._card.querySelectorAll(".ask,.why").forEach((one) => one.remove());
    type === "hide" ? tell("hidden") : shut();
  }
}

/** Return the words for what refused us: that it was too much, with the minutes to wait, or that nobody answered. */
const why = ({ status, retryAfterS }: Refused): [key: string, minutes?: number] => (status === 429 ? ["tooMany", Math.ceil(retryAfterS / 60) || 1] : ["unreachable"]);

/** Whether a person is still whom the host signs for: what another one asked for is none of theirs. */
async function stays(guest: Guest, person: string): Promise<boolean> {
  const { annotator } = await guest._meet().catch(() => ({ annotator: "" }));
  return annotator === person;
}

/** Bring the words that are about oneself; without those of the language it is English. */
async function speak(guest: Guest): Promise<void> {
  const { learn } = guest._kit;
  learn(own);
  if (guest._language) await guest._load<{ words: Words }>(`${guest._language}_own`).then(({ words }) => learn(words), () => {}); // prettier-ignore
}

/** Leave altogether; `tell` says what came of it, and Undo stands beside. */
async function leave(guest: Guest, mark: Mark, note: HTMLElement, tell: (key: string, n?: number) => void): Promise<void> {
  const { fire, h, icon, say } = guest._kit;
  const person = guest._answers!._person();
  const refused = await optOut(guest, person, true);
  if (refused) return tell(...refused);
  if (!(await stays(guest, person))) return;
  if (!guest._answers!._waiting()[0]) guest._answers!._close(); // what was seen before leaves now, as the person who was here; an answer is waited for
  guest._models.clear();
  guest._session = undefined;
  hush(guest, mark, note);
  tell("optedOut");
  fire(mark, "optout", { out: true });
  const said = h("p", { class: "said word" });
  let isUnderWay = false;
  const click = async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    const refused = await optOut(guest, person, false);
    isUnderWay = false;
    if (refused) return show(guest, mark, said, ...refused);
    if (await stays(guest, person)) comeBack(guest, mark);
  };
  const undo = h("button", { class: "undo", "aria-label": `${say("undo")}: ${say("optOut")}`, click }, icon(UNDO), say("undo"));
  note.append(h("div", { class: "doors" }, undo), said);
  undo.focus();
}

/** Tell the server that a person leaves, or comes back; return the words for what refused us. */
async function optOut(guest: Guest, person: string, out: boolean): Promise<ReturnType<typeof why> | undefined> {
  const refused = await guest._call("me/optout", { out }, person).then(() => undefined, why); // prettier-ignore
  if (refused) await speak(guest);
  return refused;
}

/** Draw all anew for who took back that they left, each in the room that it had. */
function comeBack(guest: Guest, mark: Mark): void {
  const { fire, say, sheet } = guest._kit;
  guest._models.clear();
  guest._session = undefined;
  fire(mark, "optout", { out: false });
  const shown = () => {
    mark._say(say("undone"));
    for (const one of mark._card.querySelectorAll<HTMLElement>("[aria-expanded]")) if (document.activeElement === document.body) one.focus({ preventScroll: true }); // the first that can be seen
  };
  mark.addEventListener("earmark:show", shown, { once: true });
  const all = [...guest._views].map((view) => [view, view._root.firstElementChild?.getBoundingClientRect().height] as const);
  for (const [view, height] of all) {
    if (height) view._root.adoptedStyleSheets = [sheet(`:host{min-height:${height}px!important;--earmark-reserve:${height}px!important}`), ...view._root.adoptedStyleSheets]; // above the host's, and goes as it is drawn
    void view._begin();
  }
}

/** List in the note what this person marked, with what waits here to be sent; `tell` says why there is no list. */
async function list(guest: Guest, mark: Mark, note: HTMLElement, tell: (key: string, n?: number) => void): Promise<void> {
  const { h, say } = guest._kit;
  const [told] = await Promise.all([guest._call<OwnMarks>("me/judgements", { limit: MOST_MARKS + 1 }, guest._answers!._person()).catch(why), speak(guest)]);
  if (Array.isArray(told)) return tell(...told);
  const hasMore = told.judgements.length > MOST_MARKS;
  const newest = told.judgements.slice(0, MOST_MARKS);
  const kept = new Set(told.judgements.map(({ judgement }) => judgement));
  const waiting = guest._answers!._waiting().filter(([id]) => !kept.has(id));
  const said = h("p", { class: "said word" });
  const rows = h("ul", {}, ...waiting.map((one) => row(guest, mark, note, said, ofEntry(...one))), ...newest.map((one) => row(guest, mark, note, said, one)));
  const door = (key: string, click: () => void) => h("button", { class: "quiet", click }, say(key));
  const remove = door("erase", () => sure(guest, mark, note, back));
  const all = [h("p", {}, say("marks")), rows, h("p", { class: "none" }, say("noMarks")), ...(hasMore ? [h("p", {}, say("marksMore", `${MOST_MARKS}`))] : []), h("div", { class: "doors" }, door("download", () => void download(guest, mark, said)), remove), said];
  function back(): void {
    note.replaceChildren(...all);
    remove.focus();
  }
  note.replaceChildren(...all);
  note.focus();
}

/** Return a mark that waits to be sent as the server will tell it. */
function ofEntry(judgement: string, { candidate, exposure, row, model }: Entry): OwnMark {
  const { value } = row as Decided;
  return model.question.kind === "choice" ? { judgement, exposure, item: { title: model.question.prompt }, candidate: null, value } : { judgement, exposure, item: candidate, candidate: null, value };
}

function row(guest: Guest, mark: Mark, note: HTMLElement, said: HTMLElement, one: OwnMark): HTMLElement {
  const { h, icon, say } = guest._kit;
  const answers = guest._answers!;
  const about = [one.item.title, ...(one.candidate ? [one.candidate.title] : [])].map((words) => h("bdi", {}, words));
  const node = h("li", {}, h("span", {}, ...about.flatMap((each, nth) => (nth ? [" · ", each] : [each])), ": ", answers._saying(one.value)));
  if (!one.exposure) return node;
  const sign = h("p", { class: "said" });

  /** Say as much of the undo as is known: that it waits, that it failed, or that it is done; a sign stands in the row, words below the list. */
  const hear = (result?: EventResult) => {
    const key = !result ? "offline" : result.status === "bad" ? "failed" : "undone";
    if (sign.dataset["is"] === key) return;
    if (key === "failed") node.classList.remove("away");
    if (key === "undone") {
      if (node.contains(mark._root.activeElement)) note.focus();
      node.classList.add("gone");
    }
    sign.dataset["is"] = key;
    sign.className = `said ${key}`;
    sign.replaceChildren(icon({ offline: OFFLINE, failed: WARN, undone: CHECK }[key]), h("span", { class: "unseen" }, say(key)));
    show(guest, mark, said, key);
  };
  const click = () => {
    if (node.classList.contains("away")) return;
    node.classList.add("away");
    delete sign.dataset["is"];
    const here = answers._entry(one.judgement);
    if (here) answers._undo(here, mark, hear);
    else answers._tell({ exposure: one.exposure!, _shownAt: performance.now() }, { type: "undo", judgement: one.judgement }, hear);
  };
  node.append(sign, h("button", { class: "undo", "aria-label": `${say("undo")}: ${(one.candidate ?? one.item).title}`, click }, say("undo")));
  return node;
}

/** Show in the line that the note keeps for it what came of something. */
function show(guest: Guest, mark: Mark, said: HTMLElement, key: string, n?: number): void {
  const { icon, say } = guest._kit;
  const isBad = /^(failed|unreachable|tooMany)$/.test(key);
  said.className = `said word${isBad ? " failed" : ""}`;
  said.replaceChildren(icon(isBad ? WARN : key === "offline" ? OFFLINE : CHECK), say(key, "", n));
  mark._say(say(key, "", n));
}

/** Hand a person what is stored of them, as a file. */
async function download(guest: Guest, mark: Mark, said: HTMLElement): Promise<void> {
  const person = guest._answers!._person();
  const told = await guest._call<{ records: object[] }>("me/export", {}, person).catch(why);
  if (Array.isArray(told)) return show(guest, mark, said, ...told);
  if (!(await stays(guest, person))) return;
  const href = URL.createObjectURL(new Blob([JSON.stringify(told, null, 1)], { type: "application/json" }));
  guest._kit.h("a", { href, download: "my-data.json" }).click();
  setTimeout(() => URL.revokeObjectURL(href), KEEP_MS);
  show(guest, mark, said, "downloaded");
}

/** Say what deleting does, and ask once more; `back` leads to the list. */
function sure(guest: Guest, mark: Mark, note: HTMLElement, back: () => void): void {
  const { h, say } = guest._kit;
  const said = h("p", { class: "said word" });
  let isUnderWay = false;
  const keydown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // the note stays open
    back();
  };
  const click = async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    const person = guest._answers!._person();
    const refused = await guest._call("me/erase", { sure: true }, person).then(() => undefined, (refused: Refused) => refused); // prettier-ignore
    isUnderWay = false;
    if (refused && refused.code !== "annotator_erased") return show(guest, mark, said, ...why(refused));
    drop(person);
    if (!refused && !(await stays(guest, person))) return;
    forget(guest);
    hush(guest, mark, note);
    note.replaceChildren(h("p", {}, say("erased")));
    mark._say(say("erased"));
    note.focus();
    guest._kit.fire(mark, "optout", { out: true, erased: true });
  };
  const keep = h("button", { class: "edge", "aria-describedby": "sure", click: back }, say("keepData"));
  note.replaceChildren(
    h("div", { role: "group", "aria-labelledby": "sure", keydown }, h("p", { id: "sure" }, say("eraseSure")), h("div", { class: "doors" }, h("button", { class: "edge", click }, say("eraseNow")), keep), said),
  );
  keep.focus();
}

/** Ask nothing more and send nothing more for the person who was erased, until the host signs for somebody. */
function forget(guest: Guest): void {
  const { settings } = guest._earmark;
  const { identity } = settings;
  const meet = guest._meet;
  guest._meet = (places) => (settings.identity === identity ? Promise.reject({ status: 0 }) : meet.call(guest, places));
  guest._models.clear();
  guest._answers!._close();
}

/** Keep nothing more of a person in this browser. */
function drop(person: string): void {
  try {
    sessionStorage.removeItem(`earmark:${person}`);
  } catch {
    // Where nothing may be kept, nothing is.
  }
}

/** Take away all that is drawn but the note; what somebody sees stays where it is. */
function hush(guest: Guest, mark: Mark, note: HTMLElement): void {
  for (const view of guest._views) {
    const card = view._card;
    const height = card.isConnected ? card.getBoundingClientRect().height : 0;
    const live = card.querySelector("[aria-live]")!;
    view._clear();
    if (!height && view !== mark) continue;
    view._end = new AbortController();
    if (view === mark) card.replaceChildren(note, live);
    const holds = view === mark ? card : guest._kit.h("div", {});
    holds.style.minHeight = `${height}px`;
    view._root.append(holds);
    void view._free(height).then(() => (view === mark ? (card.style.minHeight = "") : holds.remove()));
  }
}
