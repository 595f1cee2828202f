"""Train the learned suggester of a question from a frozen dataset version, here and now, and show how far it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from earmark.errors import EarmarkError

from backend.datasets.errors import DatasetError
from backend.learning.actions.promote import why_not
from backend.learning.actions.train import ask_for_training, finish, frozen_version, gather, give_up, learn
from backend.learning.errors import LearningError
from backend.projects.models import Project
from backend.projects.tenancy import tenancy
from backend.questions.models import Question
from backend.suggestions.fusion import live_version
from backend.suggestions.models import TrainedVersion


class Command(BaseCommand):
    """Train into a version in shadow; a click in the admin lets it order what people see."""

    help = "Trains the learned suggester of a pair question from a frozen dataset version, into a version in shadow."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the question, the project and the dataset version."""
        parser.add_argument("--question", required=True, metavar="Q", help="the slug of a pair question")
        parser.add_argument("--project", metavar="P", help="the slug of a project; needed where there are several")
        parser.add_argument(
            "--dataset-version", type=int, metavar="V", help="the number of a frozen version; the newest otherwise"
        )

    def handle(self, *args: Any, question: str, **options: Any) -> None:
        """Run."""
        project = _project(options["project"])
        with tenancy(project):
            trained = self._begin(project, question, options["dataset_version"])
        try:
            lesson = gather(trained=trained, now=timezone.now(), tell=self._tell)
            self._tell(f"learning from {len(lesson.examples):,} examples")
            learned = learn(lesson)
        except BaseException as error:
            with tenancy(project):
                give_up(trained_id=trained.pk, failure=str(error) or type(error).__name__)
            if isinstance(error, LearningError | DatasetError | EarmarkError):
                raise CommandError(str(error)) from error
            raise
        with tenancy(project):
            self._sum_up(finish(lesson=lesson, learned=learned, now=timezone.now()))

    def _begin(self, project: Project, slug: str, number: int | None) -> TrainedVersion:
        asked = Question.objects.of(project).filter(slug=slug).first()
        if asked is None:
            there = ", ".join(Question.objects.of(project).order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"The project {project.slug} asks no question {slug!r}; it asks {there or 'none'}.")
        try:
            version = frozen_version(question=asked, number=number)
            trained = ask_for_training(
                question=asked, version=version, asked_by="train_suggester", now=timezone.now(), is_queued=False
            )
        except LearningError as error:
            raise CommandError(str(error)) from error
        self._tell(f"training {trained} from {version}")
        return trained

    def _sum_up(self, trained: TrainedVersion) -> None:
        report, metrics = trained.report, trained.metrics
        self._tell(
            f"learned in {trained.seconds:.1f} s from {trained.examples_count:,} examples, "
            f"{trained.positives_count:,} of them right; "
            f"shares {report['share']:g} of the regression, {report['tree_share']:g} of the trees"
        )
        if metrics["queries"]:
            mine, usual, gain = metrics["learned"]["MRR@10"], metrics["hybrid"]["MRR@10"], trained.gain
            self._tell(
                f"MRR@10 {mine:.1f} beside the hybrid's {usual:.1f} on {metrics['queries']} items it had not seen: "
                f"{gain['difference']:+.1f} ({gain['low']:+.1f} to {gain['high']:+.1f})"
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
