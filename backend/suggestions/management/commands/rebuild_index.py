"""Build this machine's search index of a project anew, and show how far it is."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from earmark import suggesters as sdk

from backend.projects.models import Project
from backend.suggestions.followed import FollowedIndex

TELL_EVERY_S = 1.0
WAIT_S = 0.2


class Command(BaseCommand):
    """Rebuild beside processes that serve: these read the old index until the new one is whole, then that."""

    help = "Builds the search indexes of this machine anew; requests are answered from the old ones meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the project's slug, and how long to wait for who writes."""
        parser.add_argument("--project", metavar="P", help="the slug of one project; all projects if left out")
        parser.add_argument("--wait", type=float, default=30.0, metavar="S", help="seconds to wait for another writer")

    def handle(self, *args: Any, project: str | None, wait: float, **options: Any) -> None:
        """Run."""
        chosen = Project.objects.filter(slug=project) if project else Project.objects.all()
        if project and not chosen:
            raise CommandError(f"There is no project {project!r}.")
        for each in chosen:
            self._rebuild(each, wait)

    def _rebuild(self, project: Project, wait: float) -> None:
        began = time.monotonic()
        followed = FollowedIndex(project.pk, Path(settings.EARMARK_INDEX_DIR))
        while True:
            try:
                count = followed.rebuild(self._teller(project.slug))
                break
            except sdk.SomeoneElseWrites as error:
                if time.monotonic() - began > wait:
                    raise CommandError(f"{error} Try again when it is done, or wait longer with --wait.") from error
                time.sleep(WAIT_S)
            except (sdk.IndexFailed, OSError) as error:
                raise CommandError(f"The index of {project.slug} in {followed.folder} failed: {error}") from error
        self.stdout.write(f"{project.slug}: {count} items in the index, {time.monotonic() - began:.1f} s.")

    def _teller(self, slug: str) -> Any:
        """Return what says how far it is, at most once a second."""
        began, told_at = time.monotonic(), [0.0]

        def say(done: int, whole: int) -> None:
            now = time.monotonic()
            if now - told_at[0] < TELL_EVERY_S and done < whole:
                return
            told_at[0] = now
            per_second = done / max(now - began, 1e-9)
            left = f", {(whole - done) / per_second:.0f} s to go" if done and done < whole else ""
            self.stdout.write(f"{slug}: {done} of {whole} items read{left}")
            self.stdout.flush()

        return say
