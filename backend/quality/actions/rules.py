"""How the rules of a question do: asked about its newest items, and judged by what is settled."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Now
from earmark.anchors import snapshot_of
from earmark.rules import Answers, Rule, RuleReport, TimeBox, analyse_rules, apply_rules
from earmark.rules.running import Asked

from backend.projects.actions.jobs import enqueue
from backend.projects.models import Job
from backend.quality.models import ConsensusLabel, RuleRecord
from backend.questions.models import Question
from backend.questions.spots import text_of
from backend.questions.units import FITS
from backend.suggestions.asked import asked_of, newest_asked
from backend.suggestions.models import RuleAccuracy
from backend.suggestions.rule_sets import rule_sets_of

ANALYSE = "quality.analyse_rules"
MOST_LABELS = 10_000
COUNTED = (
    "asked_count", "voted_count", "overlap_count", "conflict_count", "judged_count", "right_count", "failed_count",
    "late_count", "median_ms",
)  # fmt: skip


@dataclass(frozen=True)
class Examination:
    """The rules of a set, what they are asked about, and the answers that judge them; with reports once made."""

    rule_set: str
    rules: Sequence[Rule]
    newest: Sequence[Asked]
    labelled: Sequence[Asked]
    answers: Answers
    reports: Sequence[RuleReport] = ()


def analyse_later(*, question: Question, due_at: datetime | None = None) -> bool:
    """Ask for the rules of a question to be analysed, at once or at `due_at`; False where it names none.

    One that waits already is made to be at once where that is asked, else left as it is.
    """
    if not rule_sets_of(question):
        return False
    waiting = waiting_analyses(question)
    if not waiting.exists():
        job = enqueue(project=question.project_id, kind=ANALYSE, question_id=question.pk)
        if due_at is not None:
            Job.objects.filter(pk=job.pk).update(due_at=due_at)
    elif due_at is None:
        waiting.update(due_at=Now())
    return True


def waiting_analyses(question: Question) -> QuerySet[Job]:
    """Return the jobs, one at most, that wait to analyse the rules of a question."""
    waiting: QuerySet[Job] = Job.objects.waiting().in_no_lane().filter(project=question.project_id, kind=ANALYSE)
    return waiting.filter(arguments={"question_id": question.pk})


def begin_examinations(*, question: Question) -> list[Examination]:
    """Return what is to be examined of a question: one for each of its sets of rules."""
    sets = rule_sets_of(question)
    if not sets:
        return []
    settled = ConsensusLabel.objects.of(question.project_id).on(question).settled()
    labels = list(settled.select_related("unit__item", "unit__other").order_by("-settled_at")[:MOST_LABELS])
    newest, labelled = newest_asked(question), asked_of([label.unit for label in labels])
    answers = _answers(question, labels)
    return [Examination(each.name, each.fitting(question), newest, labelled, answers) for each in sets]


def examined(examination: Examination) -> Examination:
    """Ask the rules, outside any transaction; a rule that fails or is late is only counted."""
    rules, answers, box = examination.rules, examination.answers, TimeBox()
    on_newest = analyse_rules(apply_rules(rules, examination.newest, box=box), answers)
    judged = {each.rule: each for each in analyse_rules(apply_rules(rules, examination.labelled, box=box), answers)}
    reports = [_joined(each, judged.pop(each.rule, None)) for each in on_newest]
    return replace(examination, reports=[*reports, *judged.values()])


def write_examination(*, question: Question, examination: Examination, now: datetime) -> None:
    """Write what was found, over what was found of the same versions before; from then on votes weigh by it."""
    RuleRecord.objects.bulk_create(
        [_record(question, examination.rule_set, report, now) for report in examination.reports],
        update_conflicts=True,
        unique_fields=["project", "question", "rule_set", "rule", "version"],
        update_fields=[*COUNTED, "analysed_at"],
    )
    RuleAccuracy.objects.bulk_create(
        [
            RuleAccuracy(
                project_id=question.project_id,
                question=question,
                rule_set=examination.rule_set,
                rule=report.rule,
                version=report.version,
                right_count=report.right_count,
                judged_count=report.judged_count,
            )
            for report in examination.reports
        ],
        update_conflicts=True,
        unique_fields=["project", "question", "rule_set", "rule", "version"],
        update_fields=["right_count", "judged_count"],
    )


def _answers(question: Question, labels: Iterable[ConsensusLabel]) -> Answers:
    told = [(label.unit.item.key, label) for label in labels]
    if question.kind == Question.Kind.CHOICE:
        return Answers.of_choices({key: label.value for key, label in told})
    if question.kind == Question.Kind.TAGS:
        return Answers.of_tags({(key, label.unit.label): label.value == FITS for key, label in told})
    if question.kind == Question.Kind.SPAN:
        return Answers.of_spans(dict(_spans(labels)))
    return Answers.of_pairs({(key, label.unit.other.key): label.value for key, label in told if label.unit.other})


def _spans(labels: Iterable[ConsensusLabel]) -> Iterator[tuple[tuple[str, int, int], str]]:
    """Yield by item and place what is settled there, of texts that are today as they were marked: rules read these."""
    for label in labels:
        item, anchor = label.unit.item, label.unit.anchor
        if anchor and anchor["snapshot"] == snapshot_of(text_of(item.body, item.metadata)):
            yield (item.key, anchor["position"]["start"], anchor["position"]["end"]), label.value


def _joined(on_newest: RuleReport, judged: RuleReport | None) -> RuleReport:
    """Return the shares of the newest items with what the labels judge, which may be about other items."""
    right, of = (judged.right_count, judged.judged_count) if judged else (0, 0)
    return replace(on_newest, right_count=right, judged_count=of)


def _record(question: Question, rule_set: str, report: RuleReport, now: datetime) -> RuleRecord:
    return RuleRecord(
        project_id=question.project_id,
        question=question,
        rule_set=rule_set,
        rule=report.rule,
        version=report.version,
        asked_count=report.asked_count,
        voted_count=report.voted_count,
        overlap_count=report.overlap_count,
        conflict_count=report.conflict_count,
        judged_count=report.judged_count,
        right_count=report.right_count,
        failed_count=report.failed_count,
        late_count=report.late_count + report.skipped_count,
        median_ms=report.median_ms,
        analysed_at=now,
    )
