// What the desk keeps in this browser: who sits here, how they like to work, and in the tab alone the notes that they are writing.
const PERSON = "earmark:desk-person";
const NOTE = "earmark-desk-note-"; // what begins as the outbox does is on its way

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

const local = () => localStorage;
const tab = () => sessionStorage;

export function recall(key: string, store = local): string | null {
  try {
    return store().getItem(key);
  } catch {
    return null;
  }
}

export function keep(key: string, value: string, store = local): void {
  try {
    value ? store().setItem(key, value) : store().removeItem(key);
  } catch {
    // Without storage each visit is a new one.
  }
}

/** Keep the note that is being written about an assignment; an empty one is forgotten. */
export const jot = (assignment: number, note: string): void => keep(NOTE + assignment, note, tab);

/** Return the note that was being written about an assignment when its page went. */
export const jotted = (assignment: number): string => recall(NOTE + assignment, tab) ?? "";

/** Forget all notes of this tab, for who wants nothing kept. */
export function forgetNotes(): void {
  try {
    for (const key of Object.keys(tab())) if (key.startsWith(NOTE)) tab().removeItem(key);
  } catch {
    // Where nothing may be kept, nothing is.
  }
}
