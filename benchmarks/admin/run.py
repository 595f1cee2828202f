"""How long do the long lists of the admin take, as they open, as one searches, and on a page far behind?

A store of its own is filled with so many rows of each kind. Pages are asked for in this process, as a member of the
staff, behind row-level security.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE / "sdk" / "src"), str(BASE), str(Path(__file__).parent)]
LISTS = {
    "items": "questions/item",
    "people": "annotators/annotator",
    "units": "questions/unit",
    "shown lists": "judgements/exposure",
    "places": "judgements/slot",
    "answers": "judgements/judgement",
    "labels": "quality/consensuslabel",
}
WAYS = {"opened": "", "a word": "?q=toner", "a key": "?q=key-777", "nothing": "?q=no-such-thing", "page 500": "?p=500"}


def main() -> int:
    """Fill a store, unless it is there, and print medians in ms, with how many statements each page sends."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rows", type=int, default=100_000, help="of each kind; three times as many places")
    given.add_argument("--home", type=Path, help="keep the filled store here; one that is there is used again")
    given.add_argument("--times", type=int, default=5, help="each page is asked for")
    given.add_argument("--only", action="append", choices=list(LISTS), help="may be repeated")
    given.add_argument("--explain", action="store_true", help="print the slowest statement of each page, and its plan")
    options = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="earmark-admin-") as scratch:
        home = (options.home or Path(scratch)).resolve()
        os.environ |= {
            "EARMARK_HOME": str(home),
            "EARMARK_DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "backend.config.settings",
        }
        os.environ["PYTHONPATH"] = os.pathsep.join([str(BASE / "sdk" / "src"), str(BASE)])
        is_filled = (home / "filled").exists()
        if not is_filled:
            subprocess.run(
                [sys.executable, BASE / "manage.py", "migrate", "--database", "owner", "-v", "0"], check=True
            )
        import django

        django.setup()
        from django.conf import settings

        from backend.config.store.lease import ensure_running, stop

        ensure_running(settings.EARMARK_PLACE)
        try:
            if not is_filled:
                _fill(options.rows)
                (home / "filled").touch()
            _measure(options)
        finally:
            stop(settings.EARMARK_PLACE)
    return 0


def _fill(rows: int) -> None:
    from django.contrib.auth import get_user_model
    from django.db import connections
    from filled import FILL

    with connections["owner"].cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement.replace(":rows", str(rows)))
    from backend.projects.models import Project, StaffMember

    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(project=Project.objects.get(), user=user)


def _measure(options: Any) -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model().objects.get(username="ann"))
    client.get("/admin/")
    print(f"| median of {options.times}, ms (statements) | {' | '.join(WAYS)} |")
    print(f"| --- |{' --- |' * len(WAYS)}")
    for name in options.only or LISTS:
        told = [_asked(client, f"/admin/{LISTS[name]}/{query}", options) for query in WAYS.values()]
        print(f"| {name} | {' | '.join(told)} |", flush=True)


def _asked(client: Any, address: str, options: Any) -> str:
    from benchmarks.statements import statements_sent

    with statements_sent() as sent:
        answer = client.get(address)
    if answer.status_code != 200:
        return str(answer.status_code)
    took = []
    for _ in range(options.times):
        began = time.perf_counter()
        client.get(address)
        took.append(time.perf_counter() - began)
    if options.explain:
        _explain(address, sent)
    return f"{1000 * statistics.median(took):.0f} ({len(sent)})"


def _explain(address: str, sent: list[tuple[float, str, Any]]) -> None:
    from django.db import connection

    from backend.projects.tenancy import tenancy

    for took, sql, params in sorted(sent, key=lambda each: -each[0])[:2]:
        if sql.lower().startswith("select"):
            print(f"\n{address}: {1000 * took:.0f} ms\n{sql[:1500]}\n{params}")
            with tenancy(1), connection.cursor() as cursor:
                cursor.execute(f"explain (analyze) {sql}", params)
                print("\n".join(line for (line,) in cursor.fetchall()))


if __name__ == "__main__":
    sys.exit(main())
