// Marking a box of a picture, by pointer, by two taps, by keys or by numbers; brought when somebody wants to mark.
import { between, type Box, clamp, type Hold, moved, type Point, stretched, written } from "./anchors/region";
import type { Guest } from "./core";
import type { Mark } from "./mark";
import { corner, HALF_PX, type Overlay, place } from "./overlay";
import { inPicture } from "./picture";
import { learnSpots } from "./spots";
import { draw as words } from "./strings/en";

/** A box narrower or lower than this on the screen was drawn by mistake. */
const LEAST_PX = 8;
/** How far a hand may move and still only tap. */
const TAP_PX = 4;
const STEP = 1;
const FINE = 0.1;
const SHARE = 30;
const SAY_MS = 600;
const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HOLDS: Hold[] = [[-1, -1], [0, -1], [1, -1], [-1, 0], [1, 0], [-1, 1], [0, 1], [1, 1]]; // prettier-ignore
const SIDES = ["x", "y", "width", "height"] as const;
const MOVE = "M8 2.5v11M2.5 8h11M6.5 4 8 2.5 9.5 4M6.5 12 8 13.5 9.5 12M4 6.5 2.5 8 4 9.5M12 6.5 13.5 8 12 9.5";
const CROSS = "m4 4 8 8m0-8-8 8";

const css = `
.sheet{position:absolute;inset:0;pointer-events:auto;touch-action:pinch-zoom;cursor:crosshair;user-select:none;-webkit-user-select:none;outline-offset:-3px}
.sheet:focus:not(:focus-visible){outline:none}
.cut{position:absolute;cursor:move;border:2px solid #0b665a;box-shadow:0 0 0 2px #fff,inset 0 0 0 1px #fff}
.cut:focus-visible{outline:3px solid #ffd75e;outline-offset:2px;box-shadow:0 0 0 2px #fff,0 0 0 6px #2b2100}
.hold,.first{position:absolute;width:24px;height:24px}
.hold:before,.first:before{content:"";position:absolute;inset:6px;border:2px solid #0b665a;border-radius:50%;background:#fff}
.draw{padding:8px 16px 12px;display:grid;gap:8px;border-top:1px solid var(--line)}
.hint{display:flex;align-items:center;gap:8px;min-height:3em;color:var(--fg2)}
.nums,.pick{display:flex;flex-wrap:wrap;gap:6px}
.nums label{display:inline-flex;align-items:center;gap:6px;color:var(--fg2)}
.nums input{width:5.5em;padding:4px 8px;border:1px solid var(--ctl);font-variant-numeric:tabular-nums;color:var(--fg)}
.pick button{border:1px solid var(--ctl);border-radius:8px;padding:0 12px}
.pick small{color:var(--fg2);margin-inline-start:5px}
.pick [aria-disabled=true]{color:var(--fg2)}
.pick .icon{border:0;margin-inline-start:auto}
@media (max-width:480px){.nums{display:grid;grid-template-columns:repeat(4,minmax(0,1fr))}.nums input{width:0;flex:1;padding:4px}.pick button:not(.icon){flex:1}}
@media (pointer:coarse){.hold:after{content:"";position:absolute;inset:-10px}}
@media (forced-colors:active){.cut,.hold:before{forced-color-adjust:none}}
`;

/** What is marked, and what becomes of it. */
export interface Drawing {
  /** The box that is there already; absent where one is yet to be drawn. */
  _box?: Box | undefined;
  /** What the box may be called, as values and words. */
  _names: [value: string, words: string][];
  /** Keep a box, as it is written, under a value; the click tells how it came about. */
  _keep: (region: string, value: string, event: MouseEvent) => void;
  /** Nothing was marked. */
  _leave: () => void;
}

