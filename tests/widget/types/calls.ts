// What a host's program may write, and what the types must refuse; `npm run check` compiles it.
import { install, type Candidate, type SavedDetail, type Suggested } from "earmark-widget";
import type { Candidate as Sent, EventResult, PlaceAnswer } from "@/wire";

const earmark = install({ key: "pk_1", base: "https://earmark.example/w/", identity: async () => "token", lang: "de", rules: true });
install({ key: "pk_1", base: "/w/", identity: "token" });
// @ts-expect-error: an address is needed.
install({ key: "pk_1" });
// @ts-expect-error: an identity is fetched by a promise.
install({ key: "pk_1", base: "/w/", identity: () => 1 });

const where = { question: "duplicate", item: "17" };
export async function calls(): Promise<void> {
  const shown: Suggested = await earmark("suggest", where);
  const saved: SavedDetail = await earmark("decide", { ...where, candidate: shown.candidates[0]!.id, value: "duplicate", note: "seen" });
  const anchor = { region: "xywh=percent:10,10,20,20", width: 640, height: 344 };
  await earmark("decide", { question: "parts", item: "17", anchor, value: "Menu" });
  await earmark("undo", saved.judgement);
  const found: Candidate[] = await earmark("search", { ...where, query: "archive" });
  found[0]?.title.trim();
  const off = await earmark("on", "decide", (detail, event) => {
    detail.note = detail.value;
    event.preventDefault();
  });
  off();
  await earmark("strings", { heading: "Same question?", others: { one: "You and 1 other.", other: "You and {n} others." } });
  await earmark("pause");
  await earmark("optOut", false);
  await earmark("scan");
  await earmark("identify", "token");
  await earmark("destroy");
  await window.earmark?.("pause", true);
}

// @ts-expect-error: there is no such call.
void earmark("decided", where);
// @ts-expect-error: a place has an item.
void earmark("suggest", { question: "duplicate" });
// @ts-expect-error: there is no such event.
void earmark("on", "seen", () => {});
// @ts-expect-error: what is shown has no value.
void earmark("on", "show", ({ value }) => value);
// @ts-expect-error: a call's name is no function of the page's own.
void window.earmark("pause");

document.addEventListener("earmark:decide", ({ detail }) => detail.value.trim());
document.addEventListener("earmark:saved", ({ detail }) => detail.votes_count?.toFixed());
document.createElement("earmark-duplicates").addEventListener("earmark:undo", ({ detail }) => detail.judgement.trim());
// @ts-expect-error: a decision has no judgement yet.
document.addEventListener("earmark:decide", ({ detail }) => detail.judgement);
// @ts-expect-error: an element of ours is no form.
document.createElement("earmark-tags").submit();

/** Fails to compile where what we promise is not what the wire and the widget give. */
export const promised = {
  candidate: (sent: Sent): Candidate => sent,
  saved: (told: Omit<EventResult, "id">): Omit<SavedDetail, "judgement" | "question" | "item"> => told,
  known: ({ known }: PlaceAnswer): Suggested["known"] => known,
};
