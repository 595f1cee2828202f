// What all elements share: when they begin, that they move nothing, how an answer is drawn, what was seen.
import { fire, type Entry, type Guest, type Model } from "./core";
import { h } from "./dom";
import { fold, frame, isFree, isSeen, reserveOf } from "./room";
import type { Ground, List } from "./spots";
import { say } from "./strings";
import { css, sheet } from "./styles";

const NEAR = "300px";
const SEEN_MS = 1000;
const BARS_MS = 400;

/** What one kind of question adds: its rules of style, how it waits, and how it is drawn. */
export interface Kind {
  css: string;
  /** Words of the quiet door that stands where nothing may leave before a click. */
  _door?: string;
  /** The height in px that it takes where the host keeps none, until it is drawn. */
  _room: number;
  /** Draw still bars in its shape; none where its room says enough. */
  _waiting?: () => Node[];
  /** Draw the whole card; empty where there is nothing to show. */
  _draw: (mark: Mark, model: Model) => Node[] | Promise<Node[]>;
  /** Draw one entry anew inside its node. */
  _update: (mark: Mark, entry: Entry) => void;
}

let guest: Guest;

export class Mark extends HTMLElement {
  static observedAttributes = ["item", "question", "for"];
  declare _model: Model | undefined;
  declare _kind: Kind | undefined;
  /** The node in which each entry is drawn. */
  readonly _nodes = new Map<Entry, HTMLElement>();
  /** What draws the whole text of an entry, while that is read here. */
  readonly _reading = new Map<Entry, (node: HTMLElement) => void>();
  /** What draws the answers to a spot in place of yes and no, where somebody else does. */
  declare _asks?: (entry: Entry, list: List, ground: Ground) => HTMLElement[];
  readonly _card: HTMLElement = h("section", { part: "card" });
  readonly _root = this.attachShadow({ mode: "open" });
  /** What the host shows once somebody answered. */
  private readonly _benefit = h("slot", { name: "decided", hidden: true });
  private readonly _live = h("p", { class: "unseen", "aria-live": "polite" });
  /** Aborted once what is drawn here goes. */
  declare _end: AbortController;
  /** Whether it got nothing: nobody answered, or there is nothing. */
  declare _isLost: boolean | undefined;

  connectedCallback(): void {
    guest._views.add(this);
    void this._begin();
  }

