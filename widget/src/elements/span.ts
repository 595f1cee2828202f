// <earmark-span item question [for]>: words in a text of the host's that are of a kind, guessed ones to accept or move, and one's own.
import type { TextAnchor } from "../anchors/anchor";
import type { find } from "../anchors/find";
import type { Chooser, Outcome } from "../chooser";
import type { Entry, Guest, Model } from "../core";
import { Highlights, LOOKS } from "../highlights";
import type { Kind, Mark } from "../mark";
import { Passage } from "../passage";
import type { Stretch } from "../pieces";
import { beginWhen, BUSY, type Ground, groundNode, learnSpots, type List, type Spot, spots } from "../spots";
import { span } from "../strings/en";
import type { Anchor } from "../wire";

const ROOM_PX = 178;

export async function kind(guest: Guest): Promise<Kind> {
  await learnSpots(guest, span);
  return spots(guest, ROOM_PX, "", (mark, model, list) => {
    const node = groundNode(mark);
    return node ? new Words(guest, mark, model, list, node) : void beginWhen(mark, () => groundNode(mark));
  });
}

const isCrossing = ([start, end]: Stretch, [from, to]: Stretch): boolean => start < to && from < end;

/** The words of a text as a ground to mark on. */
class Words implements Ground {
  readonly _door = "markWords";
  readonly _hint = "orSelect";
  readonly _stale = "stale";
  private declare readonly _passage: Passage;
  private declare readonly _highlights: Highlights;
  private _drawn: (Spot & { _range: Range; _at: Anchor })[] = [];
  private declare _isOpened?: boolean;
  /** Whose row somebody is at. */
  private declare _pointed: Anchor | undefined;
  /** Which words are being chosen. */
  private declare _chosen: Stretch | undefined;
  /** What hears of words that are chosen; brought when they first are. */
  private declare _chooser: Promise<Chooser> | undefined;

  constructor(
    private readonly _guest: Guest,
    private readonly _card: Mark,
    private readonly _model: Model,
    private readonly _list: List,
    node: Element,
  ) {
    const { signal } = _card._end;
    const bring = () => _guest._load<{ find: typeof find }>("anchors").then((chunk) => chunk.find);
    this._highlights = new Highlights(node.getRootNode() as Document, _guest, _card);
    this._passage = new Passage(node, bring, () => this._changed(), () => this._isOurs(), signal);
    addEventListener("click", (event) => this._click(event), { signal }); // after all that the host has to say to it
    document.addEventListener("selectionchange", () => node.contains(this._passage._selection()!.anchorNode) && this._isAsked() && this._choose(), { signal });
  }

  /** Whether words that are selected are meant for us. */
  private readonly _isAsked = () => this._model.answer.ask || this._isOpened;

  /** Bring what hears of chosen words, and let it do something. */
  private _choose(then?: (chooser: Chooser) => void): void {
    const { _guest, _card, _list, _model } = this;
    const { signal } = _card._end; // of what is drawn now: the card may have been begun anew for another item by the time it comes
    const outcome: Outcome = {
      _show: (chosen) => this._now((this._chosen = chosen)),
      _pick: (...given) => this._pick(...given),
      _isAsked: this._isAsked,
      _leave: (entry) => (entry ? _list._to(entry._anchor!) : _list._toDoor()),
    };
    this._chooser ??= _guest
      ._load<typeof import("../chooser")>("chooser")
      .then(async ({ chooser, words }) => {
        await learnSpots(_guest, words);
        signal.throwIfAborted();
        return chooser(_guest, _card, this._passage, _model.question.labels, outcome);
      });
    this._chooser.then(then).catch(() => {
      this._chooser = undefined;
      if (then && !signal.aborted) _card._say(_guest._kit.say("offline"));
    });
  }

  _mark(): void {
    this._isOpened = true;
    this._choose((chooser) => chooser._walk());
  }

  _move(entry: Entry): void {
    this._choose((chooser) => chooser._move(entry, this._place(entry._anchor!)!));
  }

  _know(): Promise<void> {
    const { entries, answer } = this._model;
    const anchors = [...entries.map(({ _anchor }) => _anchor), ...answer.known.map(({ anchor }) => anchor)];
    return this._passage._know(anchors.filter((anchor) => anchor) as TextAnchor[]);
  }

  _isGone(anchor: Anchor): boolean | undefined {
    const place = this._place(anchor);
    return place === undefined ? undefined : !place;
  }

