"""How much of what is truly nearest does the vector index find, and how long does it take?"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from drawn import FIRST, WIDTH, centres, write_vectors
from drawn import vectors as drawn_vectors

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE)]
ASKED, K, AT_LEAST = 200, 20, 0.98
SHARES = {"large": 0.9, "medium": 0.09, "small": 0.01}
LINE = "| {count:,} | {project}: {mine:,} | {way} | {recall:.3f} | {recall_before:.3f} | {p50:.1f} / {p99:.1f} |"
_VERSION = """
insert into suggestions_embeddingversion
    (project_id, name, version, width, state, followed_seq, vectors_count, started_at)
values (%s, 'drawn', '1', %s, 'serving', 0, %s, now()) returning id
"""
_ITEMS = """
insert into questions_item (project_id, key, kind, title, body, url, author, metadata, created_at, content_hash,
    change_seq, registered_at, updated_at)
select %(project)s, lpad(n::text, 8, '0'), '', '', '', '', '', '{}', %(first)s + n * interval '1 minute', '',
    nextval('questions_item_change_seq'), now(), now() from generate_series(0, %(count)s - 1) n
"""


def main() -> int:
    """Fill a store of its own with each number of vectors in turn, and print a table."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--count", type=int, action="append", help="vectors of all three projects, may be repeated")
    given.add_argument("--at-least", type=float, default=AT_LEAST)
    options = given.parse_args()
    worst = 1.0
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "OPENBLAS_NUM_THREADS": "1",
            "EARMARK_HOME": home,
            "EARMARK_DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "backend.config.settings",
        }
        subprocess.run([sys.executable, BASE / "manage.py", "migrate", "--database", "owner", "-v", "0"], check=True)
        import django

        django.setup()
        from django.conf import settings

        from backend.config.store.lease import ensure_running, stop

        ensure_running(settings.EARMARK_PLACE)
        print(f"| vectors | project | way | recall@{K} | earlier half | p50 / p99 ms |", flush=True)
        print("| --- | --- | --- | --- | --- | --- |", flush=True)
        for count in options.count or [100_000]:
            for row in measured(count):
                worst = min(worst, row["recall"], row["recall_before"])
                print(LINE.format(**row), flush=True)
        stop(settings.EARMARK_PLACE)
    print(f"worst recall {worst:.3f}, wanted {options.at_least}")
    return int(worst < options.at_least)


def measured(count: int) -> Iterator[dict[str, Any]]:
    """Yield for each project of a store with that many vectors what its searches find."""
    import numpy as np
    import psycopg
    from django.conf import settings

    place = settings.EARMARK_PLACE
    draw = np.random.default_rng(count)
    around = centres(draw)
    filled = {}
    with psycopg.connect(place.conninfo(), autocommit=True) as owner:
        owner.execute("truncate projects_project, questions_item, suggestions_itemvector restart identity cascade")
        owner.execute("drop index if exists vectors_of_384")
        for name, share in SHARES.items():
            mine = round(count * share)
            vectors = drawn_vectors(draw, around, mine)
            filled[name] = (put(owner, name, vectors), vectors)
        began = time.perf_counter()
        owner.execute("set maintenance_work_mem = '3GB'; set max_parallel_maintenance_workers = 2")
        build = import_module("backend.suggestions.migrations.0012_denser_vector_indexes").BUILD
        owner.execute(build.format(width=384).format(name="vectors_of_384"))
        owner.execute("analyze suggestions_itemvector, questions_item")
        [size] = owner.execute("select (pg_relation_size('vectors_of_384') / 1e6)::float").fetchone()
    print(f"{count:,} vectors: index {size:.0f} MB, built in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    for name, (project, vectors) in filled.items():
        rows = draw.integers(len(vectors), size=ASKED)
        yield {"count": count, "project": name, "mine": len(vectors)} | asked(project, vectors, rows)


def put(owner: Any, name: str, vectors: Any) -> int:
    """Make a project with these vectors and return its key."""
    insert = "insert into projects_project (slug, name, host_url, consent_text) values (%s, %s, '', '') returning id"
    [project] = owner.execute(insert, [name, name]).fetchone()
    owner.execute(_ITEMS, {"project": project, "first": FIRST, "count": len(vectors)})
    [version] = owner.execute(_VERSION, [project, WIDTH, len(vectors)]).fetchone()
    query = "select id from questions_item where project_id = %s order by key"
    ids = [row[0] for row in owner.execute(query, [project]).fetchall()]
    write_vectors(owner, project, version, ids, iter([vectors]))
    return int(project)


def asked(project: int, vectors: Any, rows: Any) -> dict[str, Any]:
    """Ask for the neighbours of some items, of all and of the earlier half, and compare with all there are."""
    import numpy as np

    from backend.projects.tenancy import tenancy
    from backend.suggestions.nearest import StoredVectors

    half = len(vectors) // 2
    before = FIRST + timedelta(minutes=half)
    recalls, recalls_before, times = [], [], []
    for row in rows:
        cosines = vectors @ vectors[row]
        cosines[row] = -2
        key = f"{row:08}"
        with tenancy(project):
            began = time.perf_counter()
            stored = StoredVectors.of(project)
            vector = stored.vector_of(key)
            hits = stored.search(vector, K, without=key)
            times.append(1000 * (time.perf_counter() - began))
            earlier = stored.search(vector, K, before=before, without=key)
            way = "all compared" if stored.looks_at_all else "index"
        recalls.append(share_found(hits, np.argpartition(-cosines, K)[:K]))
        recalls_before.append(share_found(earlier, np.argpartition(-cosines[:half], K)[:K]))
    low, high = np.percentile(times, [50, 99])
    facts = {"recall": np.mean(recalls), "recall_before": np.mean(recalls_before), "p50": low, "p99": high}
    return {"way": way} | {name: float(value) for name, value in facts.items()}


def share_found(hits: Any, true: Any) -> float:
    """Return which share of the truly nearest is among the hits."""
    return len({int(hit.id) for hit in hits} & {int(row) for row in true}) / len(true)


if __name__ == "__main__":
    sys.exit(main())
