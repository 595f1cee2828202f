// A host whose compiler looks modules up as Node does; `npm run check` compiles it so, and with the others.
import { install, type SavedDetail } from "earmark-widget";
import type {} from "earmark-widget/react";
import type {} from "earmark-widget/vue";

const earmark = install({ key: "pk_1", base: "/w/", identity: "token" });
export const saved: Promise<SavedDetail> = earmark("decide", { question: "duplicate", item: "17", candidate: "18", value: "duplicate" });
document.addEventListener("earmark:decide", ({ detail }) => detail.value.trim());
// @ts-expect-error: there is no such call.
void earmark("decided");
