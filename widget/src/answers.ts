// Answers: what a person says of an entry, drawn, told once, taken back; brought together with the first kind.
// There is one guest in a page, so what it holds stands in this module.
import type { Entry, Guest, Model } from "./core";
import { CHECK, OFFLINE, rove, stopAt, UNDO, WARN } from "./dom";
import { uuid7 } from "./ids";
import type { Mark } from "./mark";
import { next, type Decided, type Happening, type Row } from "./marking";
import { Outbox } from "./outbox";
import { answers as words } from "./strings/en";
import type { Answer, Candidate, EventResult, EventsAnswer, Fact, PlaceAnswer, Question, SentEvent, Via } from "./wire";

const SOON_MS = 1500;

type Inside = Node | string;

let guest: Guest;
let kit: Guest["_kit"];
let outbox: Outbox | undefined;
let whose: string | undefined;
let seq = 0;
const judged = new Map<string, Entry>();
/** Who hears what became of an event; nothing for as long as nobody answers. */
type Hear = (result?: EventResult) => void;
const hearers = new Map<string, Hear>();

/** Open the outbox of a person; what was kept for them leaves. */
function open(person: string): void {
  if (person === whose) return;
  whose = person;
  judged.clear();
  outbox?._close();
  outbox = new Outbox(
    person,
    (events, lost_count) => guest._call<EventsAnswer>("events", { events, lost_count }, person),
    hear,
  );
}

/** Send what waits, beside what is on its way. What nobody heard of leaves again with the next page; it is stored once. */
const flush = (event: Partial<Event>): unknown => outbox?._flush(event);

function close(): void {
  flush({});
  outbox?._close();
  whose = "";
  judged.clear();
  hearers.clear();
}

/** Return the entry that a judgement answers as it stands, if any here. */
function entryOf(id: string): Entry | undefined {
  const entry = judged.get(id);
  return (entry?.row as Decided | undefined)?.judgement === id ? entry : undefined;
}

/** Return what was answered here and is not stored yet. */
const waiting = (): [string, Entry][] => [...judged].filter(([id, { row }]) => entryOf(id) && (row as Decided).delivery !== "saved");

/** Make the model of a place from what the server told; what is on its way there is known here alone. */
function model(question: Question, item: string, answer: PlaceAnswer): Model {
  const made: Model = { question, item, answer, entries: [] };
  const isChoice = question.kind === "choice";
  const stand = answer.answers.filter(({ judgement }) => entryOf(judgement) || !judged.has(judgement)); // neither taken back here nor given anew
  const all = new Map([...answer.candidates, ...stand.map((one) => one.candidate)].map((one) => [one.id, one]));
  for (const candidate of isChoice ? [answer.candidates[0] ?? nothing] : all.values()) {
    const said = stand.find((one) => isChoice || one.candidate.id === candidate.id);
    const row: Row = said
      ? { is: "decided", value: said.value, judgement: said.judgement, delivery: "saved", effect: said }
      : { is: answer.ask ? "asked" : "quiet" };
    const entry = enter(made, candidate, said?.exposure ?? answer.exposure!, row, answer.candidates.some(({ id }) => id === candidate.id));
    if (said) judged.set(said.judgement, entry);
  }
  for (const [id, was] of waiting()) {
    if (was.model.question.id !== question.id || was.model.item !== item) continue;
    const at = made.entries.findIndex(({ candidate }) => isChoice || (candidate.id && candidate.id === was.candidate.id));
    judged.set(id, (made.entries[at < 0 ? made.entries.length : at] = { ...was, model: made }));
  }
  return made;
}

/** Add an entry that has just been shown. */
function enter(into: Model, candidate: Candidate, exposure: string, row: Row, _isUnseen: boolean): Entry {
  const entry = { model: into, candidate, exposure, _shownAt: performance.now(), row, _isUnseen, _anchor: candidate.anchor };
  into.entries.push(entry);
  return entry;
}

function tell({ exposure, _shownAt }: Pick<Entry, "exposure" | "_shownAt">, fact: Fact, hear?: Hear): string {
  const id = uuid7();
  if (hear) hearers.set(id, hear);
  outbox!._add({ ...fact, id, exposure, seq: seq++, at_ms: Math.round(performance.now() - _shownAt) }, /seen|x/.test(fact.type) ? SOON_MS : 0);
  return id;
}

