import { afterEach, expect, test, vi } from "vitest";
import type { Page } from "@/config";
import { install } from "@/install";
import type { EarmarkFunction, Options } from "../../widget/types/earmark";
import { aPage, BASE, button, made, pass, server } from "./page";

aPage();

let earmark: EarmarkFunction;
const begin = (more: Partial<Options> = {}) => (earmark = install({ key: "pk", base: BASE, identity: "ann", ...more }));
afterEach(() => earmark?.("destroy"));

const element = (item = "5") => {
  const mark = document.createElement("earmark-duplicates");
  mark.setAttribute("item", item);
  mark.setAttribute("question", "duplicate");
  return document.body.appendChild(mark);
};
const text = (mark: Element) => mark.shadowRoot?.textContent ?? "";
/** Wait until the core, which is brought by itself, has done its work. */
const brought = () => vi.waitFor(() => expect(server.at("session").length).toBeGreaterThan(0), { timeout: 10_000 }).then(() => pass());

test("it is the one guest of the page, also when installed again, or after a script tag", () => {
  expect(begin()).toBe((window as Page).earmark);
  expect(install({ key: "other", base: "/" })).toBe(earmark);
  void earmark("destroy");
  const tag = made();
  expect(install({ key: "pk", base: BASE })).toBe(tag);
  delete (window as Page).earmark;
});

test("it sleeps, and asks the host to sign for nobody, until an element stands in the page", async () => {
  const identity = vi.fn(async () => "ann");
  begin({ identity });
  await pass(5000);
  expect([server.received, identity.mock.calls]).toEqual([[], []]); // prettier-ignore
  const mark = element();
  await brought();
  expect(text(mark)).toContain("Thread 1");
  expect(identity).toHaveBeenCalledOnce();
});

test("a call wakes it, and is answered", async () => {
  begin();
  const answer = earmark("suggest", { question: "duplicate", item: "5" });
  await brought();
  expect(await answer).toMatchObject({ exposure: "shown-5" });
});

test("with rules on the server it begins at once", async () => {
  begin({ rules: true });
  await brought();
  expect(server.at("session")).toMatchObject([{ key: "pk", identity: "ann" }]);
});

for (const [base, becomes] of [["https://e.example/w", "https://e.example/w/"], ["https://e.example/w/", "https://e.example/w/"], ["/w//", "/w/"]])
  test(`${base} is the folder ${becomes}`, () => {
    begin({ base: base! });
    expect((window as Page).earmark!.settings.base).toBe(becomes);
  }); // prettier-ignore

test("where the host cannot sign, the page stays as it is and nothing is thrown into it", async () => {
  server.refusals = [1, 2, 3].map(() => ({ path: "session", status: 401, code: "identity_invalid" }));
  begin({ identity: () => Promise.reject(new Error("signed out")) });
  const mark = element();
  await brought();
  expect(server.at("session")[0].identity).toBe("");
  expect(mark.shadowRoot?.querySelector("section a")).toBeNull();
});

test("a word that holds no longer is asked for anew, at most once a minute, and what stands stays", async () => {
  const identity = vi.fn(async () => `word-${identity.mock.calls.length}`);
  server.session = { annotator: "ann" };
  begin({ identity });
  const mark = element();
  await brought();
  document.dispatchEvent(new CustomEvent("earmark:identity"));
  document.dispatchEvent(new CustomEvent("earmark:identity"));
  await pass();
  expect(identity).toHaveBeenCalledTimes(2);
  expect(server.at("session").map((body) => body.identity)).toEqual(["word-1", "word-2"]);
  expect(text(mark)).toContain("Thread 1");
  expect(server.at("suggest").length).toBe(1);
  await pass(60_000);
  document.dispatchEvent(new CustomEvent("earmark:identity"));
  await pass();
  expect(identity).toHaveBeenCalledTimes(3);
});

test("where the host signs for another person by then, nothing of the one before stands any more", async () => {
  const identity = vi.fn(async () => (identity.mock.calls.length > 1 ? "ben" : "ann"));
  begin({ identity });
  const mark = element();
  await brought();
  button(mark.shadowRoot!, "Same").click();
  await pass();
  expect(text(mark)).toContain("Undo");
  document.dispatchEvent(new CustomEvent("earmark:identity"));
  await pass(1000);
  expect(text(mark)).toContain("Thread 1");
  expect(text(mark)).not.toContain("Undo");
  expect(server.at("suggest").at(-1).token).toContain("ben");
});

test("an element that got nothing, since the word did not hold, gets it with the next one", async () => {
  server.refusals = [{ path: "session", status: 401, code: "identity_expired" }];
  begin({ identity: async () => "ann" });
  const mark = element();
  await brought();
  await pass(5000);
  expect(text(mark)).toContain("Thread 1");
});

test("destroyed, it is gone at once; later calls are refused, and another may follow in the same breath", async () => {
  begin();
  const mark = element();
  await brought();
  const first = earmark;
  void first("destroy");
  expect("earmark" in window).toBe(false);
  expect(mark.shadowRoot!.childElementCount).toBe(0);
  await expect(first("suggest", { question: "duplicate", item: "5" })).rejects.toThrow("earmark: it was destroyed.");
  begin({ identity: "ben" });
  await vi.waitFor(() => expect(server.at("session").length).toBe(2), { timeout: 10_000 });
  await pass();
  expect(text(mark)).toContain("Thread 1");
  void first("destroy");
  expect((window as Page).earmark).toBe(earmark);
});

test("destroyed while the core is on its way, it never begins", async () => {
  begin({ rules: true });
  void earmark("destroy");
  await vi.dynamicImportSettled();
  await pass(1000);
  expect(server.received).toEqual([]);
});

test("answers of people leave with the goodbye", async () => {
  begin();
  const mark = element();
  await brought();
  button(mark.shadowRoot!, "Same").click();
  void earmark("destroy");
  await pass();
  expect(server.events).toMatchObject([{ type: "judge", candidate: "1" }]);
});

for (const then of ["ben", ""])
  test(`a word that was asked for before the host said ${then ? "who came" : "that nobody is there"} counts no more`, async () => {
    let give: (word: string) => void = () => {};
    const identity = vi.fn(() => (identity.mock.calls.length > 1 ? new Promise<string>((on) => (give = on)) : Promise.resolve("ann")));
    begin({ identity });
    element();
    await brought();
    await pass(61_000);
    document.dispatchEvent(new CustomEvent("earmark:identity"));
    await pass(10);
    void earmark("identify", then).catch(() => {});
    await pass(500);
    server.received.length = 0;
    give("ann");
    await pass(2000);
    expect([(window as Page).earmark!.settings.identity, server.at("session")]).toEqual([then, []]);
  });
