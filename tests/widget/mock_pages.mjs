// The pages of the hosts that the widget is tried on, filled in and under the policy that each asks for.
import { createRequire } from "node:module";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const widget = join(here, "../../widget");
const need = createRequire(join(widget, "package.json"));

const KINDS = {
  duplicates: { tag: "earmark-duplicates", question: "duplicate" },
  tags: { tag: "earmark-tags", question: "topics" },
  choice: { tag: "earmark-choice", question: "tone" },
  span: { tag: "earmark-span", question: "products" },
  region: { tag: "earmark-region", question: "parts" },
};
const PICTURE = '<img src="/pictures/shot.svg" width="640" height="344" alt="A mail window with its Message menu open" />';
const DEFAULTS = {
  key: "ok", identity: "someone", lang: "en", words: "", dir: "ltr", scheme: "light dark", host: "plain", kind: "duplicates", item: "asked",
  attributes: "", policy: "strict", loader: "yes", route: "",
}; // prettier-ignore
/** A host that sets markup from text needs its own policy without Trusted Types. */
const OWN_POLICY = { "swap.html": "nonces-only" };

/** Policies: `strict` = strict CSP and Trusted Types 'none'; `dynamic` = nonces with 'strict-dynamic' instead of 'self'. */
function policyOf(name, nonce, { origin, elsewhere }) {
  const scripts = name === "dynamic" ? `'nonce-${nonce}' 'strict-dynamic'` : `'self' 'nonce-${nonce}' ${elsewhere}`;
  const rules = [
    "default-src 'none'", `script-src ${scripts}`, `style-src 'nonce-${nonce}'`, `connect-src 'self' ${elsewhere}`,
    `frame-src 'self' ${elsewhere}`, `img-src data: ${origin}/pictures/ ${elsewhere}/pictures/`, "base-uri 'none'", "form-action 'self'",
  ]; // prettier-ignore
  if (name !== "nonces-only") rules.push("require-trusted-types-for 'script'", "trusted-types 'none'");
  return rules.join("; ");
}

const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function loaderOf({ key, identity, words, loader }, nonce, base, more = "") {
  if (loader === "no") return "";
  const lang = words ? ` data-lang="${escaped(words)}"` : "";
  return `<script async nonce="${nonce}" src="${base}/earmark.js" data-key="${escaped(key)}" data-identity="${escaped(identity)}"${lang}${more}></script>`;
}

/** Return a page and its headers. `query` fills in: kind, item, key, identity, words (language of the widget), lang, dir, scheme, host, policy, loader. */
export async function page(path, query, { origin, elsewhere }) {
  const [name, ...route] = path.split("/");
  const file = join(here, "pages", `${name.replace(/[^\w-]/g, "")}.html`);
  if (!existsSync(file)) return undefined;
  const nonce = randomBytes(12).toString("base64");
  const given = { ...DEFAULTS, ...query, route: route.join("/") };
  const { tag, question } = KINDS[given.kind] ?? KINDS.duplicates;
  const filled = {
    ...Object.fromEntries(Object.entries(given).map(([key, value]) => [key, escaped(value)])),
    tag, question: escaped(query.question ?? question), thread: escaped(route.at(-1) ?? ""), nonce, origin, elsewhere,
    picture: given.kind === "region" ? PICTURE : "",
    attributes: given.attributes.replace(/[^\w -]/g, ""),
    query: escaped(new URLSearchParams(query).toString()),
    loader: loaderOf(given, nonce, "/w"), loaderElsewhere: loaderOf(given, nonce, `${elsewhere}/w`), loaderOlder: loaderOf(given, nonce, "/older"), loaderRules: loaderOf(given, nonce, "/w", " data-rules"),
    react: name === "react" ? await renderedByReact(given) : "",
  }; // prettier-ignore
  const html = readFileSync(file, "utf8").replace(/\$(\w+)/g, (all, word) => filled[word] ?? all);
  const policy = query.policy ?? OWN_POLICY[`${name}.html`] ?? "strict";
  return { html, headers: { "Content-Security-Policy": policyOf(policy, nonce, { origin, elsewhere }), "Cache-Control": "no-cache" } };
}

/** Return a style sheet, script or picture of a host, or a file of an npm package, by its path; undefined where there is none. */
export async function file(path) {
  if (path === "react_client.js") return bundledReact();
  const inside = path.match(/^modules\/(tailwindcss\/preflight\.css)$/)?.[1];
  const picture = path.match(/^pictures\/([\w-]+\.(?:svg|png))$/)?.[1];
  if (picture) return existsSync(join(here, "pages/pictures", picture)) ? readFileSync(join(here, "pages/pictures", picture)) : undefined;
  const found = inside ? join(widget, "node_modules", inside) : join(here, "pages", path.replace(/[^\w.-]/g, ""));
  return /\.(css|js|mjs)$/.test(found) && existsSync(found) ? readFileSync(found) : undefined;
}

async function renderedByReact({ item }) {
  const { makeApp } = await import(pathToFileURL(join(here, "pages/react_app.mjs")));
  const React = need("react");
  return need("react-dom/server").renderToString(React.createElement(makeApp(React), { item }));
}

let client;
function bundledReact() {
  client ??= need("esbuild").build({
    entryPoints: [join(here, "pages/react_client.mjs")], bundle: true, minify: true, format: "iife", write: false,
    nodePaths: [join(widget, "node_modules")], define: { "process.env.NODE_ENV": '"development"' },
  }).then(({ outputFiles }) => Buffer.from(outputFiles[0].contents)); // prettier-ignore
  return client;
}
