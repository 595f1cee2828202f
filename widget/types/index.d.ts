// `earmark-widget`: its types, and what they add to those of the page.
import type { EarmarkElement, EarmarkFunction, ElementAttributesMap, EventMap } from "./earmark.js";

export * from "./earmark.js";

declare global {
  interface Window {
    earmark?: EarmarkFunction;
  }
  interface HTMLElementTagNameMap extends Record<keyof ElementAttributesMap, EarmarkElement> {}
  interface DocumentEventMap extends EventMap {}
  interface HTMLElementEventMap extends EventMap {}
  interface WindowEventMap extends EventMap {}
}