function step(entry: Entry, happened: Happening): boolean {
  return put(entry, next(entry.row, happened));
}

function put(entry: Entry, row: Row): boolean {
  if (row === entry.row) return false;
  entry.row = row;
  viewsOf(entry).forEach((view) => view._become(entry));
  return true;
}

const viewsOf = (entry: Entry): Mark[] => [...guest._views].filter(({ _model }) => _model === entry.model);

/** Answer an entry, unless the host's page says no; returns the judgement's id. */
function decide(entry: Entry, value: string, via: Via, from: EventTarget, note?: string): string | undefined {
  const { id } = entry.candidate;
  const { kind } = entry.model.question;
  const detail: Record<string, unknown> = { ...about(entry), value, note };
  if (entry.row.is === "decided" || !kit.fire(from, "decide", detail)) return undefined;
  const judgement = tell(entry, {
    type: "judge",
    ...(id && !/^[tc]/.test(kind) && { candidate: id }),
    answer: { kind, value, anchor: entry._anchor, ...(kind === "tags" && { tag: id }) } as Answer,
    judged_at: new Date().toISOString(),
    via,
    note: detail.note ? `${detail.note}` : undefined,
  } as Fact);
  judged.set(judgement, entry);
  step(entry, { type: "decide", value, judgement });
  return judgement;
}

function undo(entry: Entry, from: EventTarget, hear?: Hear): void {
  const { row } = entry;
  if (row.is !== "decided") return;
  const { judgement, value } = row;
  tell(entry, { type: "undo", judgement }, (result) => {
    if (result?.status === "bad" && entry.row.is !== "decided") {
      put(entry, row); // it stands yet
      viewsOf(entry)[0]?._say(kit.say("failed"));
    }
    hear?.(result);
  });
  step(entry, { type: "undo" });
  kit.fire(from, "undo", { ...about(entry), value, judgement });
}

function hear({ id }: SentEvent, result?: EventResult): void {
  hearers.get(id)?.(result);
  const entry = judged.get(id);
  if (!entry) return;
  const type = !result ? "offline" : result.status === "bad" ? "failed" : "saved";
  const [view] = viewsOf(entry);
  const was = entry.row as Decided;
  if (step(entry, { type, judgement: id, effect: result }) && (type !== "saved" || was.delivery === "offline")) view?._say(after(entry.row as Decided));
  if (result) kit.fire(view ?? document, "saved", { ...about(entry), ...result, judgement: id });
}

/** Return a button that answers. */
function button(mark: Mark, entry: Entry, value: string, props: Parameters<Guest["_kit"]["h"]>[1], ...inside: Inside[]): HTMLElement {
  const click = (event: MouseEvent) => press(mark, entry, value, event);
  const { row } = entry;
  const isUndone = row.is === "asked" && row.undone === value;
  return kit.h("button", { part: "button", "data-value": value, "data-undone": isUndone, click, ...props }, ...inside);
}

/** Return the quiet door to a question that is not asked. */
function door(entry: Entry): HTMLElement {
  return kit.h("button", { class: "quiet", click: () => step(entry, { type: "open" }) }, kit.say("mark"));
}

/** Return a group of answers with one tab stop, which stands on what was taken back. */
function group(label: string, name: string, ...buttons: HTMLElement[]): HTMLElement {
  const made = kit.h("div", { class: name, role: "toolbar", "aria-label": label }, ...buttons);
  return rove(made, made.querySelector("[data-undone]"));
}

function press(mark: Mark, entry: Entry, value: string, event: MouseEvent): void {
  if (!decide(entry, value, via(event), mark)) return;
  mark._focus(entry);
  mark._say(said(value));
}

function takeBack(mark: Mark, entry: Entry): void {
  undo(entry, mark);
  mark._focus(entry);
  mark._say(kit.say("undone"));
}

/** Return the words of an answer: the host's for its labels, ours for being unsure. */
const name = (value: string): string => kit.sayOf("labels", value) || (/^(unsure|none)$/.test(value) ? kit.say(value) : value);

