// The page that tries placement rules on a pasted page. The paste is parsed without a window, so nothing of it
// runs or is loaded; results are written as text; the drawing stands in a sandbox that may do nothing.

import { addressOf, placesOf } from "./placement.js";

const SHOWN = 12;
const BESIDE = 2;
const WAIT_MS = 150;
const GONE = "script, noscript, link, base, meta, iframe, frame, object, embed, portal, audio, video";
const LEADS_OUT = new Set([
  "src", "srcset", "href", "xlink:href", "ping", "action", "formaction", "poster", "background", "data", "autofocus",
  "target", "manifest", "imagesrcset", "usemap", "cite", "longdesc", "srcdoc", "http-equiv",
]);
const NOTHING_LEAVES = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";
const BOX = "all:initial!important;display:block!important;box-sizing:border-box!important;margin:8px 0!important;"
  + "padding:8px 12px!important;border:2px dashed #0b665a!important;border-radius:8px!important;"
  + "background:#e3f2ee!important;color:#0a4d44!important;font:600 14px/1.4 system-ui,sans-serif!important;";

const at = (id) => document.getElementById(id);
const saved = JSON.parse(at("rules").textContent);

function h(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** The pasted page as a browser that runs scripts would have it: of `noscript` only the text. */
function parsed(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const node of page.querySelectorAll("noscript")) node.textContent = node.innerHTML;
  return page;
}

function draft() {
  if (!at("draft").open || !at("draft-selector").value.trim()) return [];
  const fields = {
    question: at("draft-question").value,
    path: at("draft-path").value,
    selector: at("draft-selector").value,
    where: at("draft-where").value,
    item_from: at("draft-item-from").value,
    item_key: at("draft-item-key").value,
    reserve_px: Number(at("draft-reserve-px").value) || 0,
  };
  const keep = at("draft-keep");
  keep.search = new URLSearchParams(fields);
  const named = at("draft-question").selectedOptions[0]?.textContent ?? "";
  return [{ ...fields, question: named, id: "draft", is_standing: true, address: "" }];
}

/** An element in a few characters, as its opening tag says it. */
function tagOf(node, isShort) {
  const id = node.id ? `#${node.id}` : "";
  const classes = [...node.classList].slice(0, 2).map((name) => `.${name}`).join("");
  if (isShort) return (node.localName + id + classes).slice(0, 60);
  const attributes = [...node.attributes].slice(0, 4).map(({ name, value }) => ` ${name}="${value.slice(0, 40)}"`).join("");
  const text = node.textContent.replace(/\s+/g, " ").trim();
  return `<${node.localName}${attributes}>${text.slice(0, 48)}${text.length > 48 ? " …" : ""}`;
}

function crumbOf(node) {
  const steps = [];
  for (let step = node; step; step = step.parentElement) steps.unshift(tagOf(step, true));
  return steps.join(" › ");
}

/** The neighbours of a place with the element among them, a line each. */
function outlineOf({ node, item }, rule) {
  const all = [...node.parentElement.children];
  const index = all.indexOf(node);
  const held = rule.reserve_px ? `, ${rule.reserve_px} px held` : "";
  const lines = all.slice(Math.max(0, index - BESIDE), index + BESIDE + 1).map((sibling) =>
    h("li", { className: sibling === node ? "em-found" : "" }, tagOf(sibling)));
  const mine = h("li", { className: "em-mine" }, `${rule.question}, item ${item}${held}`);
  const own = lines.findIndex((line) => line.className);
  lines.splice(rule.where === "before" ? own : own + 1, 0, mine);
  return h("ol", { className: "em-outline" }, ...lines);
}

function placeOf(place, rule) {
  return h("div", { className: "em-place" },
    h("p", {}, "Item ", h("b", {}, h("bdi", {}, place.item)), `, ${rule.where} `, h("code", {}, h("bdi", {}, crumbOf(place.node)))),
    outlineOf(place, rule),
    ...(place.note ? [h("p", { className: "em-note" }, place.note)] : []),
    ...(place.isTwice ? [h("p", { className: "em-note" }, "Another rule puts the same there; it stands once.")] : []));
}

