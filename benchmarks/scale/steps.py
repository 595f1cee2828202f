"""The steps, each in a process of its own: what works on all labels, answers or units of a large project."""

import os
import resource
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from backend.annotators.actions.people import meet_annotator
from backend.annotators.models import Annotator
from backend.datasets.actions.freeze import ask_for_version, folder_of, freeze_version, progress_of, register_dataset
from backend.datasets.models import DatasetVersion
from backend.desk.actions.ask import ask_next
from backend.desk.actions.erase import begin_erasure, continue_erasure
from backend.desk.progress import progress_of as desk_progress
from backend.projects.actions.keys import add_api_key
from backend.projects.models import Project
from backend.projects.tenancy import tenancy
from backend.quality.work import RECOMPUTE, recompute_work
from backend.questions.models import Question, Unit
from benchmarks.statements import statements_sent

TIMES = 3
PEOPLE_AT_DESK = 50
PAGES = {
    "overview": "/admin/",
    "reliability": "/admin/people/",
    "one person": "/admin/people/{person}/",
    "their erasure": "/admin/people/{person}/erase",
    "items": "/admin/questions/item/",
    "units": "/admin/questions/unit/",
    "shown lists": "/admin/judgements/exposure/",
    "places": "/admin/judgements/slot/",
    "places accepted": "/admin/judgements/slot/?outcome__exact=accepted",
    "answers": "/admin/judgements/judgement/",
    "answers to one": "/admin/judgements/judgement/?question__id__exact={question}",
    "labels": "/admin/quality/consensuslabel/",
    "labels contested": "/admin/quality/consensuslabel/?state__exact=contested",
    "labels of one, contested": "/admin/quality/consensuslabel/?state__exact=contested&question__id__exact={question}",
    "a story": "/admin/story/{item}/",
    "versions": "/admin/datasets/datasetversion/",
    "trained versions": "/admin/suggestions/trainedversion/",
    "jobs": "/admin/projects/job/",
}
LISTS = {
    "labels": "/v1/labels?limit=1000",
    "labels of one": "/v1/labels?limit=1000&question=duplicate",
    "labels of one, open": "/v1/labels?limit=1000&question=duplicate&state=open",
    "labels contested": "/v1/labels?limit=1000&state=contested",
    "labels of a value": "/v1/labels?limit=1000&value=Spam",
    "labels of an item": "/v1/labels?limit=1000&item=777",
    "answers": "/v1/judgements?limit=1000",
    "answers of one person": "/v1/judgements?limit=1000&annotator={pseudonym}",
    "answers of another": "/v1/judgements?limit=1000&annotator={other}",
    "answers about an item": "/v1/judgements?limit=1000&item=777",
    "answers to one that stand": "/v1/judgements?limit=1000&question=tone&is_live=true",
    "answers to one that do not": "/v1/judgements?limit=1000&question=tone&is_live=false",
    "answers since today": "/v1/judgements?limit=1000&since={today}",
    "lists": "/v1/exposures?limit=1000",
    "lists about an item": "/v1/exposures?limit=1000&item=777",
    "lists to a person": "/v1/exposures?limit=1000&annotator={other}",
}


def run(step: str, question: str, *, explain: bool) -> None:
    """Do one step and print what it took."""
    print(f"\n## {step}, {timezone.now():%Y-%m-%d %H:%M}, load {os.getloadavg()[0]:.0f}", flush=True)
    {
        "pages": _pages,
        "lists": _lists,
        "desk": _desk,
        "freeze": _freeze,
        "train": _train,
        "erase": _erase,
        "block": _block,
    }[step](_project(), question, explain)
    print(f"memory of this process at most: {_peak_mb()} MB", flush=True)


def _project() -> Project:
    return Project.objects.get(slug="large")


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _told(project: Project) -> dict[str, Any]:
    with tenancy(project):
        first = Annotator.objects.order_by("pk").first()
        other = Annotator.objects.order_by("pk")[777]
        question = Question.objects.get(slug="duplicate")
        item = Unit.objects.order_by("pk")[777].item_id
    return {
        "person": other.pk, "pseudonym": first.pseudonym if first else "", "other": other.pseudonym,
        "question": question.pk, "item": item, "today": timezone.now().strftime("%Y-%m-%dT00:00:00Z"),
    }  # fmt: skip


def _pages(project: Project, question: str, explain: bool) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model().objects.get(username="ann"))
    client.get("/admin/")
    told = _told(project)
    _table({name: address.format(**told) for name, address in PAGES.items()}, client.get, project, explain)


def _lists(project: Project, question: str, explain: bool) -> None:
    secret = add_api_key(project=project, kind="secret")
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {secret}"})
    told = _told(project)
    _table({name: address.format(**told) for name, address in LISTS.items()}, client.get, project, explain)
    for name in ("labels", "judgements", "exposures"):
        cursor, took = "", []
        for _ in range(10):
            began = time.perf_counter()
            cursor = client.get(f"/v1/{name}?limit=1000{cursor and f'&cursor={cursor}'}").json()["next"]
            took.append(time.perf_counter() - began)
        print(f"{name}: page 1 {1000 * took[0]:.0f} ms, page 10 {1000 * took[-1]:.0f} ms")


def _table(addresses: dict[str, str], get: Callable[[str], Any], project: Project, explain: bool) -> None:
    print("| page | median ms | statements | slowest statement, ms |\n| --- | --- | --- | --- |")
    for name, address in addresses.items():
        with statements_sent() as sent:
            answer = get(address)
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            get(address)
            took.append(time.perf_counter() - began)
        slowest = max(sent, default=(0.0, "", None))
        status = "" if answer.status_code == 200 else f" ({answer.status_code})"
        print(
            f"| {name}{status} | {1000 * statistics.median(took):.0f} | {len(sent)} | {1000 * slowest[0]:.0f} |",
            flush=True,
        )
        if explain and slowest[0] > 0.3:
            _explain(project, sent)


