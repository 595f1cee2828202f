// `earmark(...)`: the product without our elements, and what the host's page may tell us; brought at the first call.
import type { Decision, Suggested, Where } from "../types/earmark";
import type { Call } from "./config";
import type { Entry, Guest, Model } from "./core";
import type { Words } from "./strings";
import type { Anchor, SearchAnswer } from "./wire";

const EVENTS = ["show", "decide", "undo", "saved", "mismatch", "optout", "identity"];

/** Take one call and settle its promise. */
export function take(guest: Guest, [args, done, failed]: Call): void {
  const [name, ...given] = args as [string, ...never[]];
  const call = (calls as Record<string, (guest: Guest, ...given: never[]) => unknown>)[name];
  if (!Object.hasOwn(calls, name) || !call) return failed(new Error(`earmark: there is no call ${JSON.stringify(name)}; there are ${Object.keys(calls).join(", ")}.`));
  Promise.resolve()
    .then(() => call(guest, ...given))
    .then(done, (why: unknown) => failed(why instanceof Error ? why : new Error(`earmark: ${(why as { code?: string })?.code || "no answer"}`)));
}

const calls = {
  /** The host's server signed for somebody, or anew for the same person; with nothing, nobody is signed in any more. */
  identify(guest: Guest, identity?: string) {
    if (!identity) rest(guest);
    guest._earmark.settings.identity = identity || "";
    guest._session = undefined;
    guest._models.clear();
    guest._views.forEach((view) => (identity ? void view._begin() : view._clear()));
    return guest._isSilent || !identity ? undefined : guest._open();
  },

  /** Hear `show`, `decide`, `undo`, `saved`, `mismatch`, `optout`, `identity`; answers a function that ends it. */
  on(guest: Guest, name: string, handler: (detail: unknown, event: Event) => void) {
    if (!EVENTS.includes(name)) throw new Error(`earmark: there is no event ${JSON.stringify(name)}; there are ${EVENTS.join(", ")}.`);
    if (typeof handler !== "function") throw new Error("earmark: give a function that hears the event.");
    const listen = (event: Event) => handler((event as CustomEvent).detail, event);
    document.addEventListener(`earmark:${name}`, listen, { signal: guest._end.signal });
    return () => document.removeEventListener(`earmark:${name}`, listen);
  },

  /** Look for places again, where the page changed in a way that nobody can see. */
  scan() {
    dispatchEvent(new Event("earmark:scan"));
  },

  async suggest(guest: Guest, where: Where): Promise<Suggested> {
    const { question, item } = named(where);
    const { answer, entries } = await modelOf(guest, where);
    return {
      question, item, exposure: answer.exposure!, ask: answer.ask, candidates: answer.candidates, known: answer.known,
      answers: entries.flatMap(({ row, candidate }) => (row.is === "decided" ? [{ candidate: candidate.id, value: row.value, judgement: row.judgement }] : [])),
    }; // prettier-ignore
  },

  /** Tell that a candidate was seen where the host draws the list itself; told once, an element tells by itself. */
  async seen(guest: Guest, given: Where & { candidate: string }) {
    const entry = (await modelOf(guest, given)).entries.find(({ candidate }) => candidate.id === given.candidate);
    if (!entry) throw new Error("earmark: name a candidate that was suggested or found.");
    if (entry._isUnseen) guest._answers!._tell(entry, { type: "seen", candidate: given.candidate });
    entry._isUnseen = false;
  },

  /** Answer; resolves with what the server said of it, and waits while nobody answers. */
  async decide(guest: Guest, decision: Decision) {
    if (!named(decision).value) throw new Error("earmark: name the value that is given.");
    const model = await modelOf(guest, decision);
    const count = model.entries.length;
    const entry = entryOf(guest, model, decision);
    if (!entry) throw new Error(`earmark: name a candidate that was suggested or found${isSpot(model) ? ", or give the anchor of what is marked" : ""}.`);
    const judgement = answer(guest, entry, decision);
    if (!judgement && model.entries.indexOf(entry) >= count) model.entries.splice(model.entries.indexOf(entry), 1); // it was entered for this answer alone
    if (!judgement) throw new Error("earmark: already answered, or a listener said no.");
    return heard(guest, judgement);
  },

  async undo(guest: Guest, judgement: string) {
    const models = [...(await Promise.all(guest._models.values())), ...[...guest._views].map(({ _model }) => _model)];
    const entry = models.flatMap((model) => model?.entries ?? []).find(({ row }) => row.is === "decided" && row.judgement === judgement);
    if (!entry) throw new Error("earmark: no such judgement stands in this page.");
    guest._answers!._undo(entry, document);
  },

  async search(guest: Guest, given: Where & { query: string }): Promise<unknown[]> {
    const { question, item, query } = named(given);
    if (typeof query !== "string") throw new Error("earmark: name the words to search for.");
    const model = await modelOf(guest, given);
    const found = await guest._call<SearchAnswer>("search", { question, item, query });
    for (const candidate of found.candidates)
      if (!model.entries.some((one) => one.candidate.id === candidate.id)) guest._answers!._enter(model, candidate, found.exposure, { is: "asked" }, true);
    return found.candidates;
  },

  /** Ask nothing and draw nothing new until called with false. */
  pause(guest: Guest, isPaused = true) {
    guest._isPaused = isPaused;
  },

  /** This person wants none of it, or does again. */
  async optOut(guest: Guest, out = true) {
    heedPrivacy(guest);
    await guest._call("me/optout", { out });
    guest._kit.fire(document, "optout", { out });
    guest._session = undefined;
    guest._models.clear();
    guest._views.forEach((view) => void view._begin());
  },

  /** Let the host's words stand above ours. */
  strings(guest: Guest, words: Words) {
    const areWords = (one: unknown): boolean => (one && typeof one === "object" ? Object.values(one).every(areWords) : (one ?? "") === `${one ?? ""}`);
    const wrong = Object.keys(words ?? {}).find((key) => !areWords(words[key]));
    if (wrong) throw new Error(`earmark: ${JSON.stringify(wrong)} is no words.`);
    guest._kit.override(words);
    guest._views.forEach((view) => void view._begin());
  },

  destroy(guest: Guest) {
    guest._destroy();
  },
};

