// What all elements share: when they begin, that they move nothing, how an answer is drawn, what was seen.
import { fire, type Entry, type Guest, type Model } from "./core";
import { h } from "./dom";
import type { Ground, List } from "./spots";
import { say } from "./strings";
import { css, sheet } from "./styles";

const NEAR = "300px";
const SEEN_MS = 1000;
const BARS_MS = 150;

let soon: Promise<unknown> | undefined;

/**
 * Wait for a frame, since between two of them the page may have been scrolled without our hearing of it: the same for all
 * elements, so that they look before one of them grows into the view of another.
 */
const frame = () => (soon ??= new Promise(requestAnimationFrame).then(() => (soon = undefined)));

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
  _model: Model | undefined;
  _kind: Kind | undefined;
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
  _end = new AbortController();
  /** Whether it got nothing: nobody answered, or there is nothing. */
  _isLost: boolean | undefined;

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
    this._end.abort(0); // without a reason of our own one is made, with the whole stack
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
    if (!item || !question || guest._end.signal.aborted) return;
    const reserve = parseFloat(getComputedStyle(this).getPropertyValue("--earmark-reserve")) || 0;
    const isKnown = await Promise.race([guest._models.get(`${question} ${item}`), undefined]); // not one that is yet to come
    if (!isKnown) await new Promise<void>((near) => this._watch({ rootMargin: NEAR }, this, ([seen]) => seen!.isIntersecting && near()));
    const kind = (this._kind = await guest._kind(this.localName.slice(8)).catch(() => undefined))!;
    if (signal.aborted || (this._isLost = !kind)) return;
    if (!isKnown && !reserve) await this._free(0);
    const wasSilent = guest._isSilent;
    if (wasSilent) // a door stands here, and nothing leaves before it is opened
      await new Promise((click) => this._put(reserve, h("div", { class: "line" }, h("button", { class: "quiet", click }, say(kind._door ?? "show")))));
    guest._isSilent = false;
    if (signal.aborted) return;
    const room = reserve || kind._room;
    if (!isKnown) this._put(room);
    await guest._calm(); // a prompt is spent when it is asked for
    if (signal.aborted) return;
    // Bars stand for who has to wait; most lists come sooner than those could be looked at.
    const slow = setTimeout(() => isKnown || signal.aborted || this._put(room, h("div", { "aria-busy": "true" }, ...(kind._waiting?.() ?? []))), BARS_MS);
    const model = await guest._place(question, item);
    signal.aborted || (this._isLost = !model);
    await guest._calm();
    clearTimeout(slow);
    if (signal.aborted) return;
    const inside = (this._model = model) ? await kind._draw(this, model!) : []; // made in a task of its own, before that in which it is laid out
    if (!isKnown) await frame();
    if (signal.aborted) return;
    this._show(inside, reserve);
    if (wasSilent && document.activeElement === document.body) this._focus(model?.entries[0]); // the door that had it is gone
    if (model) fire(this, "show", { question, item, count: this._nodes.size, ask: model.answer.ask });
  }

  /** Watch a node until the element goes. */
  private _watch(how: IntersectionObserverInit, node: Element, act: IntersectionObserverCallback): void {
    const { signal } = this._end;
    const watch = new IntersectionObserver(act, how);
    if (!signal.aborted) watch.observe(node);
    signal.addEventListener("abort", () => watch.disconnect());
  }

  /** Wait for a moment in which becoming higher, or lower by at most `less` px, moves nothing that somebody sees. */
  _free(less: number): Promise<void> {
    const { signal } = this._end;
    return new Promise((free) =>
      this._watch({ rootMargin: `${less}px 0px 0px` }, this, async () => {
        await frame();
        if (!signal.aborted && this._isFree(less)) free();
      }),
    );
  }

  /** Whether this moment is such: we are drawn nowhere or out of view, or nothing in view follows. */
  private _isFree(less: number): boolean {
    const { top, bottom } = this.getBoundingClientRect();
    if (!this.getClientRects()[0] || top >= innerHeight) return true;
    if (bottom <= -less) return "overflowAnchor" in this.style;
    for (let node: Element | null = this; node; node = node.parentElement)
      for (let after = node.nextElementSibling; after; after = after.nextElementSibling) {
        const beside = after.getBoundingClientRect();
        if (beside.height && beside.top >= (this._card.isConnected ? bottom : top) - 1 && beside.top < innerHeight) return false;
      }
    return true;
  }

  private _put(minimum: number, ...inside: Node[]): void {
    this._card.style.cssText = `min-height:${minimum}px`;
    this._card.replaceChildren(...inside, this._benefit, this._live);
    this._stand(this._card);
  }

  /** Let a node stand here; only now with its look, so that the page is drawn once. */
  private _stand(node: HTMLElement): void {
    this._root.adoptedStyleSheets = [sheet(css), sheet(this._kind!.css)];
    this._root.replaceChildren(node);
  }

  /** Draw what is known: never higher than what already stands here while something in view follows. */
  private _show(inside: Node[], reserve: number): void {
    const held = this._card.offsetHeight; // nothing, where nothing of ours stands yet
    const isHeld = held > 0 && !this._isFree(held);
    const least = Math.max(reserve, isHeld ? held : 0);
    let stands: HTMLElement = this._card;
    if (inside[0]) this._put(least, ...inside);
    else {
      this._stand((stands = h("slot", { name: "empty" })));
      stands.style.cssText = `display:block;min-height:${least}px`;
    }
    this._thank();
    if (isHeld) {
      this._fold(held);
      void this._free(held).then(() => (stands.style.minHeight = `${reserve}px`));
    }
    this._observe();
  }

  /** Show what the host gives for it while an answer stands. */
  private _thank(): void {
    this._benefit.hidden = ![...this._nodes.keys()].some(({ row }) => row.is === "decided");
  }

  /** Put away from the end what would make the card higher than it may be, behind one button. */
  private _fold(most: number): void {
    const all = [...this._card.querySelectorAll<HTMLElement>(".fold")];
    const more = h("button", { class: "quiet", click: () => [...all, more].forEach((one) => (one.hidden = one === more)) });
    let count = 0;
    while (this._card.offsetHeight > most && count < all.length) {
      all.at(-++count)!.hidden = true;
      more.textContent = `+${count}`;
      this._card.querySelector(".tail")?.append(more);
    }
  }

  /** Tell once of each shown entry that was half visible for a second. */
  private _observe(): void {
    const { signal } = this._end;
    for (const [entry, node] of this._nodes) {
      let timer: ReturnType<typeof setTimeout>;
      this._watch({ threshold: [0, 0.5] }, node, (changes) => {
        clearTimeout(timer);
        if (changes.at(-1)!.intersectionRatio < 0.5) return;
        // A frame comes only while somebody looks.
        timer = setTimeout(() => requestAnimationFrame(() => {
          if (signal.aborted || document.hidden || !entry._isUnseen) return;
          entry._isUnseen = false;
          guest._answers!._tell(entry, { type: "seen", candidate: entry.candidate.id });
        }), SEEN_MS); // prettier-ignore
      });
    }
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

/** Name the elements; those of an earlier start begin anew with this guest. */
export function defineMarks(by: Guest): void {
  guest = by;
  for (const kind of ["duplicates", "tags", "choice", "span", "region"]) {
    if (!customElements.get(`earmark-${kind}`)) customElements.define(`earmark-${kind}`, class extends Mark {});
    else document.querySelectorAll<Mark>(`earmark-${kind}`).forEach((mark) => mark.connectedCallback?.());
  }
}
