// What the mock server knows: its questions, and what is suggested at an item, by the item's name. No clock, no chance.
import { ARABIC as ARABIC_TEXT, TEXT, box, settled, spot, words } from "./mock_spots.mjs";

const THREADS = [
  ["1718839", "Archive message action does not work", "In SeaMonkey 2.53.8 moving messages to archive does not work (Message > Archive or Shift+A). I noticed this after upgrading from 2.53.6. This affects both IMAP and POP3 …", "fixed in 2.53.8.1. Until you update, drag the message into Archives by hand."],
  ["1719564", "Email archive function missing in SeaMonkey 2.53.8", "Select any email message in any folder, press Shift+A, or right click and select Archive: nothing happens. The message should have been moved to Archives, year, month.", ""],
  ["1719980", "Fix copying to imap sent folder after closing 3-pane window", "Reference count leaks in mailnews: a copy to the sent folder does not finish once the main window has been closed.", ""],
]; // prettier-ignore
const TOPICS = ["Mail", "Archive", "Regression", "Keyboard shortcuts", "Keychain and passwords", "Import", "Calendar", "Search", "Printing", "Add-ons"];

const thread = ([id, title, snippet, answer = ""], url = `https://host.example/threads/${id}`) => ({ id, title, url, snippet, answer });
const label = (id, snippet = "") => ({ id, title: id, url: "", snippet, answer: "" });
const three = THREADS.map((one) => thread(one));
const earlier = (candidate, value, others_count, state) => ({
  judgement: `0197a000-0000-7000-8000-${String([...candidate.id].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 1e9, 7)).padStart(12, "0")}`,
  candidate, value, others_count, state, agree_count: others_count + 1, votes_count: others_count + 1,
}); // prettier-ignore
const BLEND = "<img src=x onerror=\"document.title='broken'\"> \u202Eevil";
const COMPOUND = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

export const QUESTIONS = [
  {
    id: "duplicate", kind: "pair", prompt: "Is your problem the same as one of these?", guideline: "Same means: one fix would end both.",
    values: ["duplicate", "related", "different", "unsure"], labels: [], allows_new_labels: false,
  },
  {
    id: "topics", kind: "tags", prompt: "What is this thread about?", guideline: "",
    values: ["fits", "does_not_fit", "unsure"], labels: TOPICS, allows_new_labels: false,
  },
  {
    id: "words", kind: "tags", prompt: "What is this thread about?", guideline: "",
    values: ["fits", "does_not_fit", "unsure"], labels: TOPICS, allows_new_labels: true,
  },
  {
    id: "tone", kind: "choice", prompt: "What does this reply do?", guideline: "",
    values: ["Solves it", "Asks back", "Off topic", "unsure"], labels: ["Solves it", "Asks back", "Off topic"], allows_new_labels: false,
  },
  {
    id: "helped", kind: "choice", prompt: "Did this help you?", guideline: "",
    values: ["Yes", "No", "unsure"], labels: ["Yes", "No"], allows_new_labels: false,
  },
  {
    id: "products", kind: "span", prompt: "Which products and protocols are named?", guideline: "",
    values: ["Product", "Protocol", "Version", "none", "unsure"], labels: ["Product", "Protocol", "Version"], allows_new_labels: false,
  },
  {
    id: "parts", kind: "region", prompt: "What can you see here?", guideline: "",
    values: ["Menu item", "Menu bar", "Button", "none", "unsure"], labels: ["Menu item", "Menu bar", "Button"], allows_new_labels: false,
  },
]; // prettier-ignore

const ARABIC = [
  ["ar-1", "لا يعمل أرشفة الرسائل", "بعد التحديث إلى 2.53.8 لا تنتقل الرسائل إلى الأرشيف عند الضغط على Shift+A في حسابات IMAP.", ""],
  ["ar-2", "Email archive function missing in SeaMonkey 2.53.8", "Select any email message in any folder, press Shift+A.", ""],
];