  _name(_: unknown, anchor: Anchor): Node[] {
    const { h } = this._guest._kit;
    return [h("q", {}, h("bdi", {}, this._bound(anchor)))];
  }

  _bound(anchor: Anchor): string {
    return (anchor as TextAnchor).quote.exact;
  }

  /** Draw each spot, with each of the boundaries that people differ about; a guess that begins within another is drawn apart from it. */
  _paint(all: Spot[]): void {
    this._drawn = all.flatMap((spot) =>
      ((spot._look === "guess" && spot._entry?.candidate.boundaries) || [spot._anchor]).flatMap((_at) => {
        const place = this._place(_at);
        const _range = place && this._passage._range(...place);
        return _range ? [{ ...spot, _at, _range }] : [];
      }),
    );
    const guesses = this._drawn.filter(({ _look }) => _look === "guess");
    const isWithin = (one: Anchor) => guesses.some(({ _at }) => _at !== one && this._isOver(one, _at));
    const lookOf = ({ _look, _at }: Words["_drawn"][number]) => (_look === "guess" && isWithin(_at) ? "within" : _look);
    for (const look of LOOKS.slice(0, -1)) this._highlights._draw(look, this._drawn.filter((spot) => lookOf(spot) === look).map(({ _range }) => _range));
  }

  private _isOver(one: Anchor, other: Anchor): boolean {
    const [start, end] = this._place(one)!;
    const [from, to] = this._place(other)!;
    return (start > from || (start === from && end < to)) && start < to;
  }

  _point(anchor?: Anchor): void {
    this._pointed = anchor;
    this._now((anchor && this._place(anchor)) || this._chosen);
  }

  _lead(anchor: Anchor): void {
    const place = this._place(anchor);
    if (place) this._passage._reveal(...place);
  }

  private _now(stretch?: Stretch): void {
    const range = stretch && this._passage._range(...stretch);
    this._highlights._draw("now", range ? [range] : []);
  }

  private _place(anchor: Anchor): Stretch | null | undefined {
    return this._passage._place(anchor as TextAnchor);
  }

  /** Whether the text is still what the card is about: in the same tree, and the one that is named. */
  private _isOurs(): boolean {
    const { _card, _passage: { _node } } = this; // prettier-ignore
    return _node.getRootNode() === _card.getRootNode() && (!_card.getAttribute("for") || groundNode(_card) === _node);
  }

  private _changed(): void {
    if (!this._isOurs()) return void this._card._begin();
    this._list._look();
    this._point(this._pointed);
    void this._chooser?.then((chooser) => chooser._renew(), () => {}); // prettier-ignore
  }

  /** Take an answer: to the guess that is moved, or to what stands in the very same place, else to what was newly marked. */
  private _pick([start, end]: Stretch, chosen: TextAnchor, moved: Entry | undefined, label: string, event: Event): void {
    const isHere = ({ _anchor }: Entry) => `${this._place(_anchor!)}` === `${[start, end]}`;
    const isDesk = this._model.answer.place === "desk"; // where one spot is judged, by whichever words overlap it
    const isMeant = ({ _anchor }: Entry) => isDesk && isCrossing([start, end], this._place(_anchor!)!);
    const entry = moved ?? this._model.entries.find((one) => one.row.is === "decided" ? isHere(one) : one.candidate.id && (isHere(one) || isMeant(one)));
    const anchor = entry && isHere(entry) ? entry._anchor! : chosen;
    if (entry) this._list._answer(entry, anchor, label, event);
    else this._list._add(anchor, chosen.quote.exact, label, event);
  }

  /** Lead from the shortest mark under a click to its row, and from that to the next one around it. */
  private _click(event: MouseEvent): void {
    const { clientX: x, clientY: y, defaultPrevented } = event;
    const target = event.composedPath()[0] as Element;
    if (defaultPrevented || !this._passage._node.contains(target) || target.closest(BUSY) || !getSelection()?.isCollapsed) return;
    const isHit = ({ left, right, top, bottom }: DOMRect) => left <= x && x <= right && top <= y && y <= bottom;
    const hits = this._drawn.filter(({ _range }) => [..._range.getClientRects()].some(isHit));
    hits.sort((one, other) => `${one._range}`.length - `${other._range}`.length);
    const at = hits.findIndex(({ _anchor }) => this._list._isAt(_anchor));
    const hit = hits[(at + 1) % hits.length];
    if (hit) this._list._to(hit._anchor);
  }
}
