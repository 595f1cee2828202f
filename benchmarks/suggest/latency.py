"""How fast are suggestions over HTTP, with authentication and the exposure ledger, and what do they cost?

A store of its own is filled by the recipe of `drawn.py`, the lexical index is built as `rebuild_index` does it, and
the web process is started as the launcher starts it. This process asks, so what asking costs is not counted.
"""

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE / "sdk" / "src"), str(BASE)]
TICKS_S = 1 / os.sysconf("SC_CLK_TCK")
PEOPLE, WARM_UP, LAGS, LESSONS, FIRST = 200, 40, 5, 150, 10
WANTED = {"lexical": ["lexical"], "semantic": ["semantic"], "hybrid": ["hybrid"], "learned": ["learned"]}
LINE = "| {count:,} | {asked} | {at_once} | {p50:.1f} / {p99:.1f} | {web:.1f} + {store:.1f} | {ratio:.1f} |"
_ITEMS = (
    "copy questions_item (project_id, key, kind, title, body, url, author, metadata, created_at, content_hash,"
    " change_seq, registered_at, updated_at) from stdin"
)
_VERSION = """
insert into suggestions_embeddingversion
    (project_id, name, version, width, state, followed_seq, vectors_count, started_at)
values (%s, 'drawn', '1', %s, 'serving', %s, %s, now()) returning id
"""


