import { beforeEach, expect, test, vi } from "vitest";
import { post } from "@/api";

const BASE = "https://earmark.example/w/";
let answer: { status?: number; told?: unknown; headers?: Record<string, string> };
let calls: [url: string, how: RequestInit][];

beforeEach(() => {
  answer = { told: { results: [] } };
  calls = [];
  vi.stubGlobal("fetch", async (url: string, how: RequestInit) => {
    calls.push([url, how]);
    const { status = 200, told, headers } = answer;
    const json = async () => {
      if (told === undefined) throw new SyntaxError("no JSON");
      return told;
    };
    return { ok: status < 300, status, headers: new Headers(headers), json };
  });
});

test("a call is a post of plain text without cookies, so that no browser asks beforehand", async () => {
  await post(BASE, "suggest", { places: [] });
  expect(calls).toEqual([[`${BASE}v1/suggest`, { method: "POST", body: '{"places":[]}', signal: expect.any(AbortSignal), credentials: "omit", keepalive: false }]]);
});

test("the answer is given as it came", async () => {
  answer.told = { config_version: "3" };
  expect(await post(BASE, "suggest", {})).toEqual({ config_version: "3" });
});

test("events, and only they, outlive the page", async () => {
  await post(BASE, "events", {});
  await post(BASE, "session", {});
  expect(calls.map(([, how]) => how.keepalive)).toEqual([true, false]);
});

test("who does not answer within half a minute is not waited for any longer, and may be asked again", async () => {
  const hand = new AbortController();
  const patience = vi.spyOn(AbortSignal, "timeout").mockReturnValue(hand.signal);
  vi.stubGlobal("fetch", (_url: string, { signal }: RequestInit) => new Promise((_, lose) => signal!.addEventListener("abort", () => lose(signal!.reason))));
  const asked = post(BASE, "suggest", {});
  hand.abort(new DOMException("timed out", "TimeoutError"));
  await expect(asked).rejects.toMatchObject({ name: "TimeoutError" });
  expect(patience).toHaveBeenCalledWith(30_000);
});

test("a refusal carries its status, its code and how long to wait", async () => {
  answer = { status: 429, told: { code: "too_many_calls", retry_after: 7 }, headers: { "Retry-After": "99" } };
  await expect(post(BASE, "events", {})).rejects.toEqual({ status: 429, code: "too_many_calls", retryAfterS: 7 });
});

test("where the body says nothing of waiting, the header does", async () => {
  answer = { status: 503, told: undefined, headers: { "Retry-After": "30" } };
  await expect(post(BASE, "events", {})).rejects.toMatchObject({ status: 503, retryAfterS: 30 });
});

test("nobody is left alone for more than an hour, nor for a time that was not said", async () => {
  for (const [told, retryAfterS] of [[86_400, 3600], ["soon", 0], [undefined, 0]] as const) {
    answer = { status: 503, told: { retry_after: told } };
    await expect(post(BASE, "events", {})).rejects.toMatchObject({ retryAfterS });
  }
});

test("another's page that answers in our place is nobody's answer", async () => {
  answer = { status: 200, told: undefined };
  await expect(post(BASE, "session", {})).rejects.toMatchObject({ status: 0 });
});

test("where nobody answers, what fetch throws is thrown", async () => {
  const error = new TypeError("Failed to fetch");
  vi.stubGlobal("fetch", () => Promise.reject(error));
  await expect(post(BASE, "session", {})).rejects.toBe(error);
});
