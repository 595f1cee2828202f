import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Earmark } from "@/config";
import { Guest } from "@/core";
import type { Mark } from "@/mark";
import type { DeskItem, DeskNext, DeskProgress, Question } from "@/wire";
import { aPage, all, arrive, button, chunks, focused, label, pass, press, QUESTIONS, server, thread } from "./page";

aPage();

const LINK = "token-of-the-link";
const UNIT = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
const progress = (answered_count = 0): DeskProgress => ({ answered_count, left_count: 3 });
const item = (id: string, more: Partial<DeskItem> = {}): DeskItem => ({ id, kind: "thread", title: `Title ${id}`, body: `Body ${id}`, url: `https://host.example/${id}`, created_at: null, ...more });
const none = (answered = 0) => ({ assignment: null, items: [], place: null, reasons: [], progress: progress(answered) }) as unknown as DeskNext;

let question: Question;
let consent: string;
let units: DeskNext[];
let guest: Guest;
const listening: [string, EventListener][] = [];
const byId = (id: string) => document.getElementById(id)!;
const desk = () => byId("desk");
const mark = () => desk().querySelector<Mark>("earmark-duplicates,earmark-tags,earmark-choice")!;
const heading = () => desk().querySelector("h1")!.textContent;
const asked = () => server.at("desk/next").map(({ token: _, ...given }) => given);
const judged = () => server.events.filter(({ type }) => type === "judge");
const key = async (name: string, target: EventTarget = document.body) => {
  press(target, name);
  await pass();
};

/** Return a unit of the pair {id, id's other}, or of what is asked about the item alone; what is asked now is told where `more` says so. */
function unit(id: string, more: Partial<DeskNext> = {}): DeskNext {
  const isPair = question.kind === "pair";
  const candidates = { pair: [thread(`${id}b`)], tags: [label("Mail")], choice: [], span: [], region: [] }[question.kind];
  return {
    assignment: { id: Number(id), lease_until: "2030-01-01T00:00:00Z" } as DeskNext["assignment"],
    items: isPair ? [item(id), item(`${id}b`)] : [item(id)],
    place: { place: "desk", exposure: `desk-${id}`, ask: true, candidates, answers: [], known: [], error: null },
    reasons: [],
    progress: progress(),
    ...more,
  } as DeskNext;
}

beforeEach(() => {
  question = QUESTIONS.duplicate;
  consent = "";
  units = [];
  vi.resetModules();
  vi.doMock(`${location.origin}/w/core.test.js`, () => ({ wait: (earmark: Earmark) => (guest = arrive({}, earmark)) }));
  localStorage.clear();
  const listen = window.addEventListener;
  vi.spyOn(window, "addEventListener").mockImplementation((name: string, act: unknown, how?: unknown) => {
    listening.push([name, act as EventListener]);
    listen.call(window, name, act as EventListener, how as AddEventListenerOptions);
  });
});
afterEach(() => {
  for (const [name, act] of listening.splice(0)) window.removeEventListener(name, act);
  history.replaceState(null, "", "/");
});

/** Open the desk's page, and wait until it shows something. */
async function open(link = LINK): Promise<void> {
  history.replaceState(null, "", `/desk/${question.id}#${link}`);
  document.body.innerHTML = '<main id="desk"></main>';
  server.more = {
    "desk/session": () => ({ token: "desk-token", expires_in: 1800, annotator: "worker", annotator_kind: "expert", question, is_blind: false, consent, progress: progress() }),
    "desk/next": () => units.shift() ?? none(4),
    "desk/leave": () => ({}),
  };
  await import("@/desk");
  await vi.waitFor(() => expect(desk().querySelector("h1")).toBeTruthy(), { timeout: 10_000 });
  await pass();
}

test("the link opens it: its token, the question of the address, and a name for this browser that lasts", async () => {
  units = [unit("1")];
  await open();
  const [first] = server.at("desk/session");
  expect(first).toEqual({ link: LINK, question: "duplicate", person: expect.stringMatching(UNIT) });
  vi.resetModules();
  units = [unit("1")];
  await open();
  expect(server.at("desk/session")[1].person).toBe(first.person);
});

test("another link finds the same browser", async () => {
  units = [unit("1")];
  await open();
  vi.resetModules();
  units = [unit("1")];
  await open("another-token");
  const [first, second] = server.at("desk/session");
  expect([first.link, second.link]).toEqual([LINK, "another-token"]);
  expect(second.person).toBe(first.person);
});

test("the link's token stands in no address that is called", async () => {
  units = [unit("1")];
  const urls: string[] = [];
  vi.stubGlobal("fetch", (url: string, how: RequestInit) => (urls.push(url), server.fetch(url, how)));
  await open();
  expect(urls.length).toBeGreaterThan(1);
  expect(urls.join()).not.toContain(LINK);
});

test("where storage is forbidden, it opens all the same", async () => {
  units = [unit("1")];
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
    throw new DOMException("denied", "SecurityError");
  });
  await open();
  expect(server.at("desk/session")[0].person).toMatch(UNIT);
  expect(heading()).toBe("Are these two the same?");
});

test("a unit is shown with what is needed to judge it, and the element finds its answers without asking", async () => {
  question = { ...question, guideline: "Same means: one fix ends both." };
  consent = "You are paid by the hour.";
  units = [unit("1", { reasons: ["same words", "same day"] })];
  await open();
  const text = desk().textContent;
  for (const words of ["Title 1", "Body 1", "Title 1b", "Body 1b", "Same means: one fix ends both.", "You are paid by the hour.", "Guessed because: same words; same day"]) expect(text).toContain(words);
  expect(all(mark(), "[data-value]").map(({ textContent }) => textContent)).toEqual(["Same", "Related", "Different", "Not sure"]);
  expect(server.at("suggest")).toEqual([]);
  expect(server.at("session")).toEqual([]);
});

test("how far one has come is told in words and to who cannot see it", async () => {
  units = [unit("1", { progress: progress(7) })];
  await open();
  expect(desk().querySelector(".mine")!.textContent).toBe("7 answered by you · 3 left for you");
  expect([...desk().querySelectorAll<HTMLElement>(".progress span")].map(({ style }) => style.flexGrow)).toEqual(["7", "3"]);
});

test("what is left is told as more than was counted where counting stopped", async () => {
  units = [unit("1", { progress: { answered_count: 1, left_count: 1000 } })];
  await open();
  expect(desk().querySelector(".mine")!.textContent).toContain("1000+ left for you");
});

test("addresses in a guideline are links that open beside the desk; all else of it is text", async () => {
  const text = "See https://host.example/guide_(2).\nOr (https://host.example/a?b=c#d), not javascript:alert(1) nor <b>http</b>://x.";
  question = { ...question, guideline: text };
  units = [unit("1")];
  await open();
  const body = desk().querySelector(".guideline .text")!;
  expect(body.textContent).toBe(text);
  const links = [...body.querySelectorAll("a")];
  expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://host.example/guide_(2)", "https://host.example/a?b=c#d"]);
  for (const link of links) expect([link.textContent, link.target, link.rel]).toEqual([link.getAttribute("href"), "_blank", "noreferrer noopener"]);
  expect(body.querySelector("b")).toBeNull();
});