def _explain(project: Project, sent: list[tuple[float, str, Any]]) -> None:
    for took, sql, params in sorted(sent, key=lambda each: -each[0])[:2]:
        if took > 0.2 and sql.lower().startswith("select"):
            print(f"{1000 * took:.0f} ms: {sql[:1200]}\n{str(params)[:200]}")
            with tenancy(project), connection.cursor() as cursor:
                cursor.execute(f"explain (analyze, buffers) {sql}", params)
                print("\n".join(line for (line,) in cursor.fetchall()))


def _desk(project: Project, question: str, explain: bool) -> None:
    """Let people be asked one after the other, then each once more."""
    now = timezone.now()
    with tenancy(project):
        asked = Question.objects.get(slug="waiting")
        people = [
            meet_annotator(project_id=project.pk, subject=f"desk-{n}", kind="colleague", now=now)
            for n in range(PEOPLE_AT_DESK)
        ]
    for turn in ("first", "once more"):
        took, counts = [], []
        for person in people:
            began = time.perf_counter()
            with statements_sent() as sent, tenancy(project):
                found = ask_next(annotator=person, question=asked, now=timezone.now())
                desk_progress(annotator=person, question=asked, now=timezone.now())
            took.append(time.perf_counter() - began)
            counts.append(len(sent))
            assert found is not None
        at_most = max(took)
        print(
            f"{turn}: median {1000 * statistics.median(took):.0f} ms, at most {1000 * at_most:.0f},"
            f" {max(counts)} statements"
        )
        if explain:
            _explain(project, sent)


def _freeze(project: Project, question: str, explain: bool) -> None:
    with tenancy(project):
        asked = Question.objects.get(slug=question)
        dataset = register_dataset(project_id=project.pk, slug=question, question=asked)
        version = ask_for_version(dataset=dataset, asked_by="benchmark", now=timezone.now())
    over, began, spent = threading.Event(), time.monotonic(), time.process_time()
    progress = progress_of(version)
    watching = threading.Thread(target=_watch, args=[progress.told, over, began], daemon=True)
    watching.start()
    with tenancy(project):
        version = freeze_version(version_id=version.pk, now=timezone.now())
    over.set()
    watching.join()
    print(
        f"version {version.number}: {version.labels_count:,} labels, {version.judgements_count:,} rows in"
        f" {time.monotonic() - began:.0f} s, {time.process_time() - spent:.0f} s of CPU here"
    )
    for path in sorted(folder_of(version).iterdir()):
        print(f"  {path.name}: {path.stat().st_size / 1e6:.1f} MB")
    _download(project, version)


def _watch(told: Callable[[], str], over: threading.Event, began: float) -> None:
    before = ""
    while not over.wait(1):
        line = told()
        stage = line.split(",")[0][:24]
        if stage != before:
            print(f"  {time.monotonic() - began:.0f} s, {_peak_mb()} MB: {line}", flush=True)
            before = stage


def _download(project: Project, version: DatasetVersion) -> None:
    """Open the version's page, and let its largest file begin to come."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model().objects.get(username="ann"))
    client.get("/admin/")
    for address in (
        f"/admin/datasets/datasetversion/{version.pk}/change/",
        f"/admin/versions/{version.pk}/judgements.jsonl",
    ):
        before, began = _peak_mb(), time.perf_counter()
        answer: Any = client.get(address)
        first = next(iter(answer.streaming_content)) if answer.streaming else answer.content
        print(
            f"{address}: {answer.status_code}, first {len(first):,} bytes after"
            f" {1000 * (time.perf_counter() - began):.0f} ms, {_peak_mb() - before} MB more"
        )


def _train(project: Project, question: str, explain: bool) -> None:
    began = time.monotonic()
    call_command("train_suggester", question=question, project=project.slug)
    print(f"{time.monotonic() - began:.0f} s in all")


def _first(project: Project) -> Annotator:
    found = Annotator.objects.of(project).filter(subject="person-1").first()
    assert found is not None, "erased before; fill a store anew"
    return found


def _erase(project: Project, question: str, explain: bool) -> None:
    with tenancy(project):
        person = _first(project)
        erasure = begin_erasure(annotator=person, now=timezone.now())
    took: list[float] = []
    goes_on = True
    while goes_on and len(took) < 40:
        began = time.perf_counter()
        with statements_sent() as sent, tenancy(project):
            goes_on = continue_erasure(erasure_id=erasure.pk, now=timezone.now())
        took.append(time.perf_counter() - began)
        if len(took) == 1:
            print(f"rows gone in {took[0]:.1f} s, {len(sent)} statements, {_peak_mb()} MB", flush=True)
            for each, sql, _ in sorted(sent, key=lambda each: -each[0])[:3]:
                print(f"  {each:.2f} s in the store: {sql[:90]!r}")
    print(f"then {len(took) - 1} steps of settling, {1000 * statistics.median(took[1:]):.0f} ms each in the median")


def _block(project: Project, question: str, explain: bool) -> None:
    """Block who answered most; the job that asks for all they touched to be recomputed is undone at the end."""
    with tenancy(project):
        person = _first(project)
        began = time.perf_counter()
        with statements_sent() as sent:
            recompute_work(project_id=project.pk, now=timezone.now(), annotator_id=person.pk)
        print(f"one job of {RECOMPUTE}: {time.perf_counter() - began:.1f} s, {len(sent)} statements")
        connection.set_rollback(True)
