// Events on their way: each leaves at most once at a time, survives navigation, and is counted when lost.
// A page that goes does not wait for what is on its way: an undo that came after it leaves beside it.
import type { Refused } from "./api";
import type { EventResult, EventsAnswer, SentEvent } from "./wire";

const MOST_EVENTS = 200;
const MOST_PER_BATCH = 50;
const MOST_BYTES = 60_000;
const KEEP_MS = 24 * 3600 * 1000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** Refusals that come to nothing by being tried again: all of the caller's but 401, 408 and 429. */
const FOR_GOOD = /^4(?!01|08|29)/;

interface Line {
  at: number;
  event: SentEvent;
}

export type Send = (events: SentEvent[], lost: number) => Promise<EventsAnswer>;
export type Told = (event: SentEvent, result?: EventResult) => void;

/** The outbox of one person; `person` keys what is kept, so nothing is ever sent under another name. */
export class Outbox {
  private _lines: Line[] = [];
  private _flying: Line[] = [];
  private _lost = 0;
  private _failures = 0;
  private _restsUntil = 0;
  private _batch = MOST_PER_BATCH;
  private declare _timer: ReturnType<typeof setTimeout> | 0 | undefined;
  private declare _isRead?: boolean;
  private declare readonly _key: string;

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
      const [over] = without(this._lines, this._flying); // the oldest that is not on its way
      this._lines = without(this._lines, [over!]);
      this._told(over!.event, lost(over!.event));
    }
    this._write();
    if (!this._failures) this._wake(waitMs);
  }

  /** Send what waits: one batch is on its way at a time, or a second one beside it where the page goes, or has come back. */
  async _flush(beside?: Partial<PageTransitionEvent>): Promise<void> {
    clearTimeout(this._timer);
    this._timer = 0;
    this._read(beside?.persisted); // by the way back: a later page kept more meanwhile
    const batch = this._next();
    if ((this._flying[0] && !beside) || !batch[0]) return;
    const restMs = this._restsUntil - Date.now();
    if (restMs > 0) return this._wake(restMs);
    const lost = this._flying[0] ? 0 : this._lost; // told once
    this._flying.push(...batch);
    let results: EventResult[];
    try {
      results = (await this._send(batch.map(({ event }) => event), lost)).results;
    } catch (error) {
      return this._fail(batch, error as Refused);
    } finally {
      this._flying = without(this._flying, batch);
    }
    this._batch = MOST_PER_BATCH;
    this._lost -= lost;
    this._settle(batch, ({ id }) => results.find((result) => result.id === id));
  }

  /** Send nothing more of its own accord. */
  _close(): void {
    this._wake = this._flush = async () => {};
  }

  /** Return the first of what is not on its way, as much as one call takes. */
  private _next(): Line[] {
    let bytes = 0;
    return without(this._lines, this._flying).slice(0, this._batch).filter(({ event }, at) => (bytes += JSON.stringify(event).length * 2) <= MOST_BYTES || !at);
  }

  private _settle(batch: Line[], resultOf: (event: SentEvent) => EventResult | undefined): void {
    this._failures = 0;
    this._lines = without(this._lines, batch);
    this._write();
    batch.forEach(({ event }) => this._told(event, resultOf(event)));
    this._wake(0);
  }

  private _fail(batch: Line[], { status, retryAfterS = 0 }: Refused): void {
    if (status === 413 && batch.length > 1) {
      this._batch = (batch.length + 1) >> 1;
      return this._wake(0);
    }
    if (FOR_GOOD.test(status as unknown as string)) {
      this._lost += batch.length;
      return this._settle(batch, lost);
    }
    batch.forEach(({ event }) => this._told(event));
    const asked = retryAfterS * 1000;
    this._restsUntil = Date.now() + asked;
    this._wake(asked + Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** ++this._failures));
  }

  private _wake(waitMs: number): void {
    if (this._timer && waitMs > 0) return;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._flush(), waitMs);
  }

  /** Take in, once, what another page kept: reading it makes the page wait for another process, so not while it is drawn. */
  private _read(again?: boolean): void {
    if (this._isRead && !again) return;
    this._isRead = true;
    clearTimeout(this._timer);
    this._timer = 0;
    try {
      const lines: (Line & number)[] = JSON.parse(this._store().getItem(this._key)!);
      const known = JSON.stringify(this._lines);
      this._lost = 0;
      for (const line of lines)
        if (Date.now() - line.at < KEEP_MS) known.includes(line.event.id) || this._lines.push(line);
        else this._lost += line.at ? 1 : line | 0; // the count stands behind the lines; an older widget kept these alone
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

const without = (all: Line[], gone: Line[]) => all.filter((one) => !gone.includes(one));
const lost = ({ id }: SentEvent) => ({ id, status: "bad", code: "lost" }) as EventResult;
