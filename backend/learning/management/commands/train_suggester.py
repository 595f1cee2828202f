"""Train a suggester of a question from a frozen dataset version, here and now, and show how far it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from earmark.errors import EarmarkError

from backend.datasets.errors import DatasetError
from backend.learning.actions.forget import forget_what_went_meanwhile
from backend.learning.actions.promote import why_not
from backend.learning.actions.train import ask_for_training, finish, frozen_version, gather, give_up, learn
from backend.learning.compared import beside_then
from backend.learning.errors import LearningError
from backend.learning.telling import counted, told_of_gain, told_of_shares
from backend.projects.models import Project
from backend.projects.tenancy import tenancy
from backend.questions.models import Question
from backend.suggestions.artefacts import live_version
from backend.suggestions.models import TrainedVersion


class Command(BaseCommand):
    """Train into a version in shadow; a click in the admin lets it order what people see."""

    help = "Trains a suggester of a question from a frozen dataset version, into a version in shadow."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the question, the project and the dataset version."""
        parser.add_argument("--question", required=True, metavar="Q", help="the slug of a question")
        parser.add_argument(
            "--suggester",
            default="",
            metavar="NAME",
            help="learned for pairs; stacked (the usual) or linear for tags and choices; sequence for spans",
        )
        parser.add_argument("--project", metavar="P", help="the slug of a project; needed where there are several")
        parser.add_argument(
            "--dataset-version", type=int, metavar="V", help="the number of a frozen version; the newest otherwise"
        )

    def handle(self, *args: Any, question: str, **options: Any) -> None:
        """Run."""
        project = _project(options["project"])
        with tenancy(project):
            trained = self._begin(project, question, options["dataset_version"], options["suggester"])
        try:
            lesson = gather(trained=trained, now=timezone.now(), tell=self._tell)
            written = learn(lesson)
        except BaseException as error:
            with tenancy(project):
                give_up(trained_id=trained.pk, failure=str(error) or type(error).__name__)
            if isinstance(error, LearningError | DatasetError | EarmarkError):
                raise CommandError(str(error)) from error
            raise
        with tenancy(project):
            trained = finish(lesson=lesson, written=written, now=timezone.now())
            forget_what_went_meanwhile(trained=trained)
            self._sum_up(trained)

    def _begin(self, project: Project, slug: str, number: int | None, name: str) -> TrainedVersion:
        asked = Question.objects.of(project).filter(slug=slug).first()
        if asked is None:
            there = ", ".join(Question.objects.of(project).order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"The project {project.slug} asks no question {slug!r}; it asks {there or 'none'}.")
        try:
            version = frozen_version(question=asked, number=number)
            trained = ask_for_training(
                question=asked,
                version=version,
                name=name,
                asked_by="train_suggester",
                now=timezone.now(),
                is_queued=False,
            )
        except LearningError as error:
            raise CommandError(str(error)) from error
        self._tell(f"training {trained} from {version}")
        return trained

    def _sum_up(self, trained: TrainedVersion) -> None:
        metrics, measure = trained.metrics, trained.measure
        self._tell(
            f"learned in {trained.seconds:.1f} s from {trained.examples_count:,} examples, "
            f"{trained.positives_count:,} of them right; {told_of_shares(trained)}"
        )
        if metrics["queries"]:
            mine = f"{measure} {metrics['learned'][measure]:.1f}"
            for each in beside_then(trained):
                self._tell(
                    f"{mine} beside the {each.figures[measure]:.1f} of {each.name} on "
                    f"{counted(metrics['queries'], 'item')} it had not seen: {told_of_gain(each.gain)}"
                )
        self._tell(why_not(trained, live_version(trained.question)))
        self._tell(f"{trained} is in shadow as {trained.suggester}; promote it in the admin, under Trained versions.")

    def _tell(self, line: str) -> None:
        if line:
            self.stdout.write(line)
            self.stdout.flush()


def _project(slug: str | None) -> Project:
    found = list(Project.objects.filter(slug=slug) if slug else Project.objects.all()[:2])
    if len(found) == 1:
        return found[0]
    if slug:
        raise CommandError(f"There is no project {slug!r}.")
    raise CommandError(
        "There is no project yet." if not found else "There are several projects; name one by --project."
    )
