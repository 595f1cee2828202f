// What the mock server knows of spots: the text that its pages show, guesses in it, and whether an anchor is one by openapi.yaml.
import { createHash } from "node:crypto";

const CONTEXT = 48;
export const TEXT =
  "In SeaMonkey 2.53.8 moving messages to archive does not work. I noticed this after upgrading from 2.53.6. This affects both IMAP and POP3 accounts. " +
  "After some unsuccessful testing I reverted to 2.53.7.1 and archiving started to work again.";
export const ARABIC = "بعد التحديث إلى SeaMonkey 2.53.8 لا تنتقل الرسائل إلى الأرشيف عند الضغط على Shift+A في حسابات IMAP و POP3.";
const snapshotOf = (text) => createHash("sha256").update(text).digest("hex");

/** Return the anchor of words in a text, as the widget describes it; the words need not be in another text. */
export function words(exact, text = TEXT) {
  const at = text.indexOf(exact);
  const start = [...text.slice(0, at)].length;
  const end = start + [...exact].length;
  const points = [...text];
  return {
    quote: { exact, prefix: points.slice(Math.max(0, start - CONTEXT), start).join(""), suffix: points.slice(end, end + CONTEXT).join("") },
    position: { start, end },
    snapshot: snapshotOf(text),
  };
}

/** Return the anchor of a box in a picture of a size. */
export const box = (x, y, w, h, width = 640, height = 344) => ({ region: `xywh=percent:${x},${y},${w},${h}`, width, height });

/** Return the candidate id of a spot. */
export const idOf = ({ position, region }, label) => `${position ? `${position.start}-${position.end}` : region.slice("xywh=percent:".length)} ${label}`;

/** Return a spot as a candidate. */
export function spot(anchor, label, more = {}) {
  return { id: idOf(anchor, label), title: anchor.quote?.exact ?? label, url: "", snippet: "", answer: "", label, anchor, ...more };
}

/** Return a spot that is believed. */
export const settled = (anchor, label, people_count) => ({ id: idOf(anchor, label), people_count, label, anchor });

/** Return what is wrong with an anchor, or "". */
export function faultOfAnchor(kind, anchor) {
  if (!anchor) return "the anchor of a spot is missing";
  return kind === "span" ? faultOfWords(anchor) : faultOfBox(anchor);
}

function faultOfWords({ quote, position, snapshot, ...more }) {
  const rules = {
    "an anchor of words holds something else": !Object.keys(more).length,
    "the quote is no quote": [quote?.exact, quote?.prefix, quote?.suffix].every((one) => typeof one === "string") && Boolean(quote.exact),
    "the position is none": Number.isInteger(position?.start) && Number.isInteger(position?.end) && position.start >= 0 && position.start < position.end,
    "the position is not as long as the quote": position?.end - position?.start === [...(quote?.exact ?? "")].length,
    "the context is too long": [...(quote?.prefix ?? ""), ...(quote?.suffix ?? "")].length <= 2 * CONTEXT,
    "the quote holds half a character": !/\p{Cs}/u.test(JSON.stringify(quote)),
    "the snapshot is no SHA-256": /^[0-9a-f]{64}$/.test(snapshot),
  };
  return Object.keys(rules).find((rule) => !rules[rule]) ?? "";
}

function faultOfBox({ region, width, height, ...more }) {
  const numbers = /^xywh=percent:([\d.]+),([\d.]+),([\d.]+),([\d.]+)$/.exec(region)?.slice(1).map(Number);
  const size = (px) => Number.isInteger(px) && px >= 1 && px <= 100_000;
  const rules = {
    "an anchor of a box holds something else": !Object.keys(more).length,
    "the region is none": numbers?.every((one) => one >= 0 && one <= 100),
    "the region has no area": numbers?.[2] > 0 && numbers?.[3] > 0,
    "the region leaves the picture": numbers?.[0] + numbers?.[2] <= 100.001 && numbers?.[1] + numbers?.[3] <= 100.001,
    "the size of the picture is none": size(width) && size(height),
  };
  return Object.keys(rules).find((rule) => !rules[rule]) ?? "";
}
