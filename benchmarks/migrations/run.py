"""How long does any request wait while a store of a million rows is migrated from the released version to this one?"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE), str(Path(__file__).parent)]

import psycopg  # noqa: E402
from released import FILL, MARK, PUSH, READ, SHOW  # noqa: E402

from backend.config.store.lease import ensure_running, stop  # noqa: E402
from backend.config.store.place import APP, Place, locate  # noqa: E402

LONGEST_S = 1.0
MOST_S = 540
RELEASED = {
    "0001": [
        "projects", "annotators", "questions", "suggestions", "assignments", "judgements", "quality", "datasets",
    ],
    None: ["contenttypes", "auth", "admin", "sessions"],
}  # fmt: skip
EXPORT_S, REST_S = 2.0, 2.0


@dataclass
class Hammer:
    """Requests of the released version, one after the other in each thread, and how long each took."""

    place: Place
    is_over: Event = field(default_factory=Event)
    longest: dict[str, tuple[float, float]] = field(default_factory=dict)
    done_count: int = 0
    errors: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def run(self) -> list[Thread]:
        """Start two writers, a pusher, two readers, and an export that holds its snapshot for seconds."""
        loops = [[SHOW, MARK], [SHOW, MARK], [PUSH], [READ], [READ]]
        threads = [Thread(target=self._loop, args=[requests]) for requests in loops]
        threads.append(Thread(target=self._export))
        for thread in threads:
            thread.start()
        return threads

    def begin(self) -> None:
        """Forget what was measured."""
        with self.lock:
            self.longest, self.done_count = {}, 0

    def _loop(self, requests: list[dict[str, str]]) -> None:
        with psycopg.connect(self.place.conninfo(APP), autocommit=True) as connection:
            connection.execute("select set_config('app.project', '1', false)")
            facts: dict[str, Any] = {}
            while not self.is_over.is_set():
                item, other = random.randint(1, 20_000), random.randint(1, 20_000)
                facts |= {"person": random.randint(1, 5_000), "key": str(item), "chosen": other}
                for statements in requests:
                    self._request(connection, statements, facts)
                time.sleep(0.005)

    def _request(self, connection: psycopg.Connection, statements: dict[str, str], facts: dict[str, Any]) -> None:
        began = time.perf_counter()
        try:
            with connection.transaction():
                for text in statements.values():
                    found = connection.execute(text, facts)
                    if found.description and (row := found.fetchone()):
                        facts |= {column.name: value for column, value in zip(found.description, row, strict=True)}
        except psycopg.Error as error:
            self.errors.append(f"{type(error).__name__}: {error.diag.message_primary}")
        name = next(iter(statements))
        took = time.perf_counter() - began
        with self.lock:
            self.done_count += 1
            self.longest[name] = max(self.longest.get(name, (0.0, 0.0)), (took, time.time()))

    def _export(self) -> None:
        with psycopg.connect(self.place.conninfo(APP), autocommit=True) as connection:
            connection.execute("select set_config('app.project', '1', false)")
            while not self.is_over.wait(REST_S):
                with connection.transaction():
                    connection.execute("select 1 from judgements_judgement, judgements_slot, questions_unit limit 1")
                    self.is_over.wait(EXPORT_S)


def manage(*words: str, environ: dict[str, str]) -> None:
    """Run a command of manage.py."""
    subprocess.run([sys.executable, str(BASE / "manage.py"), *words], env=environ, check=True, timeout=MOST_S)


def fill(place: Place, rows: int) -> None:
    """Write so many units, slots, judgements and suggestions as the released version would have."""
    with psycopg.connect(place.conninfo(), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for text in FILL:
            connection.execute(text.replace(":rows", str(rows)))
        connection.execute("vacuum analyze")


def measure(place: Place, environ: dict[str, str]) -> int:
    """Hammer, migrate meanwhile, and print the longest request; 1 where one took over LONGEST_S or failed."""
    hammer = Hammer(place)
    threads = hammer.run()
    try:
        time.sleep(5)
        hammer.begin()
        time.sleep(10)
        told(hammer, "without migrating", 10)
        hammer.begin()
        began = time.perf_counter()
        manage("migrate", "--database", "owner", environ=environ)
        longest = told(hammer, "while migrating", time.perf_counter() - began)
    finally:
        hammer.is_over.set()
        for thread in threads:
            thread.join()
    for error in sorted(set(hammer.errors)):
        print(f"  {hammer.errors.count(error)} × {error}")
    return 1 if longest > LONGEST_S or hammer.errors else 0


def told(hammer: Hammer, when: str, took_s: float) -> float:
    """Print and return the longest request."""
    with hammer.lock:
        each = ", ".join(f"{name} {took * 1000:.0f}" for name, (took, _) in sorted(hammer.longest.items()))
        longest = max(took for took, _ in hammer.longest.values())
        print(f"{when}, {took_s:.0f} s: {hammer.done_count} requests, the longest {longest * 1000:.0f} ms ({each})")
    return longest


def main() -> int:
    """Make a store of its own in a folder that is removed afterwards, fill it, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="earmark-migrations-", ignore_cleanup_errors=True) as home:
        environ = {**os.environ, "EARMARK_HOME": home, "EARMARK_DEBUG": "1", "EARMARK_DATABASE_URL": ""}
        place = locate(environ, base=BASE, secret="", is_debug=True)
        try:
            ensure_running(place)
            for name, apps in RELEASED.items():
                for app in apps:
                    manage("migrate", app, *([name] if name else []), "--database", "owner", "-v", "0", environ=environ)
            began = time.perf_counter()
            fill(place, rows)
            print(f"{rows} rows in each of six tables, filled in {time.perf_counter() - began:.0f} s", flush=True)
            return measure(place, environ)
        finally:
            stop(place)


if __name__ == "__main__":
    sys.exit(main())
