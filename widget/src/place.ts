// Placement rules: where elements stand in pages whose templates know nothing of us. One sibling is put in for each
// match; nothing of the host's is moved, wrapped or written to. Brought only where the server has rules.
import type { Guest } from "./core";
import type { PlacementRule } from "./wire";

const ELEMENT = { pair: "duplicates", tags: "tags", choice: "choice" };
const OURS = "earmark-duplicates,earmark-tags,earmark-choice";

/** Return a path glob as a pattern: * is anything within a step, ** anything. */
export function pattern(glob: string): RegExp {
  const parts = glob.split(/(\*\*|\*)/).map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : part.replace(/[^\w/]/g, "\\$&")));
  return new RegExp(`^${parts.join("")}$`);
}

/** Return the item that a rule reads for a node, or nothing. */
export function itemOf(rule: PlacementRule, node: Element, path: string): string | undefined {
  const key = rule.item_key;
  if (rule.item_from === "url") {
    const [before = "", after = ""] = key.split("{item}");
    const quote = (part: string) => pattern(part).source.slice(1, -1);
    const found = new RegExp(`^${quote(before)}([^/]+)${quote(after)}/?$`).exec(path)?.[1];
    try {
      return found && decodeURIComponent(found);
    } catch {
      return undefined;
    }
  }
  const holder = node.closest(`[${CSS.escape(key)}]`) ?? node.querySelector(`[${CSS.escape(key)}]`);
  return holder?.getAttribute(key) ?? undefined;
}

/** Place elements by rules, now and as the page changes, until the guest goes. */
export function place(guest: Guest, rules: PlacementRule[]): void {
  const placed = new Map<Element, { beside: Element; rule: PlacementRule }>();
  const root = document.documentElement;

  function look(): void {
    const wanted = rules.filter(({ path }) => pattern(path).test(location.pathname));
    for (const [made, { beside, rule }] of placed) {
      const isStill = wanted.includes(rule) && beside.isConnected && beside.matches(rule.selector);
      if (!isStill || !made.isConnected) {
        made.remove();
        placed.delete(made);
      } else refresh(made, rule, beside);
    }
    for (const rule of wanted) for (const node of find(rule.selector)) put(rule, node);
    // What we put in ourselves is no news.
    watch.takeRecords();
  }

  function find(selector: string): Element[] {
    try {
      return [...document.querySelectorAll(selector)].filter((node) => !node.closest(OURS));
    } catch {
      return []; // A selector of the server's that this browser does not know.
    }
  }

  function put(rule: PlacementRule, beside: Element): void {
    if ([...placed.values()].some((one) => one.beside === beside && one.rule === rule)) return;
    const item = itemOf(rule, beside, location.pathname);
    if (!item) return;
    const made = document.createElement(`earmark-${ELEMENT[rule.kind]}`);
    made.setAttribute("question", rule.question);
    made.setAttribute("item", item);
    if (rule.reserve_px) made.style.setProperty("--earmark-reserve", `${rule.reserve_px}px`);
    placed.set(made, { beside, rule });
    beside[rule.where](made);
  }

  function refresh(made: Element, rule: PlacementRule, beside: Element): void {
    const item = itemOf(rule, beside, location.pathname);
    if (item && item !== made.getAttribute("item")) made.setAttribute("item", item);
  }

  let isAwaited = false;
  const soon = () => {
    if (isAwaited) return;
    isAwaited = true;
    requestAnimationFrame(() => {
      isAwaited = false;
      if (!guest._end.signal.aborted) look();
    });
  };
  const watch = new MutationObserver(soon);
  watch.observe(root, { childList: true, subtree: true });
  for (const name of ["popstate", "hashchange", "earmark:scan"]) guest._on(name, soon);
  const { navigation } = window as Window & { navigation?: EventTarget };
  navigation?.addEventListener("currententrychange", soon, { signal: guest._end.signal });
  guest._end.signal.addEventListener("abort", () => {
    watch.disconnect();
    placed.forEach((_, made) => made.remove());
  });
  look();
}
