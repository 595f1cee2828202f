// The loader: waits until the page has a place for us or calls us, then brings the core. Never throws.
import type { Earmark, Page } from "./config";

declare const EDITION: string;

((page: Page, script: HTMLScriptElement | null) => {
  if (page.earmark) return;
  const { key = "", identity = "", lang = "", rules } = script?.dataset ?? {};
  const base = new URL(".", script?.src ?? location.href).href;
  const watch = new MutationObserver(() => look());
  const look = () => document.querySelector("earmark-duplicates,earmark-tags,earmark-choice") && earmark.wake();
  const earmark = ((...args) =>
    new Promise((done, failed) => {
      if (earmark.take) return earmark.take([args, done, failed]);
      earmark.calls.push([args, done, failed]);
      earmark.wake();
    })) as Earmark;
  page.earmark = Object.assign(earmark, {
    settings: { key, identity, lang, base },
    calls: [],
    wake: () => {
      earmark.wake = () => {};
      watch.disconnect();
      import(`${base}core.${EDITION}.js`).then((core) => page.earmark === earmark && core.start(earmark)).catch(() => {});
    },
  });
  if (rules !== undefined) return earmark.wake();
  watch.observe(document, { childList: true, subtree: true });
  look();
})(window, document.currentScript as HTMLScriptElement | null);
