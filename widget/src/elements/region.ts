// <earmark-region item question [for]>: boxes of a picture, guessed ones to accept or to move, and one's own.
import { type Box, boxOf, type RegionAnchor } from "../anchors/region";
import type { Entry, Guest, Model } from "../core";
import type { Drawing } from "../draw";
import type { Kind, Mark } from "../mark";
import { css as over, type Drawn, Overlay, sourceOf } from "../overlay";
import { common } from "../picture";
import { beginWhen, BUSY, type Ground, groundNode, learnSpots, type List, type Spot, spots } from "../spots";
import { region as words } from "../strings/en";
import type { Anchor } from "../wire";

/** How much the proportions of two renditions of a picture may differ. */
const ALIKE = 0.02;
/** A picture so many times smaller than the marked one only keeps its place until it comes. */
const BLURRED = 4;

/** What is brought when somebody draws, or is led to a box. */
type Draw = typeof import("../draw");

export async function kind(guest: Guest): Promise<Kind> {
  await learnSpots(guest, words);
  return spots(guest, 186, over, (mark, model, list) => ground(guest, mark, model, list));
}

function ground(guest: Guest, mark: Mark, { question }: Model, list: List): Ground | undefined {
  const { h, say } = guest._kit;
  const { signal } = mark._end;
  /** The numbers in the rows, by what they stand for. */
  const numbers = new WeakMap<Anchor, HTMLElement>();
  /** Which source of the picture each box was first seen over. */
  const sources = new WeakMap<Anchor, string>();
  /** The natural size and the source of the picture that came last. */
  let last: [wide: number, high: number, source: string] = [0, 0, ""];
  let painted: Spot[] = [];
  let lit: Anchor | undefined;
  let end: (() => void) | undefined;

  const find = () => {
    const node = groundNode(mark);
    return node?.localName === "img" ? (node as HTMLImageElement) : node?.querySelector("img");
  };
  if (!find()) return void beginWhen(mark, find);
  const layer = new Overlay(h, mark, find, changed, signal);
  addEventListener("click", lead, { signal });

  /** A click in a box of a picture that the host has no use for leads to the row; of boxes within each other, to that of the lowest. */
  function lead(event: MouseEvent): void {
    const { target, clientX: x, clientY: y } = event;
    if (end || !layer._lie || target !== layer._picture || event.defaultPrevented || layer._picture!.closest(BUSY)) return;
    const pressed = layer._inPicture({ x, y, width: 1, height: 1 }, layer._lie._whole);
    const isIn = ({ _box }: Drawn) => common(_box, pressed).width * common(_box, pressed).height > 0;
    painted.flatMap(drawn).findLast(isIn)?._press();
  }

  /** Another picture came: what was drawn over the one before is looked at again, in the height that is there. */
  function changed(): void {
    const held = mark._card.offsetHeight;
    end?.();
    list._look();
    if (mark._card.offsetHeight < held) mark._card.style.minHeight = `${held}px`;
  }

  /** Return what is known of the picture that is there, or that was there last. */
  function latest(): typeof last {
    const picture = find();
    if (picture?.naturalWidth) last = [picture.naturalWidth, picture.naturalHeight, sourceOf(picture)];
    return last;
  }

  /** Whether a box belongs to another picture than the one that is there: of other proportions, or in the place of the one that it was seen over. */
  function isGone(anchor: Anchor): boolean {
    const [wide, high, source] = latest();
    const { width, height } = anchor as RegionAnchor;
    if (wide * BLURRED < width) return false;
    if (Math.abs((wide * height) / (high * width) - 1) > ALIKE) return true;
    if (!sources.has(anchor)) sources.set(anchor, source);
    return sources.get(anchor) !== source;
  }

  const boxIn = (anchor: Anchor): Box | undefined => boxOf((anchor as RegionAnchor).region);
  const letter = (nth: number) => String.fromCharCode(65 + nth);

  function paint(seen: Spot[], rows: HTMLElement): void {
    painted = seen;
    rows.querySelectorAll(".num").forEach((number, at) => number.setAttribute("data-n", `${at + 1}`));
    redraw();
  }

  const redraw = () => layer._draw(painted.flatMap(drawn));

  /** Return the boxes of a spot: its own, or each of those that people differ about. */
  function drawn({ _anchor, _look, _entry }: Spot): Drawn[] {
    const several = _look === "guess" && _entry?.candidate.boundaries;
    return (several || [_anchor]).flatMap((anchor, nth): Drawn[] => {
      const _box = boxIn(anchor);
      if (!_box) return [];
      const _name = `${numbers.get(_anchor)?.dataset["n"] ?? ""}${several ? letter(nth) : ""}`;
      return [{ _box, _name, _look: `${_look}${anchor === lit ? " lit" : ""}`, _press: () => list._to(_anchor) }];
    });
  }

  const load = () => guest._load<Draw>("draw");

  /** Let somebody draw a box, or move that of an entry; one at a time, the last that was asked for. */
  function drawBox(isByKeys: boolean, entry?: Entry): void {
    end?.();
    const foot = mark._card.querySelector<HTMLElement>(".foot")!;
    const panel = h("div", {});
    const stop = () => {
      ended?.();
      panel.remove();
      foot.hidden = false;
      end = undefined;
    };
    let ended: (() => void) | undefined;
    end = stop;
    const drawing: Drawing = {
      _box: entry && boxIn(entry._anchor!),
      _labels: question.labels,
      _keep: (region, value, event, there = entry) => {
        const [width, height] = latest();
        const anchor = { region, width, height };
        stop();
        there ? list._answer(there, anchor, value, event) : list._add(anchor, value, value, event);
      },
      _leave: () => {
        stop();
        entry ? list._to(entry._anchor!) : list._toDoor();
      },
    };
    load().then(
      async ({ draw, words }) => {
        await learnSpots(guest, words);
        if (signal.aborted || end !== stop) return;
        foot.after(panel);
        foot.hidden = true;
        ended = draw(guest, mark, layer, panel, isByKeys, drawing);
      },
      () => {
        stop();
        mark._say(say("offline"));
      },
    );
  }

  return {
    _door: "mark",
    _stale: "stalePicture",
    _mark: (from) => drawBox(from.matches(":focus-visible")),
    _move: (entry) => drawBox(!!mark._root.activeElement?.matches(":focus-visible"), entry),
    _paint: paint,
    _point(anchor) {
      lit = anchor;
      redraw();
    },
    _lead(anchor) {
      void load().then((chunk) => signal.aborted || chunk.lead(layer, boxIn(anchor)), () => {}); // prettier-ignore
    },
    _name({ label = "" }, anchor) {
      const number = h("span", { class: "num" });
      numbers.set(anchor, number);
      return [number, h("bdi", {}, label || say("bound"))];
    },
    _bound: (_, nth) => say("bound", letter(nth)),
    _isGone: isGone,
  };
}
