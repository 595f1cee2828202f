import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Call, Earmark, Page } from "@/config";

const KINDS = ["duplicates", "tags", "choice", "span", "region"];
const fileOf = (name: string) => `https://host.example/assets/w/${name}.test.js`;
const CORE = fileOf("core");
/** Firefox remembers of an address that nothing came of it, for as long as the page lives: the same file has another one now. */
const AGAIN = CORE + "#";
/** The files that were brought, by name. */
const brought: string[] = [];
const started: Earmark[] = [];
let script: HTMLScriptElement;

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("EDITION", "test");
  for (const name of ["core", ...KINDS.map((kind) => `with_${kind}`)])
    vi.doMock(fileOf(name), () => ({ start: (earmark: Earmark) => [started.push(earmark), brought.push(name)] }));
  script = document.createElement("script");
  Object.defineProperty(script, "src", { value: "https://host.example/assets/w/earmark.js" });
  Object.defineProperty(document, "currentScript", { get: () => script, configurable: true });
  started.length = brought.length = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
  delete (window as Page).earmark;
});

const soon = () => new Promise((on) => setTimeout(on, 20)).then(() => vi.dynamicImportSettled());
/** Wait until the core was brought, and check that it began once, with this guest. */
async function hasBegun(earmark: Earmark): Promise<void> {
  await vi.waitFor(() => expect(started.length).toBe(1), { timeout: 10_000 });
  await soon();
  expect(started.length).toBe(1);
  expect(started[0]).toBe(earmark);
}
async function load(data: DOMStringMap = {}): Promise<Earmark> {
  Object.assign(script.dataset, data);
  await import("@/loader");
  await soon();
  return (window as Page).earmark!;
}

test("a page without a place for us brings nothing more", async () => {
  await load();
  expect(started).toEqual([]);
});

test("what the tag says becomes the settings, and the chunks are beside the script", async () => {
  const { settings } = await load({ key: "pk", identity: "jwt", lang: "ar" });
  expect(settings).toEqual({ key: "pk", identity: "jwt", lang: "ar", base: "https://host.example/assets/w/" });
});

for (const kind of KINDS)
  test(`an element for ${kind} that stands in the page brings the core and what it needs in one file`, async () => {
    document.body.append(document.createElement(`earmark-${kind}`));
    const earmark = await load();
    await hasBegun(earmark);
    expect(brought).toEqual([`with_${kind}`]);
  });

test("an element that comes later brings the core, once", async () => {
  const earmark = await load();
  const host = document.createElement("main");
  document.body.append(host);
  await soon();
  expect(started).toEqual([]);
  host.append(document.createElement("earmark-tags"));
  await soon();
  host.append(document.createElement("earmark-choice"));
  await soon();
  await hasBegun(earmark);
  expect(brought).toEqual(["with_tags"]);
});

test("a page with rules of the server brings the core at once", async () => {
  const earmark = await load({ rules: "" });
  await hasBegun(earmark);
  expect(brought).toEqual(["core"]);
});

test("calls before the core bring it, and are kept in order with their promises", async () => {
  const earmark = await load();
  const answer = earmark("search", { query: "a" });
  void earmark("pause");
  await soon();
  await hasBegun(earmark);
  expect(earmark.calls.map(([args]) => args)).toEqual([["search", { query: "a" }], ["pause"]]);
  earmark.calls[0]![1](["found"]);
  expect(await answer).toEqual(["found"]);
});

test("a call that the core refuses rejects", async () => {
  const earmark = await load();
  const answer = earmark("nonsense");
  earmark.calls[0]![2](new Error("there is no such call"));
  await expect(answer).rejects.toThrow("no such call");
});

test("calls after the core go to it at once", async () => {
  const earmark = await load();
  earmark.take = vi.fn(([, done]: Call) => done(1));
  expect(await earmark("pause", true)).toBe(1);
  expect(vi.mocked(earmark.take).mock.calls[0]![0][0]).toEqual(["pause", true]);
  expect(earmark.calls).toEqual([]);
});

test("loaded twice, the first stays and the second does nothing", async () => {
  const first = await load({ key: "one" });
  vi.resetModules();
  const second = await load({ key: "two", rules: "" });
  expect(second).toBe(first);
  expect(second.settings.key).toBe("one");
  expect(started).toEqual([]);
});

test("taken away while the core is on its way, it does not begin", async () => {
  script.dataset.rules = "";
  await import("@/loader");
  delete (window as Page).earmark;
  await soon();
  expect(started).toEqual([]);
});

test("a core that cannot be had leaves the page as it was", async () => {
  vi.doMock(CORE, () => {
    throw new Error("Failed to fetch dynamically imported module");
  });
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  await load({ rules: "" });
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("a core that cannot be had is asked for again when the connection is back, and takes the calls that waited", async () => {
  vi.doMock(CORE, () => {
    throw new Error("Failed to fetch dynamically imported module");
  });
  const earmark = await load();
  void earmark("suggest");
  await soon();
  window.dispatchEvent(new Event("online"));
  await soon();
  vi.doMock(AGAIN + "#", () => ({ start: (by: unknown) => started.push(by as never) }));
  window.dispatchEvent(new Event("online"));
  await soon();
  window.dispatchEvent(new Event("online"));
  await soon();
  expect(started).toEqual([earmark]);
  expect(earmark.calls.map(([args]) => args)).toEqual([["suggest"]]);
});

test("a core that failed is asked for again by the next call", async () => {
  vi.doMock(CORE, () => {
    throw new Error("503");
  });
  const earmark = await load({ rules: "" });
  vi.doMock(AGAIN, () => ({ start: (by: unknown) => started.push(by as never) }));
  void earmark("suggest");
  await hasBegun(earmark);
});

test("where the script is a module, and so unknown, the page's own address is the base", async () => {
  Object.defineProperty(document, "currentScript", { get: () => null, configurable: true });
  const { settings } = await load();
  expect(settings).toEqual({ key: "", identity: "", lang: "", base: new URL(".", location.href).href });
});
