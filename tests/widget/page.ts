// A host's page for the widget's tests: a server at the end of fetch, a window in which nodes stand where a test puts
// them, chunks at hand, and a clock that moves only when a test says so.
import { afterEach, beforeEach, vi } from "vitest";
import * as answers from "@/answers";
import * as calls from "@/calls";
import type { Earmark, Page } from "@/config";
import { Guest, wait } from "@/core";
import * as anchors from "@/anchors/find";
import * as chooser from "@/chooser";
import * as choice from "@/elements/choice";
import * as duplicates from "@/elements/duplicates";
import * as span from "@/elements/span";
import * as tags from "@/elements/tags";
import * as find from "@/find";
import * as lines from "@/lines";
import type { Mark } from "@/mark";
import * as menu from "@/menu";
import * as place from "@/place";
import * as read from "@/read";
import { speak } from "@/strings";
import * as ar from "@/strings/ar";
import * as ar_desk from "@/strings/ar_desk";
import * as ar_own from "@/strings/ar_own";
import * as ar_spots from "@/strings/ar_spots";
import * as de from "@/strings/de";
import * as de_desk from "@/strings/de_desk";
import * as de_own from "@/strings/de_own";
import * as de_spots from "@/strings/de_spots";
import * as es from "@/strings/es";
import * as es_desk from "@/strings/es_desk";
import * as es_own from "@/strings/es_own";
import * as es_spots from "@/strings/es_spots";
import type { Candidate, EventResult, PlaceAnswer, Question, SearchAnswer, SentEvent, Session } from "@/wire";

export const BASE = "https://earmark.example/w/";
/** Longer than elements wait for each other before they ask the server together. */
const ASKED_MS = 100;

/** What can be brought; a test may put a chunk of its own among them. */
export const chunks: Record<string, object> = { anchors, answers, calls, choice, chooser, duplicates, span, tags, find, lines, menu, place, read, ar, de, es, ar_spots, de_spots, es_spots, ar_own, de_own, es_own, ar_desk, de_desk, es_desk };

export const thread = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id, title: `Thread ${id}`, url: `https://host.example/t/${id}`, snippet: `About ${id}`, answer: "", ...more,
}); // prettier-ignore
export const label = (id: string): Candidate => ({ id, title: id, url: "", snippet: "", answer: "" });
export const earlier = (candidate: Candidate, value: string, more: Partial<PlaceAnswer["answers"][number]> = {}) => ({
  judgement: `earlier-${candidate.id}`, exposure: null, candidate, value, others_count: 0, state: null, agree_count: null, votes_count: null, ...more,
}); // prettier-ignore

const question = (id: string, kind: Question["kind"], more: Partial<Question>): Question => ({
  id, kind, prompt: "", guideline: "", values: [], labels: [], allows_new_labels: false, ...more,
}); // prettier-ignore
export const QUESTIONS = {
  duplicate: question("duplicate", "pair", { prompt: "Is your problem one of these?", values: ["duplicate", "related", "different", "unsure"] }),
  topics: question("topics", "tags", { prompt: "What is it about?", values: ["fits", "does_not_fit", "unsure"], labels: ["Mail", "Archive", "Search"] }),
  words: question("words", "tags", { prompt: "What is it about?", values: ["fits", "does_not_fit", "unsure"], allows_new_labels: true }),
  tone: question("tone", "choice", { prompt: "What does this reply do?", values: ["Solves it", "Asks back", "Off topic", "unsure"], labels: ["Solves it", "Asks back", "Off topic"] }),
  products: question("products", "span", { prompt: "Which products are named?", values: ["Product", "Shortcut", "none", "unsure"], labels: ["Product", "Shortcut"] }),
  parts: question("parts", "region", { prompt: "What is to be seen?", values: ["Menu", "Button", "none", "unsure"], labels: ["Menu", "Button"] }),
  helped: question("helped", "choice", { prompt: "Did this help?", values: ["Yes", "No", "unsure"], labels: ["Yes", "No"] }),
};

export interface Received {
  path: string;
  body: any;
  how: RequestInit;
}

/** What answers at `/w/v1`: by default it knows everyone, shows two threads, and takes every event. */
export class Server {
  received: Received[] = [];
  session: Partial<Session> = {};
  /** What is shown at an item, above the default. */
  shown: Record<string, Partial<PlaceAnswer>> = {};
  found: SearchAnswer = { exposure: "found", candidates: [thread("7"), thread("8")] };
  own: unknown[] = [];
  version = "1";
  isDown = false;
  slowMs = 0;
  /** Calls to a path are refused like this, first come first served. */
  refusals: { path: string; status: number; [more: string]: unknown }[] = [];
  /** What answers to other paths. */
  more: Record<string, (body: any) => object> = {};
  /** What is told of an event, above "ok". */
  result: (event: SentEvent) => Partial<EventResult> = () => ({});
  private _count = 0;

