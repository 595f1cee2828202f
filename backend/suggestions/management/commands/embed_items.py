"""Embed what changed in a project's items, here and now, and show how far it is."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from earmark.suggesters.embedding import Embedder

from backend.projects.models import Project
from backend.projects.tenancy import tenancy
from backend.questions.models import Item
from backend.suggestions.actions.embed import begin_batch, end_batch, let_go
from backend.suggestions.embedder import configured_embedder, why_off
from backend.suggestions.errors import EmbeddingUnderWay
from backend.suggestions.models import EmbeddingVersion

LOOK_AGAIN_S = 0.5
TELL_EVERY_S = 1.0


class Command(BaseCommand):
    """Embed beside the workers: batches are held by one or the other; stopped and run again, it goes on."""

    help = "Embeds items under the configured embedder, until none waits; an older version serves meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the project's slug."""
        parser.add_argument("--project", required=True, metavar="P", help="the slug of a project")

    def handle(self, *args: Any, project: str, **options: Any) -> None:
        """Run."""
        embedder = configured_embedder()
        if embedder is None:
            raise CommandError(why_off() or "The embedder cannot be loaded; the log says why.")
        found = Project.objects.filter(slug=project).first()
        if found is None:
            raise CommandError(f"There is no project {project!r}.")
        self.stdout.write(f"Embedding with {embedder.name}, version {embedder.version}.")
        started, told_at, done_count = time.monotonic(), 0.0, 0
        while True:
            embedded = self._batch(found, embedder)
            if embedded is None:
                break
            done_count += embedded
            if time.monotonic() - told_at > TELL_EVERY_S:
                told_at = time.monotonic()
                self._tell(found, embedder, done_count / max(told_at - started, 1e-9))
        self._tell(found, embedder, done_count / max(time.monotonic() - started, 1e-9))
        self.stdout.write(f"All items of {found.slug} are embedded; version {embedder.version} serves.")

    def _batch(self, project: Project, embedder: Embedder) -> int | None:
        """Embed one batch and return how many items were in it; None when none waits. Waits for who holds one."""
        try:
            with tenancy(project):
                batch = begin_batch(project_id=project.pk, embedder=embedder, now=timezone.now())
        except EmbeddingUnderWay:
            time.sleep(LOOK_AGAIN_S)
            return 0
        if batch is None:
            return None
        try:
            vectors = embedder.encode(batch.texts).tolist()
            with tenancy(project):
                end_batch(project_id=project.pk, batch=batch, vectors=vectors, now=timezone.now())
        except BaseException:
            with tenancy(project):
                let_go(batch=batch)
            raise
        return len(batch.to_embed)

    def _tell(self, project: Project, embedder: Embedder, per_second: float) -> None:
        with tenancy(project):
            version = EmbeddingVersion.objects.of(project).get(version=embedder.version)
            left = Item.objects.of(project).filter(change_seq__gt=version.followed_seq).count()
        wait = f", {left / per_second:.0f} s to go" if left and per_second else ""
        self.stdout.write(f"{version.vectors_count} embedded, {left} left, {per_second:.0f} a second{wait}")
        self.stdout.flush()
