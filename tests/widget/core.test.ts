import { expect, test, vi } from "vitest";
import * as bringing from "@/bring";
import { fire, Guest, start, wait } from "@/core";
import { aPage, arrive, button, chunks, element, focused, heard, hide, made, mount, move, one, pass, press, QUESTIONS, server, thread } from "./page";

aPage();

const MINUTE_MS = 60_000;
const later = setTimeout; // by the clock on the wall
const silent = () => vi.stubGlobal("navigator", Object.create(navigator, { globalPrivacyControl: { value: true } }));

test("a guest who is shown nowhere asks nothing", async () => {
  arrive();
  await pass(MINUTE_MS);
  expect(server.received).toEqual([]);
});

test("the server hears who the host says is here, and nothing of the page", async () => {
  history.replaceState(null, "", "/t/5?token=secret#here");
  await arrive({ key: "pk_1", identity: "jwt" })._meet();
  expect(server.at("session")).toEqual([{ key: "pk_1", identity: "jwt" }]);
  history.replaceState(null, "", "/");
});

test("places that are wanted at once are asked for in one call, each once, under one session", async () => {
  const guest = arrive();
  const models = [guest._place("duplicate", "5"), guest._place("topics", "5"), guest._place("duplicate", "5")];
  await pass();
  expect(await models[0]).toBe(await models[2]);
  expect(server.at("session").length).toBe(1);
  expect(server.at("suggest")).toMatchObject([{ token: "token-ann-1", places: [{ question: "duplicate", item: "5" }, { question: "topics", item: "5" }] }]);
});

test("the first places come with the session, later ones with a call of their own", async () => {
  const shown = (places: { place: string; item: string }[]) =>
    places.map(({ place, item }) => ({ place, exposure: `with-${item}`, ask: true, candidates: [thread("1")], answers: [], known: [], error: null }));
  const told = { token: "t", expires_in: 1800, annotator: "ann", questions: [QUESTIONS.duplicate], placement_rules: [], opted_out: false, next_ask_at: null, config_version: "1" };
  server.more = { session: ({ places }) => ({ ...told, places: shown(places) }) };
  const guest = arrive();
  const first = guest._place("duplicate", "5");
  await pass();
  expect((await first)?.answer.exposure).toBe("with-5");
  expect(server.received.map(({ path }) => path)).toEqual(["session"]);
  const later = guest._place("duplicate", "6");
  await pass();
  expect((await later)?.answer.exposure).toBe("shown-6");
  expect(server.received.map(({ path }) => path)).toEqual(["session", "suggest"]);
});

test("a host that never heard that somebody left altogether hears it with their session", async () => {
  const told = heard("optout");
  server.session = { opted_out: true };
  server.shown["5"] = { exposure: null, candidates: [], error: { code: "opted_out", detail: "This person opted out." } };
  const guest = arrive();
  const place = guest._place("duplicate", "5");
  await pass();
  expect(await place).toBeUndefined();
  void guest._place("duplicate", "6");
  await pass();
  expect(server.at("suggest").length + server.at("session").length).toBeGreaterThan(1);
  expect(told.map(({ detail }) => detail)).toEqual([{ out: true }]);
});

test("no call names more than twenty places, and none is forgotten", async () => {
  const guest = arrive();
  const models = Array.from({ length: 45 }, (_, n) => guest._place("duplicate", `${n}`));
  await pass();
  expect(server.at("suggest").map(({ places }) => places.length)).toEqual([20, 20, 5]);
  expect((await Promise.all(models)).map((model) => model?.item)).toEqual(Array.from({ length: 45 }, (_, n) => `${n}`));
});

test("what is known of a place is asked for once, and again in a new session", async () => {
  const guest = arrive();
  void guest._place("duplicate", "5");
  await pass(29 * MINUTE_MS);
  void guest._place("duplicate", "5");
  await pass();
  expect(server.at("suggest").length).toBe(1);
  guest._models.clear();
  void guest._place("duplicate", "5");
  await pass();
  expect(server.at("suggest").length).toBe(2);
});

