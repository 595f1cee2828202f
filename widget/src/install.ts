// The door of the package: what the loader does for a script tag, for hosts that bundle. Imported on a server, it
// touches nothing; installed there, it gives a function that refuses.
import type * as Package from "../types/earmark";
import type { Call, Earmark, Page } from "./config";
import type { Guest } from "./core";

const ELEMENTS = "earmark-duplicates,earmark-tags,earmark-choice,earmark-span,earmark-region";
/** The host is not asked anew sooner than this after the last time, so that a word that never holds goes in no circle. */
const REST_MS = 60_000;

type Sign = () => Promise<string>;

export const install: typeof Package.install = (options) => {
  if (typeof window === "undefined") return (() => refuse("there is no page on a server")) as Package.EarmarkFunction;
  const page = window as Page;
  page.earmark ??= new Installation(options)._earmark;
  return page.earmark as unknown as Package.EarmarkFunction;
};

/** What stands between `install` and `destroy`. */
class Installation {
  readonly _earmark: Earmark;
  private readonly _sign: Sign | undefined;
  private readonly _end = new AbortController();
  private readonly _watch = new MutationObserver(() => this._look());
  private _guest: Guest | undefined;
  private _renewedAt = -REST_MS;

  constructor({ key, base, identity = "", lang = "", rules }: Package.Options) {
    const settings = { key, lang, base: base.replace(/\/*$/, "/"), identity: "" };
    if (typeof identity === "string") settings.identity = identity;
    else this._sign = identity;
    const earmark = (...args: unknown[]) => this._take(args);
    this._earmark = Object.assign(earmark, { settings, calls: [] as Call[], wake: () => this._wake() });
    this._watch.observe(document, { childList: true, subtree: true });
    if (rules) this._wake();
    else this._look();
  }

  private _look(): void {
    if (document.querySelector(ELEMENTS)) this._wake();
  }

  /** Take a call at any time; `destroy` is obeyed at once, so that another `install` may follow in the same breath. */
  private _take(args: unknown[]): Promise<unknown> {
    if (args[0] === "destroy") return Promise.resolve(this._destroy());
    if (this._end.signal.aborted) return refuse("it was destroyed");
    return new Promise((done, failed) => {
      const call: Call = [args, done, failed];
      if (this._earmark.take) return this._earmark.take(call);
      this._earmark.calls.push(call);
      this._wake();
    });
  }

  /** Bring the core, and the identity where the host signs when asked. */
  private _wake(): void {
    this._wake = () => {};
    this._watch.disconnect();
    Promise.all([import("./core"), this._ask()]).then(([{ start }, identity]) => {
      if (this._end.signal.aborted) return;
      this._earmark.settings.identity ||= identity;
      document.addEventListener("earmark:identity", () => void this._renew(), { signal: this._end.signal });
      this._guest = start(this._earmark);
    }, () => {}); // prettier-ignore
  }

  /** Return what the host signs; empty where it signs for nobody. */
  private async _ask(): Promise<string> {
    return (await Promise.resolve(this._sign?.()).catch(() => "")) ?? "";
  }

  /** Let the host sign anew; elements that stand stay as they are, those that got nothing ask again. For another person all do. */
  private async _renew(): Promise<void> {
    if (!this._sign || performance.now() - this._renewedAt < REST_MS) return;
    this._renewedAt = performance.now();
    const { settings } = this._earmark;
    const was = settings.identity;
    const identity = await this._ask();
    if (!identity || settings.identity !== was || this._end.signal.aborted) return; // meanwhile the host may have told who it is
    const guest = this._guest!;
    settings.identity = identity;
    const before = guest._answers?._person();
    guest._session = undefined;
    guest
      ._open()
      .then(() => {
        if (!before || before === guest._answers!._person()) return guest._again();
        guest._models.clear();
        return guest._views.forEach((view) => void view._begin());
      })
      .catch(() => {});
  }

  private _destroy(): void {
    if (this._end.signal.aborted) return;
    this._watch.disconnect();
    this._end.abort();
    const page = window as Page;
    if (page.earmark === this._earmark) delete page.earmark;
    if (!this._guest) return;
    this._guest._destroy();
    this._guest._load = () => refuse("it was destroyed"); // What is still on its way draws nothing more.
  }
}

/** Return a promise that is refused; where nobody waits for it, nothing is thrown into the page. */
function refuse(why: string): Promise<never> {
  const refused = Promise.reject(new Error(`earmark: ${why}.`));
  refused.catch(() => {});
  return refused;
}
