// The one place that speaks the wire: POST, text/plain, no cookies, no preflight.
/** What the server did not do; status 0 where something else answered in its place. */
export interface Refused {
  status: number;
  code: string;
  /** For how long it asked to be left alone, an hour at most; 0 where it did not say. */
  retryAfterS: number;
}

const PATIENCE_MS = 30_000;
const LONGEST_ASKED_S = 3600;

/** Call and return the answer; throws Refused, or what fetch throws where nobody answers within half a minute. */
export async function post<T>(base: string, path: string, given: object): Promise<T> {
  const answer = await fetch(`${base}v1/${path}`, {
    method: "POST",
    body: JSON.stringify(given), // a string goes as text/plain
    signal: AbortSignal.timeout(PATIENCE_MS),
    credentials: "omit",
    keepalive: path === "events",
  });
  const told = await answer.json().catch(() => 0);
  if (answer.ok && told) return told;
  throw { status: answer.ok ? 0 : answer.status, code: told.code, retryAfterS: Math.min(+(told.retry_after ?? answer.headers.get("Retry-After")) || 0, LONGEST_ASKED_S) };
}