test("a place of which nothing is known gives nothing, and may be asked for again", async () => {
  const guest = arrive();
  server.shown = { none: { exposure: null, error: { code: "unknown_item", detail: "" } } };
  const [unknown, strange] = [guest._place("duplicate", "none"), guest._place("no-such-question", "5")];
  await pass();
  expect([await unknown, await strange]).toEqual([undefined, undefined]);
  void guest._place("duplicate", "none");
  await pass();
  expect(server.at("suggest").length).toBe(2);
});

test("where nobody answers, places are given nothing and nothing is thrown", async () => {
  server.isDown = true;
  const model = arrive()._place("duplicate", "5");
  await pass();
  expect(await model).toBeUndefined();
});

test("a session that ended is begun anew, and the call made once more", async () => {
  server.refusals = [{ path: "suggest", status: 401, code: "session_expired" }];
  const model = arrive()._place("duplicate", "5");
  await pass();
  expect((await model)?.item).toBe("5");
  expect(server.at("suggest").map(({ token }) => token)).toEqual(["token-ann-1", "token-ann-2"]);
});

test("who is refused twice is not asked a third time", async () => {
  server.refusals = [1, 2, 3].map(() => ({ path: "suggest", status: 401 }));
  const model = arrive()._place("duplicate", "5");
  await pass();
  expect(await model).toBeUndefined();
  expect(server.at("suggest").length).toBe(2);
});

test("other refusals are the caller's, and end no session", async () => {
  const guest = arrive();
  server.refusals = [{ path: "search", status: 404, code: "unknown_item" }];
  await expect(guest._call("search", {})).rejects.toMatchObject({ status: 404, code: "unknown_item" });
  await guest._call("search", {});
  expect(server.at("session").length).toBe(1);
});

test("where the host's word does not hold, the host hears so, and may try again", async () => {
  const told = heard("identity");
  const guest = arrive();
  server.refusals = [{ path: "session", status: 401, code: "identity_invalid" }];
  await expect(guest._meet()).rejects.toMatchObject({ status: 401 });
  expect(told.length).toBe(1);
  await guest._meet();
  expect(server.at("session").length).toBe(2);
});

test("nobody is interrupted: a hidden page, a pause, and somebody who types are waited for", async () => {
  const guest = arrive();
  const calm = async () => {
    let isCalm = false;
    void guest._calm().then(() => (isCalm = true));
    await pass(1);
    return () => isCalm;
  };
  expect((await calm())()).toBe(true);
  hide();
  const whileHidden = await calm();
  expect(whileHidden()).toBe(false);
  hide(false);
  await pass(500);
  expect(whileHidden()).toBe(true);
  guest._isPaused = true;
  expect((await calm())()).toBe(false);
  guest._isPaused = false;
  const field = document.body.appendChild(document.createElement("textarea"));
  press(field, "a");
  const whileTyping = await calm();
  await pass(4900);
  expect(whileTyping()).toBe(false);
  await pass(700);
  expect(whileTyping()).toBe(true);
});

test("keys outside a field are no typing", async () => {
  const guest = arrive();
  press(document.body, "j");
  let isCalm = false;
  void guest._calm().then(() => (isCalm = true));
  await pass(1);
  expect(isCalm).toBe(true);
});

test("a key that a page sends to its document or window throws nothing into the page", () => {
  const thrown = vi.fn((event: Event) => event.preventDefault());
  window.addEventListener("error", thrown);
  arrive();
  press(document, "j");
  press(window, "j");
  window.removeEventListener("error", thrown);
  expect(thrown).not.toHaveBeenCalled();
});

