// Where a placement rule puts elements: the rule's own meaning, on any document. It changes nothing.

const WILD = new Map([["**", ".*"], ["*", "[^/]*"], ["{item}", "([^/]+)"]]);
const NOT_BESIDE = "html, head, head *, body";
const NARROW = "table, thead, tbody, tfoot, tr, colgroup, ul, ol, dl, select, picture, svg, svg *";
const LONGEST_ADDRESS = 2000;

/** A rule's path or address as a pattern: `*` within a step, `**` anything, `{item}` a step or a part of one. */
function pattern(glob) {
  const parts = glob.split(/(\*\*|\*|\{item\})/);
  return new RegExp(`^${parts.map((part) => WILD.get(part) ?? part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("")}$`);
}

/** An address as a page has it; a bare path is one too. */
export function addressOf(text) {
  try {
    return new URL(text.slice(0, LONGEST_ADDRESS), "https://page.invalid/");
  } catch {
    return new URL("https://page.invalid/");
  }
}

export function matchesPath(glob, address) {
  return pattern(glob).test(address.pathname);
}

/** The item's id that an address holds, or an empty text. */
export function itemOfAddress(template, address) {
  const [path, query] = template.split("?");
  const found = pattern(path).exec(address.pathname);
  if (!found) return "";
  if (query) return address.searchParams.get(query.slice(0, query.indexOf("="))) ?? "";
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return found[1];
  }
}

/**
 * The places of a rule on a page, [{ node, item, note }], and `why` where there is none.
 * By an attribute each element found is a place; by the address, which names one item, only the first.
 */
export function placesOf(page, address, rule) {
  if (!matchesPath(rule.path, address)) return none(`The path ${address.pathname} does not match ${rule.path}.`);
  let found;
  try {
    found = [...page.querySelectorAll(rule.selector)];
  } catch {
    return none(`The browser takes ${rule.selector || "an empty text"} for no selector.`);
  }
  if (!found.length) return none(`The selector ${rule.selector} finds nothing on this page.`);
  const beside = found.filter((node) => !node.matches(NOT_BESIDE));
  if (!beside.length) return none(`Nothing can stand beside <${found[0].localName}>.`);
  return rule.item_from === "url" ? byAddress(beside, address, rule) : byAttribute(beside, rule);
}

function byAddress(found, address, rule) {
  const item = itemOfAddress(rule.item_key, address);
  if (!item) return none(`No item's id is where ${rule.item_key} has it, in ${address.pathname}${address.search}.`);
  const left = found.length - 1;
  const more = left ? `The selector finds ${left} more; an address names one item, so only the first is taken.` : "";
  return { places: [place(found[0], item)], why: "", more };
}

function byAttribute(found, rule) {
  const named = found.filter((node) => node.getAttribute(rule.item_key));
  const left = found.length - named.length;
  if (!named.length) return none(`The selector finds ${found.length}, but the attribute ${rule.item_key} is missing or empty.`);
  const more = left ? `${left} more found, without the attribute ${rule.item_key}.` : "";
  return { places: named.map((node) => place(node, node.getAttribute(rule.item_key))), why: "", more };
}

function place(node, item) {
  const parent = node.parentElement;
  const note = parent?.matches(NARROW) ? `A <${parent.localName}> holds only parts of its own kind: better stand beside the <${parent.localName}>.` : "";
  return { node, item, note };
}

function none(why) {
  return { places: [], why, more: "" };
}
