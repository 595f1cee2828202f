// Spots at the desk: what they are marked in, and the answers to the one that is asked. Where the desk is blind the spot
// comes without a label, and none of the labels is told apart.
import { read } from "./anchors/text";
import type { Entry, Guest } from "./core";
import { h, icon } from "./dom";
import type { Mark } from "./mark";
import { type Ground, learnSpots, type List, MOVE } from "./spots";
import { deskSpots as words } from "./strings/en";
import type { Anchor, DeskItem } from "./wire";

/** What a spot is marked in stands under this id. */
const GROUND = "ground";

/** Learn what is said of spots at the desk, in the language that is spoken. */
export async function learnDesk(guest: Guest): Promise<void> {
  await learnSpots(guest, words);
  guest._kit.override({ none: guest._kit.say("noneOf") });
}

/** Return what the spot of an entry is marked in, for the panel of its item, and let the element answer for it. */
export function ground(guest: Guest, mark: Mark, entry: Entry, item: DeskItem, isFirst: boolean): Node[] {
  const asked = new Asked(guest, mark, entry, isFirst);
  const room = h("div", { class: "text room", id: GROUND, tabindex: "0", role: "group", "aria-label": item.title });
  if (item.text === undefined) room.append(...picture(guest, mark, item, asked), ...(item.body ? [h("div", { dir: "auto" }, item.body)] : []));
  else {
    room.dir = "auto";
    room.append(item.body); // in the lines it was written in, where it counts the same
    if (read(room).text !== item.text) room.replaceChildren(item.text);
  }
  mark.setAttribute("for", GROUND);
  return [room, asked._gone];
}

/** Return the picture of an item; the answers stand back until it can be seen. */
function picture({ _kit: { say } }: Guest, mark: Mark, { picture: told }: DeskItem, asked: Asked): Node[] {
  mark.inert = true;
  if (!told) return [h("p", {}, say("deskBare"))];
  const said = h("p", { role: "status" });
  const load = () => {
    mark.inert = false;
    asked._lead();
  };
  const error = () => {
    img.hidden = true;
    said.replaceChildren(say("deskNoPicture"), " ", h("button", { click: again }, say("deskAgain")));
  };
  const again = () => {
    said.replaceChildren();
    said.parentElement!.focus();
    img.hidden = false;
    img.src = told.url;
  };
  const px = (size: number | null) => (size ? `${size}` : undefined);
  const img = h("img", { alt: told.alt, width: px(told.width), height: px(told.height), load, error });
  img.src = told.url;
  return [img, said];
}

/** The spot that is asked. */
class Asked {
  /** Says that its place is gone. */
  readonly _gone: HTMLElement;
  private _ground: Ground | undefined;
  private _isBound: boolean;
  /** Whether the answers stand there, and take the room that they take. */
  private _isShown = false;

  constructor(
    private readonly _guest: Guest,
    private readonly _mark: Mark,
    private readonly _entry: Entry,
    private readonly _isFirst: boolean,
  ) {
    this._isBound = _entry.row.is === "decided" || !_entry.candidate.boundaries;
    this._gone = h("p", { class: "quiet", hidden: true }, _guest._kit.say("deskGone"));
    _mark._asks = (_, list, ground) => this._draw(list, (this._ground = ground));
    _mark.addEventListener("earmark:show", () => {
      this._isShown = true;
      this._lead();
      new MutationObserver(() => this._look()).observe(_mark._root, { childList: true, subtree: true });
      this._look();
    });
  }

  /** Bring the place into view; the first one is read from the top of the page, where it says how to decide. */
  _lead(): void {
    if (!this._isShown) return;
    this._ground?._lead(this._entry._anchor!);
    const [room, dock] = [document.getElementById(GROUND)!, this._mark.closest(".dock")!].map((node) => node.getBoundingClientRect());
    if (this._isFirst) scrollTo(0, 0);
    else scrollBy(0, Math.max(0, room!.bottom - dock!.top)); // what stands at the window's end covers nothing of it
  }

  private _look(): void {
    this._gone.hidden = !!this._mark._nodes.get(this._entry)?.isConnected;
  }

  /** Return the answers: where people differ about the boundary first each of those, then the labels. */
  private _draw(list: List, ground: Ground): HTMLElement[] {
    const { _guest, _entry } = this;
    const { say } = _guest._kit;
    const { boundaries = [], label } = _entry.candidate;
    const move = h("button", { class: "quiet", click: () => ground._move(_entry) }, icon(MOVE), say("move"));
    const bounds = boundaries.map((anchor, nth) => this._bound(list, anchor, ground._bound(anchor, nth)));
    const labels = [...(this._isBound ? _entry.model.question.labels : []), "none", "unsure"];
    const buttons = labels.map((value) => this._answer(list, _entry._anchor!, value, _guest._answers!._name(value), value === label));
    if (!bounds[0]) return [move, h("div", { class: "seg" }, ...buttons)];
    if (!this._isBound) return [move, h("p", { class: "which" }, say("deskWhich")), h("div", { class: "seg" }, ...bounds, ...buttons)];
    return [move, h("div", { class: "bounds" }, ...bounds), h("div", { class: "seg" }, ...buttons)];
  }

  private _answer(list: List, anchor: Anchor, value: string, words: string, isGuess: boolean): HTMLElement {
    const click = (event: Event) => list._answer(this._entry, anchor, value, event);
    return this._guest._answers!._button(this._mark, this._entry, value, { click, class: isGuess ? "guess" : undefined }, h("bdi", {}, words));
  }

  /** Return a button for a boundary, which chooses it and lets the labels come. */
  private _bound(list: List, anchor: Anchor, words: string): HTMLElement {
    const { _entry, _mark } = this;
    const click = () => {
      this._isBound = true;
      _entry._anchor = anchor;
      _mark._become(_entry);
      _mark._focus(_entry);
    };
    const how = this._isBound ? { "aria-pressed": `${_entry._anchor === anchor}` } : { "data-value": "boundary" };
    const made = h("button", { part: "button", ...how, click }, h("bdi", {}, words));
    list._bounds.set(made, anchor);
    return made;
  }
}
