// Events on their way: each leaves at most once at a time, survives navigation, and is counted when lost.
import { Refused } from "./api";
import type { EventResult, EventsAnswer, SentEvent } from "./wire";

const MOST_EVENTS = 200;
const MOST_PER_BATCH = 50;
const MOST_BYTES = 60_000;
const KEEP_MS = 24 * 3600 * 1000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

export interface Line {
  at: number;
  event: SentEvent;
}

export type Send = (events: SentEvent[], lost: number) => Promise<EventsAnswer>;
export type Told = (event: SentEvent, result: EventResult | undefined) => void;

/** The outbox of one person; `person` keys what is kept, so nothing is ever sent under another name. */
export class Outbox {
  private _lines: Line[] = [];
  private _flying = 0;
  private _lost = 0;
  private _failures = 0;
  private _batch = MOST_PER_BATCH;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _key: string;

  constructor(
    person: string,
    private readonly _send: Send,
    private readonly _told: Told,
    private readonly _store: Storage | undefined = storage(),
  ) {
    this._key = `earmark:${person}`;
    this._lines = this._read();
  }

  get size(): number {
    return this._lines.length;
  }

  get isOffline(): boolean {
    return this._failures > 0;
  }

  /** Put an event in, and send soon: at once for what a person did, else with the next. */
  add(event: SentEvent, waitMs: number): void {
    this._lines.push({ at: Date.now(), event });
    while (this._lines.length > MOST_EVENTS) {
      this._lines.shift();
      this._lost++;
    }
    this._write();
    if (!this._failures) this._wake(waitMs);
  }

  /** Take an event out before it left; false where it is gone or on its way. */
  drop(id: string): boolean {
    const at = this._lines.findIndex((line) => line.event.id === id);
    if (at < this._flying) return false;
    this._lines.splice(at, 1);
    this._write();
    return true;
  }

  /** Send what waits; one batch is on its way at a time. */
  async flush(): Promise<void> {
    clearTimeout(this._timer);
    this._timer = undefined;
    if (this._flying || !this._lines.length) return;
    const batch = this._next();
    this._flying = batch.length;
    const lost = this._lost;
    try {
      const answer = await this._send(batch, lost);
      this._failures = 0;
      this._batch = MOST_PER_BATCH;
      this._lost -= lost;
      this._settle(batch, answer.results);
    } catch (error) {
      this._fail(batch, error);
    }
  }

  close(): void {
    clearTimeout(this._timer);
  }

  private _next(): SentEvent[] {
    const batch: SentEvent[] = [];
    let bytes = 0;
    for (const { event } of this._lines) {
      bytes += JSON.stringify(event).length * 2;
      if (batch.length && (batch.length === this._batch || bytes > MOST_BYTES)) break;
      batch.push(event);
    }
    return batch;
  }

  private _settle(batch: SentEvent[], results: EventResult[]): void {
    this._flying = 0;
    this._lines.splice(0, batch.length);
    this._write();
    batch.forEach((event, at) => this._told(event, results[at]));
    if (this._lines.length) this._wake(0);
  }

  private _fail(batch: SentEvent[], error: unknown): void {
    this._flying = 0;
    const status = error instanceof Refused ? error.status : 0;
    if (status === 413 && batch.length > 1) {
      this._batch = Math.ceil(batch.length / 2);
      return this._wake(0);
    }
    if (status >= 400 && status < 500 && status !== 401 && status !== 429) {
      this._lost += batch.length;
      return this._settle(batch, []);
    }
    this._failures++;
    batch.forEach((event) => this._told(event, undefined));
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this._failures);
    const asked = error instanceof Refused ? error.retryAfterS * 1000 : 0;
    this._wake(asked + Math.random() * most);
  }

  private _wake(waitMs: number): void {
    if (this._timer !== undefined && waitMs > 0) return;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this.flush(), waitMs);
  }

  private _read(): Line[] {
    try {
      const kept = JSON.parse(this._store?.getItem(this._key) ?? "[]") as Line[];
      const fresh = kept.filter((line) => Date.now() - line.at < KEEP_MS);
      this._lost += kept.length - fresh.length;
      return fresh;
    } catch {
      return [];
    }
  }

  private _write(): void {
    try {
      if (this._lines.length) this._store?.setItem(this._key, JSON.stringify(this._lines));
      else this._store?.removeItem(this._key);
    } catch {
      // Storage is full or forbidden: what is in memory still leaves.
    }
  }
}

function storage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
