"""Erase a person of a project, by the host's opaque id or by the pseudonym that the admin shows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone

from backend.annotators.models import Annotator
from backend.desk.actions.erase import begin_erasure, continue_erasure
from backend.desk.models import Erasure
from backend.projects.models import Project
from backend.projects.tenancy import tenancy


class Command(BaseCommand):
    """Erase for good; done again, there is nobody to erase."""

    help = "Erases a person: all that they were shown, said and named, for good."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the project and the person."""
        parser.add_argument("--project", required=True, metavar="P", help="the slug of a project")
        parser.add_argument("--annotator", required=True, metavar="A", help="the host's opaque id, or the pseudonym")

    def handle(self, *args: Any, project: str, annotator: str, **options: Any) -> None:
        """Run."""
        found = Project.objects.filter(slug=project).first()
        if found is None:
            raise CommandError(f"There is no project {project!r}.")
        with tenancy(found):
            named = Q(subject=annotator) | Q(pseudonym=annotator)
            people = list(Annotator.objects.of(found).filter(named)[:2])
            if len(people) != 1:
                raise CommandError(f"{len(people) or 'Nobody'} of {project} goes by that name.")
            erasure = begin_erasure(annotator=people[0], now=timezone.now())
        self._go_on(found, erasure)
        self.stdout.write(
            "Erased. Labels are settled anew. The worker looks for trained versions that their answers taught, and "
            "trains these anew: see Trained versions in the admin."
        )

    @staticmethod
    def _go_on(project: Project, erasure: Erasure) -> None:
        """Do all steps, each in a transaction of its own; the worker may do some of them meanwhile."""
        is_left = True
        while is_left:
            with tenancy(project):
                is_left = continue_erasure(erasure_id=erasure.pk, now=timezone.now())
