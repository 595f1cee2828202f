// Why somebody is asked, their own marks, and how to be left alone; brought when it is first opened.
import type { Guest } from "./core";
import type { Mark } from "./mark";
import { menu as words } from "./strings/en";
import type { OwnMark, OwnMarks } from "./wire";

const css = `
.note{background:var(--sunken);margin:4px 16px 8px;border-radius:8px;padding:10px 12px;font-size:14px}
.note .doors{display:flex;flex-wrap:wrap;gap:4px 12px;margin-top:4px}
.note .quiet{margin:0;padding:0 4px}
.note li{display:flex;align-items:center;gap:8px;min-height:36px;border-top:1px solid var(--line)}
.note li span{flex:1;min-width:0}
.note .undo{margin:0}
`;

/** Open the note below a node, or close it again; `by` is the button that was pressed. */
export function menu(guest: Guest, mark: Mark, below: HTMLElement, by: HTMLElement): void {
  const { h, say, learn, sheet } = guest._kit;
  const answers = guest._answers!;
  const model = mark._model;
  learn(words);
  mark._root.adoptedStyleSheets = [...new Set([...mark._root.adoptedStyleSheets, sheet(css)])];
  const doors = [...mark._card.querySelectorAll("[aria-expanded][class=why],[aria-expanded][class=icon]")].filter((one) => below.contains(one));
  const expand = (isOpen: boolean) => doors.forEach((one) => one.setAttribute("aria-expanded", `${isOpen}`));
  const there = mark._card.querySelector(".note");
  if (there) {
    there.remove();
    return expand(false);
  }
  if (!model) return;

  const shut = () => {
    note.remove();
    expand(false);
    by.focus();
  };
  const keydown = ({ key }: KeyboardEvent) => key === "Escape" && shut();
  const door = (key: string, click: () => void) => h("button", { class: "quiet", click }, say(key));
  const note = h(
    "div",
    { class: "note", tabindex: "-1", keydown },
    h("p", {}, say("because")),
    h("div", { class: "doors" }, door("marks", () => void list(guest, mark, note, tell)), ...(model.answer.ask ? [door("notNow", () => quiet("dismiss"))] : []), door("hide", () => quiet("hide")), door("optOut", () => leave(guest, tell))),
  );
  below.after(note);
  expand(true);
  note.focus();

  function tell(key: string): void {
    note.replaceChildren(h("p", {}, say(key)));
    mark._say(say(key));
    note.focus();
  }

  /** Ask this person the question no more, now or ever; what is useful without it stays. */
  function quiet(type: "dismiss" | "hide"): void {
    answers._tell({ exposure: model!.answer.exposure!, _shownAt: performance.now() }, { type });
    model!.answer.ask = false;
    for (const entry of model!.entries) {
      if (entry.row.is !== "asked") continue;
      entry.row = { is: "quiet" };
      mark._become(entry);
    }
    mark._card.querySelectorAll(".ask,.why").forEach((one) => one.remove());
    type === "hide" ? tell("hidden") : shut();
  }
}

/** Leave altogether; `tell` says what came of it. */
function leave(guest: Guest, tell: (key: string) => void): void {
  guest._call("me/optout", { out: true }).then(
    () => {
      tell("optedOut");
      guest._models.clear();
      guest._session = undefined;
    },
    () => tell("unreachable"),
  );
}

/** List in the note what this person marked; `tell` says why there is no list. */
async function list(guest: Guest, mark: Mark, note: HTMLElement, tell: (key: string) => void): Promise<void> {
  const { h, say } = guest._kit;
  const told = await guest._call<OwnMarks>("me/judgements", { limit: 20 }).catch(() => undefined);
  if (!told) return tell("unreachable");
  if (!told.judgements.length) return tell("noMarks");
  note.replaceChildren(h("p", {}, say("marks")), h("ul", {}, ...told.judgements.map((one) => row(guest, mark, note, one))));
  note.focus();
}

function row(guest: Guest, mark: Mark, note: HTMLElement, one: OwnMark): HTMLElement {
  const { h, say } = guest._kit;
  const answers = guest._answers!;
  const about = [one.item.title, ...(one.candidate ? [one.candidate.title] : [])].map((words) => h("bdi", {}, words));
  const node = h("li", {}, h("span", {}, ...about.flatMap((each, nth) => (nth ? [" · ", each] : [each])), ": ", answers._saying(one.value)));
  if (one.exposure) {
    const click = () => {
      const models = [...guest._views].map(({ _model }) => _model);
      const here = models.flatMap((model) => model?.entries ?? []).find(({ row }) => row.is === "decided" && row.judgement === one.judgement);
      if (here) answers._undo(here, mark);
      else answers._tell({ exposure: one.exposure!, _shownAt: performance.now() }, { type: "undo", judgement: one.judgement });
      node.remove();
      mark._say(say("undone"));
      note.focus();
    };
    node.append(h("button", { class: "undo", "aria-label": `${say("undo")}: ${one.candidate?.title ?? one.value}`, click }, say("undo")));
  }
  return node;
}
