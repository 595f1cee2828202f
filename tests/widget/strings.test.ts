import { beforeEach, expect, test, vi } from "vitest";
import { words as arabic } from "@/strings/ar";
import { words as arabicDesk } from "@/strings/ar_desk";
import { words as arabicOwn } from "@/strings/ar_own";
import { words as arabicSpots } from "@/strings/ar_spots";
import { words as german } from "@/strings/de";
import { words as germanDesk } from "@/strings/de_desk";
import { words as germanOwn } from "@/strings/de_own";
import { words as germanSpots } from "@/strings/de_spots";
import * as groups from "@/strings/en";
import { words as spanish } from "@/strings/es";
import { words as spanishDesk } from "@/strings/es_desk";
import { words as spanishOwn } from "@/strings/es_own";
import { words as spanishSpots } from "@/strings/es_spots";
import type { Words } from "@/strings";

const english: Words = Object.assign({}, ...Object.values(groups));
const [ar, de, es] = [{ ...arabic, ...arabicSpots, ...arabicOwn, ...arabicDesk }, { ...german, ...germanSpots, ...germanOwn, ...germanDesk }, { ...spanish, ...spanishSpots, ...spanishOwn, ...spanishDesk }];
const LANGUAGES: Record<string, Words> = { en: english, de, es, ar };
const OTHERS = Object.entries(LANGUAGES).filter(([language]) => language !== "en");
const NUMBERS = [...Array(130).keys(), 200, 1000, 1_000_000];

const isPlural = (key: string) => typeof english[key] === "object" && "other" in (english[key] as object);
const formsOf = (words: Words, key: string) => Object.entries(words[key] as Record<string, string>);
/** Return every text of a language, with where it stands. */
const texts = (words: Words): [where: string, text: string][] =>
  Object.entries(words).flatMap(([key, found]): [string, string][] =>
    typeof found === "string" ? [[key, found]] : Object.entries(found).map(([form, text]) => [`${key}.${form}`, text]),
  );
const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

test("no two groups of English give one key two meanings", () => {
  for (const [name, group] of Object.entries(groups)) for (const [key, found] of Object.entries(group)) expect(found, `${name}.${key}`).toEqual(english[key]);
});

for (const [language, words] of Object.entries(LANGUAGES)) {
  test(`${language} has exactly the keys of English`, () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
  });

  test(`${language} has no empty text, and none with spaces at its ends`, () => {
    for (const [where, text] of texts(words)) expect(text, where).toMatch(/^\S(.*\S)?$/s);
  });

  test(`${language} has a form for every number, and none that its grammar never asks for`, () => {
    const rules = new Intl.PluralRules(language);
    const categories = rules.resolvedOptions().pluralCategories;
    for (const key of Object.keys(english).filter(isPlural)) {
      const forms = Object.fromEntries(formsOf(words, key));
      for (const n of NUMBERS) expect(forms[rules.select(n)] ?? forms.other, `${key} of ${n}`).toBeTruthy();
      for (const form of Object.keys(forms)) expect(categories, key).toContain(form);
    }
  });

  test(`${language} says the number wherever a form stands for many`, () => {
    for (const key of Object.keys(english).filter(isPlural))
      for (const [form, text] of formsOf(words, key)) if (!/zero|one|two/.test(form)) expect(text, `${key}.${form}`).toContain("{n}");
  });
}

for (const [language, words] of OTHERS) {
  test(`${language} says one of several things wherever English does`, () => {
    for (const [key, found] of Object.entries(english)) {
      if (typeof found === "string") expect(typeof words[key], key).toBe("string");
      else if (!isPlural(key)) expect(Object.keys(words[key] as object).sort(), key).toEqual(Object.keys(found).sort());
    }
  });

  test(`${language} keeps what is filled in, and nothing else`, () => {
    for (const [key, found] of Object.entries(english)) {
      if (typeof found === "string") expect(blanks(words[key] as string), key).toEqual(blanks(found));
      else for (const [form, text] of formsOf(words, key)) expect(["{n}"], `${key}.${form}`).toEqual(expect.arrayContaining(blanks(text)));
    }
  });

  test(`${language} leaves nothing in English`, () => {
    const same = texts(words).filter(([where, text]) => texts(english).some(([there, theirs]) => where === there && text === theirs && /\p{L}{3}/u.test(text)));
    expect(same).toEqual([]);
  });
}