/** Return the addresses that a guideline of these words is linked with. */
async function linkedIn(text: string): Promise<(string | null)[]> {
  question = { ...question, guideline: text };
  units = [unit("1")];
  vi.resetModules();
  await open();
  const body = desk().querySelector(".guideline .text")!;
  expect(body.textContent === text).toBe(true); // a million signs would be printed else
  return [...body.querySelectorAll("a")].map((link) => link.getAttribute("href"));
}

for (const [text, address] of [
  ["https://host.example/Mercury_(planet)", "https://host.example/Mercury_(planet)"],
  ["(https://host.example/Mercury_(planet)).", "https://host.example/Mercury_(planet)"],
  ["[see https://host.example/?tags[]=mail&tags[]]", "https://host.example/?tags[]=mail&tags[]"],
  ["(https://host.example/a/)", "https://host.example/a/"],
  ..."،؛؟»’…*`。!?".split("").map((sign) => [`https://host.example/a${sign}${sign} b`, "https://host.example/a"]),
] as [string, string][])
  test(`the address in “${text}” ends where its writer meant it to`, async () => {
    expect(await linkedIn(text)).toEqual([address]);
  });

test("what has nothing behind its scheme is no address", async () => {
  expect(await linkedIn("Begin with https://, not with (http://).")).toEqual([]);
});

for (const run of [")", "(", ".", "https://", "(.)", "https://a)"])
  test(`a guideline of a million signs, “${run}” over and over, opens`, async () => {
    await linkedIn(`https://host.example/${run.repeat(1_000_000 / run.length)}`);
  });

test("an address that is shown runs from the left in whatever text, and a link in words as its words do", async () => {
  document.documentElement.dir = "rtl";
  await linkedIn("انظر https://host.example/a/");
  expect([...desk().querySelectorAll("a")].map((link) => link.getAttribute("dir"))).toEqual(["ltr", null, null]);
});

test("what is judged is text, and only addresses of the web are links", async () => {
  units = [unit("1", { items: [item("1", { title: "<img src=x>", body: "<script>", url: "javascript:alert(1)" }), item("1b")] })];
  await open();
  expect(desk().querySelector("img,script")).toBeNull();
  expect([...desk().querySelectorAll("article a")].map((link) => link.getAttribute("href"))).toEqual(["https://host.example/1b"]);
  expect(desk().querySelector("article a")!.getAttribute("rel")).toContain("noreferrer");
});

test("the first digit answers with the first answer, U takes it back, and Enter goes on", async () => {
  units = [unit("1"), unit("2")];
  await open();
  expect([byId("next").hidden, byId("skip").hidden]).toEqual([true, false]);
  await key("1");
  expect(judged()).toMatchObject([{ exposure: "desk-1", candidate: "1b", answer: { kind: "pair", value: "duplicate" } }]);
  expect([byId("next").hidden, byId("skip").hidden]).toEqual([false, true]);
  expect(document.activeElement).toBe(byId("next"));
  await key("u");
  expect(byId("next").hidden).toBe(true);
  await key("3");
  await key("Enter");
  expect(asked()).toEqual([{}, { after: 1 }]);
  expect(desk().textContent).toContain("Title 2");
  expect(judged().map((event) => event.type === "judge" && event.answer.value)).toEqual(["duplicate", "different"]);
});

for (const [kind, of, digit, answer] of [
  ["tags", QUESTIONS.topics, "2", { kind: "tags", tag: "Mail", value: "does_not_fit" }],
  ["a choice", QUESTIONS.tone, "3", { kind: "choice", value: "Off topic" }],
] as [string, Question, string, object][])
  test(`digits answer ${kind} too`, async () => {
    question = of;
    units = [unit("1")];
    await open();
    expect(heading()).toBe(of.prompt);
    await key(digit);
    expect(judged()).toMatchObject([{ exposure: "desk-1", answer }]);
  });

const TEXT = "It fails on IMAP.";
const anchor = (exact: string) => {
  const start = TEXT.indexOf(exact);
  return { quote: { exact, prefix: TEXT.slice(0, start), suffix: TEXT.slice(start + exact.length) }, position: { start, end: start + exact.length }, snapshot: "0".repeat(64) };
};
const spotted = (more: object = {}): DeskNext => {
  const candidate = { id: "12-16 Product", title: "IMAP", url: "", snippet: "", answer: "", label: "Product", anchor: anchor("IMAP"), ...more };
  const { items, place, ...rest } = unit("1");
  return { ...rest, items: [{ ...items[0]!, text: TEXT }], place: { ...place!, candidates: [candidate] } };
};
const span = () => desk().querySelector<Mark>("earmark-span")!;
const answers = () => all(span(), "[data-value]").map(({ textContent }) => textContent);

test("of a span every label is an answer with its digit, beside none and not sure, and the guessed one is dotted", async () => {
  question = QUESTIONS.products;
  units = [spotted()];
  await open();
  expect(answers()).toEqual(["Product", "Shortcut", "None of these", "Not sure"]);
  expect(all(span(), ".guess").map(({ textContent }) => textContent)).toEqual(["Product"]);
  expect(span()._root.textContent).toContain("IMAP");
  await key("2");
  expect(judged()).toMatchObject([{ exposure: "desk-1", candidate: "12-16 Product", answer: { kind: "span", value: "Shortcut", anchor: anchor("IMAP") } }]);
  expect(document.activeElement).toBe(byId("next"));
  await key("u");
  expect(answers()).toEqual(["Product", "Shortcut", "None of these", "Not sure"]);
  await key("3");
  expect(judged().at(-1)).toMatchObject({ answer: { value: "none" } });
  expect(span()._root.textContent).toContain("None of these.");
});

test("who judges a span blind is told no label", async () => {
  question = QUESTIONS.products;
  units = [spotted({ id: "12-16", label: undefined })];
  await open();
  expect(all(span(), ".guess")).toEqual([]);
  await key("1");
  expect(judged()).toMatchObject([{ candidate: "12-16", answer: { value: "Product", anchor: anchor("IMAP") } }]);
});

test("where people differ the boundary is chosen first, by a digit too, and may be chosen anew", async () => {
  question = QUESTIONS.products;
  units = [spotted({ boundaries: [anchor("on IMAP"), anchor("IMAP")] })];
  await open();
  expect(answers()).toEqual(["on IMAP", "IMAP", "None of these", "Not sure"]);
  await key("2");
  expect([judged(), answers()]).toEqual([[], ["Product", "Shortcut", "None of these", "Not sure"]]);
  button(span()._root, "on IMAP").click();
  expect(all(span(), "[aria-pressed=true]").map(({ textContent }) => textContent)).toEqual(["on IMAP"]);
  await key("1");
  expect(judged()).toMatchObject([{ answer: { value: "Product", anchor: anchor("on IMAP") } }]);
});

