import { beforeEach, expect, test, vi } from "vitest";
import { itemOfAddress, pattern, place, placesOf } from "@/place";
import type { Mark } from "@/mark";
import { groundNode } from "@/spots";
import type { PlacementRule } from "@/wire";
import { aPage, arrive, move, pass } from "./page";

aPage();

const rule = (more: Partial<PlacementRule> = {}): PlacementRule => ({
  question: "duplicate", kind: "pair", path: "**", selector: ".post", item_from: "attribute", item_key: "data-id", where: "after", reserve_px: 0, ...more,
}); // prettier-ignore

for (const [glob, fits, fitsNot] of [
  ["/", ["/"], ["", "/a"]],
  ["/t/*", ["/t/", "/t/5", "/t/a-b.c"], ["/t", "/t/5/6", "/x/t/5"]],
  ["/t/*/edit", ["/t/5/edit"], ["/t/5/6/edit", "/t/5/edit/"]],
  ["/**", ["/", "/a", "/a/b/c"], ["a"]],
  ["/t/**", ["/t/", "/t/5/6"], ["/t"]],
  ["/**/print", ["/t/5/print", "//print"], ["/print/t"]],
  ["/a.b", ["/a.b"], ["/axb"]],
  ["/a+(b)|c$^[d]?", ["/a+(b)|c$^[d]?"], ["/aab", "/c"]],
  ["/stra%C3%9Fe/*", ["/stra%C3%9Fe/1"], ["/strasse/1"]],
  ["/Ä/*", ["/Ä/1"], ["/A/1"]],
] as [string, string[], string[]][])
  test(`the path ${glob} fits ${fits.join(", ")} and no other`, () => {
    expect(fits.map((path) => pattern(glob).test(path))).toEqual(fits.map(() => true));
    expect(fitsNot.map((path) => pattern(glob).test(path))).toEqual(fitsNot.map(() => false));
  });

for (const [template, address, item] of [
  ["/t/{item}", "/t/5", "5"],
  ["/t/{item}", "/t/5?page=2#end", "5"],
  ["/t/{item}", "/t/a%20b%2Fc", "a b/c"],
  ["/t/{item}", "/t/%D8%A7", "ا"],
  ["/t/{item}", "/t/%E0%A4%A", "%E0%A4%A"],
  ["/t/{item}", "/t/", ""],
  ["/t/{item}", "/x/5", ""],
  ["/t/{item}", "/t/5/6", ""],
  ["/t/{item}/*", "/t/5/how-it-began", "5"],
  ["/*/t/{item}", "/de/t/5", "5"],
  ["/**/t-{item}.html", "/a/b/t-5.html", "5"],
  ["/a.b/{item}", "/axb/5", ""],
  ["/t?id={item}", "/t?id=5", "5"],
  ["/t?id={item}", "/t?page=2&id=a%20b", "a b"],
  ["/t?id={item}", "/t?ids=5", ""],
  ["/t?id={item}", "/x?id=5", ""],
] as [string, string, string][])
  test(`of the address ${address}, ${template} reads ${item || "nothing"}`, () => {
    expect(itemOfAddress(template, new URL(address, "https://host.example"))).toBe(item);
  });

/** Return where a rule would stand in a page, as texts of nodes and items. */
const placed = (html: string, of: PlacementRule, address = "https://host.example/t/5") => {
  const page = new DOMParser().parseFromString(html, "text/html");
  return placesOf(of, page, new URL(address)).map(([node, item]) => [node.localName, item]);
};

test("an attribute is read of each node that is chosen, and of nobody around it", () => {
  const page = '<div data-id="9"><p class="post" data-id="1"></p><p class="post"><i data-id="8"></i></p><h2 class="post" data-id="2"></h2></div>';
  expect(placed(page, rule())).toEqual([["p", "1"], ["h2", "2"]]); // prettier-ignore
});

test("an address names one item, so only the first node that is chosen has a place", () => {
  const of = rule({ item_from: "url", item_key: "/t/{item}" });
  expect(placed('<h1 class="post"></h1><p class="post"></p>', of)).toEqual([["h1", "5"]]);
  expect(placed('<h1 class="post"></h1>', of, "https://host.example/about")).toEqual([]);
});

test("on another path a rule has no place", () => {
  expect(placed('<p class="post" data-id="1"></p>', rule({ path: "/x/*" }))).toEqual([]);
});

test("beside the page's own root, head and body there is no place", () => {
  const page = '<html data-id="1"><head data-id="2"><title data-id="3"></title></head><body data-id="4"><p data-id="5"></p></body></html>';
  expect(placed(page, rule({ selector: "*" }))).toEqual([["p", "5"]]);
});

