// UUID version 7 (RFC 9562), of our own because crypto.randomUUID is of version 4 and needs a secure context.

let last = 0;

/** Return a new UUIDv7; later ones of this page sort after it. */
export function uuid7(now = Date.now()): string {
  last = Math.max(now, last + 1);
  const time = last.toString(16).padStart(12, "0");
  const random = crypto.getRandomValues(new Uint8Array(30));
  let at = 0;
  return "xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => time[at++] ?? (random[at - 1]! & 15).toString(16));
}