test("what is marked beside the asked spot takes no note with it, and does not lead on", async () => {
  question = QUESTIONS.products;
  units = [spotted(), spotted()];
  await open();
  (byId("self") as HTMLInputElement).click();
  const note = byId("note") as HTMLTextAreaElement;
  note.value = "of the asked one";
  note.dispatchEvent(new Event("input"));
  const detail = { candidate: "", value: "Shortcut" };
  span().dispatchEvent(new CustomEvent("earmark:decide", { detail, bubbles: true, cancelable: true }));
  await pass(2000);
  expect([detail, asked().length, byId("next").hidden]).toEqual([{ candidate: "", value: "Shortcut" }, 1, true]);
});

test("where what is marked beside the asked spot is refused, one stays, with the answers of now and the note", async () => {
  question = QUESTIONS.products;
  units = [spotted(), unit("2")];
  await open();
  write("of the asked one");
  const note = byId("note");
  question = { ...question, labels: ["Name"] };
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "unknown_value" } : {});
  const own = { id: "", title: "fails", url: "", snippet: "", answer: "", label: "Shortcut", anchor: anchor("fails") };
  const { _enter, _decide } = guest._answers!;
  _decide(_enter(span()._model!, own, "desk-1", { is: "asked" }, false), "Shortcut", "mouse", span());
  await pass(1000);
  expect([judged().length, asked().length, byId("note"), written()]).toEqual([1, 1, note, "of the asked one"]);
  expect([desk().querySelector(":scope>[role=status]")!.textContent, answers()]).toEqual([CHANGED, ["Name", "None of these", "Not sure"]]);
});

test("keys in what chooses words or draws a box mean nothing else", async () => {
  question = QUESTIONS.products;
  units = [spotted()];
  await open();
  for (const name of ["layer", "sheet", "draw"]) {
    const part = document.createElement("div");
    part.className = name;
    span()._card.append(part);
    await key("1", part);
    await key("s", part);
  }
  expect([judged(), asked().length]).toEqual([[], 1]);
});

test("a tag may be left undecided, as every other kind may, and Undo brings its answers back", async () => {
  question = QUESTIONS.topics;
  units = [unit("1")];
  await open();
  expect(all(mark(), "[data-value]").map(({ dataset }) => dataset["value"])).toEqual(["fits", "does_not_fit", "unsure"]);
  await key("3");
  expect(judged()).toMatchObject([{ exposure: "desk-1", answer: { kind: "tags", tag: "Mail", value: "unsure" } }]);
  expect(mark()._root.querySelector(".chip")!.textContent).toContain("Not sure. That helps too.");
  expect([mark()._root.querySelector("s"), byId("next").hidden]).toEqual([null, false]);
  await key("u");
  expect(all(mark(), "[data-value]").length).toBe(3);
});

test("of tags it says which one is meant, before what is read", async () => {
  question = QUESTIONS.topics;
  units = [unit("1")];
  await open();
  const about = desk().querySelector(".about")!;
  expect(about.textContent).toBe("Does “Mail” fit?");
  expect(about.compareDocumentPosition(desk().querySelector("article")!)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

test("keys in a field, and keys with others held, answer nothing", async () => {
  units = [unit("1")];
  await open();
  await key("1", byId("note"));
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "1", ctrlKey: true, bubbles: true }));
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "2", metaKey: true, bubbles: true }));
  await key("9");
  await key("x");
  await pass();
  expect(judged()).toEqual([]);
});

for (const [layout, at] of Object.entries({
  "Arabic letters": { answer: { key: "١", code: "Digit1" }, undo: { key: "ع", code: "KeyU" } },
  "Arabic digits beside the letters": { answer: { key: "١", code: "Numpad1" }, undo: { key: "ع", code: "KeyU" } },
  "digits that want Shift": { answer: { key: "&", code: "Digit1" }, undo: { key: "u", code: "KeyU" } },
  "Latin letters elsewhere": { answer: { key: "1", code: "Digit1" }, undo: { key: "u", code: "KeyF" } },
}))
  test(`single keys are found on a keyboard with ${layout}`, async () => {
    units = [unit("1")];
    await open();
    for (const how of [at.answer, at.undo]) {
      document.body.dispatchEvent(new KeyboardEvent("keydown", { ...how, bubbles: true }));
      await pass(2000);
    }
    expect(server.events.map(({ type }) => type)).toEqual(["judge", "undo"]);
  });

test("a sign above a digit, and a key beside that only moves, answer nothing", async () => {
  units = [unit("1")];
  await open();
  for (const how of [{ key: "!", code: "Digit1", shiftKey: true }, { key: "End", code: "Numpad1" }, { key: "Dead", code: "KeyU" }])
    document.body.dispatchEvent(new KeyboardEvent("keydown", { ...how, bubbles: true }));
  await pass(2000);
  expect(server.events).toEqual([]);
});

test("Escape out of what is being composed stays in the note", async () => {
  units = [unit("1")];
  await open();
  await key("n");
  byId("note").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", isComposing: true, bubbles: true }));
  expect(document.activeElement).toBe(byId("note"));
});

test("a note goes without signs that no text is stored with", async () => {
  units = [unit("1")];
  await open();
  write("Half a sign \ud83d, nothing \0, and a whole one 😀");
  await key("1");
  expect(judged()).toMatchObject([{ note: "Half a sign , nothing , and a whole one 😀" }]);
});

test("where taking back is refused, the answer stands and one goes on from it", async () => {
  server.result = ({ type }) => (type === "undo" ? { status: "bad", code: "unknown_judgement" } : {});
  units = [unit("1"), unit("2")];
  await open();
  await key("1");
  await key("u");
  await pass(2000);
  expect(mark()._root.textContent).toContain("Same problem.");
  expect([byId("next").hidden, byId("skip").hidden, (byId("note") as HTMLTextAreaElement).disabled]).toEqual([false, true, true]);
  await key("Enter");
  expect(desk().textContent).toContain("Title 2");
});

test("who takes back an answer while the next unit is on its way stays, and the next one waits behind", async () => {
  units = [unit("1"), unit("2")];
  await open();
  await key("1");
  server.slowMs = 500;
  press(document.body, "Enter");
  await pass(10);
  press(document.body, "u");
  await pass(3000);
  server.slowMs = 0;
  expect(desk().textContent).toContain("Title 1");
  await key("2");
  await key("Enter");
  expect(desk().textContent).toContain("Title 2");
  expect([judged().map(({ exposure }) => exposure), asked()]).toEqual([["desk-1", "desk-1"], [{}, { after: 1 }]]);
});

test("who takes back an answer and skips while the next unit is on its way gives it back and is led to that", async () => {
  units = [unit("1"), unit("2")];
  await open();
  await key("1");
  server.slowMs = 500;
  for (const name of ["Enter", "u", "s", "s"]) {
    press(document.body, name);
    await pass(10);
  }
  await pass(3000);
  expect(heading()).toBeTruthy();
  expect(desk().textContent).toContain("Title 2");
  expect([asked(), server.at("desk/leave").map(({ assignment }) => assignment)]).toEqual([[{}, { after: 1 }], [1]]);
});