const mail = [{ id: "Mail", people_count: 4 }];
const guesses = [label("Archive"), label("Regression")];
const monkey = spot(words("SeaMonkey 2.53.8"), "Product");
const imap = spot(words("IMAP"), "Protocol");
/** The text as it was before somebody edited it. */
const OLDER = TEXT.replace("moving messages to archive does not work", "nothing happens on Shift+A, only by hand").replace("I noticed this", "I saw that");
const menuItem = spot(box(22, 39.2, 30, 8.4), "Menu item");
const menuBar = spot(box(22, 8.6, 12, 7.4), "Menu bar");
const PLACES = {
  pair: {
    asked: { candidates: three.slice(0, 2) },
    three: { candidates: three },
    quiet: { ask: false, candidates: three.slice(0, 2) },
    earlier: { candidates: three, answers: [earlier(three[0], "duplicate", 3, "settled"), earlier(three[2], "unsure", 0, null)] },
    proposed: { candidates: three.slice(0, 1), answers: [earlier(three[0], "duplicate", 0, "proposed")] },
    rtl: { candidates: ARABIC.map((one) => thread(one)) },
    hostile: {
      candidates: [
        thread(["1", BLEND, "<script>document.title='broken'</script>"], "javascript:document.title='broken'"),
        thread(["2", COMPOUND.repeat(2), "x".repeat(280)]),
      ],
    },
    unreadable: { candidates: [thread(THREADS[0], "http://["), three[1]] },
  },
  tags: {
    asked: { known: mail, candidates: guesses },
    quiet: { ask: false, known: mail },
    earlier: { known: mail, answers: [earlier(guesses[0], "fits", 2, "settled"), earlier(guesses[1], "does_not_fit", 0, null)] },
    many: { known: TOPICS.slice(0, 7).map((id, at) => ({ id, people_count: 9 - at })), candidates: TOPICS.slice(7).map((id) => label(id)) },
    rtl: { known: [{ id: "بريد", people_count: 4 }], candidates: [label("أرشيف"), label("IMAP")] },
    hostile: { known: [{ id: BLEND, people_count: 1 }], candidates: [label(COMPOUND), label("<script>document.title='broken'</script>")] },
  },
  choice: {
    asked: {},
    quiet: { ask: false },
    earlier: { answers: [earlier(label("Solves it"), "Solves it", 6, "settled")] },
  },
  span: {
    asked: { candidates: [monkey, imap] },
    quiet: { ask: false, known: [settled(words("IMAP"), "Protocol", 4)] },
    earlier: { candidates: [imap], known: [settled(words("2.53.7.1"), "Version", 4)], answers: [earlier(monkey, "Product", 3, "settled")] },
    boundaries: { candidates: [{ ...monkey, boundaries: [words("SeaMonkey 2.53.8"), words("SeaMonkey")] }] },
    crossing: { candidates: [spot(words("IMAP and POP3 accounts"), "Protocol"), spot(words("POP3"), "Protocol"), spot(words("moving messages to archive"), "Product")] },
    stale: { candidates: [spot(words("Shift+A", OLDER), "Product")], answers: [earlier(spot(words("by hand", OLDER), "Product"), "Product", 0, null), earlier(spot(words("upgrading from", OLDER), "Version"), "Version", 1, null)] },
    rtl: { candidates: [spot(words("SeaMonkey 2.53.8", ARABIC_TEXT), "Product"), spot(words("الأرشيف", ARABIC_TEXT), "Protocol")] },
    hostile: { candidates: [spot(words("IMAP"), "Protocol", { title: BLEND }), spot(words("work"), COMPOUND)] },
  },
  region: {
    asked: { candidates: [menuItem, menuBar] },
    quiet: { ask: false, candidates: [menuItem], known: [settled(box(60, 18, 30, 30), "Button", 4)] },
    bare: {},
    differ: { candidates: [{ ...menuItem, boundaries: [box(22, 39.2, 30, 8.4), box(20, 36, 36, 30)] }, menuBar] },
    earlier: { candidates: [menuBar], known: [settled(box(60, 18, 30, 30), "Button", 4)], answers: [earlier(menuItem, "Menu item", 2, "settled")] },
    stale: { candidates: [menuBar], answers: [earlier(menuItem, "Menu item", 0, null)] },
    hostile: { candidates: [spot(box(0, 0, 100, 100, 160, 120), COMPOUND), spot(box(40, 40, 5, 5, 160, 120), BLEND)] },
  },
}; // prettier-ignore

const OTHERWISE = {
  pair: (item) => ({ candidates: [1, 2].map((at) => thread([`${item}-${at}`, `Like ${item}, number ${at}`, `What stands in it, ${item}.`])) }),
  tags: (item) => ({ candidates: [label(`About ${item}`)] }),
  choice: () => ({}),
  span: () => ({ candidates: [monkey] }),
  region: () => ({ candidates: [menuItem] }),
};

/** Return what is suggested at an item: candidates, known labels, own earlier answers and whether to ask. */
export function suggested(kind, item) {
  const bare = { ask: true, candidates: [], answers: [], known: [], error: null };
  if (item.startsWith("empty")) return { ...bare, ask: false };
  const name = item.split("~")[0];
  const found = PLACES[kind][name] ?? (["error", "offline", "loading"].includes(name) ? PLACES[kind].asked : OTHERWISE[kind](item));
  return structuredClone({ ...bare, ...found });
}

/** Return what words find: threads of a pair question, labels of a tags question. */
export function found({ kind, labels }, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text) => words.some((word) => text.toLowerCase().includes(word));
  if (kind === "pair") return three.filter(({ title }) => fits(title));
  return labels.filter(fits).map((one, at) => label(one, `${41 - at * 29} threads`));
}

/** Return what others said of a unit, so that a page can tell what a mark did. */
export function company(kind, item) {
  if (item.startsWith("proposed")) return { others_count: 0, state: "proposed", agree_count: 0, votes_count: 0 };
  if (item.startsWith("alone")) return { others_count: 0, state: null, agree_count: null, votes_count: null };
  const others_count = kind === "choice" ? 6 : 3;
  return { others_count, state: "settled", agree_count: others_count + 1, votes_count: others_count + 1 };
}
