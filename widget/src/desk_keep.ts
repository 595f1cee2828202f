// What the desk keeps in this browser: who sits here, and how they like to work.
const PERSON = "earmark:desk-person";

/**
 * The random name by which links for anyone know this browser, the same to each of them: who comes by two links is
 * one person. Without storage it lasts as long as the page.
 */
let mine: string | null = null;

export function person(): string {
  let kept = (mine ??= recall(PERSON));
  if (!kept) {
    const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    kept = hex.replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12})/, "$1-$2-4$3-8$4-$5");
    mine = kept;
    keep(PERSON, kept);
  }
  return kept;
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without storage each visit is a new one.
  }
}