test("who goes back while the next unit is on its way is not led away", async () => {
  units = [unit("1"), unit("2"), unit("3")];
  await open();
  await key("1");
  await key("Enter");
  await key("1");
  server.slowMs = 500;
  press(document.body, "Enter");
  await pass(10);
  press(document.body, "b");
  await pass(3000);
  expect(desk().textContent).toContain("Title 1");
  await key("Enter");
  await key("Enter");
  expect(desk().textContent).toContain("Title 3");
});

test("who takes back the last answer while the end is on its way stays with it", async () => {
  units = [unit("1")];
  await open();
  await key("1");
  server.slowMs = 500;
  press(document.body, "Enter");
  await pass(10);
  press(document.body, "u");
  await pass(3000);
  expect(desk().textContent).toContain("Title 1");
});

test("how to decide, what is asked and its answers are those of now with each unit, and what is new of them is told", async () => {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("2", { question: { ...question, guideline: "By its first words.", labels: ["Answers", "Wonders"], prompt: "What is it for?" } })];
  await open();
  await key("1");
  await key("Enter");
  expect([heading(), choices(), status()]).toEqual(["What is it for?", ["Answers", "Wonders", "Not sure"], "How to decide was changed."]);
  const guideline = desk().querySelector<HTMLDetailsElement>(".guideline")!;
  expect([guideline.open, guideline.querySelector(".text")!.textContent]).toEqual([true, "By its first words."]);
});

test("what became of an answer is heard with the heading that takes the focus", async () => {
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "lease_over" } : {});
  units = [unit("1"), unit("2")];
  await open();
  await key("1");
  expect(byId(document.activeElement!.getAttribute("aria-describedby")!).textContent).toBe("Others answered that one in the meantime.");
});

test("where a text was edited away under its spot, that is said, and the unit stands there as it is now", async () => {
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "text_not_found" } : {});
  units = [unit("1"), unit("1", { items: [item("1", { body: "Edited" }), item("1b")] })];
  await open();
  write("Kept");
  await key("1");
  expect([status(), desk().querySelector("article .text")!.textContent]).toEqual(["That was not saved: the text was edited meanwhile.", "Edited"]);
  expect((byId("note") as HTMLTextAreaElement).value).toBe("Kept");
});

test("who has a clock that is wrong is told so", async () => {
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "from_the_future" } : {});
  units = [unit("1")];
  await open();
  await key("1");
  expect(mark()._root.textContent).toContain("Not saved: the clock of this device is wrong.");
});

test("while it tries again by itself nobody on the page is disturbed", async () => {
  units = [unit("1")];
  await open();
  server.refusals = Array.from({ length: 3 }, () => ({ path: "desk/next", status: 503 }));
  await key("s");
  byId("back").focus();
  await pass(6000);
  expect([document.activeElement, asked().length]).toEqual([byId("back"), 3]);
  await key("Enter", byId("next"));
  byId("next").click();
  await pass();
  expect(document.activeElement?.localName).toBe("h1");
});

test("how far one has come is as of now also where one goes back", async () => {
  units = [unit("1"), unit("2", { progress: progress(1) })];
  await open();
  await key("1");
  await key("Enter");
  await key("b");
  expect(desk().querySelector(".mine")!.textContent).toContain("1 answered by you");
});

test("a tag and the reasons for it keep their own direction within our words", async () => {
  question = QUESTIONS.topics;
  const foreign = unit("2");
  foreign.place!.candidates = [label("أرشيف ++")];
  units = [unit("1", { reasons: ["“archive”", "its title"] }), foreign];
  await open();
  expect([...desk().querySelectorAll(".about bdi,.reasons bdi")].map(({ textContent }) => textContent)).toEqual(["Mail", "“archive”", "its title"]);
  expect(desk().querySelector(".reasons")!.textContent).toBe("Guessed because: “archive”; its title");
  const names = () => all(mark(), "[aria-label][data-value]").map((one) => one.getAttribute("aria-label"));
  expect(names()).toEqual(["“Mail” fits", "“Mail” does not fit"]);
  await key("s");
  expect(names()).toEqual(["“\u2068أرشيف ++\u2069” fits", "“\u2068أرشيف ++\u2069” does not fit"]);
});

const wayBack = () => all(mark(), ".undo")[0]!.getAttribute("aria-label");

test("a tag that runs the other way does so in the words of the way back too, also where one comes back to it", async () => {
  question = QUESTIONS.topics;
  const foreign = unit("1");
  foreign.place!.candidates = [label("أرشيف ++")];
  units = [foreign, unit("2")];
  await open();
  await key("1");
  expect(wayBack()).toBe("Undo: \u2068أرشيف ++\u2069");
  await key("Enter");
  await key("1");
  expect(wayBack()).toBe("Undo: Mail");
  await key("b");
  expect(wayBack()).toBe("Undo: \u2068أرشيف ++\u2069");
  expect(judged()).toMatchObject([{ answer: { tag: "أرشيف ++" } }, { answer: { tag: "Mail" } }]);
});

test("who turns single keys off is not answered for by one, now or at the next visit", async () => {
  units = [unit("1")];
  await open();
  (byId("keys") as HTMLInputElement).click();
  for (const name of ["1", "s", "n"]) await key(name);
  vi.resetModules();
  units = [unit("1")];
  await open();
  await key("1");
  expect([judged(), (byId("keys") as HTMLInputElement).checked]).toEqual([[], false]);
  (byId("keys") as HTMLInputElement).click();
  await key("1");
  expect(judged().length).toBe(1);
});

test("N goes to the note, Escape out of it, and what stands there goes with the answer", async () => {
  units = [unit("1")];
  await open();
  await key("n");
  expect(document.activeElement).toBe(byId("note"));
  const note = byId("note") as HTMLTextAreaElement;
  note.value = "  They quote each other. ";
  note.dispatchEvent(new Event("input"));
  await key("Escape", note);
  expect(document.activeElement?.localName).toBe("h1");
  await key("1");
  expect(judged()).toMatchObject([{ note: "They quote each other." }]);
});

test("an empty note is no note", async () => {
  units = [unit("1")];
  await open();
  await key("1");
  expect(judged()[0]).not.toHaveProperty("note");
});

test("while an answer stands the note is closed, and Undo opens it", async () => {
  units = [unit("1")];
  await open();
  const note = byId("note") as HTMLTextAreaElement;
  expect(note.disabled).toBe(false);
  await key("1");
  expect(note.disabled).toBe(true);
  await key("u");
  expect(note.disabled).toBe(false);
});

test("a key pressed twice answers once, and twice onward brings one unit", async () => {
  units = [unit("1"), unit("2"), unit("3")];
  await open();
  press(document.body, "1");
  press(document.body, "1");
  await pass(3000);
  expect(judged().length).toBe(1);
  press(document.body, "Enter");
  press(document.body, "Enter");
  byId("next")?.click();
  await pass();
  expect(asked().slice(1)).toEqual([{ after: 1 }]);
  expect(desk().textContent).toContain("Title 2");
});

test("S gives the unit back and brings another", async () => {
  units = [unit("1"), unit("2")];
  await open();
  await key("s");
  expect(asked()).toEqual([{}, { leave: 1 }]);
  expect(desk().textContent).toContain("Title 2");
  await pass(2000);
  expect(judged()).toEqual([]);
});

