// Placement rules: where elements stand in pages whose templates know nothing of us. One sibling is put in for each
// match; nothing of the host's is moved, wrapped or written to. Brought only where the server has rules.
import type { Guest } from "./core";
import type { PlacementRule } from "./wire";

const ELEMENT = { pair: "duplicates", tags: "tags", choice: "choice", span: "span", region: "region" };
const LOOK_AGAIN_MS = 150;
const OURS = "earmark-duplicates,earmark-tags,earmark-choice,earmark-span,earmark-region";
const NOT_BESIDE = "html,head,head *,body";
const WILD: Record<string, string> = { "**": ".*", "*": "[^/]*", "{item}": "([^/]+)" };

/** Return a path or address as a pattern: * is anything within a step, ** anything, {item} what is read. */
export function pattern(glob: string): RegExp {
  const parts = glob.split(/(\*\*|\*|\{item\})/).map((part) => WILD[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("")}$`);
}

/** Return the item that an address holds, as the rule has it: /t/{item} or /t?id={item}; else nothing. */
export function itemOfAddress(template: string, address: { pathname: string; search: string }): string {
  const [path = "", query] = template.split("?");
  const found = pattern(path).exec(address.pathname);
  if (!found) return "";
  if (query) return new URLSearchParams(address.search).get(query.slice(0, query.indexOf("="))) ?? "";
  try {
    return decodeURIComponent(found[1] ?? "");
  } catch {
    return found[1]!;
  }
}

/** Return where a rule puts elements now, and about which items. The admin's preview reads rules the same way. */
export function placesOf(rule: PlacementRule, page: Document, address: { pathname: string; search: string }): [Element, string][] {
  if (!pattern(rule.path).test(address.pathname)) return [];
  let found: Element[];
  try {
    found = [...page.querySelectorAll(rule.selector)].filter((node) => !node.matches(NOT_BESIDE) && !node.closest(OURS));
  } catch {
    return []; // A selector of the server's that this browser does not know.
  }
  const all: [Element, string | null][] =
    rule.item_from === "url"
      ? found.slice(0, 1).map((node) => [node, itemOfAddress(rule.item_key, address)])
      : found.map((node) => [node, node.getAttribute(rule.item_key)]);
  return all.filter((one): one is [Element, string] => !!one[1]);
}

/** Place elements by rules, now and as the page changes, until the guest goes. */
export function place(guest: Guest, rules: PlacementRule[]): void {
  if (guest._end.signal.aborted) return;
  const placed = new Map<Element, { beside: Element; rule: PlacementRule }>();
  const root = document.documentElement;

  function look(): void {
    const asked = new Map<Element, Set<string>>();
    const wanted = rules
      .flatMap((rule) => placesOf(rule, document, location).map(([beside, item]) => ({ rule, beside, item })))
      .filter(({ rule: { where, question }, beside, item }) => {
        const there = asked.get(beside) ?? new Set();
        asked.set(beside, there);
        return there.size < there.add(`${where} ${question} ${item}`).size; // by two rules nobody is asked twice
      });
    for (const [made, there] of placed) {
      const still = wanted.find(({ rule, beside }) => rule === there.rule && beside === there.beside);
      if (still && made.isConnected) {
        if (made.getAttribute("item") !== still.item) made.setAttribute("item", still.item);
        continue;
      }
      made.remove();
      placed.delete(made);
    }
    for (const { rule, beside, item } of wanted)
      if (![...placed.values()].some((one) => one.beside === beside && one.rule === rule)) put(rule, beside, item);
  }

  function put(rule: PlacementRule, beside: Element, item: string): void {
    const step = rule.where === "after" ? "nextElementSibling" : "previousElementSibling";
    for (let near = beside[step]; near?.matches(OURS); near = near[step]) {
      if (near.getAttribute("placed-by") !== "earmark" || near.getAttribute("question") !== rule.question || placed.has(near)) continue;
      placed.set(near, { beside, rule }); // one of ours in a copy that the page kept
      near.setAttribute("item", item);
      return;
    }
    const made = document.createElement(`earmark-${ELEMENT[rule.kind]}`);
    made.setAttribute("question", rule.question);
    made.setAttribute("item", item);
    if (rule.where === "before") made.setAttribute("where", rule.where); // tells which of its neighbours a spot is in
    made.setAttribute("placed-by", "earmark"); // survives in copies of the page, and tells ours from the host's own
    const { top, bottom } = beside.getBoundingClientRect();
    // A height that is held from here on would itself move what somebody reads: only out of their sight.
    if (rule.reserve_px && (rule.where === "after" ? bottom : top) >= innerHeight)
      made.style.cssText = `display:block;min-height:${rule.reserve_px}px;--earmark-reserve:${rule.reserve_px}px`;
    placed.set(made, { beside, rule });
    beside[rule.where](made);
  }

  const keys = rules.filter(({ item_from }) => item_from === "attribute").map(({ item_key }) => item_key);
  let timer: ReturnType<typeof setTimeout> | undefined;
  // After a change we look away for a moment, so that a busy page is not searched for each of its changes.
  const soon = () => {
    watch.disconnect();
    timer ??= setTimeout(() => {
      timer = undefined;
      if (guest._end.signal.aborted) return;
      look();
      attend();
    }, LOOK_AGAIN_MS);
  };
  const watch = new MutationObserver(soon);
  const attend = () => watch.observe(root, { childList: true, subtree: true, ...(keys[0] && { attributeFilter: keys }) }); // recycled rows get new ids
  for (const name of ["popstate", "hashchange", "earmark:scan"]) guest._on(name, soon);
  const { navigation } = window as Window & { navigation?: EventTarget };
  navigation?.addEventListener("currententrychange", soon, { signal: guest._end.signal });
  guest._end.signal.addEventListener("abort", () => {
    watch.disconnect();
    placed.forEach((_, made) => made.remove());
  });
  look();
  attend();
}
