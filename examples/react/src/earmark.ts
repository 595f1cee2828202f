// All that this forum knows of Earmark, apart from the three elements in Thread.tsx.
import { useEffect, useState } from "react";
import { install, type Candidate, type DecideDetail, type Options } from "earmark-widget";
import type {} from "earmark-widget/react";

export type Earmark = Pick<Options, "key" | "base">;

/** Fetch what our server signs; called when the widget is first needed, and again when that has expired. */
async function identity(): Promise<string> {
  const answer = await fetch("/identity", { method: "POST" });
  if (!answer.ok) throw new Error(`no identity: ${answer.status}`);
  return answer.text();
}

/** Have the widget in this page for as long as the component stands; StrictMode does it twice. */
export function useEarmark({ key, base }: Earmark): void {
  useEffect(() => {
    const earmark = install({ key, base, identity });
    void earmark("strings", { heading: "Asked before?", add: "Add a topic" });
    return () => void earmark("destroy");
  }, [key, base]);
}

/** Return the thread that this person says is the same as `item`: what solved it there is theirs at once. */
export function useAnswerElsewhere(item: string): Candidate | undefined {
  const [found, setFound] = useState<Candidate & { item: string }>();
  useEffect(() => {
    const decided = ({ detail }: CustomEvent<DecideDetail>) => {
      if (detail.item !== item || detail.value !== "duplicate") return;
      void window.earmark?.("suggest", detail).then(({ candidates }) => {
        const same = candidates.find(({ id }) => id === detail.candidate);
        if (same) setFound({ ...same, item });
      });
    };
    const undone = () => setFound(undefined);
    document.addEventListener("earmark:decide", decided);
    document.addEventListener("earmark:undo", undone);
    return () => {
      document.removeEventListener("earmark:decide", decided);
      document.removeEventListener("earmark:undo", undone);
    };
  }, [item]);
  return found?.item === item ? found : undefined;
}
