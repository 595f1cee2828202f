// What a host's program may say to the widget and hear of it. `earmark` is one function with one signature a call.

export interface Options {
  /** The project's publishable key: pk_… */
  key: string;
  /** The address of the folder that serves `earmark.js`: https://earmark.example.org/w/ */
  base: string;
  /**
   * Who is looking: a token that the host's server signed, or a function that fetches one. The function is called when
   * the widget is first needed and anew when its word no longer holds, at most once a minute, always for the same
   * person; for another person call `identify`. Absent, empty or rejected: nobody is asked anything.
   */
  identity?: string | (() => Promise<string>);
  /** de, es, ar, or en; absent: the page's language. */
  lang?: string;
  /** Whether placement rules on the server put elements into pages whose templates have none. */
  rules?: boolean;
}

/**
 * Make `window.earmark`, or return the one that is there (installed before, or by a script tag). On a server it returns
 * a function whose every call is rejected.
 */
export function install(options: Options): EarmarkFunction;

/** `earmark(call, …)`. A promise rejects with an Error where the call cannot be done, and waits while nobody answers. */
export interface EarmarkFunction {
  /**
   * The host's server signed for somebody, or anew for the same person; every element begins again. With `""` they
   * signed out: nothing is drawn or asked until the next call.
   */
  (call: "identify", identity: string): Promise<void>;
  /** Hear what happens in the whole page; resolves to a function that ends it. */
  <Name extends EventName>(
    call: "on",
    name: Name,
    handler: (detail: Events[Name], event: CustomEvent<Events[Name]>) => void,
  ): Promise<() => void>;
  /** Look for places of placement rules again, where the page changed in a way that nobody can see. */
  (call: "scan"): Promise<void>;
  /** What is suggested at a place, for a page that draws it itself; it counts as shown. */
  (call: "suggest", where: Where): Promise<Suggested>;
  /** Tell that somebody saw a candidate of a list that the page draws itself; told once, elements tell by themselves. */
  (call: "seen", what: Where & { candidate: string }): Promise<void>;
  /** Answer; resolves with what the mark did, once the server said it. */
  (call: "decide", decision: Decision): Promise<SavedDetail>;
  /** Take back a judgement that was made or shown in this page. */
  (call: "undo", judgement: string): Promise<void>;
  (call: "search", where: Where & { query: string }): Promise<Candidate[]>;
  /** Ask nothing and draw nothing new, until called with false. */
  (call: "pause", isPaused?: boolean): Promise<void>;
  /** This person wants none of it; with false, does again. */
  (call: "optOut", out?: boolean): Promise<void>;
  /** Let the host's words stand above ours, under the keys of src/strings/en.ts. */
  (call: "strings", words: Words): Promise<void>;
  /** Leave: elements empty themselves and `window.earmark` is gone, at once. */
  (call: "destroy"): Promise<void>;
}

/** A place: a question about an item. */
export interface Where {
  question: string;
  item: string;
}

/** Words in a text: positions are code points, `snapshot` is the SHA-256 of the text's UTF-8, in hexadecimal. */
export interface SpanAnchor {
  quote: { exact: string; prefix: string; suffix: string };
  position: { start: number; end: number };
  snapshot: string;
}

/** A box in a picture: `xywh=percent:x,y,width,height`, and the picture's own size in px. */
export interface RegionAnchor {
  region: string;
  width: number;
  height: number;
}

/**
 * An answer: `candidate` for pairs, `tag` for tags, neither for a choice. For a span or a region `candidate` where one
 * was suggested, `anchor` where it was marked newly or its boundary was moved.
 */
export interface Decision extends Where {
  candidate?: string;
  tag?: string;
  anchor?: SpanAnchor | RegionAnchor;
  /** duplicate, related, different; fits, does_not_fit; a label; none, for a span or a region; and unsure. */
  value: string;
  note?: string;
}

