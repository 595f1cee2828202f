// Searching for another candidate: a combobox with a list of what was found (ARIA 1.2).
import type { Core } from "../core";
import type { Candidate } from "../wire";

const PAUSE_MS = 250;
const LEAST = 2;

export interface Found {
  exposure: string;
  candidates: Candidate[];
  shownAt: number;
}

export interface Picked {
  candidate: Candidate;
  exposure: string;
  shownAt: number;
}

export class SearchBox {
  readonly node: HTMLElement;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _round = 0;
  private _found: Found | undefined;
  private _at = -1;
  private readonly _list: HTMLElement;
  private readonly _told: HTMLElement;
  private readonly _input: HTMLInputElement;

  constructor(
    private readonly _core: Core,
    private readonly _search: (query: string) => Promise<Found>,
    private readonly _pick: (picked: Picked) => void,
  ) {
    const { h } = _core.kit;
    const label = _core.strings.searchLabel;
    this.node = h("div", { class: "foot" });
    this._list = h("ul", { class: "list", role: "listbox", id: "found", hidden: true, "aria-label": label });
    this._told = h("p", { class: "unseen", role: "status" });
    this._input = h("input", {
      class: "find", type: "text", role: "combobox", autocomplete: "off", "aria-label": label,
      "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list",
      input: () => this._typed(),
      keydown: (event: KeyboardEvent) => this._key(event),
      blur: () => this._close(),
    });
    this._rest();
  }

  private _rest(): void {
    const { h, icon } = this._core.kit;
    this.node.replaceChildren(h("button", { click: () => this._begin() }, icon("search"), this._core.strings.search));
  }

  private _begin(): void {
    this._input.value = "";
    this.node.replaceChildren(this._input, this._list, this._told);
    this._input.focus();
  }

  private _typed(): void {
    clearTimeout(this._timer);
    const query = this._input.value;
    if (query.trim().length < LEAST) return this._show(undefined);
    this._timer = setTimeout(() => {
      const round = ++this._round;
      this._search(query).then(
        (found) => {
          if (round === this._round && this._input.isConnected) this._show(found);
        },
        () => {},
      );
    }, PAUSE_MS);
  }

  private _show(found: Found | undefined): void {
    const { h } = this._core.kit;
    this._found = found;
    this._at = -1;
    const rows = (found?.candidates ?? []).map((candidate, at) =>
      h(
        "li",
        {
          role: "option",
          id: `found-${at}`,
          "aria-selected": "false",
          mousedown: (event: MouseEvent) => event.preventDefault(),
          click: () => this._take(at),
        },
        h("bdi", {}, candidate.title),
      ),
    );
    this._list.replaceChildren(...rows);
    this._list.hidden = !rows.length;
    this._input.setAttribute("aria-expanded", String(rows.length > 0));
    this._input.removeAttribute("aria-activedescendant");
    this._told.textContent = found ? (rows.length ? this._core.strings.found(rows.length) : this._core.strings.nothing) : "";
    this._told.className = found && !rows.length ? "ask" : "unseen";
  }

  private _key(event: KeyboardEvent): void {
    const rows = [...this._list.children];
    if (event.key === "Escape") {
      event.preventDefault();
      if (!this._list.hidden) return this._show(undefined);
      this._rest();
      this.node.querySelector("button")?.focus();
    } else if (event.key === "Enter" && this._at >= 0) {
      event.preventDefault();
      this._take(this._at);
    } else if (rows.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this._at = (this._at + (event.key === "ArrowDown" ? 1 : rows.length - (this._at < 0 ? 0 : 1))) % rows.length;
      rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === this._at)));
      this._input.setAttribute("aria-activedescendant", `found-${this._at}`);
    }
  }

  private _take(at: number): void {
    const candidate = this._found?.candidates[at];
    if (!this._found || !candidate) return;
    const { exposure, shownAt } = this._found;
    this._rest();
    this._show(undefined);
    this._pick({ candidate, exposure, shownAt });
  }

  private _close(): void {
    clearTimeout(this._timer);
    this._round++;
    this._list.hidden = true;
    this._input.setAttribute("aria-expanded", "false");
  }
}