const ours = () => [...document.querySelectorAll("earmark-duplicates,earmark-tags,earmark-choice,earmark-span,earmark-region")];
const items = () => ours().map((made) => made.getAttribute("item"));
const go = (path: string) => {
  history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
  return pass(200);
};

beforeEach(() => history.replaceState(null, "", "/"));
const begin = (...rules: PlacementRule[]) => {
  const guest = arrive();
  place(guest, rules);
  return guest;
};

test("one element stands beside each match, of the question's kind, with its item", () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p><p class="post" data-id="2"></p><p class="other" data-id="3"></p>';
  begin(rule());
  expect(ours().map((made) => [made.localName, made.getAttribute("question"), made.getAttribute("item"), made.previousElementSibling!.className])).toEqual([
    ["earmark-duplicates", "duplicate", "1", "post"],
    ["earmark-duplicates", "duplicate", "2", "post"],
  ]);
});

for (const [kind, name] of [["pair", "earmark-duplicates"], ["tags", "earmark-tags"], ["choice", "earmark-choice"], ["span", "earmark-span"], ["region", "earmark-region"]] as const)
  test(`a question of kind ${kind} is asked by ${name}`, () => {
    document.body.innerHTML = '<p class="post" data-id="1"></p>';
    begin(rule({ kind }));
    expect(ours().map(({ localName }) => localName)).toEqual([name]);
  }); // prettier-ignore

test("it may stand before", () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule({ where: "before", kind: "span" }));
  expect(ours()[0]!.nextElementSibling!.className).toBe("post");
  expect(groundNode(ours()[0] as Mark)!.className).toBe("post");
});

test("room is reserved where the rule says so, and only where nobody sees it come", () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p><p class="late" data-id="2"></p>';
  move(document.querySelector(".late")!, 5000, 20);
  begin(rule({ reserve_px: 240 }), rule({ selector: ".late", reserve_px: 120 }));
  expect(ours().map((made) => (made as HTMLElement).style.minHeight)).toEqual(["", "120px"]);
});

test("two rules may place beside one node, each once", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule(), rule({ question: "topics", kind: "tags" }));
  document.body.append(document.createElement("i"));
  await pass(200);
  expect(ours().map(({ localName }) => localName).sort()).toEqual(["earmark-duplicates", "earmark-tags"]);
});

test("two rules that find the same place for the same question and item put one element there", async () => {
  document.body.innerHTML = '<p class="post" data-id="1" data-other="2"></p>';
  const twice = [rule(), rule({ selector: "p" }), rule({ where: "before" }), rule({ item_key: "data-other" })];
  begin(...twice);
  document.body.append(document.createElement("i"));
  await pass(200);
  const found = ours().map((made) => [made.getAttribute("where"), made.getAttribute("item")]);
  expect(found).toEqual([["before", "1"], [null, "2"], [null, "1"]]); // prettier-ignore
});

test("nothing of the host's is touched: not an attribute, not a text, not the order of its nodes", async () => {
  document.body.innerHTML = '<main id="m"><h1>A</h1><p class="post" data-id="1">B <b>c</b></p><p class="post" data-id="2"></p></main>';
  const nodes = [...document.body.querySelectorAll("*")];
  const before = document.body.innerHTML;
  const guest = begin(rule(), rule({ where: "before", question: "topics", kind: "tags" }));
  await pass(200);
  expect(ours().length).toBe(4);
  ours().forEach((made) => made.remove());
  expect([...document.body.querySelectorAll("*")].every((each, at) => each === nodes[at])).toBe(true);
  expect(document.body.innerHTML).toBe(before);
  guest._destroy();
});

test("what has no item gets no element, until it has one", async () => {
  document.body.innerHTML = '<p class="post"></p>';
  begin(rule());
  expect(items()).toEqual([]);
  document.querySelector(".post")!.setAttribute("data-id", "5");
  await pass(200);
  expect(items()).toEqual(["5"]);
});

test("what comes late gets an element, once", async () => {
  begin(rule());
  document.body.insertAdjacentHTML("beforeend", '<p class="post" data-id="1"></p>');
  await pass(200);
  document.body.insertAdjacentHTML("beforeend", '<p class="post" data-id="2"></p>');
  await pass(200);
  expect(items()).toEqual(["1", "2"]);
});

