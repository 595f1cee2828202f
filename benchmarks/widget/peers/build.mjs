// Bundles the peers as a host's build would: `node peers/build.mjs <folder>`.
import { build } from "esbuild";
import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = process.argv[2];
await build({
  entryPoints: ["sentry", "posthog", "recogito", "annotorious"].map((name) => join(here, `${name}.js`)),
  bundle: true, minify: true, format: "iife", target: "es2022", legalComments: "none", outdir,
  define: { __SENTRY_DEBUG__: "false", __SENTRY_TRACING__: "false" },
}); // prettier-ignore
copyFileSync(join(here, "../node_modules/posthog-js/dist/surveys.js"), join(outdir, "surveys.js"));
