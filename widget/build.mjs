// Builds dist/: earmark.js (the loader), core and one chunk a kind, under hashed names that never change.
// `--check` builds beside and compares; `--size` prints gzipped sizes. Both fail over budget.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const BUDGET_BYTES = { "earmark.js": 1024, "core.js": 5 * 1024, "duplicates.js": 4 * 1024 };

async function bundle(entry, format, names) {
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
    define: Object.fromEntries(Object.entries(names).map(([key, value]) => [key, JSON.stringify(value)])),
    mangleProps: /^_[a-z]/,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

const hashed = (name, bytes) =>
  name.replace(".js", `.${createHash("sha256").update(bytes).digest("hex").slice(0, 10)}.js`);

export async function files() {
  const duplicates = await bundle("elements/duplicates", "esm", {});
  const duplicatesName = hashed("duplicates.js", duplicates);
  const core = await bundle("core", "esm", { DUPLICATES_FILE: duplicatesName });
  const coreName = hashed("core.js", core);
  const loader = await bundle("loader", "iife", { CORE_FILE: coreName });
  const loaderName = hashed("earmark.js", loader);
  const manifest = { "core.js": coreName, "duplicates.js": duplicatesName, "earmark.js": loaderName };
  return {
    bundles: { "earmark.js": loader, "core.js": core, "duplicates.js": duplicates },
    written: {
      [coreName]: core,
      [duplicatesName]: duplicates,
      [loaderName]: loader,
      "manifest.json": Buffer.from(JSON.stringify(manifest, null, 2) + "\n"),
    },
  };
}

const { bundles, written } = await files();
let isOver = false;
let total = 0;
for (const [name, bytes] of Object.entries(bundles)) {
  const size = gzipSync(bytes, { level: 9 }).length;
  total += size;
  isOver ||= size > BUDGET_BYTES[name];
  console.log(`${name}: ${size} of ${BUDGET_BYTES[name]} bytes gzipped`);
}
console.log(`a duplicates page: ${total} of ${10 * 1024} bytes gzipped`);
if (isOver || total > 10 * 1024) {
  console.error("The bundle is over its budget.");
  process.exit(1);
}
if (process.argv.includes("--check")) {
  const found = Object.fromEntries(readdirSync(dist).map((name) => [name, readFileSync(join(dist, name))]));
  const same =
    Object.keys(found).length === Object.keys(written).length &&
    Object.entries(written).every(([name, bytes]) => found[name]?.equals(bytes));
  if (!same) {
    console.error("widget/dist is not what the sources make; run `npm run build` in widget/ and commit it.");
    process.exit(1);
  }
} else if (!process.argv.includes("--size")) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  for (const [name, bytes] of Object.entries(written)) writeFileSync(join(dist, name), bytes);
}
