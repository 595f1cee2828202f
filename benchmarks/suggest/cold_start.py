"""How long until many items are imported, indexed and embedded, and how much memory does the worker take?"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import count as count_up
from itertools import islice
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE)]
AT_ONCE = 1_000
MOST_S, MOST_MB = 600, 600


def main() -> int:
    """Fill a store of its own from a file of items, and say how long each step took."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("items", type=Path, help="JSON lines, .gz: id, title, body, created")
    given.add_argument("--count", type=int, default=30_000)
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"EARMARK_HOME": home, "EARMARK_DEBUG": "1", "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
        manage = [sys.executable, str(BASE / "manage.py")]
        subprocess.run([*manage, "migrate", "--database", "owner", "-v", "0"], check=True)
        import django

        django.setup()
        from django.conf import settings

        from backend.config.store.lease import ensure_running, stop
        from backend.projects.nudge import send_nudges_by

        send_nudges_by(lambda: None)
        ensure_running(settings.EARMARK_PLACE)
        took = {"imported": timed(lambda: import_items(options.items, options.count)), "indexed": timed(build_index)}
        took["embedded"] = timed(lambda: subprocess.run([*manage, "embed_items", "--project", "cold"], check=True))
        stop(settings.EARMARK_PLACE)
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    whole = sum(took.values())
    steps = ", ".join(f"{step} in {seconds:.0f} s" for step, seconds in took.items())
    print(f"{options.count} items {steps}: {whole:.0f} s in all; the embedding process took {megabytes:.0f} MB")
    return int(whole > MOST_S or megabytes > MOST_MB)


def timed(step: Any) -> float:
    """Do something and return how many seconds it took."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def import_items(path: Path, count: int) -> None:
    """Register the first items of a file in a project of its own, some twice where the file has fewer."""
    from django.utils import timezone

    from backend.projects.models import Project
    from backend.projects.tenancy import tenancy
    from backend.questions.actions.items import NewItem, register_items

    project = Project.objects.create(slug="cold", name="Cold")
    rows = islice(rows_of(path), count)
    while part := list(islice(rows, AT_ONCE)):
        items = [
            NewItem(row["id"], row["title"], row["body"], created_at=datetime.fromisoformat(row["created"]))
            for row in part
        ]
        with tenancy(project):
            register_items(project_id=project.pk, items=items, now=timezone.now())


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Yield a file's items, and again under other ids where more are wanted than it has."""
    for turn in count_up():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield row if turn == 0 else row | {"id": f"{row['id']}-{turn}"}


def build_index() -> None:
    """Build the lexical index as following does, which a request leaves to a thread after a second."""
    from backend.projects.models import Project
    from backend.projects.tenancy import tenancy
    from backend.suggestions.indexes import open_index

    project = Project.objects.get(slug="cold")
    with tenancy(project):
        open_index(project.pk).catch_up()


if __name__ == "__main__":
    sys.exit(main())