def main() -> int:
    """Measure each number of items in turn and print tables."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--count", type=int, default=10_000, help="items")
    given.add_argument("--home", type=Path, help="keep the filled store here; one that is there is used again")
    given.add_argument("--requests", type=int, default=200, help="of each kind")
    given.add_argument("--pages", type=int, help="ask for so many items over and over, not for others each time")
    given.add_argument("--at-most", type=float, default=30.0, help="seconds of each kind")
    given.add_argument("--at-once", type=int, action="append", help="may be repeated; 1 and 4 if left out")
    given.add_argument("--only-fill", action="store_true")
    given.add_argument("--asked", action="append", choices=list(WANTED), help="suggesters, may be repeated")
    given.add_argument("--shared-buffers", default="128MB", help="of the database")
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = (options.home or Path(scratch)).resolve()
        os.environ |= {
            "EARMARK_HOME": str(home),
            "EARMARK_DEBUG": "1",
            "EARMARK_PORT": str(_free_port()),
            "PYTHONPATH": os.pathsep.join([str(BASE / "sdk" / "src"), str(BASE)]),
            "DJANGO_SETTINGS_MODULE": "backend.config.settings",
        }
        subprocess.run([sys.executable, BASE / "manage.py", "migrate", "--database", "owner", "-v", "0"], check=True)
        import django

        django.setup()
        from django.conf import settings

        from backend.config.store.lease import ensure_running, stop
        from backend.projects.nudge import send_nudges_by

        send_nudges_by(lambda: None)
        place = settings.EARMARK_PLACE
        ensure_running(place)
        with _owner() as owner:
            owner.execute(f"alter system set shared_buffers = '{options.shared_buffers}'")
        stop(place)
        ensure_running(place)
        try:
            told = _filled(home, options.count)
            if not options.only_fill:
                told |= _indexed()
                if "learned" in (options.asked or WANTED):
                    told["learned_s"] = _timed(lambda: _teach(options.count))
                print({name: value for name, value in told.items() if name != "key"}, flush=True)
                _measure(options, str(told["key"]))
        finally:
            stop(place)
    return 0


def _filled(home: Path, count: int) -> dict[str, Any]:
    """Fill the store where that was not done yet, and return what each step took, and a secret key."""
    note = home / "filled.json"
    if note.exists():
        told = json.loads(note.read_text())
        if told["count"] != count:
            raise SystemExit(f"{home} holds {told['count']} items.")
    else:
        from backend.projects.actions.keys import add_api_key, register_project

        project = register_project(slug="drawn", name="Drawn", web_origins=[])
        told = {"count": count, "key": add_api_key(project=project, kind="secret")}
        told["items_s"] = _timed(lambda: _put_items(project.pk, count))
        told["vectors_s"] = _timed(lambda: _put_vectors(project.pk, count))
        told["vector_index_s"] = _timed(_index_vectors)
        _ask_questions(project.pk)
        note.write_text(json.dumps(told))
    return told


def _put_items(project: int, count: int) -> None:
    from drawn import items

    now = datetime.now(tz=UTC)
    with _owner() as owner, owner.cursor() as cursor:
        with cursor.copy(_ITEMS) as copy:
            for number, item in enumerate(items(count), start=1):
                metadata = json.dumps(item.metadata)
                facts = (project, item.key, "", item.title, item.body, f"https://host.example/{item.key}", item.author)
                copy.write_row((*facts, metadata, item.created_at, "", number, now, now))
        owner.execute("select setval('questions_item_change_seq', %s)", [count])
        owner.execute("analyze questions_item")


def _put_vectors(project: int, count: int) -> None:
    """Write a vector for each item; the index of the usual width is built later, in one go."""
    import numpy as np
    from drawn import AT_ONCE, WIDTH, centres, vectors, write_vectors

    draw = np.random.default_rng(count)
    around = centres(draw)
    parts = (vectors(draw, around, min(AT_ONCE, count - start)) for start in range(0, count, AT_ONCE))
    with _owner() as owner:
        owner.execute("drop index if exists vectors_of_384")
        [version] = owner.execute(_VERSION, [project, WIDTH, count, count]).fetchone()
        [first] = owner.execute("select min(id) from questions_item where project_id = %s", [project]).fetchone()
        write_vectors(owner, project, version, range(first, first + count), parts)


def _index_vectors() -> None:
    from importlib import import_module

    build = import_module("backend.suggestions.migrations.0012_denser_vector_indexes").BUILD
    with _owner() as owner:
        owner.execute("set maintenance_work_mem = '3GB'; set max_parallel_maintenance_workers = 2")
        owner.execute(build.format(width=384).format(name="vectors_of_384"))
        owner.execute("analyze suggestions_itemvector")
        owner.execute("checkpoint")


def _ask_questions(project: int) -> None:
    from django.utils import timezone

    from backend.annotators.actions.people import meet_annotator
    from backend.projects.tenancy import tenancy
    from backend.questions.actions.ask import ask_question

    with tenancy(project):
        for slug, suggesters in WANTED.items():
            if slug != "learned":
                ask_question(project_id=project, slug=slug, suggesters=suggesters)
        ask_question(project_id=project, slug="any", suggesters=["lexical"], candidates_from="any")
        for number in range(PEOPLE):
            meet_annotator(project_id=project, subject=f"person {number}", now=timezone.now())


def _indexed() -> dict[str, float]:
    """Build the lexical index where it does not hold all items in its present format, and weigh fields."""
    from django.utils import timezone

    from backend.projects.models import Project
    from backend.projects.tenancy import tenancy
    from backend.questions.models import Item
    from backend.suggestions.actions.weigh import weigh_fields
    from backend.suggestions.indexes import open_index
    from backend.suggestions.models import WeighedFields

    project = Project.objects.get(slug="drawn")
    with tenancy(project):
        followed = open_index(project.pk)
        is_whole = followed.index.count == Item.objects.of(project).count()
    took = 0.0 if is_whole else _timed(followed.rebuild)
    weighed = 0.0
    with tenancy(project):
        if not WeighedFields.objects.of(project).exists():
            weighed = _timed(lambda: weigh_fields(project_id=project.pk, index=followed.index, now=timezone.now()))
        health = followed.health(now=timezone.now())
    with _owner() as owner:
        [size] = owner.execute("select (pg_relation_size('vectors_of_384') / 1e6)::float").fetchone()
    megabytes = round(health.bytes_count / 1e6)
    return {"lexical_index_s": took, "fields_s": weighed, "lexical_mb": megabytes, "vector_index_mb": round(size)}


def _teach(count: int) -> None:
    """Train and promote a learned order where none is live, on decisions that an expert might have made.

    Of what `hybrid` puts first the newest is called the same, of LESSONS items, so that there is something to learn;
    what was settled is frozen, trained on and promoted as the admin does it. How good that is plays no part.
    """
    from django.utils import timezone

    from backend.datasets.actions.freeze import ask_for_version, register_dataset
    from backend.learning.actions.promote import promote
    from backend.learning.actions.train import ask_for_training
    from backend.projects.actions.jobs import drain_jobs
    from backend.projects.models import Project
    from backend.projects.tenancy import tenancy
    from backend.questions.actions.ask import ask_question
    from backend.questions.models import Question
    from backend.suggestions.artefacts import live_version

    project, now = Project.objects.get(slug="drawn"), timezone.now()
    with tenancy(project):
        question = Question.objects.of(project).filter(slug="learned").first()
        if question is not None and live_version(question) is not None:
            return
        question = question or ask_question(project_id=project.pk, slug="learned", suggesters=WANTED["learned"])
        _answer_as_expert(question, count)
    drain_jobs(seconds=600)
    with tenancy(project):
        dataset = register_dataset(project_id=project.pk, slug="learned", question=question)
        version = ask_for_version(dataset=dataset, asked_by="benchmark", now=now)
    drain_jobs(seconds=600)
    with tenancy(project):
        version.refresh_from_db()
        trained = ask_for_training(question=question, version=version, asked_by="benchmark", now=now)
    drain_jobs(seconds=600)
    with tenancy(project):
        promote(trained=trained, by="benchmark", now=timezone.now(), reason="To be measured.")


def _answer_as_expert(question: Any, count: int) -> None:
    from django.utils import timezone

    from backend.annotators.actions.people import meet_staff
    from backend.judgements.actions.tell import answer_as_expert
    from backend.questions.actions.units import unit_of_pair
    from backend.questions.models import Item, Question
    from backend.suggestions.retrieval import guesses_for

    now = timezone.now()
    hybrid = Question.objects.get(slug="hybrid", project=question.project_id)
    expert = meet_staff(project_id=question.project_id, user_id=1, now=now)
    keys = [f"{number:08}" for number in random.Random(1).sample(range(count), LESSONS)]
    for item in Item.objects.of(question.project_id).filter(key__in=keys):
        first = [guess.candidate_id for guess in guesses_for(question=hybrid, item=item)[:FIRST]]
        newest = Item.objects.of(question.project_id).filter(pk__in=first).order_by("-created_at").first()
        if newest is not None:
            unit = unit_of_pair(question=question, first=item, second=newest)
            answer_as_expert(annotator=expert, unit=unit, item=item, value="duplicate", now=now)


def _measure(options: Any, key: str) -> None:
    with _web() as web:
        ask = Client(key)
        print("| items | asked | at once | p50 / p99 ms | CPU ms web + store | CPU to a bare view |", flush=True)
        print("| --- | --- | --- | --- | --- | --- |", flush=True)
        draw = random.Random(options.count)
        bare = None
        for name in ["bare", *(options.asked or WANTED)]:
            make = ask.bare if name == "bare" else ask.suggested(name, draw, options)
            for number in range(WARM_UP):
                make(number)
            for at_once in options.at_once or [1, 4]:
                told = _timed_requests(make, at_once, options, web)
                whole = told["web"] + told["store"]
                bare = bare or whole
                row = {"count": options.count, "asked": name, "at_once": at_once, "ratio": whole / bare}
                print(LINE.format(**row, **told), flush=True)
        print(f"follow lag, seconds: {', '.join(f'{each:.2f}' for each in _lags(ask))}", flush=True)


class Client:
    """Asks the web process as a host's server does, over one kept connection a thread."""

    def __init__(self, key: str) -> None:
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._local = threading.local()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call and return what is answered."""
        sent = json.dumps(body) if body is not None else None
        try:
            answer, text = self._exchange(method, path, sent)
        except (BrokenPipeError, http.client.RemoteDisconnected):  # the server closed it while nothing was asked
            self._local.connection.close()
            answer, text = self._exchange(method, path, sent)
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:500]!r}")
        return json.loads(text)

    def _exchange(self, method: str, path: str, sent: str | None) -> tuple[http.client.HTTPResponse, bytes]:
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["EARMARK_PORT"]))
        self._local.connection.request(method, path, sent, self._headers)
        answer = self._local.connection.getresponse()
        return answer, answer.read()

    def bare(self, number: int) -> Any:
        """Call a view that is authenticated and reads one row."""
        return self.call("GET", "/v1/questions/lexical")

    def suggested(self, question: str, draw: random.Random, options: Any) -> Callable[[int], Any]:
        """Return what asks for suggestions for an item drawn from all, which are logged as shown."""
        keys = [f"{draw.randrange(options.count):08}" for _ in range(options.pages or 10_000)]

        def ask(number: int) -> Any:
            person = {"id": f"person {number % PEOPLE}", "kind": "customer"}
            body = {"annotator": person, "question": question, "item": keys[number % len(keys)]}
            return self.call("POST", "/v1/exposures", body)

        return ask


def _timed_requests(make: Callable[[int], Any], at_once: int, options: Any, web: int) -> dict[str, float]:
    import numpy as np

    took: list[float] = []
    numbers = iter(range(WARM_UP, WARM_UP + options.requests))
    until = time.monotonic() + options.at_most
    lock = threading.Lock()

    def go_on() -> None:
        while time.monotonic() < until:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            began = time.perf_counter()
            make(number)
            took.append(1000 * (time.perf_counter() - began))

    before = _web_cpu_s(web), _store_cpu_s()
    threads = [threading.Thread(target=go_on) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = _web_cpu_s(web), _store_cpu_s()
    spent = [1000 * (then - now) / len(took) for now, then in zip(before, after, strict=True)]
    low, high = np.percentile(took, [50, 99])
    return {"p50": float(low), "p99": float(high), "web": spent[0], "store": spent[1]}


def _lags(ask: Client) -> Iterator[float]:
    """Yield how long after its registration was answered an item is found."""
    for number in range(LAGS):
        words = f"lagging{random.randrange(1 << 40)} follower{random.randrange(1 << 40)}"
        for key in ("old", "new"):
            item = {"id": f"{key}-{words}", "title": words, "body": ""}
            ask.call("POST", "/v1/items", {"items": [item]})
            if key == "old":
                time.sleep(1)
        body = {"annotator": {"id": f"person {number}", "kind": "customer"}, "question": "any", "item": f"old-{words}"}
        began = time.monotonic()
        while time.monotonic() - began < 60:
            shown = ask.call("POST", "/v1/exposures", body)["slots"]
            if any(slot["candidate"]["id"] == f"new-{words}" for slot in shown):
                break
            time.sleep(0.02)
        yield time.monotonic() - began


@contextmanager
def _web() -> Iterator[int]:
    """Run the web process as the launcher does, and yield the id of its parent."""
    port = os.environ["EARMARK_PORT"]
    keep = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--no-control-socket"]
    command += [*keep, "--threads", "8", "--bind", f"127.0.0.1:{port}", "backend.config.wsgi:application"]
    log = Path(os.environ["EARMARK_HOME"]) / "web.log"
    with log.open("ab") as said:
        process = subprocess.Popen(command, cwd=BASE, stdout=said, stderr=said)
    try:
        _await_health(int(port))
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def _await_health(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("The web process did not start.")


def _web_cpu_s(pid: int) -> float:
    return sum(_cpu_s(each) for each in [pid, *_children(pid)])


def _store_cpu_s() -> float:
    """Return the CPU of all of the database's processes, also of those that ended."""
    with _owner() as owner:
        mine = owner.info.backend_pid
        server = int(Path(f"/proc/{mine}/stat").read_text().rpartition(")")[2].split()[1])
        return _cpu_s(server, and_ended=True) + sum(_cpu_s(each) for each in _children(server) if each != mine)


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_s(pid: int, *, and_ended: bool = False) -> float:
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return TICKS_S * sum(map(int, told[11 : 15 if and_ended else 13]))


def _owner() -> Any:
    import psycopg
    from django.conf import settings

    return psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True)


def _timed(step: Callable[[], Any]) -> float:
    began = time.perf_counter()
    step()
    return round(time.perf_counter() - began, 1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