const said = (value: string): string => kit.sayOf("answer", value) || `${name(value)}.`;

/** Return what is drawn once an entry is answered: what was said, what it did, and the way back. */
function answered(mark: Mark, entry: Entry, row: Decided): HTMLElement[] {
  const { h, icon, say } = kit;
  const line = (name: string, drawn: string, ...inside: Inside[]) => h("p", { class: `said ${name}` }, icon(drawn), h("span", {}, ...inside));
  const leave = () => {
    step(entry, { type: "leave" });
    mark._focus(entry);
  };
  const again = (event: MouseEvent) => {
    leave();
    press(mark, entry, row.value, event);
  };
  if (row.delivery === "failed")
    return [line("failed", WARN, after(row)), h("button", { class: "quiet", click: leave }, say("leave")), h("button", { class: "undo", click: again }, say("again"))];
  const isAway = row.delivery === "offline";
  const back = { class: "undo", part: "undo", "aria-label": `${say("undo")}: ${entry.model.question.kind === "choice" ? name(row.value) : entry.candidate.title}`, click: () => takeBack(mark, entry) };
  return [
    line(isAway ? "" : "yours", isAway ? OFFLINE : CHECK, h("b", {}, h("bdi", {}, said(row.value))), " ", after(row)),
    h("button", back, icon(UNDO), say("undo")),
  ];
}

/** Return what is said after the answer: that it waits, why it was not saved where there is a word for that, what it did, what it is good for. */
function after({ value, effect, delivery }: Decided): string {
  const { say, sayOf } = kit;
  if (/^[of]/.test(delivery)) return sayOf("refused", effect?.code!) || say(delivery);
  const { state, others_count, agree_count, votes_count } = effect ?? {};
  if (value !== "unsure") {
    if (state === "settled") return votes_count! > 1 ? say("agree", `${agree_count}`, votes_count!) : say(state);
    if (/^[pc]/.test(state!)) return say(state!);
    if (others_count) return say("others", "", others_count);
  }
  return sayOf("after", value);
}

/** What a choice is about, where none of its labels is guessed. */
const nothing = { id: "" } as Candidate;

const about = ({ model: { question, item }, candidate: { id }, _anchor: anchor }: Entry) => ({
  question: question.id,
  item,
  anchor,
  [question.kind === "tags" ? "tag" : "candidate"]: id,
});

const via = (event: MouseEvent): Via => (event.detail ? ((event as PointerEvent).pointerType === "touch" ? "touch" : "mouse") : "keyboard");

/** Bring a chunk that draws into a place of the card. */
function bring(mark: Mark, name: string, ...given: unknown[]): void {
  guest._load<Record<string, (...args: unknown[]) => void>>(name).then(
    (chunk) => chunk[name]!(guest, mark, ...given),
    () => mark._say(kit.say("offline")),
  );
}

/** Return a door to why, to one's own marks, and to being left alone; it opens below a node. */
function more(mark: Mark, below: HTMLElement, words?: string): HTMLElement {
  const click = ({ currentTarget }: Event) => bring(mark, "menu", below, currentTarget);
  const props = { class: words ? "why" : "icon", "aria-label": words ?? kit.say("menu"), "aria-expanded": "false", click };
  return kit.h("button", props, words ?? kit.icon("M2 8h1m4 0h1m4 0h1"));
}

const all = {
  _open: open, _close: close, _model: model, _enter: enter, _tell: tell, _step: step, _decide: decide, _undo: undo, _button: button,
  _person: () => whose!, _waiting: waiting, _entry: entryOf, _door: door, _group: group, _press: press, _takeBack: takeBack, _said: answered, _bring: bring, _more: more, _name: name, _saying: said, _rove: rove, _stopAt: stopAt,
}; // prettier-ignore
export type Answers = typeof all;

/** Begin to take answers for a guest. */
export function answers(by: Guest): Answers {
  guest = by;
  kit = by._kit;
  kit.learn(words);
  for (const name of ["pageshow", "online", "pagehide", "visibilitychange"]) by._on(name, flush);
  return all;
}
