// UUID version 7 (RFC 9562), of our own because crypto.randomUUID is of version 4 and needs a secure context.

let last = 0;

/** Return a new UUIDv7; later ones of this page sort after it. */
export function uuid7(now = Date.now()): string {
  last = Math.max(now, last + 1);
  const hex = (value: number, width: number) => value.toString(16).padStart(width, "0");
  const random = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => hex(byte, 2)).join("");
  return `${hex(last, 12)}7${random}`.replace(/(.{8})(.{4})(.{4})(.{3})(.{12}).*/, "$1-$2-$3-8$4-$5");
}
