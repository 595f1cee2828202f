// The core: one session, one suggest call for the places near the eye; elements are views of its models.
import type { Answers } from "./answers";
import { post, type Refused } from "./api";
import { bring } from "./bring";
import type { Call, Earmark, Page } from "./config";
import { h, icon } from "./dom";
import { defineMarks, type Kind, type Mark } from "./mark";
import type { Row } from "./marking";
import { learn, override, say, sayOf, speak, type Words } from "./strings";
import { mark } from "./strings/en";
import { sheet } from "./styles";
import type { Anchor, Candidate, PlaceAnswer, PlacementRule, Question, Session, SuggestAnswer } from "./wire";

const GATHER_MS = 30;
const TYPING_MS = 5000;
const LOOK_AGAIN_MS = 500;
const OPEN_MS = 1000;
const AGAIN_MS = 5000;
/** Refusals below this come to nothing by being tried again. */
const TOO_MANY = 429;

/** One thing that can be answered: another item, a label, or the item as a whole. */
export interface Entry {
  model: Model;
  candidate: Candidate;
  exposure: string;
  _shownAt: number;
  row: Row;
  /** Where in its text or picture a spot is; as suggested, until the person moves it. */
  _anchor: Anchor | undefined;
  /** Whether it stands in a list that was shown and is yet to be told as seen. */
  _isUnseen: boolean;
}

/** What is known of one place: a question about an item. */
export interface Model {
  question: Question;
  item: string;
  answer: PlaceAnswer;
  entries: Entry[];
}

interface Wish {
  question: string;
  item: string;
  give: (model?: Model) => void;
}

/** What chunks beside the core are built with. */
const kit = { h, icon, say, sayOf, learn, override, fire, sheet };

/** The one guest of a page. */
export class Guest {
  readonly _kit = kit;
  readonly _views = new Set<Mark>();
  readonly _models = new Map<string, Promise<Model | undefined>>();
  readonly _end = new AbortController();
  declare _answers: Answers | undefined;
  /** With Global Privacy Control on, nothing leaves before the person clicks. */
  _isSilent = (navigator as Navigator & { globalPrivacyControl?: boolean }).globalPrivacyControl;
  declare _isPaused?: boolean;
  /** The session of the person whom the host signed for; forgotten when it has ended. */
  declare _session: Promise<Session> | undefined;
  /** The language that we speak, where it is not English. */
  declare _language: string | undefined;
  private _wishes: Wish[] = [];
  private _typedAt = -TYPING_MS;
  private declare _ready: Promise<void> | undefined;
  private declare _isPlaced?: boolean;
  /** Whether the words of our language did not come. */
  private declare _isMute?: boolean | "" | undefined;
  private _failures = 0;
  private declare _timer: ReturnType<typeof setTimeout> | 0 | undefined;
  /** The kinds that are here, and what comes of those that were wanted, by name. */
  readonly _kinds = new Map<string, Kind>();
  private readonly _wanted = new Map<string, Promise<unknown>>();

  constructor(readonly _earmark: Earmark, private readonly _within: Record<string, unknown> = {}) {
    this._on("keydown", (event) => {
      const path = event.composedPath();
      const isOurs = path.some((node) => this._views.has(node as Mark));
      if (!isOurs && (path[0] as Partial<Element>).matches?.("input,textarea,[contenteditable]")) this._typedAt = performance.now();
    });
    this._on("online", () => this._again());
  }

  /** Try again what did not come: after a while, each time a longer one, and no sooner than we were asked to, in seconds. */
  _wake(leastS = 0): void {
    this._timer ||= setTimeout(() => this._again(), leastS * 1000 + AGAIN_MS * 2 ** Math.min(this._failures++, 6) * (0.5 + Math.random()));
  }

  /** Let elements that got nothing begin anew, where that moves nothing, and rules and words that did not come. */
  async _again(): Promise<void> {
    this._timer = 0;
    if (this._isMute) this._ready = undefined;
    if (this._session) await this._open().catch(() => {});
    this._views.forEach(async (view) => {
      if (!view._isLost || document.activeElement === view) return; // nobody is disturbed
      view._isLost = false;
      if (view._root.firstChild) await view._free(view.offsetHeight); // what is empty moves nothing as it goes
      void view._begin();
    });
  }

  /** Listen to the window until the end. */
  _on(name: string, act: (event: Event) => void): void {
    addEventListener(name, act, { signal: this._end.signal, capture: true });
  }

  /** Return the session, asked for once, with lists for `places`; where the host's word does not hold, the host hears `earmark:identity`. */
  _meet(places?: object[]): Promise<Session> {
    const { key, identity, base } = this._earmark.settings;
    this._end.signal.throwIfAborted();
    return (this._session ??= post<Session>(base, "session", { key, identity, places }).then(
      (session) => {
        if (session.opted_out) fire(document, "optout", { out: true }); // the host may never have heard of it, and keep room for what does not come
        return session;
      },
      (refused: Refused) => {
        this._session = undefined;
        if (refused.status === 401) fire(document, "identity", {});
        throw refused;
      },
    ));
  }

  /** Call with the session's token; where it has ended, once more with a new one. */
  async _call<T>(path: string, body: object, person?: string, again = true): Promise<T> {
    const { token, annotator } = await this._meet();
    if (person && annotator !== person) throw { status: 401 };
    return post<T>(this._earmark.settings.base, path, { token, ...body }).catch((refused: Refused) => {
      if (refused.status === 401) {
        this._session = undefined;
        this._models.clear(); // half an hour old: what is suggested may be another by now
        if (again) return this._call(path, body, person, false);
      }
      throw refused;
    });
  }

