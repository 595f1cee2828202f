// The core: one session, one suggest call for all places of the page, one outbox; elements hang on it.
import { Sessions } from "./api";
import type { Installed } from "./config";
import { h, icon } from "./dom";
import { uuid7 } from "./ids";
import { Outbox } from "./outbox";
import { en, type Strings } from "./strings/en";
import { sheet } from "./styles";
import type { EventResult, Fact, PlaceAnswer, Question, SearchAnswer, SentEvent, SuggestAnswer } from "./wire";

declare const DUPLICATES_FILE: string;

const GATHER_MS = 30;
const SOON_MS = 1500;

export interface Shown {
  answer: PlaceAnswer;
  question: Question | undefined;
}

export type Listener = (event: SentEvent, result: EventResult | undefined) => void;

/** What elements know of us. */
export interface Core {
  readonly strings: Strings;
  /** What every kind of element is built with, brought once with the core. */
  readonly kit: Kit;
  place(question: string, item: string): Promise<Shown>;
  tell(exposure: string, shownAt: number, fact: Fact): string;
  takeBack(id: string): boolean;
  search(question: string, item: string, query: string): Promise<SearchAnswer>;
  listen(listener: Listener): () => void;
}

export interface Kit {
  h: typeof h;
  icon: typeof icon;
  sheet: typeof sheet;
}

interface Wish {
  place: string;
  question: string;
  item: string;
  give: (shown: Shown) => void;
  fail: (error: unknown) => void;
}

export class Guest implements Core {
  readonly strings: Strings = en;
  readonly kit: Kit = { h, icon, sheet };
  private readonly _sessions: Sessions;
  private readonly _listeners = new Set<Listener>();
  private readonly _wishes: Wish[] = [];
  private _outbox: Outbox | undefined;
  private _waiting: [SentEvent, number][] = [];
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _seq = 0;
  private readonly _away = () => {
    if (document.visibilityState === "hidden") void this._outbox?.flush();
  };
  private readonly _now = () => void this._outbox?.flush();

  constructor(installed: Installed) {
    this._sessions = new Sessions(installed.settings);
    document.addEventListener("visibilitychange", this._away);
    addEventListener("pagehide", this._now);
    addEventListener("online", this._now);
    void this._open().catch(() => {});
  }

  private async _open(): Promise<void> {
    const { annotator } = await this._sessions.get();
    if (this._outbox) return;
    this._outbox = new Outbox(
      annotator,
      (events, lost_count) => this._sessions.call("events", { events, lost_count }),
      (event, result) => this._listeners.forEach((listener) => listener(event, result)),
    );
    for (const [event, wait] of this._waiting.splice(0)) this._outbox.add(event, wait);
    if (this._outbox.size) void this._outbox.flush();
  }

  place(question: string, item: string): Promise<Shown> {
    return new Promise((give, fail) => {
      this._wishes.push({ place: `p${this._wishes.length}`, question, item, give, fail });
      this._timer ??= setTimeout(() => void this._suggest(), GATHER_MS);
    });
  }

  private async _suggest(): Promise<void> {
    this._timer = undefined;
    const wishes = this._wishes.splice(0, 20);
    if (this._wishes.length) this._timer = setTimeout(() => void this._suggest(), GATHER_MS);
    try {
      const places = wishes.map(({ place, question, item }) => ({ place, question, item }));
      const { questions } = await this._sessions.get();
      const told = await this._sessions.call<SuggestAnswer>("suggest", { places });
      for (const wish of wishes) {
        const answer = told.places.find(({ place }) => place === wish.place);
        if (answer) wish.give({ answer, question: questions.find(({ id }) => id === wish.question) });
        else wish.fail(new Error("no answer"));
      }
      await this._open();
    } catch (error) {
      wishes.forEach((wish) => wish.fail(error));
    }
  }

  tell(exposure: string, shownAt: number, fact: Fact): string {
    const id = uuid7();
    const event = { ...fact, id, exposure, seq: this._seq++, at_ms: Math.max(0, Math.round(performance.now() - shownAt)) };
    const wait = fact.type === "seen" || fact.type === "expand" ? SOON_MS : 0;
    if (this._outbox) this._outbox.add(event, wait);
    else this._waiting.push([event, wait]);
    return id;
  }

  takeBack(id: string): boolean {
    return this._outbox?.drop(id) ?? false;
  }

  search(question: string, item: string, query: string): Promise<SearchAnswer> {
    return this._sessions.call("search", { question, item, query });
  }

  listen(listener: Listener): () => void {
    this._listeners.add(listener);
    return () => void this._listeners.delete(listener);
  }

  destroy(): void {
    document.removeEventListener("visibilitychange", this._away);
    removeEventListener("pagehide", this._now);
    removeEventListener("online", this._now);
    void this._outbox?.flush();
    this._outbox?.close();
    this._listeners.clear();
    clearTimeout(this._timer);
  }
}

/** Begin; the loader calls this once. */
export function start(installed: Installed): void {
  const guest = new Guest(installed);
  installed.destroy = () => guest.destroy();
  import(installed.settings.base + DUPLICATES_FILE).then((kind) => kind.define(guest), () => {});
}
