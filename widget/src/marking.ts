// What an answer to one entry can be. Pure: a state and what happened give the next state.

export type Delivery = "sending" | "offline" | "saved" | "failed";

/** What the server said a mark did. */
export interface Effect {
  others_count: number | null;
  state: string | null;
  agree_count: number | null;
  votes_count: number | null;
}

export type Row =
  | { is: "quiet" }
  | { is: "asked"; undone?: string }
  | { is: "decided"; value: string; judgement: string; delivery: Delivery; effect?: Effect };

export type Decided = Extract<Row, { is: "decided" }>;

export type Happening =
  | { type: "open" | "leave" | "undo" }
  | { type: "decide"; value: string; judgement: string }
  | { type: "saved"; judgement: string; effect: Effect }
  | { type: "waiting" | "refused"; judgement: string };

/** Return the next state of an entry; what does not fit changes nothing. */
export function next(row: Row, happened: Happening): Row {
  if (row.is !== "decided") {
    if (happened.type === "open") return row.is === "quiet" ? { is: "asked" } : row;
    if (happened.type !== "decide") return row;
    return { is: "decided", value: happened.value, judgement: happened.judgement, delivery: "sending" };
  }
  switch (happened.type) {
    case "undo":
      return { is: "asked", undone: row.value };
    case "leave":
      return row.delivery === "failed" ? { is: "asked" } : row;
    case "saved":
    case "waiting":
    case "refused":
      if (row.judgement !== happened.judgement) return row;
      if (happened.type === "saved") return { ...row, delivery: "saved", effect: happened.effect };
      if (happened.type === "refused") return { ...row, delivery: "failed" };
      return row.delivery === "saved" ? row : { ...row, delivery: "offline" };
  }
  return row;
}