/** What a suggestion proposes: another item, a label, or a span or region with its label. */
export interface Candidate {
  id: string;
  title: string;
  /** Not checked: it may be no web address. */
  url: string;
  snippet: string;
  /** What solved it over there, where the host told; else empty. */
  answer: string;
  /** Of a span or a region: the label, where it is, and the boundaries that people differ about. */
  label?: string;
  anchor?: SpanAnchor | RegionAnchor;
  boundaries?: (SpanAnchor | RegionAnchor)[];
}

export interface Suggested extends Where {
  exposure: string;
  /** Whether this person is asked; where not, what is suggested is only useful. */
  ask: boolean;
  candidates: Candidate[];
  /** Labels that are believed already; not of pairs. */
  known: { id: string; people_count: number; label?: string; anchor?: SpanAnchor | RegionAnchor }[];
  /** This person's earlier answers. */
  answers: { candidate: string; value: string; judgement: string }[];
}

/** A word, its forms by plural category, or words for one of several things. */
export type Words = Record<string, string | Record<string, string>>;

/** What an answer is about: `candidate` for pairs and choices, `tag` for tags; `anchor` for spans and regions, whose `candidate` is empty where the person marked by themselves. */
export interface AboutDetail extends Where {
  candidate?: string;
  tag?: string;
  anchor?: SpanAnchor | RegionAnchor | undefined;
}

export interface ShowDetail extends Where {
  /** How many entries are drawn. */
  count: number;
  ask: boolean;
}

/** `preventDefault()` keeps the answer from being given; `note` may be written to. */
export interface DecideDetail extends AboutDetail {
  value: string;
  note: string | undefined;
}

export interface UndoDetail extends AboutDetail {
  value: string;
  judgement: string;
}

/** What the server said of a judgement: that it is stored (ok, dup) or refused (bad), and what it did. */
export interface SavedDetail extends AboutDetail {
  judgement: string;
  status: "ok" | "dup" | "bad";
  /** Why it was refused. */
  code: string | null;
  others_count: number | null;
  state: string | null;
  agree_count: number | null;
  votes_count: number | null;
}

/** What can be heard, by the name that `earmark("on", …)` takes. */
export interface Events {
  show: ShowDetail;
  decide: DecideDetail;
  undo: UndoDetail;
  saved: SavedDetail;
  /** An element stands for a question of another kind, `kind`, and draws nothing. */
  mismatch: Where & { kind: string };
  /** This person left altogether, by the menu or a call, or came back: the host may keep no room for them from its next page on. */
  optout: { out: boolean; erased?: true };
  /** The identity does not hold: sign anew and call `identify`. Done by the package where `identity` is a function. */
  identity: Record<string, never>;
}

export type EventName = keyof Events;

/** The same events as the page hears them: they bubble and leave shadow trees. */
export type EventMap = { [Name in EventName as `earmark:${Name}`]: CustomEvent<Events[Name]> };

/** An element of ours. Its attributes `item` and `question` say where it stands; changed, it begins anew. */
export interface EarmarkElement extends HTMLElement {}

/** The attributes that all elements take. */
export interface ElementAttributes {
  item: string;
  question: string;
}

export interface DuplicatesAttributes extends ElementAttributes {
  /** Offer a search where nothing is suggested. */
  door?: boolean | "";
}

export interface ChoiceAttributes extends ElementAttributes {
  /** Draw the two labels of the question as thumbs. */
  thumbs?: boolean | "";
}

/** Where the text or picture of a span or region stands: the id of its node; absent, it is the sibling before. */
export interface SpotAttributes extends ElementAttributes {
  for?: string;
}

/** Attributes by element. */
export interface ElementAttributesMap {
  "earmark-duplicates": DuplicatesAttributes;
  "earmark-tags": ElementAttributes;
  "earmark-choice": ChoiceAttributes;
  "earmark-span": SpotAttributes;
  "earmark-region": SpotAttributes;
}