test("B goes back to what was answered, which can be taken back there, and Enter forward again without asking", async () => {
  units = [unit("1"), unit("2")];
  await open();
  expect(byId("back").hidden).toBe(true);
  await key("1");
  await key("Enter");
  await key("b");
  expect(desk().textContent).toContain("Title 1");
  expect(mark()._root.textContent).toContain("Same problem.");
  expect(document.activeElement).toBe(byId("next"));
  await key("Enter");
  expect(desk().textContent).toContain("Title 2");
  expect(asked().length).toBe(2);
  await key("b");
  await key("u");
  expect(server.events.at(-1)).toMatchObject({ type: "undo", judgement: judged()[0]!.id });
});

test("a note stays with its unit", async () => {
  units = [unit("1"), unit("2")];
  await open();
  const note = byId("note") as HTMLTextAreaElement;
  note.value = "first";
  note.dispatchEvent(new Event("input"));
  await key("1");
  await key("Enter");
  expect((byId("note") as HTMLTextAreaElement).value).toBe("");
  await key("b");
  expect((byId("note") as HTMLTextAreaElement).value).toBe("first");
});

test("each unit begins with the focus on what is asked", async () => {
  units = [unit("1")];
  await open();
  expect(document.activeElement?.localName).toBe("h1");
});

test("by itself it goes on a moment after an answer, and not if that is taken back", async () => {
  units = [unit("1"), unit("2"), unit("3")];
  await open();
  (byId("self") as HTMLInputElement).click();
  await key("1");
  expect(asked().length).toBe(1);
  await pass(1000);
  expect(asked()).toEqual([{}, { after: 1 }]);
  expect((byId("self") as HTMLInputElement).checked).toBe(true);
  await key("1");
  await key("u");
  await pass(2000);
  expect(asked().length).toBe(2);
});

test("what the server refuses is said, and it does not go on by itself", async () => {
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "unit_closed" } : {});
  units = [unit("1"), unit("2")];
  await open();
  (byId("self") as HTMLInputElement).click();
  await key("1");
  await pass(2000);
  expect(mark()._root.textContent).toContain("Not saved.");
  expect(asked().length).toBe(1);
});

test("a unit that others answered in the meantime is left behind, and the next one says why", async () => {
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "lease_over" } : {});
  units = [unit("1"), unit("2"), unit("3")];
  await open();
  await key("1");
  expect(asked()).toEqual([{}, { after: 1 }]);
  expect(desk().textContent).toContain("Title 2");
  expect(desk().querySelector("[role=status]")!.textContent).toBe("Others answered that one in the meantime.");
  await key("s");
  expect(desk().querySelector("[role=status]")!.textContent).toBe("");
});

test("where the question was changed, what was not saved is said, and the unit stands there with the answers of now, and its note", async () => {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("1")];
  await open();
  byId("note").focus();
  (byId("note") as HTMLTextAreaElement).value = "Clear enough";
  byId("note").dispatchEvent(new Event("input"));
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "unknown_value" } : {});
  question = { ...question, labels: ["Answers", "Asks back"] };
  await key("1");
  expect(server.at("desk/session").length).toBe(2);
  expect(desk().querySelector("[role=status]")!.textContent).toBe("That was not saved: the answers to choose from have changed.");
  expect(all(mark(), "[data-value]").map(({ textContent }) => textContent)).toEqual(["Answers", "Asks back", "Not sure"]);
  expect((byId("note") as HTMLTextAreaElement).value).toBe("Clear enough");
  server.result = () => ({});
  await key("1");
  expect(judged().at(-1)).toMatchObject({ answer: { value: "Answers" }, note: "Clear enough" });
});

const CHANGED = "That was not saved: the answers to choose from have changed.";
const NOW = ["Answers", "Wonders", "Not sure"];
const status = () => desk().querySelector("[role=status]")!.textContent;
const choices = () => all(mark(), "[data-value]").map(({ textContent }) => textContent);

/** Let the labels of the question be others from now on; answers with the old ones are refused. */
function change(): void {
  question = { ...question, labels: ["Answers", "Wonders"] };
  server.result = (event) => (event.type === "judge" && !question.labels.includes(`${event.answer.value}`) ? { status: "bad", code: "unknown_value" } : {});
}

test("where one has gone on before the refusal came, the next unit has the answers of now", async () => {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("2")];
  await open();
  change();
  server.slowMs = 50;
  press(document.body, "1");
  await pass(5);
  byId("next").click();
  await pass(10);
  server.slowMs = 500; // what the question is now comes long after the unit
  await pass(300);
  expect([desk().textContent!.includes("Title 2"), server.at("desk/session").length]).toEqual([false, 2]);
  await pass(1000);
  expect(desk().textContent).toContain("Title 2");
  expect([status(), choices(), server.at("desk/session").length]).toEqual([CHANGED, NOW, 2]);
  await key("1");
  await pass(1000);
  expect(mark()._root.textContent).not.toContain("Not saved.");
});

/** Answer a unit that is refused only once the next one stands there, with a note that is being written. */
async function refusedLate(): Promise<void> {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("2"), unit("3")];
  await open();
  write("about the first");
  change();
  server.slowMs = 500;
  press(document.body, "1");
  await pass(5);
  server.slowMs = 10;
  byId("next").click();
  await pass(100);
  byId("note").focus();
  write("about the second");
}

test("a refusal that comes after one moved on is told where one is, which has the answers of now and what was being written", async () => {
  await refusedLate();
  const note = byId("note");
  expect([desk().textContent!.includes("Title 2"), status(), choices()[0]]).toEqual([true, "", "Solves it"]);
  await pass(1000);
  expect([status(), choices(), server.at("desk/session").length]).toEqual([CHANGED, NOW, 2]);
  expect([byId("note"), document.activeElement, written()]).toEqual([note, note, "about the second"]);
  await key("Escape", note);
  await key("b");
  expect([desk().textContent!.includes("Title 1"), status(), choices(), written()]).toEqual([true, "", NOW, "about the first"]);
  await key("1");
  expect(judged().at(-1)).toMatchObject({ exposure: "desk-1", answer: { value: "Answers" }, note: "about the first" });
});

test("where the question itself was changed too, it and its guideline stand as they are now where one moved on to", async () => {
  await refusedLate();
  question = { ...question, prompt: "What is it now?", guideline: "Read the new words." };
  const note = byId("note");
  await pass(1000);
  expect([heading(), desk().querySelector(".guideline .text")!.textContent, status()]).toEqual(["What is it now?", "Read the new words.", CHANGED]);
  expect([byId("note"), document.activeElement, written()]).toEqual([note, note, "about the second"]);
});

test("an answer that was refused and is left opens its note again, and can be skipped", async () => {
  units = [unit("1")];
  await open();
  write("Because");
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "unit_closed" } : {});
  await key("1");
  const doors = () => [(byId("note") as HTMLTextAreaElement).disabled, byId("next").hidden, byId("skip").hidden];
  expect(doors()).toEqual([true, false, true]);
  button(mark()._root, "Leave it").click();
  await pass();
  expect([...doors(), written()]).toEqual([false, true, false, "Because"]);
});