/** Mark the places at which a rule in use puts what one before it does: the draft would be the last of them. */
function markTwice(results) {
  const asked = new Map();
  for (const [rule, { places }] of results.toSorted(([one], [other]) => (one.id === "draft") - (other.id === "draft"))) {
    if (!rule.is_standing) continue;
    for (const place of places) {
      const there = asked.get(place.node) ?? new Set();
      asked.set(place.node, there);
      const key = `${rule.where} ${rule.question} ${place.item}`;
      place.isTwice = there.has(key);
      there.add(key);
    }
  }
}

function cardOf(rule, { places, why, more }) {
  const name = rule.address ? h("a", { href: rule.address }, rule.question) : h("span", {}, `${rule.question}, not kept yet`);
  const state = places.length ? `${places.length} place${places.length > 1 ? "s" : ""}` : "no place";
  const rest = places.length > SHOWN ? [h("p", { className: "em-note" }, `And ${places.length - SHOWN} places more.`)] : [];
  return h("section", { className: "em-card", id: `rule-${rule.id}` },
    h("h3", {}, name, ` · ${state}${rule.is_standing ? "" : " · not in use"}`),
    h("p", { className: "em-note" }, h("code", {}, rule.path), ` ${rule.where} `, h("code", {}, rule.selector)),
    ...(why ? [h("p", { className: "em-why" }, why)] : []),
    ...places.slice(0, SHOWN).map((place) => placeOf(place, rule)),
    ...(more ? [h("p", { className: "em-note" }, more)] : []), ...rest);
}

function boxOf(page, place, rule) {
  const box = page.createElement("earmark-place");
  box.setAttribute("style", `${BOX}min-height:${Math.max(0, Math.min(2000, rule.reserve_px))}px!important`);
  box.textContent = `Earmark: ${rule.question}, item ${place.item}`;
  return box;
}

/** Styles without what they would load; what is written so that this misses it, the policy stops. */
function kept(css) {
  return css.replace(/@import[^;]*;?/gi, "").replace(/(?:url|image-set|src)\([^)]*\)/gi, "none");
}

/** The page without all that runs, loads or leads anywhere, as text for the sandbox. */
function drawn(page) {
  for (const node of page.querySelectorAll(GONE)) node.remove();
  for (const node of page.querySelectorAll("*")) {
    for (const { name } of [...node.attributes]) {
      if (LEADS_OUT.has(name.toLowerCase()) || name.toLowerCase().startsWith("on")) node.removeAttribute(name);
    }
    if (node.hasAttribute("style")) node.setAttribute("style", kept(node.getAttribute("style")));
    if (node.localName === "style") node.textContent = kept(node.textContent);
  }
  const policy = page.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = NOTHING_LEAVES;
  page.head.prepend(policy);
  return `<!doctype html>${page.documentElement.outerHTML}`;
}

function look() {
  const html = at("html").value;
  const rules = [...draft(), ...saved];
  const page = parsed(html);
  const address = addressOf(at("address").value.trim() || "/");
  const results = rules.map((rule) => [rule, placesOf(page, address, rule)]);
  markTwice(results);
  at("picture").hidden = !html.trim();
  if (!html.trim()) {
    at("verdict").textContent = "Paste a page to see.";
    at("found").replaceChildren();
    return;
  }
  const count = results.reduce((sum, [, { places }]) => sum + places.filter(({ isTwice }) => !isTwice).length, 0);
  at("verdict").textContent = rules.length
    ? `${results.filter(([, { places }]) => places.length).length} of ${rules.length} rules put ${count} element${count === 1 ? "" : "s"} on ${address.pathname}${address.search}.`
    : "There is no rule yet; try one of your own.";
  at("found").replaceChildren(...results.map(([rule, result]) => cardOf(rule, result)));
  for (const [rule, { places }] of results) {
    for (const place of places) if (!place.isTwice) place.node[rule.where === "before" ? "before" : "after"](boxOf(page, place, rule));
  }
  const picture = document.querySelector("#picture iframe");
  const drawing = drawn(page);
  if (picture.srcdoc !== drawing) picture.srcdoc = drawing;
}

let waiting;
document.querySelector(".em-try").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, WAIT_MS);
});
at("draft").addEventListener("toggle", look);
look();
