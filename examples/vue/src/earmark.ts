// All that this forum knows of Earmark, apart from the three elements in Thread.vue.
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from "vue";
import { install, type Candidate, type DecideDetail, type EarmarkFunction, type Options } from "earmark-widget";
import type {} from "earmark-widget/vue";

export type Earmark = Pick<Options, "key" | "base">;

/** Fetch what our server signs; called when the widget is first needed, and again when that has expired. */
async function identity(): Promise<string> {
  const answer = await fetch("/identity", { method: "POST" });
  if (!answer.ok) throw new Error(`no identity: ${answer.status}`);
  return answer.text();
}

/** Have the widget in this page for as long as the component stands. */
export function useEarmark({ key, base }: Earmark): void {
  let earmark: EarmarkFunction | undefined;
  onMounted(() => {
    earmark = install({ key, base, identity });
    void earmark("strings", { heading: "Asked before?", add: "Add a topic" });
  });
  onBeforeUnmount(() => void earmark?.("destroy"));
}

/** Follow the thread that this person says is the same as `item`: what solved it there is theirs at once. */
export function useAnswerElsewhere(item: () => string) {
  const found: Ref<Candidate | undefined> = ref();
  watch(item, () => (found.value = undefined));
  async function decided({ detail }: CustomEvent<DecideDetail>): Promise<void> {
    if (detail.value !== "duplicate") return;
    const shown = await window.earmark?.("suggest", detail);
    if (detail.item === item()) found.value = shown?.candidates.find(({ id }) => id === detail.candidate);
  }
  const undone = () => (found.value = undefined);
  return { found, decided, undone };
}