  disconnectedCallback(): void {
    guest._views.delete(this);
    this._clear();
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before !== after && guest._views.has(this)) void this._begin();
  }

  /** Take everything away and wait for nothing more. */
  _clear(): void {
    this._end?.abort(0); // without a reason of our own one is made, with the whole stack
    this._model = undefined;
    this._nodes.clear();
    this._reading.clear();
    this._root.replaceChildren();
    this._say("");
  }

  async _begin(): Promise<void> {
    this._clear();
    const { signal } = (this._end = new AbortController());
    this._isLost = false;
    const item = this.getAttribute("item");
    const question = this.getAttribute("question");
    if (!item || !question || guest._end.signal.aborted || this.ownerDocument !== document) return; // sheets are of one document
    const name = this.localName.slice(8);
    const isKnown = !!(await Promise.race([guest._models.get(`${question} ${item}`), undefined])) && guest._kinds.has(name); // not what is yet to come
    if (signal.aborted) return;
    if (!isKnown && !isSeen(this)) await this._near();
    const kind = (this._kind = await guest._kind(name).catch(() => undefined));
    await guest._gather(); // so that all are asked for in one call
    if (signal.aborted) return;
    if ((this._isLost = !kind)) return guest._wake(); // a prompt is spent when it is asked for: not for what cannot be drawn
    if (!isKnown && !isFree(this, this._card, 0) && !reserveOf(this)) await this._free(0); // what may not stand yet is not asked for yet
    const wasSilent = guest._isSilent;
    if (wasSilent) {
      // A door stands here, and nothing leaves before it is opened.
      await this._turn();
      if (signal.aborted) return;
      await new Promise((click) => this._put(0, h("div", { class: "line" }, h("button", { class: "quiet", click }, say(kind!._door ?? "show")))));
      if (signal.aborted) return;
      this._put(reserveOf(this) || kind!._room);
    }
    guest._isSilent = false;
    await guest._calm();
    if (signal.aborted) return;
    let isHere = isKnown;
    // Room is taken, and bars stand in it, for who has to wait: drawing both takes half as much again, and most lists come sooner than bars could be looked at.
    const slow = setTimeout(async () => {
      await this._turn();
      if (!isHere && !signal.aborted) this._put(reserveOf(this) || kind!._room, h("div", { "aria-busy": "true" }, ...(kind!._waiting?.() ?? [])));
    }, BARS_MS);
    const model = await guest._place(question, item);
    await guest._gather();
    signal.aborted || (this._isLost = !model);
    await guest._calm();
    clearTimeout(slow);
    isHere = true;
    if (signal.aborted) return;
    const asks = model?.question.kind;
    const ours = (this._model = asks?.replace("pair", "duplicates") === name ? model : undefined); // else the host named a question of another kind
    const inside = ours ? await kind!._draw(this, ours) : []; // made in a task of its own, before that in which it is laid out
    this._observe(); // before the frame that shows it: begun within that, it would ask for one more
    const held = isKnown ? 0 : await this._turn();
    if (signal.aborted) return;
    this._show(inside, held);
    if (wasSilent && document.activeElement === document.body) this._focus(model?.entries[0]); // the door that had it is gone
    if (ours) fire(this, "show", { question, item, count: this._nodes.size, ask: ours.answer.ask });
    else if (asks) fire(this, "mismatch", { question, item, kind: asks });
  }

  /** Wait until we are near the window. */
  private _near(): Promise<void> {
    return new Promise((near) =>
      this._watch({ rootMargin: NEAR }, [this], ([seen], watch) => {
        if (!seen!.isIntersecting) return;
        watch.disconnect();
        near();
      }),
    );
  }

  /**
   * Wait for the frame in which we may grow: the next where room is kept or something of ours stands, else the first in which that
   * moves nothing. Return the height in px beyond which something in view would move, 0 where nothing would.
   */
  private async _turn(): Promise<number> {
    const { signal } = this._end;
    await frame();
    if (signal.aborted) return 0;
    const { isConnected } = this._card;
    const height = this._card.offsetHeight; // 0 where it stands nowhere
    if (isFree(this, this._card, height)) return 0;
    const held = isConnected ? height : reserveOf(this);
    if (!isConnected && !held) await this._free(0);
    return held;
  }

  /** Watch nodes until the element goes. */
  private _watch(how: IntersectionObserverInit, nodes: Iterable<Element>, act: IntersectionObserverCallback): void {
    const { signal } = this._end;
    const watch = new IntersectionObserver(act, how);
    if (!signal.aborted) for (const node of nodes) watch.observe(node);
    signal.addEventListener("abort", () => watch.disconnect());
  }

  /** Wait for a moment in which becoming higher, or lower by at most `less` px, moves nothing that somebody sees. */
  _free(less: number): Promise<void> {
    const { signal } = this._end;
    return new Promise((free) =>
      this._watch({ rootMargin: `${less}px 0px 0px` }, [this], async () => {
        await frame();
        if (!signal.aborted && isFree(this, this._card, less)) free();
      }),
    );
  }

  /** Let nodes stand in the card, which is at least as high as the host's room or some px. */
  private _put(minimum: number, ...inside: Node[]): void {
    this._card.style.minHeight = minimum ? `${minimum}px` : "";
    this._card.replaceChildren(...inside, this._benefit, this._live);
    this._stand(this._card);
  }

  /** Let a node stand here; only now with its look, so that the page is drawn once. */
  private _stand(node: HTMLElement): void {
    this._root.adoptedStyleSheets = [sheet(css), sheet(this._kind!.css)];
    this._root.replaceChildren(node);
  }

  /** Draw what is known: never higher than `held` px while something in view follows. */
  private _show(inside: Node[], held: number): void {
    let stands: HTMLElement = this._card;
    let least = "";
    if (inside[0]) this._put(held, ...inside);
    else {
      least = `${reserveOf(this)}px`;
      this._stand((stands = h("slot", { name: "empty" })));
      stands.style.cssText = `display:block;min-height:${held ? `${held}px` : least}`;
    }
    this._thank();
    if (held) {
      fold(this._card, held);
      void this._free(held).then(() => (stands.style.minHeight = least));
    }
  }

  /** Show what the host gives for it while an answer stands. */
  private _thank(): void {
    this._benefit.hidden = ![...this._nodes.keys()].some(({ row }) => row.is === "decided");
  }

  /** Tell once of each shown entry that was half visible for a second. */
  private _observe(): void {
    const { signal } = this._end;
    const timers = new Map<Element, ReturnType<typeof setTimeout>>();
    this._watch({ threshold: 0.5 }, this._nodes.values(), (changes) => {
      for (const { target, intersectionRatio } of changes) {
        clearTimeout(timers.get(target));
        if (intersectionRatio < 0.5) continue;
        // A frame comes only while somebody looks.
        timers.set(target, setTimeout(() => requestAnimationFrame(() => {
          const entry = [...this._nodes.keys()].find((one) => this._nodes.get(one) === target);
          if (signal.aborted || document.hidden || !entry?._isUnseen) return;
          entry._isUnseen = false;
          guest._answers!._tell(entry, { type: "seen", candidate: entry.candidate.id });
        }), SEEN_MS)); // prettier-ignore
      }
    });
  }

  /** Draw an entry anew; the focus that was in it goes to what took its place. */
  _become(entry: Entry): void {
    const node = this._nodes.get(entry);
    if (!node) return;
    const had = this._root.activeElement;
    const isOurs = node.contains(had);
    const isAnswer = had?.closest(".act,.chip");
    this._kind!._update(this, entry);
    if (isOurs) isAnswer ? this._focus(entry) : (node.contains(had) ? (had as HTMLElement) : node.querySelector<HTMLElement>(had!.localName))?.focus();
    this._thank();
  }

  /** Move the focus to the way back, else to the answer that was taken back, else to the first answer. */
  _focus(entry?: Entry): void {
    const node = this._nodes.get(entry!);
    const found = node?.querySelector<HTMLElement>(".undo,[data-undone]") ?? node?.querySelector<HTMLElement>("[data-value]");
    found?.focus({ preventScroll: true });
  }

  _say(words: string): void {
    this._live.textContent = words;
  }
}

/** Name the elements; those of an earlier start begin anew with this guest, in whatever tree they stand. */
export function defineMarks(by: Guest): void {
  const before = guest as Guest | undefined;
  guest = by;
  for (const kind of ["duplicates", "tags", "choice", "span", "region"])
    if (!customElements.get(`earmark-${kind}`)) customElements.define(`earmark-${kind}`, class extends Mark { static from = by._earmark.from; }); // prettier-ignore
  before?._views.forEach((mark) => mark.connectedCallback());
}
