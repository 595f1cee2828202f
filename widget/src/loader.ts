// The loader: waits until the page has a place for us, then brings the core. Never throws.
import type { EarmarkQueue } from "./config";

declare const CORE_FILE: string;

(() => {
  const page = window as Window & { earmark?: EarmarkQueue };
  if (page.earmark?.s) return;
  const script = document.currentScript as HTMLScriptElement | null;
  const given = script?.dataset ?? {};
  const waiting: unknown[][] = page.earmark?.q ?? [];
  const queue = ((...call: unknown[]) => void waiting.push(call)) as EarmarkQueue;
  queue.q = waiting;
  queue.s = { key: given.key ?? "", identity: given.identity ?? "", base: new URL(".", script?.src ?? location.href).href };
  page.earmark = queue;
  const look = () => {
    if (!document.querySelector("earmark-duplicates") && !waiting.length) return;
    watch.disconnect();
    import(queue.s.base + CORE_FILE).then((core) => core.start(queue), () => {});
  };
  const watch = new MutationObserver(look);
  watch.observe(document, { childList: true, subtree: true });
  look();
})();
