// Builds dist/: earmark.js (the loader), the core and the chunks it brings, under names that hold a hash
// over all of them and never change. `--check` builds beside and compares. `manage.py widget_size` weighs what is served.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

const CHUNKS = {
  earmark: "loader",
  core: "core",
  answers: "answers",
  duplicates: "elements/duplicates",
  tags: "elements/tags",
  choice: "elements/choice",
  find: "find",
  menu: "menu",
  place: "place",
  calls: "calls",
  desk: "desk",
  de: "strings/de",
  es: "strings/es",
  ar: "strings/ar",
};
const PLACEHOLDER = "__edition__"; // stands in the chunks for the hash over all of them, until that is known
const SMALLER = {
  ecma: 2020,
  module: true,
  compress: { passes: 3, unsafe: true, unsafe_arrows: true, unsafe_methods: true, keep_fargs: false, pure_getters: true },
  mangle: { module: true },
};

// Names that begin with _ are ours alone; the cache gives each the same short name in every chunk.
const names = {};

async function bundle(entry, format) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [`src/${entry}.ts`],
    bundle: true,
    minify: true,
    format,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    write: false,
    define: { EDITION: JSON.stringify(PLACEHOLDER) },
    mangleProps: /^_[a-z]/,
    mangleCache: names,
  });
  Object.assign(names, result.mangleCache);
  const oneLine = result.outputFiles[0].text.replace(/([};"`])(?:\\n|\n)/g, "$1"); // the line ends of style sheets
  return (await minify(oneLine, SMALLER)).code;
}

async function files() {
  const made = {};
  for (const [name, entry] of Object.entries(CHUNKS)) made[name] = await bundle(entry, name === "earmark" ? "iife" : "esm");
  const edition = createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, 10);
  const written = {};
  const manifest = {};
  for (const [name, code] of Object.entries(made)) {
    manifest[`${name}.js`] = `${name}.${edition}.js`;
    written[`${name}.${edition}.js`] = Buffer.from(code.replaceAll(PLACEHOLDER, edition));
  }
  written["manifest.json"] = Buffer.from(JSON.stringify(manifest, null, 2) + "\n");
  return written;
}

const written = await files();
if (process.argv.includes("--check")) {
  const found = Object.fromEntries(readdirSync(dist).map((name) => [name, readFileSync(join(dist, name))]));
  const same =
    Object.keys(found).length === Object.keys(written).length &&
    Object.entries(written).every(([name, bytes]) => found[name]?.equals(bytes));
  if (!same) {
    console.error("widget/dist is not what the sources make; run `npm run build` in widget/ and commit it.");
    process.exit(1);
  }
} else {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  for (const [name, bytes] of Object.entries(written)) writeFileSync(join(dist, name), bytes);
}