const SCRIPTS: Record<string, RegExp> = { en: /^[A-Za-z]+$/, de: /^[A-Za-zÄÖÜäöüß]+$/, es: /^[A-Za-zÁÉÍÓÚÑÜáéíóúñü]+$/, ar: /^[ء-غف-ي\u064b-\u0652]+$/ };
const KEYS = ["U", "N", "S", "B", "Enter", "Shift", "Alt", "Esc"]; // as they stand on a keyboard
for (const [language, words] of Object.entries(LANGUAGES))
  test(`${language} is written in its own letters`, () => {
    for (const [where, text] of texts(words))
      for (const word of text.replace(/\{\w\}/g, " ").match(/[\p{L}\p{M}]+/gu) ?? [])
        if (!(/^(deskKeys|drawKeys|drawNow)$/.test(where) && KEYS.includes(word))) expect(word, where).toMatch(SCRIPTS[language]!);
  });

test("nothing that a person reads holds an invisible sign or a stray space", () => {
  for (const [language, words] of Object.entries(LANGUAGES)) for (const [where, text] of texts(words)) expect(text, `${language} ${where}`).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]| {2}/);
});

let strings: typeof import("@/strings");
beforeEach(async () => {
  vi.resetModules();
  strings = await import("@/strings");
  Object.values(groups).forEach(strings.learn);
  strings.speak("en", {});
});

test("a number chooses the form and is filled in", () => {
  expect(strings.say("people", "", 1)).toBe("1 person");
  expect(strings.say("people", "", 5)).toBe("5 people");
});

test("Arabic has a form of its own for none, one, two, few, many and hundreds", () => {
  strings.speak("ar", ar);
  expect([0, 1, 2, 3, 11, 100].map((n) => strings.say("people", "", n))).toEqual(["لا أحد", "شخص واحد", "شخصان", "3 أشخاص", "11 شخصًا", "100 شخص"]);
});

test("the host's words stand above a language, and a language above English", () => {
  expect(strings.say("heading")).toBe("Related threads");
  strings.speak("de", de);
  expect(strings.say("heading")).toBe("Ähnliche Themen");
  strings.override({ heading: "Siehe auch" });
  expect(strings.say("heading")).toBe("Siehe auch");
  strings.speak("es", es);
  expect(strings.say("heading")).toBe("Siehe auch");
  expect(strings.say("undo")).toBe("Deshacer");
});

test("what a language lacks is said in English", () => {
  strings.speak("de", { undo: "Zurück" });
  expect(strings.say("undo")).toBe("Zurück");
  expect(strings.say("again")).toBe("Try again");
});

test("the host's words have forms too, and may name its labels", () => {
  strings.override({ people: { one: "{n} neighbour", other: "{n} neighbours" }, labels: { late: "It came late" } });
  expect(strings.say("people", "", 2)).toBe("2 neighbours");
  expect(strings.sayOf("labels", "late")).toBe("It came late");
  expect(strings.sayOf("labels", "early")).toBe("");
});

test("a title is filled in as it is, whatever signs it holds", () => {
  expect(strings.say("read", "$& {x} $1")).toBe("Read “$& {x} $1” here");
});

test("a title that reads like a number's blank is filled in as it is", () => {
  expect(strings.say("read", "{n}")).toBe("Read “{n}” here");
});

test("a label named like something that every object has is no word of ours", () => {
  for (const name of ["constructor", "toString", "__proto__"]) expect(strings.sayOf("answer", name)).toBe("");
});

test("a host that rewords one answer keeps our words for the others", () => {
  strings.override({ answer: { duplicate: "Same fault." } });
  expect(strings.sayOf("answer", "duplicate")).toBe("Same fault.");
  expect(strings.sayOf("answer", "related")).toBe("Related.");
});
