// What a row of candidates can be. Pure: a state and what happened give the next state.
import type { Value } from "./wire";

export type Delivery = "sending" | "offline" | "saved" | "failed";

export type Row =
  | { is: "quiet" }
  | { is: "asked"; undone?: Value }
  | { is: "decided"; value: Value; judgement: string; delivery: Delivery; others: number; state: string | null };

export type Happening =
  | { type: "open" }
  | { type: "decide"; value: Value; judgement: string }
  | { type: "saved"; judgement: string; others: number; state: string | null }
  | { type: "waiting"; judgement: string }
  | { type: "refused"; judgement: string }
  | { type: "undo" }
  | { type: "leave" };

/** Return the next state of a row; what does not fit changes nothing. */
export function next(row: Row, happened: Happening): Row {
  switch (happened.type) {
    case "open":
      return row.is === "quiet" ? { is: "asked" } : row;
    case "decide":
      if (row.is === "decided") return row;
      return {
        is: "decided",
        value: happened.value,
        judgement: happened.judgement,
        delivery: "sending",
        others: 0,
        state: null,
      };
    case "undo":
      return row.is === "decided" ? { is: "asked", undone: row.value } : row;
    case "leave":
      return row.is === "decided" && row.delivery === "failed" ? { is: "asked" } : row;
  }
  if (row.is !== "decided" || row.judgement !== happened.judgement) return row;
  switch (happened.type) {
    case "saved":
      return { ...row, delivery: "saved", others: happened.others, state: happened.state };
    case "waiting":
      return row.delivery === "saved" ? row : { ...row, delivery: "offline" };
    case "refused":
      return { ...row, delivery: "failed" };
  }
}
