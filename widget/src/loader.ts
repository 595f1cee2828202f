// The loader: waits until the page has a place for us or calls us, then brings the core. Never throws.
import type { Earmark, Page } from "./config";

declare const EDITION: string;

const LOOK_AGAIN_MS = 200;

((page: Page, script: HTMLScriptElement | null) => {
  if (page.earmark) return;
  const { key = "", identity = "", lang = "", rules } = script?.dataset ?? {};
  const base = new URL(".", script?.src ?? location.href).href;
  let look = (): void => {
    if (["duplicates", "tags", "choice", "span", "region"].some((kind) => document.getElementsByTagName(`earmark-${kind}`)[0])) earmark.wake();
    else watch.observe(document, { childList: true, subtree: true });
  };
  // A busy page is not looked at for each of its changes: after one we look away for a moment.
  const watch = new MutationObserver(() => {
    watch.disconnect();
    setTimeout(() => look(), LOOK_AGAIN_MS);
  });
  const earmark = ((...args) =>
    new Promise((done, failed) => {
      if (earmark.take) return earmark.take([args, done, failed]);
      earmark.calls.push([args, done, failed]);
      earmark.wake();
    })) as Earmark;
  page.earmark = Object.assign(earmark, {
    settings: { key, identity, lang, base },
    calls: [],
    wake: function wake() {
      earmark.wake = look = () => {};
      watch.disconnect();
      import(`${base}core.${EDITION}.js`)
        .then((core) => page.earmark === earmark && core.start(earmark))
        .catch(() => addEventListener("online", (earmark.wake = wake), { once: true }));
    },
  });
  rules === undefined ? look() : earmark.wake();
})(window, document.currentScript as HTMLScriptElement | null);
