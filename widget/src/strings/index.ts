// The words in use: English, another language over it, the host's own over both.
type Forms = Partial<Record<Intl.LDMLPluralRule, string>>;
export type Words = Record<string, string | Forms | Record<string, string>>;

const english: Words = {};
const above: Words[] = [{}, {}];
let spoken: string;
let rules: Intl.PluralRules | undefined;

/** Learn a group of English words. */
export function learn(group: Words): void {
  Object.assign(english, group);
}

/** Speak another language from here on, with its plural rules; the host's own words stand above it. */
export function speak(language: string, words: Words): void {
  spoken = language;
  rules = undefined;
  above[1] = words;
}

/** Let the host's words stand above ours. */
export function override(words: Words): void {
  Object.assign(above[0]!, words);
}

const find = (key: string) => above[0]![key] ?? above[1]![key] ?? english[key];

/** Return words by key, filled in; `n` chooses the form and fills {n}. */
export function say(key: string, x = "", n = 0): string {
  const found = find(key);
  const form = typeof found === "object" ? ((found as Forms)[(rules ??= new Intl.PluralRules(spoken)).select(n)] ?? (found as Forms).other) : found;
  return (form ?? key).replaceAll("{n}", `${n}`).replaceAll("{x}", () => x);
}

/** Return the words for one of several things; empty where there are none. */
export function sayOf(key: string, which: string): string {
  const of = (words: Words) => (words[key] ?? {}) as Record<string, string>;
  return [...above, english].map(of).find((group) => Object.hasOwn(group, which))?.[which] ?? "";
}
