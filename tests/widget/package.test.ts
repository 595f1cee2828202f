// @vitest-environment node
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";

const widget = join(dirname(fileURLToPath(import.meta.url)), "../../widget");
const esm = join(widget, "esm");
const DOOR_BYTES = 1024;

beforeAll(() => void execFileSync("node", ["build.mjs", "--package"], { cwd: widget }));

test("what package.json promises is packed", () => {
  const { exports, types, files } = JSON.parse(readFileSync(join(widget, "package.json"), "utf8"));
  for (const path of [types, ...Object.values<Record<string, string>>(exports).flatMap((way) => Object.values(way))]) {
    expect(existsSync(join(widget, path)), path).toBe(true);
    expect(files).toContain(path.split("/")[1]);
  }
});

test("on a server it is imported and installed without a page, and refuses calls that nobody has to hear", () => {
  const script = `
    import { install } from ${JSON.stringify(pathToFileURL(join(esm, "index.js")).href)};
    const earmark = install({ key: "pk", base: "/w/" });
    void earmark("strings", {});
    await earmark("suggest", {}).then(() => process.exit(1), (why) => console.log(why.message));`;
  const said = execFileSync("node", ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(said).toBe("earmark: there is no page on a server.\n");
});

test("every chunk lies in the package and none is brought from a server", () => {
  for (const name of readdirSync(esm)) {
    const code = readFileSync(join(esm, name), "utf8");
    const brought = [...code.matchAll(/\bimport\(([^)]*)\)|\bfrom\s*"([^"]*)"/g)].map(([, late, early]) => late?.slice(1, -1) ?? early!);
    for (const path of brought) expect(existsSync(join(esm, path)), `${name}: ${path}`).toBe(true);
  }
});

test("a host's own bundle grows by no more than the door", () => {
  const early = readFileSync(join(esm, "index.js"), "utf8");
  expect(early).not.toMatch(/\bfrom\s*"/);
  expect(gzipSync(early, { level: 9 }).length).toBeLessThanOrEqual(DOOR_BYTES);
});
