"""What grows out of bounds in a large project: time, memory and statements of what works on all of them.

A store of its own is filled in SQL. Each step runs in a process of its own, so that its memory is its own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE / "sdk" / "src"), str(BASE), str(Path(__file__).parent)]
STEPS = ["pages", "lists", "desk", "freeze", "train", "block", "erase"]


def main() -> int:
    """Fill a store, unless it is there, and run the steps that are wanted, each in a process of its own."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--labels", type=int, default=20_000)
    given.add_argument("--home", type=Path, help="keep the filled store here; one that is there is used again")
    given.add_argument("--only", action="append", choices=STEPS, help="may be repeated")
    given.add_argument("--question", default="duplicate", help="whose labels are frozen and taught")
    given.add_argument("--explain", action="store_true", help="print plans of slow statements")
    given.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    options = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="earmark-scale-", ignore_cleanup_errors=True) as scratch:
        home = (options.home or Path(scratch)).resolve()
        os.environ |= {
            "EARMARK_HOME": str(home),
            "EARMARK_DEBUG": "1",
            "EARMARK_DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "backend.config.settings",
            "PYTHONPATH": os.pathsep.join([str(BASE / "sdk" / "src"), str(BASE)]),
        }
        if options.step:
            return _step(options)
        from django.conf import settings

        from backend.config.store.lease import ensure_running, stop

        ensure_running(settings.EARMARK_PLACE)
        try:
            subprocess.run(
                [sys.executable, BASE / "manage.py", "migrate", "--database", "owner", "-v", "0"], check=True
            )
            if not (home / "filled").exists():
                _fill(options.labels)
                (home / "filled").touch()
            for step in options.only or STEPS:
                again = [sys.executable, __file__, "--home", str(home), "--question", options.question, "--step", step]
                again += ["--explain"] if options.explain else []
                subprocess.run(again, check=True)
        finally:
            stop(settings.EARMARK_PLACE)
    return 0


def _fill(labels: int) -> None:
    import django

    django.setup()
    import psycopg
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from filled import statements

    from backend.projects.actions.keys import register_project
    from backend.projects.models import StaffMember
    from backend.projects.tenancy import tenancy
    from backend.questions.actions.ask import ask_question
    from backend.suggestions.models import Suggester

    project = register_project(slug="large", name="Large", web_origins=["https://large.example"])
    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(project=project, user=user)
    tags = {"labels": [f"Label {n}" for n in range(4)]}
    with tenancy(project):
        suggester = Suggester.objects.create(project=project, name="drawn", version="1", is_pushed=True)
        asked = {
            "duplicate": ask_question(project_id=project.pk, slug="duplicate", kind="pair", overlap=2),
            "topics": ask_question(project_id=project.pk, slug="topics", kind="tags", **tags),
            "tone": ask_question(project_id=project.pk, slug="tone", kind="choice", labels=["Spam", "Fine"]),
            "waiting": ask_question(project_id=project.pk, slug="waiting", kind="tags", **tags),
        }
    keys = {slug: question.pk for slug, question in asked.items()}
    with psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True) as owner:
        owner.execute("set session_replication_role = replica")
        for step, text in statements(labels=labels, project=project.pk, suggester=suggester.pk, questions=keys):
            began = time.monotonic()
            owner.execute(text)
            print(f"filled {step} in {time.monotonic() - began:.0f} s", flush=True)


def _step(options: argparse.Namespace) -> int:
    import django

    django.setup()
    import steps

    steps.run(options.step, options.question, explain=options.explain)
    return 0


if __name__ == "__main__":
    sys.exit(main())
