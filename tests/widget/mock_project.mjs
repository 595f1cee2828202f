// One project of the mock server, named by its key: who is there, what was shown, which events arrived and how often.
// Tests use a key each, so that none sees another's events or faults.
import { Desk } from "./mock_desk.mjs";
import { faultOfAnchor, spot } from "./mock_spots.mjs";
import { QUESTIONS, company, found, suggested } from "./mock_suggestions.mjs";

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-\w{4}-\w{4}-[0-9a-f]{12}$/;
const VIA = ["keyboard", "mouse", "touch", "api"];
const MOST_EVENTS = 50;
const WHOLE = Array.from({ length: 12 }, (_, at) => `Paragraph ${at + 1}. It happens each time, and the folder stays as it was; the log says nothing of it.`).join("\n\n");
const questionOf = (name) => QUESTIONS.find(({ id }) => id === name);
const problem = (status, code, more = {}) => ({ status, body: { type: "about:blank", status, code, ...more } });

/** Faults of one verb, as `POST /control` sets them. Each is met `times` times (absent: until it is lifted):
 *  `status` with `code` and `retry_after`; `drop`: "before_taking" or "after_taking"; `delay_ms`; `most_events` (413 above it);
 *  `is_bare`: no page may read the answer, as where a proxy gives it in our place. */
export class Project {
  faults = {};
  rules = [];
  calls = [];
  taken = new Map();
  refused = new Map();
  malformed = [];
  conflict_count = 0;
  lost_count = 0;
  epoch = 0;
  _exposures = new Map();
  _live = new Map();
  _undone = new Set();
  _optedOut = new Set();
  _erased = new Set();
  _desk = new Desk();

  constructor(key) {
    this.key = key;
  }

  control({ rules, expire_tokens, ...faults }) {
    if (rules) this.rules = rules;
    if (expire_tokens) this.epoch++;
    Object.assign(this.faults, faults);
  }

  ledger() {
    const rows = (map) => Object.fromEntries(map);
    const { calls, malformed, conflict_count, lost_count } = this;
    return { taken: rows(this.taken), refused: rows(this.refused), calls, malformed, conflict_count, lost_count };
  }

  /** Return the fault that a call meets now, and count it down. */
  meets(verb) {
    const fault = this.faults[verb];
    if (!fault) return {};
    if (fault.times !== undefined && --fault.times <= 0) delete this.faults[verb];
    return fault;
  }

  session({ identity = "", page, locale, places = [] }) {
    if (identity.startsWith("expired")) return problem(401, "identity_invalid");
    if (this._erased.has(identity)) return problem(403, "annotator_erased");
    return {
      token: JSON.stringify([this.key, identity, this.epoch]),
      expires_in: 1800, annotator: `person-${this.key}-${identity}`, placement_rules: this.rules, next_ask_at: null,
      opted_out: this._optedOut.has(identity), questions: QUESTIONS, config_version: "1", page, locale,
      ...(this._isAsked(places) && { places: places.map((place) => this._place(place, identity)) }),
    }; // prettier-ignore
  }

  /** Whether the session brings lists along; where `suggest` is to fail, it is as an older server's. */
  _isAsked(places) {
    return !this.faults.suggest && !places.every(({ item }) => item.startsWith("loading"));
  }

  deskSession({ question }) {
    const asked = questionOf(question);
    return this._desk.session(asked, JSON.stringify([this.key, question, this.epoch]));
  }

  deskNext(body, question) {
    return this._desk.next(questionOf(question), body, (...shown) => this._expose(...shown));
  }

  deskLeave() {
    return {};
  }

  suggest({ places }, person) {
    if (!places.length || places.length > 20) this.malformed.push(`${places.length} places in one call`);
    if (places.every(({ item }) => item.startsWith("loading"))) return undefined;
    return { places: places.map((place) => this._place(place, person)) };
  }

  _place({ place, question, item }, person) {
    const asked = questionOf(question);
    const code = this._optedOut.has(person) ? "opted_out" : !asked ? "unknown_question" : "";
    if (code) return { place, exposure: null, ask: false, candidates: [], answers: [], known: [], error: { code, detail: code } };
    const answer = suggested(asked.kind, item);
    const mine = [...this._live.values()].filter((one) => one.person === person && one.question === question && one.item === item);
    const gone = new Set(mine.filter(({ value }) => value === "different").map(({ candidate }) => candidate.id));
    answer.candidates = answer.candidates.filter(({ id }) => !gone.has(id));
    answer.answers.push(...mine.filter(({ value }) => value !== "different").map(({ told }) => told));
    return { place, exposure: this._expose(asked, item, answer.candidates), ...answer };
  }

  _expose(question, item, candidates) {
    const id = `0197b000-0000-7000-8000-${String(this._exposures.size).padStart(12, "0")}`;
    this._exposures.set(id, { question, item, candidates });
    return id;
  }

  read({ exposure, candidate }) {
    const shown = this._exposures.get(exposure)?.candidates.find(({ id }) => id === candidate);
    return shown ? { body: { id: candidate, body: `${shown.snippet.replace(" …", " accounts.")}\n\n${WHOLE}` } } : problem(404, "unknown_item");
  }

  search({ question, item, query }) {
    const asked = questionOf(question);
    const candidates = found(asked, query);
    return { exposure: this._expose(asked, item, candidates), candidates };
  }

  events({ events, lost_count = 0 }, person, call) {
    call.ids = events.map(({ id }) => id);
    call.lost_count = lost_count;
    if (events.length > MOST_EVENTS) this.malformed.push(`${events.length} events in one batch`);
    if (events.some(({ type, exposure }) => type === "judge" && this._exposures.get(exposure)?.item.startsWith("offline"))) return null;
    this.lost_count += lost_count;
    return { results: events.map((event) => this._take(event, person)), next_ask_at: null };
  }

