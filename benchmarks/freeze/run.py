"""How long does a version take to freeze, and how much memory, by the number of settled labels?"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE), str(BASE / "sdk" / "src"), str(Path(__file__).parent)]
MOST_S = 1800


def main() -> int:
    """Fill a store of its own that is removed afterwards, freeze in a process of its own, and print what it took."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--labels", type=int, default=100_000)
    given.add_argument("--kind", choices=["choice", "pair"], default="choice")
    given.add_argument("--freeze", type=int, nargs=2, help=argparse.SUPPRESS)
    options = given.parse_args()
    if options.freeze:
        return _freeze(*options.freeze)
    with tempfile.TemporaryDirectory(prefix="earmark-freeze-", ignore_cleanup_errors=True) as home:
        os.environ |= {
            "EARMARK_HOME": home,
            "EARMARK_DEBUG": "1",
            "EARMARK_DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "backend.config.settings",
        }
        from django.conf import settings

        from backend.config.store.lease import ensure_running, stop

        place = settings.EARMARK_PLACE
        try:
            ensure_running(place)
            subprocess.run(
                [sys.executable, str(BASE / "manage.py"), "migrate", "--database", "owner", "-v", "0"], check=True
            )
            project, question, took_s = _fill(options.kind, options.labels)
            print(f"{options.labels:,} labels of a {options.kind} filled in {took_s:.0f} s", flush=True)
            again = [sys.executable, __file__, "--freeze", str(project), str(question)]
            for _ in range(2):
                subprocess.run(again, check=True, timeout=MOST_S)
        finally:
            stop(place)
    return 0


def _fill(kind: str, rows: int) -> tuple[int, int, float]:
    import django

    django.setup()
    import psycopg
    from django.conf import settings
    from fill import statements

    from backend.projects.actions.keys import register_project
    from backend.projects.tenancy import tenancy
    from backend.questions.actions.ask import ask_question

    project = register_project(slug="large", name="Large", web_origins=[])
    labels = {"labels": ["Spam", "Fine"]} if kind == "choice" else {}
    with tenancy(project):
        question = ask_question(project_id=project.pk, slug=kind, kind=kind, overlap=2, **labels)
    began = time.monotonic()
    with psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True) as owner:
        owner.execute("set session_replication_role = replica")
        for text in statements(kind, rows=rows, project=project.pk, question=question.pk):
            owner.execute(text)
        owner.execute("vacuum analyze")
    return project.pk, question.pk, time.monotonic() - began


def _freeze(project: int, question: int) -> int:
    import django

    django.setup()
    from django.utils import timezone

    from backend.datasets.actions.freeze import ask_for_version, freeze_version, register_dataset
    from backend.projects.tenancy import tenancy
    from backend.questions.models import Question

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, spent = time.monotonic(), time.process_time()
    with tenancy(project):
        asked = Question.objects.get(pk=question)
        dataset = register_dataset(project_id=project, slug="large", question=asked)
        version = ask_for_version(dataset=dataset, asked_by="benchmark", now=timezone.now())
    with tenancy(project):
        version = freeze_version(version_id=version.pk, now=timezone.now())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"version {version.number}: {version.labels_count:,} labels, {version.judgements_count:,} rows of answers"
        f" and slots in {time.monotonic() - began:.0f} s, {time.process_time() - spent:.0f} s of this process's CPU;"
        f" memory {before // 1024} MB before, {most // 1024} MB at most",
        flush=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
