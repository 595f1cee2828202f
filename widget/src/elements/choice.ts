// <earmark-choice item question [thumbs]>: one of few, or thumbs where there are two.
import type { Entry, Guest } from "../core";
import type { Kind, Mark } from "../mark";

const UP = "M5 7v6H2.5V7Zm0 0 3-4.5c1 0 1.5.7 1.3 1.7L9 6.5h3.5c.8 0 1.3.7 1.1 1.5l-1 4c-.2.6-.6 1-1.2 1H5";

const css = `
.line{padding-inline:16px 8px;align-items:flex-start;flex-wrap:nowrap}
.act{flex:1}
.ask{color:var(--fg);flex:1 0 100%}
.short .ask{flex:auto}
.all{display:flex;flex-wrap:wrap;gap:8px}
.all button{border:1px solid var(--ctl);border-radius:8px;padding:0 12px;display:inline-flex;align-items:center;gap:6px}
.short button+button svg{scale:1 -1}
.all .guess{border-style:dashed}
@media (max-width:480px){.ask{flex:1 0 100%!important}.all{flex:1}.all button{flex:1 1 40%;justify-content:center;max-width:100%;overflow-wrap:break-word}}
`;

export function kind(guest: Guest): Kind {
  const { h, icon, say } = guest._kit;
  const answers = guest._answers!;

  function update(mark: Mark, entry: Entry): void {
    const { question, answer } = entry.model;
    const state = entry.row;
    const button = (value: string, at: number) => {
      const thumb = isThumbs(mark, entry) && at < 2 && icon(UP);
      const isGuess = answer.ask && value === entry.candidate.id;
      return answers._button(mark, entry, value, isGuess ? { class: "guess" } : {}, ...(thumb ? [thumb] : []), h("bdi", {}, answers._name(value)));
    };
    const known = answer.known[0];
    const node = mark._nodes.get(entry)!;
    node.className = `act${isThumbs(mark, entry) || state.is === "quiet" ? " short" : ""}`;
    node.replaceChildren(
      h("p", { class: "ask" }, h("bdi", {}, question.prompt), ...(known && state.is === "quiet" ? [` ${answers._name(known.id)} · ${say("people", "", known.people_count)}`] : [])),
      ...(state.is === "decided"
        ? answers._said(mark, entry, state)
        : state.is === "asked"
          ? [answers._group(question.prompt, "all", ...[...question.labels, "unsure"].map(button))]
          : [answers._door(entry)]),
    );
  }

  const isThumbs = (mark: Mark, { model }: Entry) => mark.hasAttribute("thumbs") && !model.question.labels[2];

  return {
    css,
    _room: 132,
    _draw(mark, { entries: [entry] }) {
      const node = h("div", {});
      mark._nodes.set(entry!, node);
      update(mark, entry!);
      const line = h("div", { class: "line" }, node);
      line.append(answers._more(mark, line));
      return [line];
    },
    _update: update,
  };
}
