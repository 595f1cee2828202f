import { expect, test } from "vitest";
import { next, type Delivery, type Effect, type Happening, type Row } from "@/marking";

const effect: Effect = { others_count: 3, state: "settled", agree_count: 4, votes_count: 4 };
const quiet: Row = { is: "quiet" };
const asked: Row = { is: "asked" };
const decided = (delivery: Delivery): Row => ({ is: "decided", value: "duplicate", judgement: "j1", delivery });

const HAPPENINGS = {
  open: { type: "open" },
  decide: { type: "decide", value: "related", judgement: "j2" },
  undo: { type: "undo" },
  leave: { type: "leave" },
  saved: { type: "saved", judgement: "j1", effect },
  offline: { type: "offline", judgement: "j1" },
  failed: { type: "failed", judgement: "j1" },
} satisfies Record<string, Happening>;

// What changes a row, and into what; all else leaves it as it is.
const fresh: Row = { is: "decided", value: "related", judgement: "j2", delivery: "sending" };
const takenBack: Row = { is: "asked", undone: "duplicate" };
const saved = { ...decided("saved"), effect };
const TABLE: [string, Row, Partial<Record<keyof typeof HAPPENINGS, Row>>][] = [
  ["a quiet row", quiet, { open: asked, decide: fresh }],
  ["an asked row", asked, { decide: fresh }],
  ["a row taken back", takenBack, { decide: fresh }],
  ["a row that is sent", decided("sending"), { undo: takenBack, saved, offline: decided("offline"), failed: decided("failed") }],
  ["a row that waits", decided("offline"), { undo: takenBack, saved, offline: decided("offline"), failed: decided("failed") }],
  ["a saved row", decided("saved"), { undo: takenBack, saved, failed: decided("failed") }],
  ["a failed row", decided("failed"), { undo: takenBack, leave: asked, saved, offline: decided("offline"), failed: decided("failed") }],
];

for (const [name, row, changes] of TABLE)
  for (const [what, happened] of Object.entries(HAPPENINGS)) {
    const then = changes[what as keyof typeof HAPPENINGS];
    const becomes = then ? [then.is, "delivery" in then ? then.delivery : ""].join(" ").trim() : "the same";
    test(`${name} with “${what}” is ${becomes}`, () => {
      if (then) expect(next(row, happened)).toEqual(then);
      else expect(next(row, happened)).toBe(row);
    });
  }

test("what is heard of another judgement changes nothing", () => {
  const row = decided("sending");
  for (const type of ["offline", "failed"] as const) expect(next(row, { type, judgement: "j9" })).toBe(row);
  expect(next(row, { type: "saved", judgement: "j9", effect })).toBe(row);
});

test("a state is never written to, only followed by another", () => {
  const row = Object.freeze(decided("sending"));
  expect(next(row, HAPPENINGS.saved)).not.toBe(row);
});
