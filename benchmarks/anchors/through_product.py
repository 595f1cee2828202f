"""Do words selected in a page come back from Earmark as the same words? 10,000 selections, through the product.

The pages and selections are those of `round_trip.py`. The demo is started on a store of its own, each page is an item,
each selection is sent as the widget sends it (`/w/v1/suggest`, `/w/v1/events`), and what the SDK reads back is sliced
from the item's text, as the SDK reads it too.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

BASE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(BASE))

from earmark import Earmark, sign_identity  # noqa: E402
from earmark.anchors import TextAnchor  # noqa: E402
from earmark.ids import uuid7  # noqa: E402
from earmark.types import Question  # noqa: E402

from benchmarks.anchors.bundle import bundle  # noqa: E402
from benchmarks.anchors.round_trip import IN_PAGE, PAGES, SEED, SPANS, Host  # noqa: E402
from tests.journeys.conftest import CHROMIUM_FLAGS, Product, chromium  # noqa: E402

QUESTION, LABELS = "passages", ["Passage", "Name"]
PEOPLE = 5
AT_ONCE = 20


class KeepingHost(Host):
    """A host that keeps what its pages send, by page, and serves each page's source for Earmark to register."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.sent: dict[str, list[dict[str, Any]]] = {}

    def judge(self, told: dict[str, Any]) -> dict[str, Any]:
        self.sent[told["page"]] = [one["anchor"] for one in told["sent"]]
        return {}


class Customer:
    """Somebody who marks in the host's pages, over the wire of the widget."""

    def __init__(self, product: Product, name: str) -> None:
        facts = product.connection
        self._http = httpx.Client(base_url=f"{facts['base_url']}/w/v1/", timeout=60)
        self._headers = {"Origin": product.forum, "Content-Type": "text/plain"}
        identity = sign_identity(
            name, project=facts["project"], key=facts["signing_key"], kid=facts["signing_kid"]
        )  # fmt: skip
        self._token = self._post("session", {"key": facts["publishable_key"], "identity": identity})["token"]

    def mark(self, item: str, anchors: list[dict[str, Any]]) -> list[str]:
        """Mark words of an item, and return what the server said of each."""
        place = {"place": "0", "question": QUESTION, "item": item}
        [shown] = self._post("suggest", {"token": self._token, "places": [place]})["places"]
        said = []
        for at in range(0, len(anchors), AT_ONCE):
            part = [self._event(shown["exposure"], anchor) for anchor in anchors[at : at + AT_ONCE]]
            said += self._post("events", {"token": self._token, "events": part, "lost_count": 0})["results"]
        return [one["code"] or one["status"] for one in said]

    def _event(self, exposure: str, anchor: dict[str, Any]) -> dict[str, Any]:
        answer = {"kind": "span", "value": LABELS[0], "anchor": anchor}
        now = datetime.now(UTC).isoformat()
        return {
            "id": str(uuid7()), "type": "judge", "exposure": exposure, "at_ms": 900, "answer": answer,
            "judged_at": now, "via": "mouse",
        }  # fmt: skip

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.post(path, content=json.dumps(body), headers=self._headers)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


def selected() -> KeepingHost:
    """Return a host whose pages were all opened and selected in."""
    from playwright.sync_api import sync_playwright

    host = KeepingHost(SEED)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page, script = browser.new_page(), bundle()
        for number in range(PAGES):
            page.goto(f"http://127.0.0.1:{host.server_port}/{number}")
            page.add_script_tag(content=script)
            page.evaluate(IN_PAGE, {"seed": SEED + number, "count": SPANS})
        browser.close()
    host.shutdown()
    return host


def register(client: Earmark, host: KeepingHost) -> None:
    client.questions.create(Question(QUESTION, kind="span", labels=LABELS, prompt="Which words?"))
    report = client.items.upsert(
        {"id": key_of(path), "body": markup, "metadata": {"format": "html"}} for path, markup in host.pages.items()
    )
    assert report.created_count == PAGES, report


def key_of(path: str) -> str:
    return f"page-{path[1:]}"


def compared(client: Earmark, host: KeepingHost) -> Iterator[tuple[str, bool]]:
    """Yield for each selection its page and whether it came back and is the slice of the item's text."""
    for path, sent in host.sent.items():
        key = key_of(path)
        text = client.items.get(key).text
        back = {
            (one.anchor.position.start, one.anchor.position.end): one.anchor
            for one in client.judgements.list(question=QUESTION, item=key)
            if isinstance(one.anchor, TextAnchor)
        }
        for anchor in map(TextAnchor.of, sent):
            found = back.get((anchor.position.start, anchor.position.end))
            sliced = text[anchor.position.start : anchor.position.end]
            yield path, found is not None and found.quote == anchor.quote and sliced == anchor.quote.exact


def main() -> int:
    """Select, send, read back, compare; fail where one differs or too few were made."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    host = selected()
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder) / "home").start()
        try:
            client = product.client
            register(client, host)
            people = [Customer(product, f"reader-{number}") for number in range(PEOPLE)]
            began, refused = time.monotonic(), []
            for number, (path, anchors) in enumerate(host.sent.items()):
                said = people[number % PEOPLE].mark(key_of(path), anchors)
                refused += [(path, one) for one in said if one != "ok"]
            took = time.monotonic() - began
            found = list(compared(client, host))
        finally:
            product.stop()
    right = sum(is_right for _, is_right in found)
    print(f"seed {SEED}: {right} of {len(found)} selections came back from Earmark as the same words; {took:.0f} s")
    for path, what in [*refused[:5], *((path, "differs") for path, is_right in found if not is_right)][:10]:
        print(path, what)
    return int(right < PAGES * SPANS)


if __name__ == "__main__":
    sys.exit(main())
