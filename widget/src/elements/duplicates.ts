// <earmark-duplicates item question>: related threads, and whether one of them is the same.
import type { Core } from "../core";
import { next, type Happening, type Row } from "../marking";
import type { Candidate, Question, Value, Via } from "../wire";
import { SearchBox } from "./search";

const VALUES: Value[] = ["duplicate", "related", "different", "unsure"];
const SEEN_MS = 1000;
const ROWS = 3;

interface Entry {
  candidate: Candidate;
  exposure: string;
  shownAt: number;
  row: Row;
  earlier: string | undefined;
  isOpen: boolean;
  node: HTMLElement;
}

export function define(core: Core): void {
  if (customElements.get("earmark-duplicates")) return;
  const { h, icon, sheet } = core.kit;

  class Duplicates extends HTMLElement {
    static observedAttributes = ["item", "question"];
    private _entries: Entry[] = [];
    private _question: Question | undefined;
    private _exposure = "";
    private _shownAt = 0;
    private _round = 0;
    private _asks = false;
    private _live: HTMLElement = h("p", { class: "unseen", "aria-live": "polite" });
    private _body: HTMLElement = h("section", { part: "card" });
    private _deaf: (() => void) | undefined;
    private _watch: IntersectionObserver | undefined;
    private _timers = new Map<Element, ReturnType<typeof setTimeout>>();

    connectedCallback(): void {
      if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet()];
      this._deaf = core.listen((event, result) => this._hear(event.id, result));
      this._begin();
    }

    disconnectedCallback(): void {
      this._round++;
      this._deaf?.();
      this._watch?.disconnect();
      this._timers.forEach((timer) => clearTimeout(timer));
      this._timers.clear();
      this.shadowRoot?.replaceChildren();
    }

    attributeChangedCallback(): void {
      if (this.isConnected && this.shadowRoot) this._begin();
    }

    private _begin(): void {
      const round = ++this._round;
      const item = this.getAttribute("item");
      const question = this.getAttribute("question");
      if (!item || !question) return this.shadowRoot?.replaceChildren();
      this._entries = [];
      this._drawLoading();
      core.place(question, item).then(
        (shown) => {
          if (round !== this._round) return;
          this._question = shown.question;
          this._exposure = shown.answer.exposure ?? "";
          this._shownAt = performance.now();
          this._asks = shown.answer.ask;
          this._take(shown.answer);
        },
        () => {
          if (round === this._round) this.shadowRoot?.replaceChildren();
        },
      );
    }

    private _take(answer: { candidates: Candidate[]; answers: Answer[] }): void {
      const said = new Map(answer.answers.map((one) => [one.candidate.id, one]));
      const listed = new Set(answer.candidates.map(({ id }) => id));
      const beside = answer.answers.filter(({ candidate }) => !listed.has(candidate.id)).map((one) => one.candidate);
      this._entries = [...answer.candidates, ...beside].map((candidate) => {
        const one = said.get(candidate.id);
        const row: Row = one
          ? {
              is: "decided", value: one.value as Value, judgement: one.judgement, delivery: "saved",
              others: one.others_count, state: one.state,
            }
          : { is: this._asks ? "asked" : "quiet" };
        return this._entry(candidate, this._exposure, this._shownAt, row);
      });
      this._draw();
      this._fire("show", { count: this._entries.length });
    }

    private _entry(candidate: Candidate, exposure: string, shownAt: number, row: Row): Entry {
      return { candidate, exposure, shownAt, row, earlier: undefined, isOpen: false, node: h("li", { class: "row", part: "row" }) };
    }

    private _drawLoading(): void {
      const bars = () => h("li", { class: "row" }, h("div", { class: "bar" }), h("p", { class: "text" }), h("div", { class: "act" }));
      this._body.setAttribute("aria-busy", "true");
      this._body.replaceChildren(this._head(false), h("p", { class: "ask" }, "\u00a0"), h("ul", {}, ...Array.from({ length: ROWS }, bars)));
      this.shadowRoot?.replaceChildren(this._body);
    }

    private _draw(): void {
      const { strings } = core;
      this._watch?.disconnect();
      if (!this._entries.length && !this.hasAttribute("door")) return this.shadowRoot?.replaceChildren();
      const list = h("ul", {});
      for (const entry of this._entries) {
        this._drawRow(entry);
        list.append(entry.node);
      }
      const box = new SearchBox(core, (query) => this._search(query), (found) => this._pick(found));
      this._body.removeAttribute("aria-busy");
      this._body.setAttribute("aria-label", strings.heading);
      this._body.replaceChildren(
        this._head(true),
        ...(this._asks && this._question ? [h("p", { class: "ask" }, this._question.prompt)] : []),
        list,
        box.node,
      );
      this.shadowRoot?.replaceChildren(this._body, this._live);
      this._observe();
    }

    private _head(isReady: boolean): HTMLElement {
      const { strings } = core;
      const head = h("div", { class: "head" }, h("h2", {}, strings.heading));
      if (!isReady) return head;
      const note = h("div", { class: "note", hidden: true, id: "note" }, h("p", {}, strings.because));
      const hide = h("button", { class: "quiet", click: () => this._hide(note) }, strings.hide);
      const toggle = (event: MouseEvent) => {
        note.hidden = !note.hidden;
        (event.currentTarget as Element).setAttribute("aria-expanded", String(!note.hidden));
      };
      note.append(hide);
      if (this._asks) head.append(h("button", { class: "why", "aria-controls": "note", "aria-expanded": "false", click: toggle }, strings.why));
      head.append(
        h("button", { class: "icon", "aria-label": strings.more, "aria-controls": "note", "aria-expanded": "false", click: toggle }, icon("more")),
      );
      return h("div", {}, head, note);
    }

    private _hide(note: HTMLElement): void {
      core.tell(this._exposure, this._shownAt, { type: "hide" });
      this._asks = false;
      for (const entry of this._entries) if (entry.row.is === "asked") entry.row = { is: "quiet" };
      note.replaceChildren(h("p", {}, core.strings.hidden));
      this._say(core.strings.hidden);
      this._body.querySelector(".ask")?.remove();
      this._entries.forEach((entry) => this._drawRow(entry));
    }

    private _drawRow(entry: Entry): void {
      const { strings } = core;
      const { candidate, node } = entry;
      const text = h("div", { class: "text" }, h("span", {}, candidate.snippet));
      if (entry.isOpen && candidate.url) text.append(h("a", { href: safe(candidate.url) }, strings.open));
      const chevron = h(
        "button",
        {
          class: "icon", "aria-label": strings.read(candidate.title), "aria-expanded": String(entry.isOpen),
          click: () => this._toggle(entry),
          keydown: (event: KeyboardEvent) => {
            if (event.key === "Escape" && entry.isOpen) this._toggle(entry);
          },
        },
        icon("chevron"),
      );
      node.className = entry.isOpen ? "row open" : "row";
      node.replaceChildren(
        h("div", { class: "title" }, h("a", { href: safe(candidate.url) }, h("bdi", {}, candidate.title)), chevron),
        text,
        this._actions(entry),
      );
    }

    private _toggle(entry: Entry): void {
      entry.isOpen = !entry.isOpen;
      if (entry.isOpen) core.tell(entry.exposure, entry.shownAt, { type: "expand", candidate: entry.candidate.id });
      this._drawRow(entry);
      entry.node.querySelector<HTMLElement>(".title .icon")?.focus();
    }

    private _actions(entry: Entry): HTMLElement {
      const { strings } = core;
      const { row } = entry;
      if (row.is === "quiet") {
        const open = () => {
          this._step(entry, { type: "open" });
          entry.node.querySelector<HTMLElement>(".seg button")?.focus();
        };
        return h("div", { class: "act" }, h("button", { class: "quiet", click: open }, icon("mark"), strings.mark));
      }
      return h("div", { class: "act" }, ...(row.is === "asked" ? [this._segments(entry, row.undone)] : this._said(entry, row)));
    }

    private _segments(entry: Entry, first: Value | undefined): HTMLElement {
      const { strings } = core;
      const buttons = VALUES.map((value, at) =>
        h("button", { type: "button", part: "button", "data-value": value, tabindex: value === first || (!first && !at) ? "0" : "-1",
          click: (event: MouseEvent) => this._decide(entry, value, via(event)) }, strings[value]),
      ); // prettier-ignore
      const move = (event: KeyboardEvent) => {
        const rtl = getComputedStyle(this).direction === "rtl";
        const by = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1 }[event.key];
        const at = buttons.indexOf(event.target as HTMLButtonElement);
        const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : by && at + by;
        const target = to === undefined ? undefined : buttons[(to + buttons.length) % buttons.length];
        if (!target) return;
        event.preventDefault();
        buttons.forEach((button) => (button.tabIndex = button === target ? 0 : -1));
        target.focus();
      };
      return h("div", { class: "seg", role: "toolbar", "aria-label": strings.answers(entry.candidate.title), keydown: move }, ...buttons);
    }

    private _said(entry: Entry, row: Extract<Row, { is: "decided" }>): HTMLElement[] {
      const { strings } = core;
      const undo = h(
        "button",
        { class: "undo", part: "undo", "aria-label": strings.undoOf(entry.candidate.title), click: () => this._undo(entry) },
        icon("undo"),
        strings.undo,
      );
      if (row.delivery === "failed") {
        return [
          h("p", { class: "failed" }, icon("warn"), h("b", {}, strings.failed)),
          h("button", { class: "quiet", click: () => this._step(entry, { type: "leave" }) }, strings.leave),
          h("button", { class: "undo", click: () => this._again(entry, row.value) }, strings.again),
        ];
      }
      const isOffline = row.delivery === "offline";
      return [
        h("p", { class: isOffline ? "offline" : "yours" }, icon(isOffline ? "offline" : "check"),
          h("span", {}, h("b", {}, strings.said[row.value]), " ", this._after(row))),
        undo,
      ]; // prettier-ignore
    }

    private _after(row: Extract<Row, { is: "decided" }>): string {
      const { strings } = core;
      if (row.delivery === "offline") return strings.offline;
      const told = row.state === "proposed" ? strings.proposed : row.state === "settled" ? strings.settled : "";
      const company = row.value === "duplicate" && row.others > 0 ? strings.others(row.others) : strings.after[row.value];
      return `${company} ${row.value === "duplicate" ? told : ""}`.trim();
    }

    private _decide(entry: Entry, value: Value, how: Via): void {
      const { candidate } = entry;
      const facts = { item: this.getAttribute("item"), question: this.getAttribute("question"), candidate: candidate.id, value };
      if (!this._fire("decide", facts)) return;
      const judgement = core.tell(entry.exposure, entry.shownAt, {
        type: "judge", candidate: candidate.id, answer: { kind: "pair", value }, judged_at: new Date().toISOString(), via: how,
      });
      this._step(entry, { type: "decide", value, judgement });
      entry.node.querySelector<HTMLElement>(".undo")?.focus();
      this._say(core.strings.said[value]);
    }

    private _again(entry: Entry, value: Value): void {
      this._step(entry, { type: "leave" });
      this._decide(entry, value, "mouse");
    }

    private _undo(entry: Entry): void {
      const { row } = entry;
      if (row.is !== "decided") return;
      if (!core.takeBack(row.judgement)) core.tell(entry.exposure, entry.shownAt, { type: "undo", judgement: row.judgement });
      this._step(entry, { type: "undo" });
      entry.node.querySelector<HTMLElement>(`[data-value=${row.value}]`)?.focus();
      this._say(core.strings.undone);
      this._fire("undo", { item: this.getAttribute("item"), candidate: entry.candidate.id, value: row.value, judgement: row.judgement });
    }

    private _step(entry: Entry, happened: Happening): void {
      const before = entry.row;
      entry.row = next(before, happened);
      if (entry.row !== before) this._drawRow(entry);
    }

    private _hear(id: string, result: { status: string; others_count: number | null; state: string | null } | undefined): void {
      const entry = this._entries.find(({ row }) => row.is === "decided" && row.judgement === id);
      if (!entry) return;
      const hadFocus = entry.node.contains(this.shadowRoot?.activeElement ?? null);
      if (!result) this._step(entry, { type: "waiting", judgement: id });
      else if (result.status === "bad") this._step(entry, { type: "refused", judgement: id });
      else this._step(entry, { type: "saved", judgement: id, others: result.others_count ?? 0, state: result.state });
      if (hadFocus) entry.node.querySelector<HTMLElement>(".act button:last-child")?.focus();
      if (result) this._fire("saved", { judgement: id, status: result.status, state: result.state, others_count: result.others_count });
    }

    private async _search(query: string): Promise<{ exposure: string; candidates: Candidate[]; shownAt: number }> {
      const found = await core.search(this.getAttribute("question")!, this.getAttribute("item")!, query);
      return { ...found, shownAt: performance.now() };
    }

    private _pick({ candidate, exposure, shownAt }: { candidate: Candidate; exposure: string; shownAt: number }): void {
      let entry = this._entries.find((one) => one.candidate.id === candidate.id);
      if (!entry) {
        entry = this._entry(candidate, exposure, shownAt, { is: "asked" });
        this._entries.push(entry);
        this._body.querySelector("ul")?.append(entry.node);
        core.tell(exposure, shownAt, { type: "seen", candidate: candidate.id });
      }
      if (entry.row.is === "quiet") entry.row = { is: "asked" };
      this._drawRow(entry);
      entry.node.querySelector<HTMLElement>(".act [tabindex='0'],.act button")?.focus();
    }

    private _observe(): void {
      const seen = new Set<Element>();
      this._watch = new IntersectionObserver(
        (changes) => {
          for (const { target, intersectionRatio } of changes) {
            clearTimeout(this._timers.get(target));
            if (intersectionRatio < 0.5 || seen.has(target)) continue;
            this._timers.set(target, setTimeout(() => {
              const entry = this._entries.find(({ node }) => node === target);
              if (!entry || seen.has(target) || document.visibilityState === "hidden") return;
              seen.add(target);
              core.tell(entry.exposure, entry.shownAt, { type: "seen", candidate: entry.candidate.id });
            }, SEEN_MS)); // prettier-ignore
          }
        },
        { threshold: [0, 0.5] },
      );
      for (const { node } of this._entries) this._watch.observe(node);
    }

    private _say(words: string): void {
      this._live.textContent = words;
    }

    private _fire(name: string, detail: object): boolean {
      return this.dispatchEvent(new CustomEvent(`earmark:${name}`, { bubbles: true, composed: true, cancelable: true, detail }));
    }
  }

  customElements.define("earmark-duplicates", Duplicates);
}

interface Answer {
  judgement: string;
  candidate: Candidate;
  value: string;
  others_count: number;
  state: string | null;
}

function via(event: MouseEvent): Via {
  if (event.detail === 0) return "keyboard";
  return (event as PointerEvent).pointerType === "touch" ? "touch" : "mouse";
}

/** Return an address that is safe to follow: nothing that a browser would run. */
function safe(url: string): string | undefined {
  try {
    const { protocol, href } = new URL(url, location.href);
    return protocol === "https:" || protocol === "http:" ? href : undefined;
  } catch {
    return undefined;
  }
}