test("a note whose answer was refused after one moved on is kept for a page that is loaded anew", async () => {
  await refusedLate();
  await pass(1000);
  await reload(unit("1"));
  expect(written()).toBe("about the first");
});

test("what is refused after the data was deleted brings no note back", async () => {
  await refusedLate();
  server.refusals = [{ path: "desk/next", status: 403, code: "annotator_erased" }];
  byId("skip").click();
  await pass(1000);
  expect(heading()).toBe("Your data is deleted.");
  expect(Object.keys(sessionStorage).filter((name) => name.includes("note"))).toEqual([]);
});

test("what is refused after its answer was taken back is not told, and the answers of now stand there", async () => {
  question = QUESTIONS.tone;
  units = [unit("1")];
  await open();
  change();
  server.slowMs = 50;
  press(document.body, "1");
  await pass(5);
  press(document.body, "u");
  await pass(1000);
  expect([status(), choices()]).toEqual(["", NOW]);
});

test("many refusals at once ask for the question once", async () => {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("2"), unit("3")];
  await open();
  change();
  server.refusals = [{ path: "events", status: 503 }];
  for (const name of ["1", "Enter", "2", "Enter"]) await key(name);
  await pass(5000);
  expect([judged().length > 2, status(), choices(), server.at("desk/session").length]).toEqual([true, CHANGED, NOW, 2]);
});

test("where an earlier unit is refused one stays there, with the answers of now and the note", async () => {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("2")];
  await open();
  await key("1");
  await key("Enter");
  await key("b");
  await key("u");
  write("Because");
  change();
  await key("2");
  expect([desk().textContent!.includes("Title 1"), status(), choices(), written()]).toEqual([true, CHANGED, NOW, "Because"]);
  await key("1");
  expect(judged().at(-1)).toMatchObject({ exposure: "desk-1", answer: { value: "Answers" }, note: "Because" });
  expect([server.at("desk/session").length, asked().length]).toEqual([2, 2]);
  await key("Enter");
  expect([desk().textContent!.includes("Title 2"), choices()]).toEqual([true, NOW]);
});

test("a tag that is no label any more is left, also at an earlier unit", async () => {
  question = QUESTIONS.topics;
  units = [unit("1"), unit("2"), unit("2")];
  await open();
  await key("1");
  await key("Enter");
  await key("b");
  await key("u");
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "unknown_value" } : {});
  await key("1");
  expect([desk().textContent!.includes("Title 2"), status()]).toEqual([true, CHANGED]);
});

test("where nothing follows what was refused, that is said there, once, and the way back has the answers of now", async () => {
  question = QUESTIONS.tone;
  units = [unit("1")];
  await open();
  change();
  await key("1");
  expect([heading(), status()]).toEqual(["Nothing to answer just now.", CHANGED]);
  await key("b");
  expect([status(), choices()]).toEqual(["", NOW]);
});

/** Let the next units come only after a while, whatever else is answered at once. */
function delayNext(): void {
  server.more["desk/next"] = () => new Promise((on) => setTimeout(() => on(units.shift() ?? none(4)), 3000));
}

/** Take back the answer that stands there while the next unit is on its way. */
async function takeBackBusy(): Promise<void> {
  await key("1");
  delayNext();
  await key("Enter");
  await key("u");
}

test("who stays while the next unit is on its way hears at once what was refused, and has the answers of now", async () => {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("2")];
  await open();
  await takeBackBusy();
  change();
  await key("1");
  await pass(5000);
  expect([desk().textContent!.includes("Title 1"), status(), choices()]).toEqual([true, CHANGED, NOW]);
});

test("who stays is told that the guideline was changed, and has what is asked now", async () => {
  question = { ...QUESTIONS.tone, guideline: "By its last words." };
  units = [unit("1"), unit("2", { question: { ...question, guideline: "By its first words.", prompt: "What is it for?" } })];
  await open();
  desk().querySelector<HTMLDetailsElement>(".guideline")!.open = false;
  await takeBackBusy();
  await pass(5000);
  expect([desk().textContent!.includes("Title 1"), heading(), status()]).toEqual([true, "What is it for?", "How to decide was changed."]);
  expect(desk().querySelector(".guideline .text")!.textContent).toBe("By its first words.");
  await key("s");
  expect([desk().textContent!.includes("Title 2"), status()]).toEqual([true, ""]);
});

test("where the door onward goes as an answer is refused, the focus goes to the answers", async () => {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("2")];
  await open();
  await takeBackBusy();
  change();
  await key("1");
  expect(document.activeElement!.localName).toBe("earmark-choice");
  await pass(5000);
  expect([document.activeElement!.localName, focused(mark())?.textContent]).toEqual(["earmark-choice", "Answers"]);
});

test("where taking back is refused in the middle of a note, the focus goes to the door onward", async () => {
  units = [unit("1")];
  await open();
  await key("1");
  server.slowMs = 500;
  server.result = ({ type }) => (type === "undo" ? { status: "bad", code: "unknown_judgement" } : {});
  await key("u");
  await key("n");
  await pass(2000);
  expect(document.activeElement!.id).toBe("next");
});

test("who answers anew and goes on while the next unit is on its way is led to it", async () => {
  units = [unit("1"), unit("2")];
  await open();
  await takeBackBusy();
  await key("2");
  await key("Enter");
  await pass(5000);
  expect([desk().textContent!.includes("Title 2"), server.at("desk/next").length]).toEqual([true, 2]);
});

test("a unit that was asked for before the question was changed has the answers of now", async () => {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("2", { question })];
  await open();
  change();
  server.slowMs = 50;
  press(document.body, "1");
  await pass(5);
  byId("next").click();
  await pass(10);
  server.slowMs = 500;
  await pass(1000);
  expect([desk().textContent!.includes("Title 2"), choices()]).toEqual([true, NOW]);
});

test("a refusal that is heard where nobody answers leaves it trying again, and is told with what comes", async () => {
  question = QUESTIONS.tone;
  units = [unit("1"), unit("2")];
  await open();
  change();
  server.slowMs = 500;
  press(document.body, "1");
  await pass(5);
  server.slowMs = 10;
  server.refusals = [{ path: "desk/next", status: 503 }];
  byId("next").click();
  await pass(1000);
  expect([heading(), judged().length]).toEqual(["No answer.", 1]);
  await pass(5000);
  expect([desk().textContent!.includes("Title 2"), status(), choices()]).toEqual([true, CHANGED, NOW]);
});

test("that others answered in the meantime is told to who moved on, and leads no further", async () => {
  await refusedLate();
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "lease_over" } : {});
  await pass(1000);
  expect([desk().textContent!.includes("Title 2"), status()]).toEqual([true, "Others answered that one in the meantime."]);
});

test("who just wrote a note has the answers of the next unit at once", async () => {
  units = [unit("1"), unit("2")];
  await open();
  press(byId("note"), "x");
  await key("1");
  await key("Enter");
  expect(desk().textContent).toContain("Title 2");
  expect(all(mark(), "[data-value]").length).toBe(4);
});