test("what the host takes away takes its element along", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p><p class="post" data-id="2"></p>';
  begin(rule());
  document.querySelector(".post")!.remove();
  await pass(200);
  expect(items()).toEqual(["2"]);
});

test("an element that the host's rendering swept away stands again", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule());
  ours()[0]!.remove();
  await pass(200);
  expect(items()).toEqual(["1"]);
});

test("a copy of the page that holds elements of ours keeps them: each is taken over, none is added", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p><p class="post" data-id="2"></p>';
  begin(rule());
  const copy = document.body.cloneNode(true) as HTMLElement;
  const copies = [...copy.querySelectorAll("earmark-duplicates")];
  document.body.replaceChildren(...copy.childNodes);
  await pass(200);
  expect(ours().map((made) => copies.indexOf(made))).toEqual([0, 1]);
  document.querySelector(".post")!.setAttribute("data-id", "7");
  await pass(200);
  expect(items()).toEqual(["7", "2"]);
});

test("a page that the browser kept with elements of an earlier visit gets no second ones", () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p><earmark-duplicates question="duplicate" item="9" placed-by="earmark"></earmark-duplicates>';
  begin(rule());
  expect(items()).toEqual(["1"]);
});

test("an element that the host put there itself is not taken over", () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p><earmark-duplicates question="duplicate" item="9"></earmark-duplicates>';
  begin(rule());
  expect(items()).toEqual(["1", "9"]);
});

test("a page whose whole body was swapped is looked at anew", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule());
  document.body.innerHTML = '<p class="post" data-id="2"></p>';
  await pass(200);
  expect(items()).toEqual(["2"]);
});

test("a node that is used again for another item asks about that one, in the same element", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule());
  const [made] = ours();
  document.querySelector(".post")!.setAttribute("data-id", "2");
  await pass(200);
  expect(ours()[0] === made).toBe(true);
  expect(items()).toEqual(["2"]);
});

test("a node that fits no more loses its element", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule());
  document.querySelector(".post")!.className = "";
  document.body.append(document.createElement("i"));
  await pass(200);
  expect(items()).toEqual([]);
});

test("a node that is used again without an item loses its element", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule());
  document.querySelector(".post")!.removeAttribute("data-id");
  await pass(200);
  expect(items()).toEqual([]);
});

test("on another path elements go, and on the way back they come", async () => {
  history.replaceState(null, "", "/t/5");
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule({ path: "/t/*" }));
  expect(items()).toEqual(["1"]);
  await go("/about");
  expect(items()).toEqual([]);
  await go("/t/6");
  expect(items()).toEqual(["1"]);
});

test("where the address names the item, another address is another item", async () => {
  history.replaceState(null, "", "/t/5");
  document.body.innerHTML = '<p class="post"></p>';
  begin(rule({ path: "/t/*", item_from: "url", item_key: "/t/{item}" }));
  await go("/t/a%20b");
  expect(items()).toEqual(["a b"]);
});

test("the page's own word brings a look where nobody could see a change", async () => {
  document.body.innerHTML = '<p data-id="1"></p>';
  begin(rule());
  document.querySelector("p")!.className = "post";
  await pass(200);
  expect(items()).toEqual([]);
  dispatchEvent(new Event("earmark:scan"));
  await pass(200);
  expect(items()).toEqual(["1"]);
});

test("a selector that this browser does not know places nothing and stops nothing", () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule({ selector: ":::nonsense(" }), rule());
  expect(items()).toEqual(["1"]);
});

test("no rule places anything within an element of ours", () => {
  document.body.innerHTML = '<earmark-tags><p class="post" data-id="1"></p></earmark-tags>';
  begin(rule());
  expect(document.querySelector("earmark-duplicates")).toBeNull();
});

test("many changes of one moment are looked at once, and our own are no news", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  begin(rule());
  await pass(200);
  const look = vi.spyOn(document, "querySelectorAll");
  const looks = () => look.mock.calls.filter(([selector]) => selector === ".post").length;
  for (let n = 2; n < 50; n++) document.body.insertAdjacentHTML("beforeend", `<p class="post" data-id="${n}"></p>`);
  await pass(200);
  expect(looks()).toBe(1);
  await pass(1000);
  expect(looks()).toBe(1);
});

test("with the guest its elements go, and none come any more", async () => {
  document.body.innerHTML = '<p class="post" data-id="1"></p>';
  const guest = begin(rule());
  guest._destroy();
  expect(items()).toEqual([]);
  document.body.append(document.createElement("i"));
  await go("/elsewhere");
  expect(items()).toEqual([]);
});