for (const [settings, lang, words] of [["", "de-AT", "Ähnliche Themen"], ["es", "de", "Hilos relacionados"], ["", "ar", "مواضيع ذات صلة"], ["", "fr", "Related threads"], ["", "", "Related threads"]])
  test(`the page's language “${lang}”, with “${settings}” asked for, says ${words}`, async () => {
    document.documentElement.lang = lang!;
    arrive({ lang: settings! });
    const mark = await mount("duplicates", { item: "5", question: "duplicate" });
    expect(one(mark, "h2").textContent).toBe(words);
  }); // prettier-ignore

test("what the host hears can be stopped, and leaves shadow trees", () => {
  const inside = document.body.appendChild(document.createElement("div")).attachShadow({ mode: "open" }).appendChild(document.createElement("i"));
  const told = heard("show");
  expect(fire(inside, "show", { count: 1 })).toBe(true);
  expect(told[0]).toMatchObject({ bubbles: true, cancelable: true, composed: true, detail: { count: 1 } });
  document.addEventListener("earmark:decide", (event) => event.preventDefault(), { once: true });
  expect(fire(inside, "decide", {})).toBe(false);
});

test("begun by the loader, it meets the person and takes the calls that waited, in order", async () => {
  const earmark = made();
  const done = vi.fn();
  earmark.calls.push([["pause"], done, done], [["nonsense"], done, (why) => done(why)]);
  start(earmark);
  await pass();
  expect(server.at("session").length).toBe(1);
  expect(done.mock.calls).toEqual([[new Error("earmark: there is no call \"nonsense\"; there are identify, on, scan, suggest, seen, decide, undo, search, pause, optOut, strings, destroy.")], [undefined]]);
  expect(earmark.calls).toEqual([]);
});

test("begun in a page whose places are far away, it opens after a second; taken away before, never", async () => {
  const mark = element("duplicates", { item: "5", question: "duplicate" });
  document.body.append(mark);
  move(mark, 9000, 0);
  start(made());
  await pass(900);
  expect(server.received).toEqual([]);
  await pass(200);
  expect(server.received.map(({ path }) => path)).toEqual(["session"]);
  const next = start(made());
  next._destroy();
  await pass(2000);
  expect(server.at("session").length).toBe(1);
});

test("rules of the server place elements, once", async () => {
  document.body.append(document.createElement("h1"));
  server.session = { placement_rules: [{ question: "duplicate", kind: "pair", path: "**", selector: "h1", item_from: "attribute", item_key: "data-item", where: "after", reserve_px: 0 }] };
  document.querySelector("h1")!.setAttribute("data-item", "5");
  const guest = arrive();
  await guest._open();
  await guest._open();
  await pass();
  expect(document.querySelectorAll("h1 + earmark-duplicates").length).toBe(1);
  expect(vi.mocked(Guest.prototype._load).mock.calls.filter(([name]) => name === "place").length).toBe(1);
});

test("where there are no rules, what places is never brought", async () => {
  await arrive()._open();
  expect(vi.mocked(Guest.prototype._load).mock.calls.map(([name]) => name)).toEqual(["answers"]);
});

test("what came in one file with the core is not brought again, and neither is it by an element", async () => {
  const brought = vi.mocked(Guest.prototype._load).getMockImplementation()!;
  const names: string[] = [];
  vi.mocked(Guest.prototype._load).mockRestore();
  vi.spyOn(bringing, "bring").mockImplementation(async (name: string) => {
    names.push(name);
    return (await brought(name)) as never;
  });
  const guest = wait(made(), { answers: chunks.answers, tags: chunks.tags });
  const mark = await mount("tags", { item: "5", question: "topics" });
  expect([mark._root.querySelectorAll(".chip").length, names]).toEqual([2, []]);
  await mount("duplicates", { item: "5", question: "duplicate" });
  expect(names).toEqual(["duplicates"]);
  guest._destroy();
});

