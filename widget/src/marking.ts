// What an answer to one entry can be. Pure: a state and what happened give the next state.

export type Delivery = "sending" | "offline" | "saved" | "failed";

/** What the server said a mark did. */
export interface Effect {
  others_count: number | null;
  state: string | null;
  agree_count: number | null;
  votes_count: number | null;
  /** Why it was refused. */
  code?: string | null;
}

export type Row =
  | { is: "quiet" }
  | { is: "asked"; undone?: string }
  | { is: "decided"; value: string; judgement: string; delivery: Delivery; effect?: Effect };

export type Decided = Extract<Row, { is: "decided" }>;

export type Happening =
  | { type: "open" | "leave" | "undo"; judgement?: undefined; effect?: undefined }
  | { type: "decide"; value: string; judgement: string; effect?: undefined }
  | { type: Exclude<Delivery, "sending">; judgement: string; effect?: Effect | undefined };

/** Return the next state of an entry; what does not fit changes nothing. */
export function next(row: Row, happened: Happening): Row {
  const { type } = happened;
  if (row.is !== "decided") {
    if (type === "decide") return { is: "decided", value: happened.value, judgement: happened.judgement, delivery: "sending" };
    return type === "open" && row.is === "quiet" ? { is: "asked" } : row;
  }
  const { delivery, judgement, value } = row;
  if (type === "undo") return { is: "asked", undone: value };
  if (type === "leave") return delivery === "failed" ? { is: "asked" } : row;
  if (judgement !== happened.judgement || (type === "offline" && delivery === "saved")) return row;
  return { ...row, delivery: type as Delivery, ...(happened.effect && { effect: happened.effect }) };
}
