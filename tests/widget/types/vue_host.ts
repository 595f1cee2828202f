import type {} from "earmark-widget/vue";
import type { GlobalComponents } from "vue";

type Props<Name extends keyof GlobalComponents> = InstanceType<GlobalComponents[Name]>["$props"];

export const pairs: Props<"earmark-duplicates"> = {
  item: "17",
  question: "duplicate",
  class: ["near"],
  "onEarmark:decide": ({ detail }) => detail.value.trim(),
};
export const words: Props<"earmark-span"> = { item: "17", question: "products", for: "post-17" };
// @ts-expect-error: an element needs its item.
export const nowhere: Props<"earmark-tags"> = { question: "topics" };
// @ts-expect-error: a decision has no judgement yet.
export const early: Props<"earmark-choice"> = { item: "17", question: "tone", "onEarmark:decide": ({ detail }) => detail.judgement };
