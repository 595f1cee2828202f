// @vitest-environment node
// What is served: the chunks in widget/dist, as they are.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const DIST = join(dirname(fileURLToPath(import.meta.url)), "../../widget/dist");
const files = readdirSync(DIST).filter((name) => name.endsWith(".js"));
const codeOf = (name: string) => readFileSync(join(DIST, name), "utf8");
const manifest = JSON.parse(readFileSync(join(DIST, "manifest.json"), "utf8")) as Record<string, string>;

test("the manifest names every file, and all bear the hash of one build", () => {
  expect(Object.values(manifest).sort()).toEqual(files.sort());
  expect(new Set(files.map((name) => name.split(".")[1])).size).toBe(1);
});

const FORBIDDEN = {
  "writes markup": /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTMLUnsafe|createContextualFragment/,
  "runs text as code": /\beval\b|new Function|Function\(|setTimeout\(["'`]|javascript:/,
  "touches cookies": /document\.cookie|cookieStore|credentials:"include"/,
  "keeps anything beyond the tab": /localStorage|indexedDB|caches\.open|serviceWorker/,
  "sets a style as an attribute or a sheet as a node": /style=|setAttribute\("style"|createElement\("(?:style|link|script|iframe)"\)|"(?:style|link|script|iframe)",\{/,
  "asks for anything by another way than fetch": /XMLHttpRequest|WebSocket|EventSource|new Image|\bwith\(/,
  "names an address of its own": /https?:\/\/(?!www\.w3\.org\/2000\/svg)[a-z]/i,
  "leaves a word for whoever opens the console": /console\.|debugger|sourceMappingURL/,
  "has a placeholder left": /__edition__/,
};
const MAY: Record<string, string[]> = { "keeps anything beyond the tab": ["desk"] }; // which person one is on the desk, and how one works there
for (const name of files)
  for (const [what, pattern] of Object.entries(FORBIDDEN))
    if (!MAY[what]?.includes(name.split(".")[0]!))
      test(`${name.split(".")[0]}.js never ${what}`, () => expect(codeOf(name).match(pattern)?.[0]).toBeUndefined());

test("no name of a file is one that blockers look for", () => {
  for (const name of [...files, ...Object.keys(manifest)]) expect(name).not.toMatch(/track|survey|analytic|beacon|metric|stat|pixel|\bads?\b|telemetry/i);
});
