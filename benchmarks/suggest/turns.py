"""What does a list cost in one version of the code, and what in another?

Two checkouts are asked the same in turn, on one store that `latency.py --home` filled: each through its own WSGI
application, in a process of its own, without HTTP. So a busy machine slows down both, and what they answer can be
compared. CPU is that of the process, all of its threads, and of the database's processes meanwhile.
"""

import argparse
import io
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

TURN, WARM_UP, PEOPLE = 10, 30, 200
LINE = "| {asked} | {checkout} | {p50:.1f} / {p99:.1f} | {web:.1f} + {store:.1f} |"
_POOLS = "select candidates_hash, pool::text from judgements_exposure where id = any(%s::uuid[]) order by shown_at"


def main() -> int:
    """Ask both checkouts in turn and print a table; fails where they answer otherwise."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("checkouts", type=Path, nargs=2, help="before and after")
    given.add_argument("--home", type=Path, required=True, help="a store that latency.py filled and taught")
    given.add_argument("--asked", action="append", help="questions, may be repeated")
    given.add_argument("--requests", type=int, default=150, help="of each kind and checkout")
    given.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = given.parse_args()
    _settle(options.checkouts[-1], options.home)
    if options.serve:
        return _serve()
    import django

    django.setup()
    import psycopg
    from django.conf import settings

    from backend.config.store.lease import ensure_running, stop

    ensure_running(settings.EARMARK_PLACE)
    try:
        with psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True) as owner:
            return _measure(options, owner)
    finally:
        stop(settings.EARMARK_PLACE)


def _settle(checkout: Path, home: Path) -> None:
    root = str(checkout.resolve())
    sys.path[:0] = [f"{root}/sdk/src", root]
    os.environ |= {
        "EARMARK_HOME": str(home.resolve()),
        "EARMARK_DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "backend.config.settings",
        "PYTHONPATH": "",
    }


def _measure(options: argparse.Namespace, owner: Any) -> int:
    count = json.loads((options.home / "filled.json").read_text())["count"]
    served = [_Served(checkout, options.home) for checkout in options.checkouts]
    draw = random.Random(count)
    differ = 0
    print("| asked | checkout | p50 / p99 ms | CPU ms web + store, medians |\n| --- | --- | --- | --- |", flush=True)
    for asked in ["bare", *(options.asked or ["lexical", "semantic", "hybrid", "learned"])]:
        visits = [(f"person {n % PEOPLE}", f"{draw.randrange(count):08}") for n in range(WARM_UP + options.requests)]
        told: list[list[Any]] = [[], []]
        for start in range(0, len(visits), TURN):
            for at in (0, 1) if start // TURN % 2 else (1, 0):
                before = _store_cpu_s(owner)
                answers = served[at].ask(asked, visits[start : start + TURN])
                store = 1000 * (_store_cpu_s(owner) - before) / len(answers)
                told[at] += [(*answer, store) for answer in answers] if start >= WARM_UP else []
        for each, rows in zip(served, told, strict=True):
            took, web, _, stores = zip(*rows, strict=True)
            took = sorted(took)
            row = {"p50": median(took), "p99": took[int(0.99 * len(took))], "web": median(web), "store": median(stores)}
            print(LINE.format(asked=asked, checkout=each.name, **row), flush=True)
        pools = [owner.execute(_POOLS, [[row[2][0] for row in rows]]).fetchall() for rows in told]
        shown = [[row[2][1] for row in rows] for rows in told]
        differ += sum(one != other for one, other in zip(*pools, strict=True))
        differ += sum(one != other for one, other in zip(*shown, strict=True))
    print(f"{differ} lists differ, or the pools they are drawn from.", flush=True)
    return bool(differ)


class _Served:
    """One checkout in a process of its own."""

    def __init__(self, checkout: Path, home: Path) -> None:
        self.name = checkout.name
        command = [sys.executable, __file__, "--serve", "--home", home, checkout, checkout]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, asked: str, visits: list[tuple[str, str]]) -> list[Any]:
        """Return for each visit the milliseconds on the clock and of CPU, and the list's id and slots."""
        if self._process.stdin is None or self._process.stdout is None:
            raise SystemExit("There is no way to the process.")
        print(json.dumps([asked, visits]), file=self._process.stdin, flush=True)
        answers: list[Any] = json.loads(self._process.stdout.readline())
        return answers


def _serve() -> int:
    """Answer, a line for a line, what `_Served` asks."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is said otherwise is no answer
    from backend.config.wsgi import application

    key = json.loads((Path(os.environ["EARMARK_HOME"]) / "filled.json").read_text())["key"]
    for line in sys.stdin:
        asked, visits = json.loads(line)
        print(json.dumps([_timed(application, key, asked, *visit) for visit in visits]), file=out, flush=True)
    return 0


def _timed(application: Any, key: str, asked: str, person: str, item: str) -> tuple[float, float, Any]:
    body = json.dumps({"annotator": {"id": person, "kind": "customer"}, "question": asked, "item": item}).encode()
    path, method = ("/v1/questions/lexical", "GET") if asked == "bare" else ("/v1/exposures", "POST")
    sent = {"wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "QUERY_STRING": ""}
    sent |= {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_TYPE": "application/json", "SERVER_PORT": "80"}
    sent |= {"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(body))}
    sent |= {"HTTP_HOST": "127.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {key}"}
    statuses: list[str] = []
    began, spent = time.perf_counter(), time.process_time()
    answer = application(sent, lambda status, headers, error=None: statuses.append(status))
    text = b"".join(answer)
    answer.close()
    took = 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - spent)
    if not statuses[0].startswith("2"):
        raise SystemExit(f"{method} {path}: {statuses[0]} {text[:500]!r}")
    told = json.loads(text)
    if asked == "bare":
        return *took, (None, [])
    return *took, (
        told["id"],
        [{name: value for name, value in slot.items() if name != "id"} for slot in told["slots"]],
    )


def _store_cpu_s(owner: Any) -> float:
    """Return the CPU of the database's processes that live, save the one that is asked by us."""
    mine = owner.info.backend_pid
    server = int(Path(f"/proc/{mine}/stat").read_text().rpartition(")")[2].split()[1])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return sum(_ran_s(each) for each in children if int(each) != mine)


def _ran_s(process: str) -> float:
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


if __name__ == "__main__":
    sys.exit(main())
