// The loader: waits until the page has a place for us or calls us, then brings the core. Never throws.
import type { Earmark, Named, Page } from "./config";

declare const EDITION: string;

const LOOK_AGAIN_MS = 200;

((page: Page, script: HTMLScriptElement | null) => {
  if (page.earmark) return;
  // By attributes, and the base as text: what a page was not asked for yet takes the browser long to make, be it a dataset or a URL.
  const given = (name: string) => script?.getAttribute(`data-${name}`);
  const [base = ""] = (script?.src ?? location.href).match(/^[^?#]*\//) ?? [];
  const first = () => ["duplicates", "tags", "choice", "span", "region"].find((kind) => document.querySelector(`earmark-${kind}`));
  let watch: MutationObserver | undefined;
  let look = (): void => {
    if (first()) return earmark.wake();
    // A busy page is not looked at for each of its changes: after one we look away for a moment.
    watch ??= new MutationObserver(() => {
      watch!.disconnect();
      setTimeout(() => look(), LOOK_AGAIN_MS);
    });
    watch.observe(document, { childList: true, subtree: true });
  };
  const earmark = ((...args) =>
    new Promise((done, failed) => {
      if (earmark.take) return earmark.take([args, done, failed]);
      earmark.calls.push([args, done, failed]);
      earmark.wake();
    })) as Earmark;
  page.earmark = Object.assign(earmark, {
    settings: { key: given("key") ?? "", identity: given("identity") ?? "", lang: given("lang") ?? "", base },
    calls: [],
    wake: function wake() {
      earmark.wake = look = () => {};
      watch?.disconnect();
      const kind = first();
      // Elements have their names for as long as the page lives: who comes again after an end takes up the file that named them.
      const named = customElements.get("earmark-tags") as Named | undefined;
      import((earmark.from ??= named?.from ?? `${base}${kind ? "with_" + kind : "core"}.${EDITION}.js`))
        .then((core) => page.earmark === earmark && core.start(earmark))
        .catch(() => {
          earmark.from += "#"; // Firefox remembers of an address that it did not come
          earmark.wake = wake;
          addEventListener("online", () => earmark.wake());
        });
    },
  });
  given("rules") == null ? look() : earmark.wake();
})(window, document.currentScript as HTMLScriptElement | null);
