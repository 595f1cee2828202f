// UUID version 7 (RFC 9562), of our own because crypto.randomUUID is of version 4 and needs a secure context.

let last = 0;

/** Return a new UUIDv7; later ones of this page sort after it. */
export function uuid7(now = Date.now()): string {
  last = now > last ? now : last + 1;
  const random = crypto.getRandomValues(new Uint8Array(10));
  const hex = last.toString(16).padStart(12, "0") + Array.from(random, (b) => b.toString(16).padStart(2, "0")).join("");
  const variant = ((parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