test("with nothing left it says so and how much one did, and looks again when asked", async () => {
  await open();
  expect(heading()).toBe("Nothing to answer just now.");
  expect(desk().textContent).toContain("You answered 4.");
  units = [unit("1")];
  button(desk(), "Look again").click();
  await pass();
  expect(heading()).toBe("Are these two the same?");
});

for (const [status, code, words, more] of [
  [400, "invalid", "This link does not open the desk any more.", "Ask whoever sent it for a new one."],
  [401, "link_invalid", "This link does not open the desk any more.", "Ask whoever sent it for a new one."],
  [403, "link_expired", "This link does not open the desk any more.", "Ask whoever sent it for a new one."],
  [403, "link_revoked", "This link does not open the desk any more.", "Ask whoever sent it for a new one."],
  [409, "known_as_another_kind", "This browser is known here in another role.", "Ask whoever sent it for a new one."],
  [403, "opted_out", "You left altogether.", "Nothing is asked of you or kept from here on."],
  [403, "annotator_erased", "Your data is deleted.", "Nothing is asked of you or kept from here on."],
  [403, "link_is_full", "This link has let in as many people as it may.", "Ask whoever sent it for a new one."],
  [400, "not_asked", "This link does not open the desk any more.", "This question is not asked any more."],
] as const)
  test(`${status} with ${code} is said in words, and not tried again`, async () => {
    server.refusals = [{ path: "desk/session", status, code }];
    await open();
    expect([heading(), desk().querySelector("p")!.textContent]).toEqual([words, more]);
    expect(desk().querySelector("button")).toBeNull();
    expect(document.activeElement?.localName).toBe("h1");
    await pass(60_000);
    expect(server.at("desk/session").length).toBe(1);
  });

const write = (words: string) => {
  const note = byId("note") as HTMLTextAreaElement;
  note.value = words;
  note.dispatchEvent(new Event("input"));
};
const written = () => (byId("note") as HTMLTextAreaElement).value;

for (const [status, code, told] of [
  [400, "invalid", "invalid"],
  [400, "malformed", "malformed"],
  [400, undefined, "400"],
  [403, "origin_not_listed", "origin_not_listed"],
  [404, "not_found", "not_found"],
  [413, "too_large", "too_large"],
] as const)
  test(`${status} with ${code} in the middle of the work ends no link: it is told, what was written is kept, and one goes on`, async () => {
    units = [unit("1"), unit("2")];
    await open();
    write("half a thought");
    server.refusals = [{ path: "desk/next", status, code }];
    await key("s");
    expect(heading()).toBe(`That did not work (${told}).`);
    expect(desk().textContent).toContain("What you wrote is kept. Go on with the next one.");
    expect(document.activeElement?.localName).toBe("h1");
    await pass(60_000);
    expect(asked()).toEqual([{}, { leave: 1 }]);
    await key("b");
    expect([heading(), written()]).toEqual(["Are these two the same?", "half a thought"]);
    server.refusals = [{ path: "desk/next", status, code }];
    await key("s");
    byId("next").click();
    await pass();
    expect(asked().slice(2)).toEqual([{ leave: 1 }, { after: 1 }]);
    expect(desk().textContent).toContain("Title 2");
  });

test("what was refused with the way onward is not said again", async () => {
  units = [unit("1"), unit("2")];
  await open();
  await key("1");
  server.refusals = [{ path: "desk/next", status: 404, code: "not_found" }];
  await key("Enter");
  await key("Enter");
  expect(asked()).toEqual([{}, { after: 1 }, {}]);
  expect(desk().textContent).toContain("Title 2");
});

test("a refusal before the first unit that says nothing of the link does not end it", async () => {
  server.refusals = [{ path: "desk/session", status: 400 }];
  units = [unit("1")];
  await open();
  expect(heading()).toBe("That did not work (400).");
  expect(desk().querySelector("#back")).toBeNull();
  byId("next").click();
  await pass();
  expect(desk().textContent).toContain("Title 1");
});

test("a page that is loaded anew in the middle of a note gives nothing back, and finds the note with its unit", async () => {
  units = [unit("1")];
  await open();
  write("half\na thought");
  dispatchEvent(new Event("pagehide"));
  await pass();
  expect(server.at("desk/leave")).toEqual([]);
  for (const [name, act] of listening.splice(0)) window.removeEventListener(name, act);
  vi.resetModules();
  units = [unit("1"), unit("2")];
  await open();
  expect(written()).toBe("half\na thought");
  await key("1");
  expect(judged().at(-1)).toMatchObject({ note: "half\na thought" });
  expect(Object.keys(sessionStorage).filter((name) => name.includes("note"))).toEqual([]);
  await key("Enter");
  expect(written()).toBe("");
});

test("a note is found with its own unit alone", async () => {
  units = [unit("1")];
  await open();
  write("about the first");
  for (const [name, act] of listening.splice(0)) window.removeEventListener(name, act);
  vi.resetModules();
  units = [unit("2")];
  await open();
  expect(written()).toBe("");
});

test("Undo keeps the note for a page that is loaded anew, too", async () => {
  units = [unit("1")];
  await open();
  write("a thought");
  await key("1");
  await key("u");
  for (const [name, act] of listening.splice(0)) window.removeEventListener(name, act);
  vi.resetModules();
  units = [unit("1")];
  await open();
  expect(written()).toBe("a thought");
});

test("a note whose answer the server refused is kept for a page that is loaded anew, too", async () => {
  server.result = ({ type }) => (type === "judge" ? { status: "bad", code: "link_expired" } : {});
  units = [unit("1")];
  await open();
  write("a thought");
  await key("1");
  for (const [name, act] of listening.splice(0)) window.removeEventListener(name, act);
  vi.resetModules();
  units = [unit("1")];
  await open();
  expect(written()).toBe("a thought");
});

test("where the link ends while a note was left open, one comes back to the note, and to it alone", async () => {
  units = [unit("1"), unit("2")];
  await open();
  write("a thought");
  await key("s");
  server.refusals = [{ path: "desk/next", status: 403, code: "link_expired" }];
  await key("1");
  button(desk(), "NextEnter").click();
  await pass();
  expect(heading()).toBe("This link does not open the desk any more.");
  expect([...desk().querySelectorAll("button")].map(({ id }) => id)).toEqual(["back"]);
  await key("b");
  expect(written()).toBe("a thought");
});

test("where the link ends and all notes went with their answers, no door is left", async () => {
  units = [unit("1")];
  await open();
  write("a thought");
  await key("1");
  server.refusals = [{ path: "desk/next", status: 403, code: "link_expired" }];
  button(desk(), "NextEnter").click();
  await pass();
  expect([heading(), desk().querySelector("button")]).toEqual(["This link does not open the desk any more.", null]);
});

test("who had their data deleted finds no way back to a note", async () => {
  units = [unit("1")];
  await open();
  write("a thought");
  server.refusals = [{ path: "desk/next", status: 403, code: "annotator_erased" }];
  await key("s");
  expect([heading(), desk().querySelector("button")]).toEqual(["Your data is deleted.", null]);
});

test("a page that comes back out of the browser's memory with a note shows the same unit, once", async () => {
  units = [unit("1"), unit("1")];
  await open();
  write("a thought");
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await pass();
  expect([written(), byId("back").hidden]).toEqual(["a thought", true]);
});