  /** Return the bodies that came to a path. */
  at(path: string): any[] {
    return this.received.filter((one) => one.path === path).map(({ body }) => body);
  }

  /** Return all events that came, in order. */
  get events(): SentEvent[] {
    return this.at("events").flatMap(({ events }) => events);
  }

  fetch = async (url: string, how: RequestInit) => {
    const path = url.split("/w/v1/")[1]!;
    const body = JSON.parse(how.body as string);
    this.received.push({ path, body, how });
    if (this.slowMs) await new Promise((on) => setTimeout(on, this.slowMs));
    if (this.isDown) throw new TypeError("Failed to fetch");
    const at = this.refusals.findIndex((one) => one.path === path);
    const refusal = at < 0 ? undefined : this.refusals.splice(at, 1)[0]!;
    const told = refusal ?? this._answer(path, body);
    return { ok: !refusal, status: refusal?.status ?? 200, headers: new Headers(), json: async () => told } as Response;
  };

  private _answer(path: string, body: any): object {
    if (this.more[path]) return this.more[path](body);
    if (path === "session")
      return {
        token: `token-${body.identity}-${++this._count}`, expires_in: 1800, annotator: body.identity, questions: Object.values(QUESTIONS),
        placement_rules: [], opted_out: false, next_ask_at: null, config_version: this.version, ...this.session,
      }; // prettier-ignore
    if (path === "suggest") return { places: body.places.map((one: any) => this._show(one)) };
    if (path === "events") return { results: body.events.map((one: SentEvent) => this._take(one)), next_ask_at: null };
    if (path === "search") return this.found;
    if (path === "read") return { id: body.candidate, body: `The whole text of ${body.candidate}.` };
    if (path === "me/judgements") return { judgements: this.own, hidden_questions: [] };
    return { opted_out: body.out };
  }

  private _show({ place, item }: { place: string; item: string }): PlaceAnswer {
    const bare = { place, exposure: `shown-${item}`, ask: true, candidates: [thread("1"), thread("2")], answers: [], known: [], error: null };
    return { ...bare, ...this.shown[item] };
  }

  private _take(event: SentEvent): EventResult {
    return { id: event.id, status: "ok", code: null, others_count: null, state: null, agree_count: null, votes_count: null, ...this.result(event) };
  }
}

interface Box {
  top: number;
  height: number;
}

const boxes = new Map<Element, Box>();
const watches = new Set<Watch>();
const boxOf = (node: Element): Box => boxes.get(node) ?? { top: 10, height: 0 };

/** Put a node somewhere in the window, which is `innerHeight` high; who watches it is told. NaN: it has no box at all. */
export function move(node: Element, top: number, height: number): void {
  boxes.set(node, { top, height });
  watches.forEach((watch) => watch.tell(node));
}

/** Return how many nodes are being watched for coming into view. */
export const watchedCount = (): number => [...watches].reduce((sum, { nodes }) => sum + nodes.size, 0);

/** An IntersectionObserver over the boxes; a node that no test has put anywhere is near, and never half visible. */
class Watch {
  readonly nodes = new Set<Element>();
  private readonly _margin: number;

  constructor(private readonly _act: (changes: object[], watch: Watch) => void, { rootMargin = "0px" }: IntersectionObserverInit = {}) {
    this._margin = parseInt(rootMargin);
    watches.add(this);
  }

  observe(node: Element): void {
    this.nodes.add(node);
    queueMicrotask(() => this.tell(node));
  }

  disconnect(): void {
    this.nodes.clear();
    watches.delete(this);
  }

  tell(target: Element): void {
    if (!this.nodes.has(target)) return;
    const { top, height } = boxOf(target);
    const visible = Math.min(top + height, innerHeight) - Math.max(top, 0);
    const isIntersecting = top + height >= -this._margin && top <= innerHeight + this._margin;
    this._act([{ target, isIntersecting, intersectionRatio: height ? Math.max(0, visible) / height : 0 }], this);
  }
}

export let server: Server;
let isHidden = false;

/** Hide the tab, or show it again. */
export function hide(hidden = true): void {
  isHidden = hidden;
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
}

