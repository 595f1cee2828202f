// Hosts' pages and a server of /w/v1 that fails on demand: `node tests/widget/mock_server.mjs [port]`, then open /.
// A second port is another web origin for the same content. Each `?key=` is a project of its own:
//   POST /control?key=k  {"events": {"status": 429, "retry_after": 1, "times": 2}}   sets faults (see mock_project.mjs)
//   GET  /control?key=k  what arrived, how often, and what was reported lost
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { shell } from "./mock_desk.mjs";
import { file, page } from "./mock_pages.mjs";
import { Project } from "./mock_project.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const BUNDLES = { w: join(here, "../../widget/dist"), older: join(here, "older") };
const VERBS = { "me/optout": "optout", "me/judgements": "judgements", "me/erase": "erase", "me/export": "copy", "desk/session": "deskSession", "desk/next": "deskNext", "desk/leave": "deskLeave" };
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", mjs: "text/javascript", css: "text/css", svg: "image/svg+xml", png: "image/png" };

const projects = new Map();
const origins = [];
const project = (key) => projects.get(key) ?? projects.set(key, new Project(key)).get(key);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Call a verb of the wire; undefined never answers, null breaks the connection off. */
async function answerTo(verb, body, fault, call) {
  const of = project(keyOf(body));
  of.calls.push(call);
  await pause(fault.delay_ms ?? 0);
  if (fault.status) return { status: fault.status, body: { status: fault.status, code: fault.code ?? "unavailable", retry_after: fault.retry_after } };
  if (/session/i.test(verb)) return of[verb](body);
  const { person, ...refusal } = of.person(body);
  if (refusal.status) return refusal;
  call.person = person;
  if (verb === "events" && body.events.length > (fault.most_events ?? Infinity)) return { status: 413, body: { status: 413, code: "too_large" } };
  const answer = of[verb](body, person, call);
  return fault.drop === "after_taking" ? null : answer;
}

/** Return the project that a body names: by its key, by a desk's link, or by a session's token. */
const keyOf = ({ key, link, token }) => key ?? link ?? JSON.parse(token ?? "[]")[0] ?? "";

async function wire(verb, request, response) {
  const cors = origins.includes(request.headers.origin)
    ? { "Access-Control-Allow-Origin": request.headers.origin, "Access-Control-Expose-Headers": "Retry-After" }
    : {};
  const body = JSON.parse(await bodyOf(request));
  const of = project(keyOf(body));
  const fault = of.meets(verb);
  const call = { verb, at_ms: Math.round(performance.now()), origin: request.headers.origin, type: request.headers["content-type"], has_cookie: "cookie" in request.headers };
  if (fault.drop === "before_taking") {
    of.calls.push({ ...call, status: 0 });
    return request.socket.destroy();
  }
  const answer = await answerTo(verb, body, fault, call);
  call.status = answer?.status ?? (answer ? 200 : 0);
  if (answer === null) return request.socket.destroy();
  if (answer === undefined) return;
  const retry = answer.body?.retry_after ? { "Retry-After": String(answer.body.retry_after) } : {};
  const type = answer.status ? "application/problem+json" : "application/json";
  send(response, call.status, type, JSON.stringify(answer.body ?? answer), { ...(!fault.is_bare && cors), ...retry, Vary: "Origin", "Cache-Control": "no-store" });
}

function send(response, status, type, content, headers = {}) {
  response.writeHead(status, { "Content-Type": type, ...headers }).end(content);
}

/** The widget's files as the product serves them: stable names for minutes, hashed names for ever. */
function asset(folder, name, response) {
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const path = join(folder, manifest[name] ?? basename(name));
  if (!existsSync(path)) return send(response, 404, "text/plain", "Not here.");
  const kept = name in manifest ? "public, max-age=300" : "public, max-age=31536000, immutable";
  send(response, 200, TYPES.js, gzipSync(readFileSync(path), { level: 9 }), {
    "Content-Encoding": "gzip", "Cache-Control": kept, "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff",
  }); // prettier-ignore
}

async function control(request, response, key) {
  if (request.method === "POST") project(key).control(JSON.parse(await bodyOf(request)));
  send(response, 200, "application/json", JSON.stringify(project(key).ledger()));
}

const index = () =>
  readdirSync(join(here, "pages")).filter((name) => name.endsWith(".html"))
    .map((name) => `<li><a href="/${name.slice(0, -5)}">${name.slice(0, -5)}</a></li>`).join(""); // prettier-ignore

async function host(path, query, response) {
  if (path.startsWith("desk/")) {
    const { html, headers } = shell(query);
    return send(response, 200, TYPES.html, html, headers);
  }
  if (!path) return send(response, 200, TYPES.html, `<!doctype html><title>Pages</title><ul>${index()}</ul>`);
  const made = await page(path, query, { origin: origins[0], elsewhere: origins.at(-1) });
  if (made) return send(response, 200, TYPES.html, made.html, made.headers);
  const content = await file(path);
  if (!content) return send(response, 404, "text/plain", "Not here.");
  send(response, 200, TYPES[path.split(".").at(-1)], content, { "Cache-Control": "no-cache" });
}

async function handle(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  const [, room, rest] = pathname.match(/^\/(w|older)\/(.+)$/) ?? [];
  const verb = rest?.match(/^v1\/(session|suggest|events|search|read|me\/\w+|desk\/\w+)$/)?.[1];
  if (verb) return wire(VERBS[verb] ?? verb, request, response);
  if (room) return asset(BUNDLES[room], rest, response);
  if (pathname === "/control") return control(request, response, searchParams.get("key") ?? "ok");
  return host(pathname.slice(1), Object.fromEntries(searchParams), response);
}

/** Listen on two ports and return their web origins. */
export async function serve(port = 0) {
  for (const at of [port, port && port + 1]) {
    const server = createServer((request, response) => {
      handle(request, response).catch((error) => {
        console.error(error);
        send(response, 500, "text/plain", String(error));
      });
    });
    await new Promise((ready) => server.listen(at, "127.0.0.1", ready));
    origins.push(`http://127.0.0.1:${server.address().port}`);
  }
  return origins;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [origin, elsewhere] = await serve(Number(process.argv[2] ?? 8099));
  console.log(JSON.stringify({ origin, elsewhere }));
}