test("with privacy asked for, nothing leaves before a click; the click is the consent", async () => {
  silent();
  start(made());
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  await pass(MINUTE_MS);
  expect(server.received).toEqual([]);
  button(mark._root, "Show related threads").click();
  await pass();
  expect(server.received.map(({ path }) => path)).toEqual(["session", "suggest"]);
  expect(mark._root.textContent).toContain("Thread 1");
});

test("with no privacy asked for, no door stands in the way", async () => {
  arrive();
  expect((await mount("duplicates", { item: "5", question: "duplicate" }))._root.textContent).toContain("Thread 1");
});

test("destroyed, it sends what waits, empties its elements and is gone", async () => {
  const guest = arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  button(mark._root, "Same").click();
  guest._destroy();
  await pass();
  expect(server.events.map(({ type }) => type)).toEqual(["judge"]);
  expect(mark._root.childElementCount).toBe(0);
  expect("earmark" in window).toBe(false);
});

test("destroyed, it hears nothing more", async () => {
  const added = vi.spyOn(window, "addEventListener");
  const guest = arrive();
  await guest._open();
  const signals = added.mock.calls.map(([, , how]) => (how as AddEventListenerOptions).signal!);
  expect(signals.length).toBeGreaterThan(3);
  guest._destroy();
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});

test("after a goodbye the page may begin anew, and elements that stayed are drawn again", async () => {
  const first = arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  first._destroy();
  const second = arrive({ identity: "ben" });
  await pass();
  expect(mark._root.textContent).toContain("Thread 1");
  expect(second._views.has(mark)).toBe(true);
  expect(server.at("suggest").at(-1).token).toContain("ben");
});

test("destroyed, it asks nothing for elements that come later or change", async () => {
  const guest = arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  guest._destroy();
  const before = server.received.length;
  mark.setAttribute("item", "6");
  const late = await mount("duplicates", { item: "7", question: "duplicate" });
  await pass();
  expect(server.received.length).toBe(before);
  expect([mark, late].map((each) => each._root.childElementCount)).toEqual([0, 0]);
});

test("destroyed while it is paused, it waits no more", async () => {
  const guest = arrive();
  guest._isPaused = true;
  await mount("duplicates", { item: "5", question: "duplicate" });
  guest._destroy();
  await pass(60 * MINUTE_MS);
  expect(vi.getTimerCount()).toBe(0);
});

test("where no chunk can be had, nothing is thrown into the page", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  document.documentElement.lang = "de";
  arrive()._load = async (name) => {
    await new Promise((on) => setTimeout(on, name === "answers" ? 20 : 5));
    throw new TypeError(`Failed to fetch dynamically imported module: ${name}`);
  };
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  await new Promise((on) => later(on, 20));
  process.off("unhandledRejection", unhandled);
  expect(mark._root.childElementCount).toBe(0);
  expect(unhandled).not.toHaveBeenCalled();
});

/** Let the words of a language get lost on their way, until the returned is called. */
function losing(language: string): () => void {
  const words = chunks[language]!;
  delete chunks[language];
  return () => (chunks[language] = words);
}

test("words that got lost on their way come later by themselves, and cards are drawn anew in them", async () => {
  document.documentElement.lang = "de";
  const find = losing("de");
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  expect(one(mark, "h2").textContent).toBe("Related threads");
  find();
  await pass(MINUTE_MS);
  expect(one(mark, "h2").textContent).toBe("Ähnliche Themen");
  expect([server.at("session").length, server.at("suggest").length]).toEqual([1, 1]);
  button(mark._root, "Dasselbe").click();
  await pass();
  expect(server.events.map(({ type }) => type)).toEqual(["judge"]);
});

test("words that come late take the focus from nobody, and are spoken by what is drawn from then on", async () => {
  document.documentElement.lang = "de";
  const find = losing("de");
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  button(mark._root, "Same").focus();
  find();
  await pass(MINUTE_MS);
  expect([one(mark, "h2").textContent, focused(mark)!.textContent]).toEqual(["Related threads", "Same"]);
  const next = await mount("duplicates", { item: "6", question: "duplicate" });
  expect(one(next, "h2").textContent).toBe("Ähnliche Themen");
});