/** Let somebody mark a box; returns what ends it without a word. */
export async function draw(guest: Guest, mark: Mark, over: Overlay, panel: HTMLElement, isByKeys: boolean, drawing: Drawing): Promise<() => void> {
  const { h, icon, say, sheet: look } = guest._kit;
  await learnSpots(guest, words);
  mark._root.adoptedStyleSheets = [...new Set([...mark._root.adoptedStyleSheets, look(css)])];
  let box = drawing._box;
  let first: Point | undefined;
  let drag: { _id: number; _from: Point; _by: (to: Point) => Box; _was: Box | undefined; _isNew: boolean; _x: number; _y: number; _isFar: boolean } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const handles = HOLDS.map((hold) => [h("div", { class: "hold" }), hold] as const);
  const dot = h("div", { class: "first", hidden: true });
  const cut = h("div", { class: "cut", role: "application", tabindex: "0", "aria-label": say("drawKeys"), keydown: byKey });
  const sheet = h("div", {
    class: "sheet", role: "application", tabindex: "0", "aria-label": say("drawNow"),
    pointerdown: down, pointermove: move, pointerup: up, pointercancel: revert, keydown: leaveOrDrop,
  }, cut, ...handles.map(([node]) => node), dot); // prettier-ignore
  const hint = h("span", {});
  const fields = ["x", "y", "w", "h"].map((name, at) => {
    const field = h("input", { type: "number", min: "0", max: "100", step: "any", "aria-label": say(`draw${name.toUpperCase()}`), input: byNumber, change: show });
    return [field, SIDES[at]!, h("label", {}, name, field)] as const;
  });
  const pick = h("div", { class: "pick", role: "toolbar", "aria-label": say("drawPick") },
    ...drawing._names.map(([value, name], at) => h("button", { "data-pick": value, click: (event: MouseEvent) => box && keep(value, event) }, h("bdi", {}, name), h("small", { "aria-hidden": "true" }, at < 9 ? `${at + 1}` : ""))),
    h("button", { class: "icon", "aria-label": say("close"), click: leave }, icon(CROSS))); // prettier-ignore
  const form = h("div", { class: "draw", role: "group", "aria-label": say("drawNow"), keydown: inForm },
    h("p", { class: "hint" }, icon(MOVE), hint), h("div", { class: "nums" }, ...fields.map(([, , label]) => label)), guest._answers!._rove(pick)); // prettier-ignore

  panel.replaceChildren(form);
  over._whole.append(sheet);
  if (!box && isByKeys) box = middle();
  show();
  tell(box ? (isByKeys ? "drawKeys" : "drawHands") : "drawNow");
  (box ? cut : sheet).focus({ preventScroll: true });
  return end;

  function end(): void {
    clearTimeout(timer);
    sheet.remove();
    form.remove();
  }

  function leave(): void {
    end();
    drawing._leave();
  }

  function keep(value: string, event: MouseEvent): void {
    end();
    drawing._keep(written(box!), value, event);
  }

  /** Say in the hint what to do, and aloud. */
  function tell(key: string): void {
    hint.textContent = say(key);
    aloud(hint.textContent);
  }

  /** Say where the box is once it has stood for a moment. */
  function aloud(words: string): void {
    clearTimeout(timer);
    timer = setTimeout(() => mark._say(words), SAY_MS);
  }

  function show(): void {
    for (const node of [cut, ...handles.map(([node]) => node)]) node.hidden = !box;
    sheet.tabIndex = box ? -1 : 0;
    dot.hidden = !first;
    if (first) corner(dot, ...first, HALF_PX);
    for (const button of pick.querySelectorAll<HTMLButtonElement>("[data-pick]")) button.setAttribute("aria-disabled", `${!box}`);
    if (!box) return;
    const { x, y, width, height } = box;
    place(cut, box, 0);
    for (const [node, [across, down]] of handles) {
      corner(node, x + (width * (across + 1)) / 2, y + (height * (down + 1)) / 2, HALF_PX);
      node.style.cursor = across && down ? (across === down ? "nwse-resize" : "nesw-resize") : across ? "ew-resize" : "ns-resize";
      node.style.translate = `${across * 8}px ${down * 8}px`;
    }
    for (const [field, side] of fields) if (mark._root.activeElement !== field) field.value = `${+box[side].toFixed(1)}`;
  }

  /** Take a box that stands now, and say where. */
  function take(made: Box | undefined): void {
    box = made;
    show();
    if (box) aloud(fields.map(([, side], at) => `${"xywh"[at]} ${+box![side].toFixed(1)} %`).join(", "));
  }

  /** Return a box in the middle of what is seen of the picture. */
  function middle(): Box | undefined {
    if (!over._lie) return undefined;
    const seen = inPicture(over._lie._seen, over._lie._whole);
    const part = (from: number, length: number): Point => [Math.round(from + (length * (100 - SHARE)) / 200), Math.max(1, Math.round((length * SHARE) / 100))];
    const [x, width] = part(seen.x, seen.width);
    const [y, height] = part(seen.y, seen.height);
    return { x, y, width, height };
  }

  function at({ clientX, clientY }: PointerEvent): Point {
    const { x, y } = inPicture({ x: clientX, y: clientY, width: 0, height: 0 }, over._lie!._whole);
    return [x, y];
  }

  /** Return the least width and height, in percent, of a box that can be seen. */
  function least(): Point {
    const { width, height } = over._lie!._whole;
    return [(LEAST_PX / width) * 100, (LEAST_PX / height) * 100];
  }

  function down(event: PointerEvent): void {
    if (drag || !event.isPrimary) return revert(); // a second finger zooms
    if (event.button || !over._lie) return;
    const from = at(event);
    const was = box;
    const hold = handles.find(([node]) => node === event.target)?.[1];
    const by = (to: Point): Point => [to[0] - from[0], to[1] - from[1]];
    const isNew = !hold && event.target !== cut;
    const act = isNew ? (to: Point) => between(from, to) : hold ? (to: Point) => stretched(was!, hold, by(to), least()) : (to: Point) => moved(was!, by(to));
    drag = { _id: event.pointerId, _from: from, _by: act, _was: was, _isNew: isNew, _x: event.clientX, _y: event.clientY, _isFar: false };
    try {
      sheet.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is gone already, and its end was told.
    }
  }

  function move(event: PointerEvent): void {
    if (drag?._id !== event.pointerId || !over._lie) return;
    drag._isFar ||= Math.hypot(event.clientX - drag._x, event.clientY - drag._y) >= TAP_PX;
    if (!drag._isFar) return;
    first = undefined;
    take(drag._by(at(event)));
  }

  function up(event: PointerEvent): void {
    if (drag?._id !== event.pointerId) return;
    const { _from: from, _was: was, _isNew: isNew, _isFar: isFar } = drag;
    move(event);
    drag = undefined;
    if (!isNew) return cut.focus({ preventScroll: true });
    if (!isFar && !first) {
      first = from;
      show();
      return tell("drawCorner");
    }
    const made = isFar ? box! : between(first!, from);
    first = undefined;
    const [width, height] = least();
    const isTiny = made.width < width || made.height < height;
    take(isTiny ? was : made);
    tell(isTiny ? "drawTiny" : "drawHands");
    if (box) cut.focus({ preventScroll: true });
  }

  /** Let what is being drawn be as it was before. */
  function revert(): void {
    if (!drag) return;
    const { _was: was } = drag;
    drag = undefined;
    take(was);
  }

  function leaveOrDrop(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      ours(event);
      drag || first ? ((first = undefined), revert(), show()) : leave();
    }
    if (event.key !== "Enter" || event.target !== sheet || box) return;
    event.preventDefault();
    take(middle());
    tell("drawKeys");
    cut.focus({ preventScroll: true });
  }

  function byKey(event: KeyboardEvent): void {
    const way = ARROWS[event.key];
    const isOn = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey);
    if (!box || !(way || isOn)) return event.key === "Escape" ? undefined : inForm(event);
    ours(event);
    if (!way) return (event.key === "Tab" ? fields[0]![0] : pick.querySelector("button")!).focus();
    const step = event.altKey || event.ctrlKey || event.metaKey ? FINE : STEP;
    const by: Point = [way[0] * step, way[1] * step];
    take(event.shiftKey ? stretched(box, [1, 1], by, [FINE, FINE]) : moved(box, by));
  }

  /** Keep a key from the host's page, where it may close what we stand in. */
  function ours(event: Event): void {
    event.preventDefault();
    event.stopPropagation();
  }

  /** Take a digit as the label of that number, and Escape as the wish to leave. */
  function inForm(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      ours(event);
      return leave();
    }
    if (/^[1-9]$/.test(event.key) && !(event.target as Element).matches("input") && !event.altKey && !event.ctrlKey && !event.metaKey)
      pick.querySelectorAll<HTMLElement>("[data-pick]")[+event.key - 1]?.click();
  }

  function byNumber(): void {
    const [x, y, width, height] = fields.map(([field]) => parseFloat(field.value)) as [number, number, number, number];
    if (![x, y, width, height].every(Number.isFinite)) return;
    const left = clamp(x, 0, 100 - FINE);
    const top = clamp(y, 0, 100 - FINE);
    take({ x: left, y: top, width: clamp(width, FINE, 100 - left), height: clamp(height, FINE, 100 - top) });
  }
}