/** Load the page anew, with these units to come. */
async function reload(...coming: DeskNext[]): Promise<void> {
  for (const [name, act] of listening.splice(0)) window.removeEventListener(name, act);
  vi.resetModules();
  units = coming;
  await open();
}

test("a note that is kept with a unit one could not skip outlives the note about the next one", async () => {
  units = [unit("1"), unit("2")];
  await open();
  write("about the first");
  server.refusals = [{ path: "desk/next", status: 404, code: "not_found" }];
  await key("s");
  await key("Enter");
  write("about the second");
  await reload(unit("1"), unit("2"));
  expect(written()).toBe("about the first");
  await key("1");
  await key("Enter");
  expect(written()).toBe("about the second");
});

test("answering the unit before leaves the note about the next one where it is", async () => {
  units = [unit("1"), unit("2")];
  await open();
  await key("1");
  await key("Enter");
  write("about the second");
  await key("b");
  await key("u");
  await key("2");
  await reload(unit("2"));
  expect(written()).toBe("about the second");
});

for (const code of ["opted_out", "annotator_erased"])
  test(`no note is kept in the tab of who hears ${code}`, async () => {
    units = [unit("1")];
    await open();
    write("half a thought");
    server.refusals = [{ path: "desk/next", status: 403, code }];
    await key("s");
    expect(Object.keys(sessionStorage).filter((name) => name.includes("note"))).toEqual([]);
  });

test("a unit that comes again while its answer is on its way is shown as answered, and not answered twice", async () => {
  units = [unit("1"), unit("1"), unit("2")];
  await open();
  await key("1");
  server.refusals = [{ path: "desk/next", status: 404, code: "not_found" }];
  await key("Enter");
  await key("Enter");
  expect([desk().textContent!.includes("Title 1"), byId("next").hidden, byId("back").hidden]).toEqual([true, false, true]);
  await key("1");
  expect(judged().length).toBe(1);
  await key("Enter");
  expect(asked()).toEqual([{}, { after: 1 }, {}, { after: 1 }]);
  expect(desk().textContent).toContain("Title 2");
});

test("a unit that comes again later stands once among those one can go back to", async () => {
  units = [unit("1"), unit("2"), unit("1")];
  await open();
  write("half a thought");
  await key("s");
  await key("s");
  expect([desk().textContent!.includes("Title 1"), written()]).toEqual([true, "half a thought"]);
  await key("b");
  expect([desk().textContent!.includes("Title 2"), byId("back").hidden]).toEqual([true, true]);
});

test("keys alone go on where nobody answered as it was opened", async () => {
  const thrown: unknown[] = [];
  addEventListener("error", ({ error }) => thrown.push(error));
  server.refusals = [{ path: "desk/session", status: 503 }];
  units = [unit("1")];
  await open();
  await key("b");
  await key("Enter");
  expect(thrown).toEqual([]);
  expect(desk().textContent).toContain("Title 1");
});

test("its words come in the page's language, in a chunk of its own, and in English where they do not come", async () => {
  document.documentElement.lang = "de";
  units = [unit("1")];
  await open();
  expect(heading()).toBe("Sind diese beiden dasselbe?");
  expect(desk().querySelector(".mine")!.textContent).toBe("0 von Ihnen beantwortet · 3 übrig");
  vi.resetModules();
  const { de_desk } = chunks;
  delete chunks["de_desk"];
  units = [unit("1")];
  await open();
  chunks["de_desk"] = de_desk!;
  expect(heading()).toBe("Are these two the same?");
});

test("where nobody answers it says so, tries again by itself, and gives back what it meant to", async () => {
  units = [unit("1"), unit("2")];
  await open();
  server.refusals = [{ path: "desk/next", status: 503 }];
  await key("s");
  expect(heading()).toBe("No answer.");
  expect(desk().textContent).toContain("What you answered is kept.");
  await pass(5000);
  expect(desk().textContent).toContain("Title 2");
  expect(asked()).toEqual([{}, { leave: 1 }, { leave: 1 }]);
});

test("where nobody answers as it is opened, or as its session ends, it goes on once somebody does", async () => {
  server.refusals = [{ path: "desk/session", status: 503 }];
  units = [unit("1"), unit("2")];
  await open();
  expect(heading()).toBe("No answer.");
  await pass(5000);
  expect(desk().textContent).toContain("Title 1");
  server.refusals = [{ path: "desk/next", status: 401, code: "session_expired" }, { path: "desk/session", status: 503 }];
  await key("s");
  expect(heading()).toBe("No answer.");
  await pass(5000);
  expect(desk().textContent).toContain("Title 2");
});

test("while what draws the answers does not come, it says so and takes no unit, and tries again by itself", async () => {
  const load = vi.mocked(Guest.prototype._load).getMockImplementation()!;
  let isDown = true;
  vi.mocked(Guest.prototype._load).mockImplementation(async (name) => {
    if (name === "duplicates" && isDown) throw new TypeError("Failed to fetch");
    return load(name);
  });
  units = [unit("1")];
  await open();
  expect([heading(), asked()]).toEqual(["No answer.", []]);
  isDown = false;
  await pass(5000);
  expect(all(mark(), "[data-value]").length).toBe(4);
});

test("a session that ended is begun anew with the same link", async () => {
  units = [unit("1"), unit("2")];
  await open();
  server.refusals = [{ path: "desk/next", status: 401 }];
  await key("s");
  expect(server.at("desk/session").map(({ link }) => link)).toEqual([LINK, LINK]);
  expect(desk().textContent).toContain("Title 2");
});

test("who closes the page gives back what they did not answer, in a call that outlives it", async () => {
  units = [unit("1")];
  await open();
  dispatchEvent(new Event("pagehide"));
  await pass();
  expect(server.at("desk/leave")).toEqual([{ token: "desk-token", assignment: 1 }]);
  expect(server.received.at(-1)!.how).toMatchObject({ keepalive: true, credentials: "omit" });
});

test("who closes the page while they look back gives back the one that waits, too", async () => {
  units = [unit("1"), unit("2")];
  await open();
  await key("1");
  await key("Enter");
  await key("b");
  dispatchEvent(new Event("pagehide"));
  await pass();
  expect(server.at("desk/leave")).toEqual([{ token: "desk-token", assignment: 2 }]);
});

test("who answered gives nothing back", async () => {
  units = [unit("1")];
  await open();
  await key("1");
  dispatchEvent(new Event("pagehide"));
  await pass();
  expect(server.at("desk/leave")).toEqual([]);
});

test("where nothing was shown, nothing is given back", async () => {
  await open();
  dispatchEvent(new Event("pagehide"));
  await pass();
  expect(server.at("desk/leave")).toEqual([]);
});

test("a page that comes back out of the browser's memory asks for a unit anew", async () => {
  units = [unit("1"), unit("2")];
  await open();
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await pass();
  expect(desk().textContent).toContain("Title 2");
});

test("units of the desk are known to be looked at, and are not told as seen", async () => {
  units = [unit("1")];
  await open();
  await pass(5000);
  expect(server.events).toEqual([]);
});
