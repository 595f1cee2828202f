// <earmark-tags item question>: tags that fit, guessed ones to accept or reject, and one's own.
import type { Entry, Guest } from "../core";
import { CHECK, CROSS } from "../dom";
import type { Kind, Mark } from "../mark";
import { tags } from "../strings/en";

const PLUS = "M8 3v10M3 8h10";

const css = `
.line{padding-inline:16px 8px}
ul{display:contents}
.chip,.chip>span{display:inline-flex;align-items:center;max-width:100%}
.chip{flex-wrap:wrap;border:1px solid var(--line);border-radius:8px;min-height:34px}
.chip>span{padding:0 10px;gap:6px;min-width:0}
.chip button{border-radius:6px;padding:0 7px;margin:0;display:inline-flex;align-items:center;justify-content:center}
.guess{border:1px dashed var(--ctl)}
.guess button,small,.gone{color:var(--fg2)}
.mine{background:var(--earmark-soft,light-dark(#e3f2ee,#17362f));border-color:#0000;color:var(--accent)}
.gone{border-style:dotted}small{white-space:nowrap}
.line>.quiet{margin:0}
.line>.icon{margin-inline-start:auto}
.line .said{flex:0 auto;margin-inline-start:10px}
.line>div{min-width:0}
@media (max-width:480px),(pointer:coarse){.chip button{min-width:44px}}
@media (forced-colors:active){.mine{outline:2px solid Highlight}}
`;

export function kind(guest: Guest): Kind {
  const { h, icon, say, learn } = guest._kit;
  const answers = guest._answers!;
  learn(tags);

  const inner = (...inside: (Node | string)[]) => h("span", {}, ...inside);

  function chip(mark: Mark, entry: Entry): HTMLElement {
    const { title } = entry.candidate;
    const state = entry.row;
    if (state.is === "quiet") {
      mark._nodes.get(entry)?.remove();
      mark._nodes.delete(entry);
    }
    const node = mark._nodes.get(entry) ?? h("li", { part: "chip" });
    const name = h("bdi", {}, title);
    const button = (value: string, drawn: string) => answers._button(mark, entry, value, { "aria-label": say(value, title) }, icon(drawn));
    let inside = [inner(name), button("fits", CHECK), button("does_not_fit", CROSS)];
    if (entry.model.answer.place === "desk") inside.push(answers._button(mark, entry, "unsure", {}, say("unsure"))); // who is asked on purpose may not know
    let look = "guess";
    if (state.is === "decided") {
      const [said, ...doors] = answers._said(mark, entry, state);
      const isUnsure = state.value === "unsure";
      look = isUnsure ? "guess" : state.value === "fits" && !doors[1] ? "mine" : "gone";
      if (look === "mine") doors[0]!.replaceChildren(icon(CROSS));
      inside = [look === "mine" ? inner(icon(CHECK), name) : inner(isUnsure ? name : h("s", {}, name)), ...(isUnsure || /^[of]/.test(state.delivery) ? [said!] : []), ...doors];
    }
    node.className = `chip fold ${look}`;
    node.replaceChildren(...inside);
    if (state.is !== "quiet") mark._nodes.set(entry, node);
    if (node.parentElement) answers._stopAt(node.parentElement);
    return node;
  }

  return {
    css,
    _room: 72,
    _draw(mark, { entries, answer: { known }, question }) {
      const shown = entries.filter(({ row }) => row.is !== "quiet");
      const plain = known
        .filter(({ id }) => !shown.some(({ candidate }) => candidate.id === id))
        .map(({ id, people_count }) => h("li", { class: "chip fold" }, inner(h("bdi", {}, id), h("small", {}, say("people", "", people_count)))));
      const keydown = ({ key, target }: KeyboardEvent) => {
        const entry = entries.find((one) => mark._nodes.get(one)?.contains(target as Node));
        if (/Delete|Backspace/.test(key) && entry?.row.is === "decided") answers._takeBack(mark, entry);
      };
      const list = answers._rove(h("ul", { "aria-label": question.prompt, keydown }, ...plain, ...shown.map((entry) => chip(mark, entry))));
      const pick = (entry: Entry, event: MouseEvent) => {
        answers._step(entry, { type: "open" });
        if (!mark._nodes.has(entry)) list.append(chip(mark, entry));
        answers._press(mark, entry, "fits", event);
      };
      const line = h("div", { class: "line tail" }, list);
      const foot = h("div", {}, h("button", { class: "quiet", click: () => answers._bring(mark, "find", foot, say("add"), pick) }, icon(PLUS), say("add")));
      line.append(foot, answers._more(mark, line));
      return [line];
    },
    _update: chip,
  };
}
