// What the host's page gives us.

export interface Settings {
  key: string;
  identity: string;
  base: string;
}

/** `earmark(...)` as the loader leaves it: calls wait in `q` until the core takes them. */
export interface EarmarkQueue {
  (...call: unknown[]): unknown;
  q: unknown[][];
  s: Settings;
  destroy?: () => void;
}