/** Give `earmark` as the loader makes it. */
export function made(settings: Partial<Earmark["settings"]> = {}): Earmark {
  const earmark = Object.assign(async () => {}, {
    settings: { key: "pk", identity: "ann", lang: "", base: BASE, ...settings },
    calls: [],
    wake: () => {},
  }) as Earmark;
  return ((window as Page).earmark = earmark);
}

let guests: Guest[] = [];

/** Begin as a guest of the page, who leaves when the test is over. */
export function arrive(settings: Partial<Earmark["settings"]> = {}, earmark = made(settings)): Guest {
  const guest = wait(earmark);
  guests.push(guest);
  return guest;
}

/** Let a while pass, with all that happens in it. */
export const pass = (ms = ASKED_MS): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** Make an element that stands nowhere yet. */
export function element(kind: string, attributes: Record<string, string>): Mark {
  const mark = document.createElement(`earmark-${kind}`) as Mark;
  for (const [name, value] of Object.entries(attributes)) mark.setAttribute(name, value);
  return mark;
}

/** Put an element into the page, and wait until it has asked. */
export async function mount(kind: string, attributes: Record<string, string>): Promise<Mark> {
  const mark = element(kind, attributes);
  document.body.append(mark);
  await pass();
  return mark;
}

export const all = (mark: Mark, selector: string): HTMLElement[] => [...mark._root.querySelectorAll<HTMLElement>(selector)];
export const one = (mark: Mark, selector: string): HTMLElement => {
  const found = mark._root.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`${selector} is not in ${mark._root.textContent}`);
  return found;
};
/** Return the button with these words, or this name. */
export function button(within: ParentNode, words: string): HTMLButtonElement {
  const found = [...within.querySelectorAll("button")].find((each) => each.textContent === words || each.getAttribute("aria-label") === words);
  if (!found) throw new Error(`There is no button “${words}” in ${within.textContent}`);
  return found;
}
export const focused = (mark: Mark): HTMLElement | null => mark._root.activeElement as HTMLElement | null;
export const spoken = (mark: Mark): string | null => one(mark, "[aria-live]").textContent;

/** Press a key; false where somebody kept the browser from doing its own. */
export const press = (target: EventTarget, key: string): boolean => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));

/** Type words into a field, and wait until they have been searched for. */
export async function type(field: HTMLInputElement, words: string): Promise<void> {
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await pass(300);
}

/** Hear what the page is told by one name. */
export function heard(name: string): CustomEvent[] {
  const events: CustomEvent[] = [];
  document.addEventListener(`earmark:${name}`, (event) => events.push(event as CustomEvent));
  return events;
}

const activeElement = Object.getOwnPropertyDescriptor(ShadowRoot.prototype, "activeElement")!.get!;

/** Return what has the focus within a shadow root; happy-dom throws where it is elsewhere, or was taken out of the page. */
function focusWithin(this: ShadowRoot): Element | null {
  try {
    return activeElement.call(this);
  } catch {
    return null;
  }
}

/** Give each test of a file a fresh page. */
export function aPage(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0.5); // how long an outbox rests
    sessionStorage.clear();
    server = new Server();
    vi.stubGlobal("EDITION", "test");
    vi.stubGlobal("fetch", server.fetch);
    vi.stubGlobal("IntersectionObserver", Watch);
    vi.stubGlobal("Request", class { get keepalive() { return true; } }); // prettier-ignore
    vi.spyOn(Guest.prototype, "_load").mockImplementation(async (name: string) => {
      if (!chunks[name]) throw new Error(`there is no chunk ${name}`);
      return chunks[name] as never;
    });
    vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
      const { top, height } = boxOf(this);
      return { top, height, bottom: top + height } as DOMRect;
    });
    vi.spyOn(Element.prototype, "getClientRects").mockImplementation(function (this: Element) {
      return (Number.isNaN(boxOf(this).top) ? [] : [this.getBoundingClientRect()]) as unknown as DOMRectList;
    });
    vi.spyOn(ShadowRoot.prototype, "activeElement", "get").mockImplementation(focusWithin as () => Element | null);
    vi.spyOn(document, "hidden", "get").mockImplementation(() => isHidden);
    // A browser draws no frame of a page that nobody sees.
    vi.stubGlobal("requestAnimationFrame", (draw: FrameRequestCallback) => {
      const again = () => (isHidden ? setTimeout(again, 16) : draw(performance.now()));
      return setTimeout(again, 16);
    });
  });
  afterEach(async () => {
    guests.splice(0).forEach((guest) => guest._destroy());
    await pass(0);
    document.body.replaceChildren();
    document.documentElement.lang = document.documentElement.dir = "";
    isHidden = false;
    boxes.clear();
    watches.clear();
    speak("en", {});
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}