test("words that never come are asked for less and less often", async () => {
  document.documentElement.lang = "de";
  const find = losing("de");
  const guest = arrive();
  await mount("duplicates", { item: "5", question: "duplicate" });
  const load = vi.mocked(guest._load);
  load.mockClear();
  await pass(60 * MINUTE_MS);
  find();
  const asked = load.mock.calls.filter(([name]) => name === "de").length;
  expect(asked).toBeGreaterThan(5);
  expect(asked).toBeLessThan(20);
});

test("what found nobody at home asks again when the connection is back", async () => {
  server.isDown = true;
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  expect(mark._root.querySelector("button")).toBeNull();
  server.isDown = false;
  window.dispatchEvent(new Event("online"));
  await pass();
  expect(button(mark._root, "Same")).toBeTruthy();
});

test("a list that a server in trouble did not give comes by itself, after longer and longer intervals", async () => {
  arrive();
  await mount("duplicates", { item: "4", question: "duplicate" });
  server.refusals = [1, 2, 3].map(() => ({ path: "suggest", status: 503 }));
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  const tries = () => server.at("suggest").filter(({ places }) => places[0].item === "5").length;
  await pass(4000);
  expect([tries(), mark._root.querySelector("button")]).toEqual([1, null]);
  await pass(32_000);
  expect(tries()).toBe(4); // after 5, 10 and 20 seconds more
  expect(button(mark._root, "Same")).toBeTruthy();
});

test("a list that found nobody at home comes by itself once somebody is", async () => {
  server.isDown = true;
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  server.isDown = false;
  await pass(6000);
  expect(button(mark._root, "Same")).toBeTruthy();
});

test("who says when to ask again is not asked sooner", async () => {
  server.refusals = [{ path: "session", status: 429, retry_after: 60 }];
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  await pass(59_000);
  expect(server.at("session").length).toBe(1);
  await pass(10_000);
  expect(button(mark._root, "Same")).toBeTruthy();
});

test("who refuses for good is not asked again", async () => {
  server.refusals = [{ path: "session", status: 403, code: "annotator_blocked" }];
  arrive();
  await mount("duplicates", { item: "5", question: "duplicate" });
  await pass(10 * MINUTE_MS);
  expect(server.at("session").length).toBe(1);
});

test("after the end nothing is asked for again", async () => {
  server.isDown = true;
  const guest = arrive();
  await mount("duplicates", { item: "5", question: "duplicate" });
  const tries = server.received.length;
  guest._destroy();
  await pass(10 * MINUTE_MS);
  expect(server.received.length).toBe(tries);
});

test("once a list came, the next trouble is waited out from the beginning", async () => {
  server.refusals = [1, 2, 3].map(() => ({ path: "suggest", status: 503 }));
  arrive();
  await mount("duplicates", { item: "5", question: "duplicate" });
  await pass(MINUTE_MS);
  server.refusals = [{ path: "suggest", status: 503 }];
  const mark = await mount("duplicates", { item: "6", question: "duplicate" });
  await pass(6000);
  expect(button(mark._root, "Same")).toBeTruthy();
});

test("a connection that comes back disturbs no element that waits for its first answer", async () => {
  server.slowMs = 3000;
  arrive();
  const mark = await mount("duplicates", { item: "5", question: "duplicate", style: "--earmark-reserve:1px" });
  await pass(500);
  const bars = one(mark, "[aria-busy]");
  window.dispatchEvent(new Event("online"));
  await pass();
  expect(one(mark, "[aria-busy]")).toBe(bars);
});

