"""Do words selected in a page arrive as the same words? 10,000 selections in Chromium, over HTTP, sliced by Python.

Every third page is a text area. Each anchor is taken from `getSelection()` (or `selectionStart`), sent as JSON, and
compared with the slice of the text that Python read from the markup by itself. So that widget and SDK cannot be wrong
together, the words are also compared with what the browser copies of the range, white space aside; and the way back,
from offsets to nodes to an anchor, must give the same anchor.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(BASE))

from earmark.anchors import TextAnchor, read_html, read_text, words_of  # noqa: E402

from benchmarks.anchors.bundle import bundle  # noqa: E402
from tests.journeys.conftest import CHROMIUM_FLAGS, chromium  # noqa: E402

SEED = 20261126
PAGES, SPANS = 200, 50
PIECES = [
    "plain", "words", "of", "English", "Straße", "ﬁre", "e\u0301a\u0308o\u0302",
    "n\u0303\u0323", "क्षि", "ประเทศ", "각", "👍", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👋🏽", "🇩🇪🇫🇷", "1️⃣",
    "𝒜𝔟𝕔", "𠮷野家", "中文没有空格", "日本語", "مرحبا بالعالم", "שָׁלוֹם", "فارسی‌ها",
    "one\u00a0two", "soft\u00adhyphen", "zero\u200bwidth", "\u200fright", "&<>\"'",
    "\ufeffmark", "a\u2028b", "tab\tbed",
]  # fmt: skip
BREAKS = [" ", " ", " ", "  ", "\n", "\r\n", "\r", "\t", "\n\n", "\r\n\r\n", "\u00a0", ""]
SHAPES = [
    "<p>{0}</p>",
    "<p dir=rtl>{0}<b>{1}</b></p>",
    "<pre>{0}\r\n    {1}</pre>",
    "<ul><li>{0}</li>\n<li>{1}</li></ul>",
    "<p>{0}<br>{1}</p>",
    "{0}<i>{1}</i>",
    "<table><tbody><tr><td>{0}</td><td>{1}</td></tr></tbody></table>",
    "<p>{0}<span hidden>{1}</span></p>",
    "<p>{0}<button>Copy</button>{1}</p>",
    "<blockquote>{0}<!-- {1} --></blockquote>",
    "<h2>{0}</h2>{1}",
    "<p>{0}<script type=x>no</script><code>{1}</code></p>",
]
IN_PAGE = """async ({ seed, count }) => {
  let state = seed;
  const draw = (below) => (state = (state * 48271) % 2147483647) % below;
  const root = document.querySelector("#item"), area = root.matches("textarea") && root;
  const nodes = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const spot = () => {
    const node = nodes[draw(nodes.length)];
    return [node, draw((node.data?.length ?? node.childNodes.length) + 1)];
  };
  const reading = anchors.read(root);
  const squeeze = (text) => text.replace(/[\\t\\n\\f\\r ]+/g, "");
  const sent = [];
  for (let tries = 0; sent.length < count && tries < 40 * count; tries++) {
    let range, raw;
    if (area) {
      const [one, other] = [draw(area.value.length + 1), draw(area.value.length + 1)];
      area.setSelectionRange(Math.min(one, other), Math.max(one, other));
      const { selectionStart: startOffset, selectionEnd: endOffset } = area;
      range = { startContainer: area, startOffset, endContainer: area, endOffset };
      raw = area.value.slice(range.startOffset, range.endOffset);
    } else {
      getSelection().setBaseAndExtent(...spot(), ...spot());
      range = getSelection().getRangeAt(0);
      const copy = document.createElement("div");
      copy.append(range.cloneContents());
      copy.querySelectorAll("[hidden], button, script").forEach((each) => each.remove());
      raw = copy.textContent;
    }
    const anchor = anchors.describe(reading, range);
    if (!anchor) continue;
    const [start, end] = anchors.offsets(reading, range);
    const back = anchors.describe(reading, anchors.ends(reading, start, end));
    const isSame = JSON.stringify(back) === JSON.stringify(anchor);
    const found = anchors.find(anchor, reading.text);
    sent.push({ anchor, raw: squeeze(raw), isSame, isFound: found?.start === start && found?.end === end });
  }
  const answer = await fetch("/anchors", { method: "POST", body: JSON.stringify({ page: location.pathname, sent }) });
  return answer.json();
}"""


def words(draw: random.Random, count: int) -> str:
    return "".join(draw.choice(PIECES) + draw.choice(BREAKS) for _ in range(count))


def markup(draw: random.Random) -> str:
    """Return an article of paragraphs, lists, code, tables, inline elements and what has no text."""
    parts = []
    for _ in range(draw.randint(3, 10)):
        text = html.escape(words(draw, draw.randint(2, 12))).replace("\r", "&#13;" if draw.random() < 0.5 else "\r")
        more = html.escape(words(draw, 3))
        shape = draw.choice(SHAPES)
        parts.append(shape.format(text, more))
    return "<article id=item>" + "\n".join(parts) + "</article>"


class Host(ThreadingHTTPServer):
    """A host that serves pages and slices what comes back from its own texts."""

    def __init__(self, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        draw = random.Random(seed)
        self.pages: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        for number in range(PAGES):
            path = f"/{number}"
            if number % 3 == 2:
                plain = words(draw, 60)
                self.pages[path] = f"<textarea id=item>\n{html.escape(plain)}</textarea>"
                self.texts[path] = read_text(plain)
            else:
                self.pages[path] = markup(draw)
                self.texts[path] = read_html(self.pages[path])

    def judge(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return how many of a page's anchors hold, and what is wrong with the first that does not."""
        text, wrong = self.texts[told["page"]], []
        for one in told["sent"]:
            anchor = TextAnchor.of(one["anchor"])
            sliced = text[anchor.position.start : anchor.position.end]
            try:
                is_right = words_of(anchor, text) == sliced == anchor.quote.exact and one["isSame"] and one["isFound"]
            except Exception as error:
                is_right = False
                one["error"] = str(error)
            if not is_right or not self.is_as_selected(one["raw"], sliced):
                wrong.append(one | {"sliced": sliced})
        return {"right": len(told["sent"]) - len(wrong), "wrong": wrong}

    @staticmethod
    def is_as_selected(raw: str, sliced: str) -> bool:
        """Tell whether the browser's own copy holds the same words; half a character at an edge is a whole one."""
        whole = re.sub("[\ud800-\udfff]", "", raw)
        squeezed = re.sub("[\t\n\f\r ]+", "", sliced)
        return whole in squeezed and len(squeezed) - len(whole) == len(raw) - len(whole)


class Handler(BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        body = "<!doctype html><meta charset=utf-8><body>" + self.server.pages.get(self.path, "")
        self.answer(body.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(json.dumps(self.server.judge(told)).encode(), "application/json")

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


def main() -> int:
    """Select, send, compare; fail where one of them differs or too few were made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    seed = parser.parse_args().seed
    from playwright.sync_api import sync_playwright

    host = Host(seed)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    right, wrong = 0, []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page()
        script = bundle()
        for number in range(PAGES):
            page.goto(f"http://127.0.0.1:{host.server_port}/{number}")
            page.add_script_tag(content=script)
            told = page.evaluate(IN_PAGE, {"seed": seed + number, "count": SPANS})
            right += told["right"]
            wrong += [one | {"page": number} for one in told["wrong"]]
        version = browser.version
        browser.close()
    host.shutdown()
    print(f"Chromium {version}, seed {seed}: {right} of {right + len(wrong)} selections came back as the same words")
    for one in wrong[:5]:
        print(json.dumps(one, ensure_ascii=False))
    return int(bool(wrong) or right < PAGES * SPANS)


if __name__ == "__main__":
    sys.exit(main())
