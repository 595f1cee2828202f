// For React 19: `import type {} from "earmark-widget/react"` lets TSX know the elements and their events.
import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { EarmarkElement, ElementAttributesMap, EventMap } from "./earmark.js";

/** React 19 hears events of custom elements under their own names: onearmark:decide={…}. */
type Handlers = { [Name in keyof EventMap as `on${Name}`]?: (event: EventMap[Name]) => void };

/** An element's attributes, and all that React knows of any element; it takes `class`, as React leaves names alone here. */
type Mark<Attributes> = DetailedHTMLProps<HTMLAttributes<EarmarkElement>, EarmarkElement> & Handlers & Attributes & { class?: string };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "earmark-duplicates": Mark<ElementAttributesMap["earmark-duplicates"]>;
      "earmark-tags": Mark<ElementAttributesMap["earmark-tags"]>;
      "earmark-choice": Mark<ElementAttributesMap["earmark-choice"]>;
      "earmark-span": Mark<ElementAttributesMap["earmark-span"]>;
      "earmark-region": Mark<ElementAttributesMap["earmark-region"]>;
    }
  }
}
