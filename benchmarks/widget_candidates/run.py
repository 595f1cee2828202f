"""How many newer threads of a known pair find the older one among the widget's three candidates.

Asks a running demo (`make demo`) as a page would: session, then suggest, for each of the four customers. The
46 known pairs are read from EARMARK_DATA (default ../shared/data) for measuring alone.
"""

import csv
import gzip
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

import httpx
from earmark import sign_identity

BASE = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("EARMARK_DATA", BASE.parent / "shared" / "data")) / "demo_threads"
HOME = Path(os.environ.get("EARMARK_HOME", BASE / ".earmark"))
WANTED = 33


def older_threads() -> dict[str, set[str]]:
    """Return the older threads of each newer one."""
    with gzip.open(BASE / "demo" / "forum" / "data" / "threads.jsonl.gz", "rt") as file:
        created = {row["id"]: row["created"] for row in map(json.loads, file)}
    found: dict[str, set[str]] = defaultdict(set)
    with gzip.open(DATA / "duplicates.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            older, newer = sorted((row["a"], row["b"]), key=created.__getitem__)
            found[newer].add(older)
    return found


class Page:
    """A page of the forum with one customer before it."""

    def __init__(self, customer: str) -> None:
        self._facts = json.loads((HOME / "demo.json").read_text())
        self._http = httpx.Client(base_url=self._facts["base_url"], trust_env=False, timeout=30)
        identity = sign_identity(
            customer, project=self._facts["project"], key=self._facts["signing_key"], kid=self._facts["signing_kid"]
        )
        self._token = self._post("session", {"key": self._facts["publishable_key"], "identity": identity})["token"]

    def _post(self, path: str, body: dict) -> dict:
        headers = {"Content-Type": "text/plain", "Origin": f"http://localhost:{self._facts['forum_port']}"}
        answer = self._http.post(f"/w/v1/{path}", content=json.dumps(body), headers=headers)
        answer.raise_for_status()
        return answer.json()

    def candidates(self, item: str) -> set[str]:
        """Return the ids of what is shown for an item."""
        place = {"place": "p", "question": "duplicate", "item": item}
        (told,) = self._post("suggest", {"token": self._token, "places": [place]})["places"]
        return {candidate["id"] for candidate in told["candidates"]}


def main() -> int:
    """Measure, and say whether each customer reaches the figure."""
    if not DATA.exists() or not (HOME / "demo.json").exists():
        print("Left out: needs the known pairs (EARMARK_DATA) and a running demo (`make demo`).")
        return 0
    pairs = older_threads()
    found = []
    for number in range(1, 5):
        page = Page(f"customer-{number}")
        began = time.perf_counter()
        hits = sum(bool(page.candidates(newer) & older) for newer, older in pairs.items())
        each = 1000 * (time.perf_counter() - began) / len(pairs)
        found.append(hits)
        print(f"customer {number}: {hits} of {len(pairs)} ({each:.0f} ms a call)")
    print(f"median {statistics.median(found):g} of {len(pairs)}; wanted {WANTED}")
    return int(min(found) < WANTED)


if __name__ == "__main__":
    sys.exit(main())
