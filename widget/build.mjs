// Builds dist/: earmark.js (the loader), what a page begins with and the chunks that this brings, under names that hold a hash
// over all of them and never change; and esm/: the same as a package for hosts that bundle, which is not committed.
// `--check` builds both beside and compares dist/; `--package` writes esm/ alone. `manage.py widget_size` weighs what is served.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const esm = join(here, "esm");

const CHUNKS = {
  earmark: "loader",
  core: "core",
  answers: "answers",
  duplicates: "elements/duplicates",
  tags: "elements/tags",
  choice: "elements/choice",
  region: "elements/region",
  draw: "draw",
  span: "elements/span",
  chooser: "chooser",
  lines: "lines",
  anchors: "anchors/find",
  read: "read",
  find: "find",
  menu: "menu",
  place: "place",
  calls: "calls",
  desk: "desk",
  de: "strings/de",
  es: "strings/es",
  ar: "strings/ar",
  de_spots: "strings/de_spots",
  es_spots: "strings/es_spots",
  ar_spots: "strings/ar_spots",
  de_desk: "strings/de_desk",
  es_desk: "strings/es_desk",
  ar_desk: "strings/ar_desk",
  de_own: "strings/de_own",
  es_own: "strings/es_own",
  ar_own: "strings/ar_own",
};
// What a page can begin with: one file that holds the core, the answers and a kind, so that it comes at once.
const FIRST = ["duplicates", "tags", "choice", "span", "region"].map((kind) => [`with_${kind}`, kind]);
const first = (kind) => `import { start as begin } from "./core";
import { answers } from "./answers";
import { kind } from "./elements/${kind}";
export const start = (earmark) => begin(earmark, { answers: { answers }, ${kind}: { kind } });`;
// What is asked of the core's chunk from outside, since others build with that module.
const CODE = { core: 'export { start, wait } from "./core";', ...Object.fromEntries(FIRST.map(([name, kind]) => [name, first(kind)])) };
const source = (entry) => (CODE[entry] ? { stdin: { contents: CODE[entry], resolveDir: join(here, "src") } } : { entryPoints: [`src/${entry}.ts`] });
// Most functions of these run before the first list stands: compiled with the file, on another thread, not one by one as they are called.
const RUNS_WHOLE = [...Object.keys(CODE), "chooser", "draw"];
const HINT = "//# allFunctionsCalledOnLoad\n";
const PLACEHOLDER = "__edition__"; // stands in the chunks for the hash over all of them, until that is known
const SMALLER = {
  ecma: 2020,
  module: true,
  compress: { passes: 3, unsafe: true, unsafe_arrows: true, keep_fargs: false, pure_getters: true },
  mangle: { module: true },
};

// Names that begin with _ are ours alone; the cache gives each the same short name in every chunk.
const names = {};

const HOW = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  write: false,
  mangleProps: /^_[a-z]/,
};

async function smaller(text) {
  const oneLine = text.replace(/([};"`])(?:\\n|\n)/g, "$1"); // the line ends of style sheets
  return (await minify(oneLine, SMALLER)).code;
}

async function bundle(entry, format) {
  const result = await build({
    ...HOW, ...source(entry), format, define: { EDITION: JSON.stringify(PLACEHOLDER) }, mangleCache: names,
  }); // prettier-ignore
  Object.assign(names, result.mangleCache);
  return (RUNS_WHOLE.includes(entry) ? HINT : "") + (await smaller(result.outputFiles[0].text));
}

// In the package chunks come with the host's bundle.
const chunksWithin = {
  name: "chunks within",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/bring$/ }, () => ({ path: join(here, "src/packed.ts") })),
};

async function packed() {
  const { outputFiles } = await build({
    ...HOW, entryPoints: { index: "src/install.ts" }, format: "esm", splitting: true, outdir: esm, chunkNames: "[name]-[hash]", plugins: [chunksWithin],
  }); // prettier-ignore
  const made = await Promise.all(outputFiles.map(async ({ path, text }) => [basename(path), Buffer.from(await smaller(text))]));
  return Object.fromEntries(made);
}

async function files() {
  const made = {};
  // What a page begins with comes first, so that the names it uses most are the shortest.
  for (const [name, entry] of Object.entries({ ...Object.fromEntries(FIRST.map(([file]) => [file, file])), ...CHUNKS })) made[name] = await bundle(entry, name === "earmark" ? "iife" : "esm");
  const edition = createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, 6);
  const written = {};
  const manifest = {};
  for (const [name, code] of Object.entries(made)) {
    manifest[`${name}.js`] = `${name}.${edition}.js`;
    written[`${name}.${edition}.js`] = Buffer.from(code.replaceAll(PLACEHOLDER, edition));
  }
  written["manifest.json"] = Buffer.from(JSON.stringify(manifest, null, 2) + "\n");
  return written;
}

function write(folder, content) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(content)) writeFileSync(join(folder, name), bytes);
}

function isCurrent(written) {
  const found = Object.fromEntries(readdirSync(dist).map((name) => [name, readFileSync(join(dist, name))]));
  return (
    Object.keys(found).length === Object.keys(written).length && Object.entries(written).every(([name, bytes]) => found[name]?.equals(bytes))
  );
}

const asked = process.argv.slice(2);
if (!asked.includes("--package")) {
  const written = await files();
  if (!asked.includes("--check")) write(dist, written);
  else if (!isCurrent(written)) {
    console.error("widget/dist is not what the sources make; run `npm run build` in widget/ and commit it.");
    process.exit(1);
  }
}
const content = await packed();
if (!asked.includes("--check")) write(esm, content);
