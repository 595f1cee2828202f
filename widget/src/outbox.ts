// Events on their way: each leaves at most once at a time, survives navigation, and is counted when lost.
import type { Refused } from "./api";
import type { EventResult, EventsAnswer, SentEvent } from "./wire";

const MOST_EVENTS = 200;
const MOST_PER_BATCH = 50;
const MOST_BYTES = 60_000;
const KEEP_MS = 24 * 3600 * 1000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const LONGEST_ASKED_MS = 3600 * 1000;
/** Refusals that come to nothing by being tried again: all of the caller's but 401, 408 and 429. */
const FOR_GOOD = /^4(?!01|08|29)/;

interface Line {
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
  private _restsUntil = 0;
  private _batch = MOST_PER_BATCH;
  private _timer: ReturnType<typeof setTimeout> | 0 = 0;
  private readonly _key: string;

  constructor(
    person: string,
    private readonly _send: Send,
    private readonly _told: Told,
    private readonly _store = () => sessionStorage,
  ) {
    this._key = `earmark:${person}`;
    this._wake(FIRST_WAIT_MS);
  }

  /** Put an event in, and send soon: at once for what a person did, else with the next. */
  _add(event: SentEvent, waitMs: number): void {
    this._read();
    this._lines.push({ at: Date.now(), event });
    if (this._lines.length > MOST_EVENTS) {
      this._lost++;
      this._lines.splice(this._flying, 1).forEach((line) => this._told(line.event, lost(line.event)));
    }
    this._write();
    if (!this._failures) this._wake(waitMs);
  }

  /** Send what waits; one batch is on its way at a time. */
  async _flush(): Promise<void> {
    clearTimeout(this._timer);
    this._timer = 0;
    this._read();
    if (this._flying || !this._lines[0]) return;
    if (Date.now() < this._restsUntil) return this._wake(this._restsUntil - Date.now());
    const batch = this._next();
    this._flying = batch.length;
    const lost = this._lost;
    let results: EventResult[];
    try {
      results = (await this._send(batch, lost)).results;
    } catch (error) {
      return this._fail(batch, error as Refused);
    }
    this._batch = MOST_PER_BATCH;
    this._lost -= lost;
    this._settle(batch, ({ id }) => results.find((result) => result.id === id));
  }

  /** Send nothing more of its own accord. */
  _close(): void {
    clearTimeout(this._timer);
    this._wake = () => {};
    this._flush = async () => {};
  }

  private _next(): SentEvent[] {
    const batch: SentEvent[] = [];
    let bytes = 0;
    for (const { event } of this._lines) {
      bytes += JSON.stringify(event).length * 2;
      if (batch[0] && (batch.length === this._batch || bytes > MOST_BYTES)) break;
      batch.push(event);
    }
    return batch;
  }

  private _settle(batch: SentEvent[], resultOf: (event: SentEvent) => EventResult | undefined): void {
    this._flying = this._failures = 0;
    this._lines.splice(0, batch.length);
    this._write();
    batch.forEach((event) => this._told(event, resultOf(event)));
    if (this._lines[0]) this._wake(0);
  }

  private _fail(batch: SentEvent[], { status, retryAfterS }: Refused): void {
    this._flying = 0;
    if (status === 413 && batch.length > 1) {
      this._batch = Math.ceil(batch.length / 2);
      return this._wake(0);
    }
    if (FOR_GOOD.test(`${status}`)) {
      this._lost += batch.length;
      return this._settle(batch, lost);
    }
    batch.forEach((event) => this._told(event, undefined));
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** ++this._failures);
    const asked = Math.min(retryAfterS * 1000 || 0, LONGEST_ASKED_MS);
    this._restsUntil = Date.now() + asked;
    this._wake(asked + Math.random() * most);
  }

  private _wake(waitMs: number): void {
    if (this._timer && waitMs > 0) return;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._flush(), waitMs);
  }

  /** Take in, once, what an earlier page kept: reading it makes the page wait for another process, so not while it is drawn. */
  private _read(): void {
    this._read = () => {};
    clearTimeout(this._timer);
    this._timer = 0;
    try {
      const lines = JSON.parse(this._store().getItem(this._key)!) as (Line | number)[];
      this._lost = +lines.at(-1)! >= 0 ? (lines.pop() as number) : 0; // an older widget kept the lines alone
      this._lines = (lines as Line[]).filter(({ at }) => Date.now() - at < KEEP_MS);
      this._lost += lines.length - this._lines.length;
    } catch {
      // Nothing is kept, or it may not be read: begin empty.
    }
  }

  private _write(): void {
    try {
      if (this._lost || this._lines[0]) this._store().setItem(this._key, JSON.stringify([...this._lines, this._lost]));
      else this._store().removeItem(this._key);
    } catch {
      // Storage is full or forbidden: what is in memory still leaves.
    }
  }
}

const lost = ({ id }: SentEvent) => ({ id, status: "bad", code: "lost" }) as EventResult;
