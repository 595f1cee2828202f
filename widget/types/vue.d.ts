// For Vue 3: `import type {} from "earmark-widget/vue"` lets templates know the elements and their events. The compiler
// is told apart: `compilerOptions: { isCustomElement: (tag) => tag.startsWith("earmark-") }`.
import type { HTMLAttributes, PublicProps } from "vue";
import type { ElementAttributesMap, EventMap } from "./earmark.js";

/** Vue writes @earmark:decide as onEarmark:decide. */
type Handlers = { [Name in keyof EventMap as `on${Capitalize<Name>}`]?: (event: EventMap[Name]) => void };

type Mark<Attributes> = new () => { $props: PublicProps & HTMLAttributes & Handlers & Attributes };

declare module "vue" {
  interface GlobalComponents {
    "earmark-duplicates": Mark<ElementAttributesMap["earmark-duplicates"]>;
    "earmark-tags": Mark<ElementAttributesMap["earmark-tags"]>;
    "earmark-choice": Mark<ElementAttributesMap["earmark-choice"]>;
    "earmark-span": Mark<ElementAttributesMap["earmark-span"]>;
    "earmark-region": Mark<ElementAttributesMap["earmark-region"]>;
  }
}