test("questions that the server no longer asks give nothing", async () => {
  server.session = { questions: [QUESTIONS.topics] };
  server.shown["5"] = { candidates: [thread("1")] };
  arrive();
  expect((await mount("duplicates", { item: "5", question: "duplicate" }))._root.querySelector("section")).toBeNull();
});

/** Let a chunk not come as often as this; what is brought else comes. */
function missing(name: string, times: number): void {
  const brought = vi.mocked(Guest.prototype._load).getMockImplementation()!;
  vi.mocked(Guest.prototype._load).mockImplementation(async (asked: string) => {
    if (asked === name && times-- > 0) throw new TypeError(`Failed to fetch dynamically imported module: ${name}`);
    return (await brought(asked)) as never;
  });
}
const wanted = () => [...server.at("session"), ...server.at("suggest")].flatMap(({ places = [] }) => places as { question: string }[]).map(({ question }) => question);

test("a place whose kind does not come is not asked for, so that no prompt is spent on it; it is asked for once that came, by itself", async () => {
  missing("tags", 2);
  arrive();
  const mark = await mount("tags", { item: "5", question: "topics" });
  await pass(4000);
  expect([wanted(), mark._root.childElementCount]).toEqual([[], 0]);
  await pass(60_000);
  expect(wanted()).toContain("topics");
  expect(mark._root.querySelectorAll(".chip").length).toBe(2);
});

test("a kind that does not come keeps no other one from its list", async () => {
  missing("tags", 1);
  arrive();
  document.body.append(element("tags", { item: "5", question: "topics" }));
  const mark = await mount("duplicates", { item: "5", question: "duplicate" });
  expect(mark._root.textContent).toContain("Thread 1");
  expect(wanted()).not.toContain("topics");
});

test("what did not come is tried for again at longer and longer intervals, and at once when the connection is back", async () => {
  missing("tags", 99);
  arrive();
  await mount("tags", { item: "5", question: "topics" });
  const tries = () => vi.mocked(Guest.prototype._load).mock.calls.filter(([name]) => name === "tags").length;
  await pass(36_000);
  expect(tries()).toBe(4); // after 5, 10 and 20 seconds more
  window.dispatchEvent(new Event("online"));
  await pass();
  expect(tries()).toBe(5);
});

test("what came ends the long intervals: what is missing after that is tried for again soon", async () => {
  missing("tags", 5);
  arrive();
  const mark = await mount("tags", { item: "5", question: "topics" });
  await pass(200_000); // 5, 10, 20, 40 and 80 seconds
  expect(mark._root.querySelectorAll(".chip").length).toBe(2);
  vi.mocked(Guest.prototype._load).mockClear();
  missing("duplicates", 1);
  const other = await mount("duplicates", { item: "5", question: "duplicate" });
  expect(other._root.childElementCount).toBe(0);
  await pass(9000);
  expect(other._root.textContent).toContain("Thread 1");
});

test("with privacy asked for, a kind that did not come at first has its door once it did", async () => {
  silent();
  missing("tags", 1);
  arrive();
  const mark = await mount("tags", { item: "5", question: "topics" });
  expect(mark._root.querySelector("button")).toBeNull();
  await pass(6000);
  expect([button(mark._root, "Show").textContent, server.received]).toEqual(["Show", []]);
});

test("where what places by rules does not come, no list is lost, and the rules are followed once it did", async () => {
  missing("place", 1);
  document.body.append(document.createElement("h1"));
  document.querySelector("h1")!.setAttribute("data-item", "5");
  server.session = { placement_rules: [{ question: "topics", kind: "tags", path: "**", selector: "h1", item_from: "attribute", item_key: "data-item", where: "after", reserve_px: 0 }] };
  arrive();
  const mark = await mount("duplicates", { item: "6", question: "duplicate" });
  expect(mark._root.textContent).toContain("Thread 1");
  expect(document.querySelector("earmark-tags")).toBeNull();
  await pass(6000);
  expect(document.querySelectorAll("h1 + earmark-tags").length).toBe(1);
});
