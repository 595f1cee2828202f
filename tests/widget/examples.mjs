// Bundles the hosts of examples/, and a bare page, with the package as it is packed: `node examples.mjs <folder> <threads as JSON>`.
// Each gets <folder>/<host>/: client.js with its chunks, the example's style sheet, and a page as its server renders it.
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const widget = join(root, "widget");
const need = createRequire(join(widget, "package.json"));
const { build } = need("esbuild");
const [folder, threads] = [process.argv[2], JSON.parse(process.argv[3])];

/** What @vitejs/plugin-vue does, for components of one script set-up and one template. */
const vueComponents = (isServer) => ({
  name: "vue components",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.vue$/ }, ({ path }) => {
      const { compileScript, parse } = need("vue/compiler-sfc");
      const compilerOptions = { isCustomElement: (tag) => tag.startsWith("earmark-") };
      const { descriptor } = parse(readFileSync(path, "utf8"), { filename: path, templateParseOptions: compilerOptions });
      const templateOptions = { ssr: isServer, ssrCssVars: [], compilerOptions };
      return { contents: compileScript(descriptor, { id: path, inlineTemplate: true, templateOptions }).content, loader: "ts" };
    }),
});

async function bundle(entryPoints, outdir, isServer = false) {
  await build({
    entryPoints, outdir, bundle: true, format: isServer ? "cjs" : "esm", splitting: !isServer, platform: isServer ? "node" : "browser", target: "es2022",
    outExtension: isServer ? { ".js": ".cjs" } : {}, jsx: "automatic", jsxDev: true, nodePaths: [join(widget, "node_modules")],
    alias: { "earmark-widget": join(widget, "esm/index.js") }, plugins: [vueComponents(isServer)],
    define: {
      "process.env.NODE_ENV": '"development"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "true",
    },
  }); // prettier-ignore
}

async function example(name, client, server) {
  const from = join(root, "examples", name);
  const to = join(folder, name);
  await Promise.all([bundle({ client: join(from, client) }, to), bundle({ server: join(from, server) }, to, true)]);
  copyFileSync(join(from, "src/forum.css"), join(to, "forum.css"));
  const { render } = need(join(to, "server.cjs"));
  const html = readFileSync(join(from, "index.html"), "utf8").replace("/src/forum.css", "/files/forum.css").replace(/\/src\/client\.tsx?/, "/files/client.js");
  for (const { id } of threads) {
    const given = { threads, path: `/t/${id}`, earmark: { key: "", base: "/w/" } };
    const rendered = await render(given);
    writeFileSync(join(to, `${id}.html`), html.replace("<!--rendered-->", () => rendered).replace("<!--given-->", () => JSON.stringify(given)));
  }
}

async function bare() {
  const to = join(folder, "bare");
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, "entry.js"), 'import { install } from "earmark-widget"; window.install = install;');
  await bundle({ client: join(to, "entry.js") }, to);
  const page = '<!doctype html><html lang="en"><title>Bare</title><link rel="icon" href="data:,"><main></main><script type="module" src="/files/client.js"></script></html>';
  for (const { id } of threads) writeFileSync(join(to, `${id}.html`), page);
}

execFileSync("node", ["build.mjs", "--package"], { cwd: widget });
await Promise.all([bare(), example("react", "src/client.tsx", "src/server.tsx"), example("vue", "src/client.ts", "src/server.ts")]);
