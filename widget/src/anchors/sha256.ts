// SHA-256 (FIPS 180-4), of our own because crypto.subtle needs a secure context and answers later.

const roots = (power: number) => {
  const found: number[] = [];
  for (let prime = 2; found.length < 64; prime++) {
    let factor = 2;
    while (prime % factor) factor++;
    if (factor === prime) found.push(((prime ** power) % 1) * 2 ** 32 | 0);
  }
  return found;
};

/** Return the SHA-256 of a text's UTF-8, in hexadecimal. */
export function sha256(text: string): string {
  const constants = roots(1 / 3);
  let state = roots(1 / 2).slice(0, 8);
  const bytes = new TextEncoder().encode(text);
  const padded = new DataView(new ArrayBuffer(((bytes.length + 72) >> 6) << 6));
  new Uint8Array(padded.buffer).set(bytes);
  padded.setUint8(bytes.length, 0x80);
  padded.setBigUint64(padded.byteLength - 8, BigInt(bytes.length * 8));
  const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by));
  const words = new Int32Array(64);
  for (let block = 0; block < padded.byteLength; block += 64) {
    let now = state;
    for (let at = 0; at < 64; at++) {
      const [a, b, c, d, e, f, g, h] = now as [number, number, number, number, number, number, number, number];
      const near = words[at - 2]!;
      const far = words[at - 15]!;
      words[at] =
        at < 16
          ? padded.getInt32(block + at * 4)
          : words[at - 16]! + words[at - 7]! + (turn(far, 7) ^ turn(far, 18) ^ (far >>> 3)) + (turn(near, 17) ^ turn(near, 19) ^ (near >>> 10));
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (g ^ (e & (f ^ g))) + constants[at]! + words[at]!) | 0;
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) | (c & (a | b)));
      now = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
    }
    state = state.map((word, at) => (word + now[at]!) | 0);
  }
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
