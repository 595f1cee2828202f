// The one place that speaks the wire: POST, text/plain, no cookies, no preflight.
import type { Settings } from "./config";
import type { Session } from "./wire";

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfterS: number,
  ) {
    super(code);
  }
}

export async function post<T>(base: string, path: string, body: object): Promise<T> {
  const answer = await fetch(`${base}v1/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    credentials: "omit",
    keepalive: true,
    headers: { "Content-Type": "text/plain" },
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told.code ?? "", told.retry_after ?? 0);
  return told as T;
}

/** A session of the person whom the host signed for; asked for once, and once more when it has ended. */
export class Sessions {
  private _current: Promise<Session> | undefined;

  constructor(private readonly _settings: Settings) {}

  get(): Promise<Session> {
    this._current ??= post<Session>(this._settings.base, "session", {
      key: this._settings.key,
      identity: this._settings.identity,
      locale: document.documentElement.lang,
      page: location.pathname,
    }).catch((error: unknown) => {
      this._current = undefined;
      throw error;
    });
    return this._current;
  }

  forget(): void {
    this._current = undefined;
  }

  /** Call with the token; where the session has ended, once more with a new one. */
  async call<T>(path: string, body: object): Promise<T> {
    for (let again = false; ; again = true) {
      const { token } = await this.get();
      try {
        return await post<T>(this._settings.base, path, { token, ...body });
      } catch (error) {
        if (again || !(error instanceof Refused) || error.status !== 401) throw error;
        this.forget();
      }
    }
  }
}
