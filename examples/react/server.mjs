// The forum's server: renders pages, and signs who is looking. `npm run dev`, beside `make demo`.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { createServer as createVite } from "vite";

const PORT = Number(process.env.PORT ?? 5173);
const CUSTOMER = process.env.CUSTOMER ?? "customer-1";
const LIFE_S = 600;
const near = (path) => new URL(path, import.meta.url);
const demo = JSON.parse(readFileSync(process.env.EARMARK_DEMO ?? near("../../.earmark/demo.json"), "utf8"));
const rows = gunzipSync(readFileSync(near("../../demo/forum/data/threads.jsonl.gz"))).toString().trim().split("\n");
const threads = rows.slice(-16).map((row) => JSON.parse(row)).map(({ id, title, body }) => ({ id, title, body }));
const earmark = { key: demo.publishable_key, base: `${demo.base_url}/w/` };

/** Return a token that says who is looking (RFC 7519, HS256): an opaque id, never an address, for ten minutes. */
function signIdentity(subject, { project, signing_key, signing_kid }) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: project, aud: "earmark", sub: subject, iat, exp: iat + LIFE_S };
  const signed = `${part({ alg: "HS256", typ: "JWT", kid: signing_kid })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", signing_key).update(signed).digest("base64url")}`;
}

/** A host of yours asks its own session who is signed in; here it is always the same customer. */
function identity(request, response) {
  if (request.method !== "POST" || request.headers["sec-fetch-site"] !== "same-origin") return response.writeHead(403).end();
  response.writeHead(200, { "Content-Type": "text/plain", "Cache-Control": "no-store" }).end(signIdentity(CUSTOMER, demo));
}

async function page(path, response) {
  const { render } = await vite.ssrLoadModule("/src/server.tsx");
  const given = { earmark, threads, path };
  const html = await vite.transformIndexHtml(path, readFileSync(near("index.html"), "utf8"));
  const filled = html.replace("<!--rendered-->", () => render(given)).replace("<!--given-->", () => JSON.stringify(given).replaceAll("<", "\\u003c"));
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(filled);
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/identity") return identity(request, response);
  vite.middlewares(request, response, () => page(pathname, response).catch((error) => response.writeHead(500).end(String(error))));
});
const vite = await createVite({ server: { middlewareMode: true, hmr: { server } }, appType: "custom" });
server.listen(PORT, "localhost", () => console.log(`A forum in React: http://localhost:${PORT}/`));