  _take(event, person) {
    const { id } = event;
    const bare = { id, code: null, others_count: null, state: null, agree_count: null, votes_count: null };
    const known = this.taken.get(id);
    if (known) {
      known.times++;
      if (JSON.stringify(known.event) !== JSON.stringify(event)) this.conflict_count++;
      return { ...bare, status: "dup" };
    }
    const code = this._objection(event);
    if (code) {
      this.refused.set(id, { code, event, person, times: (this.refused.get(id)?.times ?? 0) + 1 });
      return { ...bare, status: "bad", code };
    }
    this.taken.set(id, { times: 1, event, person });
    const { question, item } = this._exposures.get(event.exposure);
    this._remember(event, person);
    return { ...bare, status: "ok", ...(event.type === "judge" ? company(question.kind, item) : {}) };
  }

  _objection(event) {
    const wrong = faultOf(event);
    if (wrong) {
      this.malformed.push(`${wrong}: ${JSON.stringify(event)}`);
      return "malformed";
    }
    const shown = this._exposures.get(event.exposure);
    if (!shown) return "unknown_exposure";
    if (event.type !== "judge") return null;
    const { question } = shown;
    const allowed = question.kind === "tags" ? event.answer.tag && question.values.includes(event.answer.value) : question.values.includes(event.answer.value);
    if (event.answer.kind !== question.kind || !allowed) return "value_not_allowed";
    return shown.item.startsWith("error") ? "unit_closed" : (this.faults.judge?.code ?? null);
  }

  _remember(event, person) {
    if (event.type === "undo") this._undone.add(event.judgement) && this._live.delete(event.judgement);
    if (event.type !== "judge" || this._undone.has(event.id)) return;
    const { question, item, candidates } = this._exposures.get(event.exposure);
    const made = candidateOf(question.kind, event);
    const candidate = candidates.find(({ id }) => id === made.id) ?? made;
    const name = candidate.id;
    for (const [id, one] of this._live)
      if (one.person === person && one.question === question.id && one.item === item && (question.kind === "choice" || one.candidate.id === name))
        this._live.delete(id);
    const { value } = event.answer;
    const told = { judgement: event.id, candidate, value, ...company(question.kind, item) };
    this._live.set(event.id, { person, question: question.id, item, candidate, value, exposure: event.exposure, judged_at: event.judged_at, told });
  }

  optout({ out }, person) {
    if (out) this._optedOut.add(person);
    else this._optedOut.delete(person);
    return { opted_out: out };
  }

  erase({ sure }, person) {
    if (sure !== true) return problem(400, "invalid");
    this._erased.add(person);
    for (const [id, one] of this._live) if (one.person === person) this._live.delete(id);
    return { erased: true };
  }

  copy(_, person) {
    const said = [...this._live].filter(([, one]) => one.person === person);
    return { records: [{ record: "person", subject: person }, ...said.map(([id, { value }]) => ({ record: "judgement", id, value }))] };
  }

  judgements(_, person) {
    const mine = [...this._live].filter(([, one]) => one.person === person).reverse();
    const judgements = mine.map(([judgement, { question, item, candidate, value, exposure, judged_at }]) => ({
      judgement, question, exposure, judged_at, value, state: null, item: { id: item, title: `Thread ${item}`, url: "" },
      candidate: questionOf(question).kind === "choice" ? null : candidate,
    })); // prettier-ignore
    return { judgements, hidden_questions: [] };
  }

  /** Return the person whom a body's token names, or the problem that the server answers with. */
  person(body) {
    const [key, person, epoch] = JSON.parse(body.token ?? "[]");
    return key === this.key && epoch === this.epoch && !this._erased.has(person) ? { person } : problem(401, "session_expired");
  }
}

/** Return what an answer is about, as far as the answer tells. */
function candidateOf(kind, { candidate, answer: { tag, value, anchor } }) {
  if (anchor) return { ...spot(anchor, value), ...(/^(none|unsure)$/.test(value) && candidate && { id: candidate }) };
  const id = { pair: candidate, tags: tag, choice: value }[kind];
  return { id, title: id, url: "", snippet: "", answer: "" };
}

/** Return what is wrong with an event by openapi.yaml, or "". */
function faultOf(event) {
  const { id, type, exposure, at_ms, seq, candidate, judgement, answer, judged_at, via } = event;
  const rules = {
    "id is no UUIDv7": UUID7.test(id),
    "exposure is no UUID": UUID.test(exposure),
    "at_ms is no whole number": Number.isInteger(at_ms) && at_ms >= 0,
    "seq is no whole number": seq === undefined || (Number.isInteger(seq) && seq >= 0),
    "type is unknown": ["seen", "expand", "judge", "undo", "skip", "dismiss", "hide"].includes(type),
    "candidate is missing": !["seen", "expand"].includes(type) || Boolean(candidate),
    "judgement is missing": type !== "undo" || UUID.test(judgement),
    "answer is missing": type !== "judge" || (Boolean(answer?.kind) && Boolean(answer?.value)),
    "judged_at is no time": type !== "judge" || !Number.isNaN(Date.parse(judged_at)),
    "via is unknown": via === undefined || VIA.includes(via),
    "the candidate of a pair is missing": type !== "judge" || answer?.kind !== "pair" || Boolean(candidate),
  };
  const spotted = type === "judge" && /^(span|region)$/.test(answer?.kind);
  return Object.keys(rules).find((rule) => !rules[rule]) ?? (spotted ? faultOfAnchor(answer.kind, answer.anchor) : "");
}
