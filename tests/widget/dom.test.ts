import { afterEach, expect, test, vi } from "vitest";
import { CHECK, h, icon, rove, stopAt } from "@/dom";

afterEach(() => document.body.replaceChildren());

test("functions become listeners, true an empty attribute, and nothing nothing", () => {
  const click = vi.fn();
  const made = h("button", { class: "a", hidden: true, title: undefined, lang: "", click }, "words");
  made.click();
  expect(made.outerHTML).toBe('<button class="a" hidden="">words</button>');
  expect(click).toHaveBeenCalledOnce();
});

test("what is put inside is text, never markup", () => {
  const made = h("p", {}, "<b onclick=alert(1)>", h("i", {}));
  expect([...made.childNodes].map((node) => node.nodeName)).toEqual(["#text", "I"]);
});

test("an icon is drawn, and says nothing to who cannot see it", () => {
  const made = icon(CHECK);
  expect(made.namespaceURI).toBe("http://www.w3.org/2000/svg");
  expect(made.getAttribute("aria-hidden")).toBe("true");
  expect(made.firstElementChild!.getAttribute("d")).toBe(CHECK);
});

const group = (count = 3, first?: number) => {
  const buttons = Array.from({ length: count }, (_, at) => h("button", {}, `${at}`));
  const made = rove(h("div", {}, ...buttons), first === undefined ? undefined : buttons[first]);
  document.body.append(made);
  return { made, buttons };
};
const stops = (buttons: HTMLElement[]) => buttons.map(({ tabIndex }) => tabIndex);
const key = (name: string) => {
  const event = new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true });
  document.activeElement!.dispatchEvent(event);
  return event;
};

test("a group has one tab stop: its first button, or the one that is named", () => {
  expect(stops(group().buttons)).toEqual([0, -1, -1]);
  expect(stops(group(3, 2).buttons)).toEqual([-1, -1, 0]);
});

test("arrows, Home and End move in a group, around its ends, and take the tab stop along", () => {
  const { buttons } = group();
  buttons[0]!.focus();
  const way = ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "Home", "End"].map((name) => (key(name), document.activeElement!.textContent));
  expect(way).toEqual(["1", "2", "0", "2", "0", "2"]);
  expect(stops(buttons)).toEqual([-1, -1, 0]);
});

test("where text runs from the right, arrows do too", () => {
  vi.spyOn(window, "getComputedStyle").mockReturnValue({ direction: "rtl" } as CSSStyleDeclaration);
  const { buttons } = group();
  buttons[0]!.focus();
  key("ArrowLeft");
  expect(document.activeElement).toBe(buttons[1]);
});

test("other keys are the browser's and the page's", () => {
  const { buttons } = group();
  buttons[0]!.focus();
  expect(["Tab", "Enter", "a", "ArrowDown"].map((name) => key(name).defaultPrevented)).toEqual([false, false, false, false]);
  expect(key("ArrowRight").defaultPrevented).toBe(true);
});

test("a button that came later joins the group without a stop of its own", () => {
  const { made, buttons } = group();
  stopAt(made, buttons[1]);
  const late = h("button", {}, "late");
  made.append(late);
  stopAt(made);
  expect(stops([...buttons, late])).toEqual([-1, 0, -1, -1]);
});

test("where the button with the stop is gone, the first has it", () => {
  const { made, buttons } = group();
  stopAt(made, buttons[1]);
  buttons[1]!.remove();
  stopAt(made);
  expect(stops([buttons[0]!, buttons[2]!])).toEqual([0, -1]);
});