  /** Bring a chunk by its name. */
  async _load<T>(name: string): Promise<T> {
    this._end.signal.throwIfAborted();
    return (this._within[name] as T | undefined) ?? bring<T>(name, this._earmark.settings.base);
  }

  /** Bring what draws and takes answers to one kind of question. */
  async _kind(name: string): Promise<Kind> {
    const chunk = this._load<{ kind: (guest: Guest) => Kind }>(name);
    this._wanted.set(name, chunk.catch(() => {}));
    await this._prepare();
    const kind = (await chunk).kind(this);
    this._kinds.set(name, kind);
    return kind;
  }

  /** Wait for all kinds that are wanted by now, since what is drawn first would stand in the way of what follows. */
  _gather(): Promise<unknown> {
    return Promise.all(this._wanted.values());
  }

  _prepare(): Promise<void> {
    return (this._ready ??= (async () => {
      const [asked] = (this._earmark.settings.lang || document.documentElement.lang).split("-");
      const language = (this._language = ["de", "es", "ar"].find((one) => one === asked));
      const [{ answers }, words] = await Promise.all([
        this._load<{ answers: (guest: Guest) => Answers }>("answers"),
        language ? this._load<{ words: Words }>(language).catch(() => this._wake()) : undefined,
      ]);
      this._answers ??= answers(this);
      speak(words ? language! : "en", words?.words ?? {});
      this._isMute = language && !words;
      if (words) this._views.forEach((view) => (view._isLost = true)); // what was drawn in English
    })().catch((failed) => {
      this._ready = undefined;
      throw failed;
    }));
  }

  /** Meet the person: what was kept for them leaves, and rules place elements. */
  async _open(): Promise<void> {
    await this._prepare();
    const met = this._meet();
    const { annotator, placement_rules } = await met;
    if (this._session !== met) return this._open(); // somebody else came meanwhile, or nobody
    this._answers!._open(annotator);
    if (!placement_rules[0] || this._isPlaced) return;
    this._isPlaced = true;
    await this._load<{ place: (guest: Guest, rules: PlacementRule[]) => void }>("place").then(
      ({ place }) => place(this, placement_rules),
      () => {
        this._isPlaced = false;
        this._wake();
      },
    );
  }

  /** Return what is known of a place, asked for once a session; undefined where nothing is. */
  _place(question: string, item: string): Promise<Model | undefined> {
    const key = `${question} ${item}`;
    let found = this._models.get(key);
    if (!found) {
      found = new Promise((give) => {
        if (this._wishes.push({ question, item, give }) === 1) setTimeout(() => this._suggest(), this._session ? GATHER_MS : 0);
      });
      this._models.set(key, found);
      void found.then((model) => model || this._models.delete(key));
    }
    return found;
  }

  private async _suggest(): Promise<void> {
    const wishes = this._wishes.splice(0, 20);
    if (this._wishes[0]) setTimeout(() => this._suggest());
    try {
      const places = wishes.map(({ question, item }, at) => ({ place: `${at}`, question, item }));
      const isFirst = !this._session;
      const session = await this._meet(places);
      const told = isFirst && session.places ? session : await this._call<SuggestAnswer>("suggest", { places });
      await this._open();
      for (const answer of told.places) {
        const { question, item, give } = wishes[+answer.place]!;
        const asked = session.questions.find(({ id }) => id === question);
        if (answer.exposure && asked) give(this._answers!._model(asked, item, answer));
      }
      this._failures = 0;
    } catch (error) {
      // Nobody answers, or not us: the page stays as it is, and what might come is asked for again.
      const refused = error as Refused;
      (refused.status || TOO_MANY) < TOO_MANY || this._wake(refused.retryAfterS);
    }
    wishes.forEach(({ give }) => give());
  }

  /** Wait while nobody looks, somebody types in the host's page, or we were asked to pause. */
  async _calm(): Promise<void> {
    while (!this._end.signal.aborted && (document.hidden || this._isPaused || performance.now() - this._typedAt < TYPING_MS))
      await new Promise((on) => setTimeout(on, LOOK_AGAIN_MS));
  }

  /** Send what waits, empty the elements and go quiet. */
  _destroy(): void {
    this._answers?._close();
    this._end.abort();
    this._views.forEach((view) => view._clear());
    delete (window as Page).earmark;
  }
}

/** Tell the host's page; false where it said no. */
export function fire(from: EventTarget, name: string, detail: object): boolean {
  return from.dispatchEvent(new CustomEvent(`earmark:${name}`, { bubbles: true, composed: true, cancelable: true, detail }));
}

/** Make the guest of this page and name its elements; it asks nothing by itself. */
export function wait(earmark: Earmark, within?: Record<string, unknown>): Guest {
  learn(mark);
  const guest = new Guest(earmark, within);
  defineMarks(guest);
  return guest;
}

/** Begin, and return the guest; whoever brought the core calls this once. */
export function start(earmark: Earmark, within?: Record<string, unknown>): Guest {
  const guest = wait(earmark, within);
  const take = (call: Call) => guest._load<{ take: (guest: Guest, call: Call) => void }>("calls").then((calls) => calls.take(guest, call), call[2]);
  earmark.take = take;
  Promise.all(earmark.calls.splice(0).map(take))
    .then(() => new Promise((on) => setTimeout(on, guest._views.size && OPEN_MS))) // a place asks sooner, and for its list too
    .then<unknown>(() => guest._isSilent || guest._open())
    .catch(() => {});
  return guest;
}
