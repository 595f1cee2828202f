// The forum's server renders pages; sign.py beside it signs who is looking. `npm run dev`, beside `make demo`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { createServer as createVite } from "vite";

const PORT = Number(process.env.PORT ?? 5174);
const near = (path) => new URL(path, import.meta.url);
const demo = JSON.parse(readFileSync(process.env.EARMARK_DEMO ?? near("../../.earmark/demo.json"), "utf8"));
const rows = gunzipSync(readFileSync(near("../../demo/forum/data/threads.jsonl.gz"))).toString().trim().split("\n");
const threads = rows.slice(-16).map((row) => JSON.parse(row)).map(({ id, title, body }) => ({ id, title, body }));
const earmark = { key: demo.publishable_key, base: `${demo.base_url}/w/` };

async function page(path, response) {
  const { render } = await vite.ssrLoadModule("/src/server.ts");
  const given = { earmark, threads, path };
  const rendered = await render(given);
  const html = await vite.transformIndexHtml(path, readFileSync(near("index.html"), "utf8"));
  const filled = html.replace("<!--rendered-->", () => rendered).replace("<!--given-->", () => JSON.stringify(given).replaceAll("<", "\\u003c"));
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(filled);
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  vite.middlewares(request, response, () => page(pathname, response).catch((error) => response.writeHead(500).end(String(error))));
});
const vite = await createVite({ server: { middlewareMode: true, hmr: { server } }, appType: "custom" });
server.listen(PORT, "localhost", () => console.log(`A forum in Vue: http://localhost:${PORT}/`));
