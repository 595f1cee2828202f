// <earmark-duplicates item question>: related threads, and whether one of them is the same.
import type { Entry, Guest } from "../core";
import type { Kind, Mark } from "../mark";
import { pair } from "../strings/en";

const CHEVRON = "m4 6 4 4 4-4";
const SEARCH = "M11 7A4 4 0 1 1 3 7a4 4 0 0 1 8 0Zm-1 3 4 4";

const css = `
.head{padding-inline:16px 8px;min-height:42px}
.title a,h2{font-weight:600;flex:1}
.why{text-decoration:underline;color:var(--fg2)}
.ask{padding:0 16px}
.row{padding:10px 16px 12px}.row+.row,.foot{border-top:1px solid var(--line)}
.title{display:flex;gap:8px;margin-inline-end:-8px}
.text bdi,.title bdi{text-align:match-parent;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:1;overflow:hidden}
.title a{text-decoration:none;margin-block:2px}
.title .icon{min-height:28px}
.text{color:var(--fg2);min-height:41px;margin:2px 0 8px}.text bdi{-webkit-line-clamp:2}
.got{padding-inline-start:10px;color:inherit;border-inline-start:3px solid var(--accent)}
.dim a{color:var(--fg2)}
.seg{flex-wrap:wrap;border-radius:8px;display:flex;gap:1px;overflow:hidden;border:1px solid var(--ctl)}
.seg button{padding:0 12px;margin:-1px;border:1px solid var(--line);border-radius:0;flex:auto}
.seg :focus-visible{outline-offset:-3px}
.foot{padding:6px 16px}
.bar{border-top:10px solid var(--sunken);margin-block:12px}.bar:first-child{width:58%}
@container (max-width:440px){.why{display:none}.seg{flex:1}.seg button{padding:0 4px}}
@media (max-width:480px),(pointer:coarse){.title .icon{margin-block:-8px}}
@media (max-width:480px){.title a{min-height:44px}.title bdi{-webkit-line-clamp:2}.text{min-height:62px}.text bdi{-webkit-line-clamp:3}}
`;

export function kind(guest: Guest): Kind {
  const { h, icon, say, learn } = guest._kit;
  const answers = guest._answers!;
  const bar = () => h("div", { class: "bar" });
  const heading = () => h("div", { class: "head" }, h("h2", {}, say("heading")));
  learn(pair);

  function row(mark: Mark, entry: Entry): HTMLElement {
    const { title, url, snippet, answer } = entry.candidate;
    const node = mark._nodes.get(entry) ?? h("li", { part: "row" });
    mark._nodes.set(entry, node);
    const said = entry.row.is === "decided" && entry.row.value;
    const isGot = said === "duplicate" && answer;
    const chevron = { class: "icon", "aria-label": say("read", title), "aria-expanded": "false", click: () => answers._bring(mark, "read", entry, node) };
    node.className = `row fold${said === "different" ? " dim" : ""}`;
    node.replaceChildren(
      h("div", { class: "title" }, h("a", { href: safe(url) }, h("bdi", {}, title)), h("button", chevron, icon(CHEVRON))),
      h("div", { class: isGot ? "text got" : "text" }, h("bdi", {}, ...(isGot ? [h("b", {}, say("answered")), " ", answer] : [snippet]))),
      h("div", { class: "act" }, ...act(mark, entry)),
    );
    mark._reading.get(entry)?.(node);
    return node;
  }

  function act(mark: Mark, entry: Entry): HTMLElement[] {
    const state = entry.row;
    if (state.is === "decided") return answers._said(mark, entry, state);
    if (state.is === "quiet") return [answers._door(entry)];
    const buttons = entry.model.question.values.map((value) => answers._button(mark, entry, value, { "aria-description": entry.candidate.title }, say(value)));
    return [answers._group(say("answers", entry.candidate.title), "seg", ...buttons)];
  }

  return {
    css,
    _room: 518,
    _door: "showPairs",
    _waiting: () => [heading(), ...[1, 2, 3].map(() => h("div", { class: "row" }, bar(), bar(), bar()))],
    _draw(mark, model) {
      const { entries, answer, question } = model;
      const isEmpty = !entries[0];
      if (isEmpty && !mark.hasAttribute("door")) return [];
      const words = isEmpty ? say("empty") : answer.ask && question.prompt;
      const list = h("ul", {}, ...entries.map((entry) => row(mark, entry)));
      const pick = (entry: Entry) => {
        if (!mark._nodes.has(entry)) list.append(row(mark, entry));
        answers._step(entry, { type: "open" });
        mark._focus(entry);
      };
      const ask = say("search");
      const find = () => answers._bring(mark, "find", foot, ask, pick);
      const foot = h("div", { class: "foot tail" }, h("button", { class: "quiet", click: find }, icon(SEARCH), ask));
      const head = heading();
      if (answer.ask) head.append(answers._more(mark, head, say("why")));
      head.append(answers._more(mark, head));
      return [head, ...(words ? [h("p", { class: "ask" }, h("bdi", {}, words))] : []), list, foot];
    },
    _update: row,
  };
}

/** Return an address that is safe to follow: nothing that a browser would run. */
function safe(url: string): string | undefined {
  return /^(https?:\/)?\//i.test(url) ? url : undefined;
}