/** Let what was answered leave, or be kept for whose it is, and ask nothing until the host signs for somebody. */
function rest(guest: Guest): void {
  guest._answers?._close();
  const meet = guest._meet;
  guest._meet = (places) => (guest._earmark.settings.identity ? meet.call(guest, places) : Promise.reject({ status: 0, code: "nobody is signed in" }));
}

const isSpot = ({ question: { kind } }: Model) => kind === "span" || kind === "region";

/** Return what a decision is about: what was suggested or found, a tag by its name, or a spot that is newly marked. */
function entryOf(guest: Guest, model: Model, { candidate, tag, anchor, value }: Decision): Entry | undefined {
  const { kind } = model.question;
  if (kind === "choice") return model.entries[0];
  const id = (kind === "tags" ? tag : candidate) ?? "";
  const known = model.entries.find((one) => (id ? one.candidate.id === id : one.row.is === "decided" && isSpot(model) && isSame(one._anchor, anchor)));
  const enter = (title: string, more: object) =>
    guest._answers!._enter(model, { id, title, url: "", snippet: "", answer: "", ...more }, model.answer.exposure!, { is: "asked" }, false);
  if (known) return known;
  if (id) return kind === "tags" ? enter(id, {}) : undefined;
  return anchor && isSpot(model) ? enter("quote" in anchor ? anchor.quote.exact : value, { label: value, anchor }) : undefined;
}

/** Whether two anchors are of the very same place. */
function isSame(one: Anchor | undefined, other: Anchor | undefined): boolean {
  const place = (anchor: Anchor) => ("region" in anchor ? anchor.region : `${anchor.position.start} ${anchor.position.end} ${anchor.snapshot}`);
  return !!one && !!other && place(one) === place(other);
}

/**
 * Answer an entry and return the judgement's id; nothing where it is answered, or a listener said no, which leaves it as it was. An answer
 * that was refused stands in nobody's way, and a spot that is marked again with another label takes the place of the one before.
 */
function answer({ _answers }: Guest, entry: Entry, { candidate, anchor, value, note }: Decision): string | undefined {
  const { model, row, _anchor, candidate: was } = entry;
  const before = row.is === "decided" && row.delivery !== "failed" ? row : undefined;
  const isSpotted = isSpot(model) && anchor;
  if (before && (!isSpotted || candidate || before.value === value)) return undefined;
  if (row.is === "decided") entry.row = { is: "asked" };
  if (isSpotted) entry._anchor = anchor;
  if (before && !model.answer.candidates.some(({ id }) => id === was.id)) entry.candidate = { ...was, label: value, title: was.title === was.label ? value : was.title };
  const judgement = _answers!._decide(entry, value, "api", document, note);
  if (!judgement) Object.assign(entry, { row, _anchor, candidate: was });
  else if (before) _answers!._tell(entry, { type: "undo", judgement: before.judgement });
  return judgement;
}

/** Return a place that is named; asked as it is, any other would be refused with all that is asked beside it. */
function named<T extends Where>(where?: T): T {
  const { question, item } = where ?? ({} as Partial<T>);
  if ([question, item].every((name) => typeof name === "string" && name.trim())) return where!;
  throw new Error("earmark: name a question and an item, each as a text.");
}

async function modelOf(guest: Guest, where: Where): Promise<Model> {
  const { question, item } = named(where);
  heedPrivacy(guest);
  await guest._prepare();
  const model = await guest._place(question, item);
  if (!model) throw new Error("earmark: nothing is asked there, or nobody answers.");
  return model;
}

/** With Global Privacy Control on, a call counts only from within what the person just did. */
function heedPrivacy(guest: Guest): void {
  if (guest._isSilent && !navigator.userActivation?.isActive) throw new Error("earmark: Global Privacy Control is on; call when the person has clicked.");
}

function heard(guest: Guest, judgement: string): Promise<unknown> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const listen = (event: Event) => {
      const { detail } = event as CustomEvent<{ judgement: string }>;
      if (detail.judgement !== judgement) return;
      over.abort();
      resolve(detail);
    };
    document.addEventListener("earmark:saved", listen, { signal: over.signal });
    guest._end.signal.addEventListener("abort", () => over.abort());
  });
}

export type { Entry };
