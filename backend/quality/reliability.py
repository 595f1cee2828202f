"""Who answered and how far that can be relied on: the rows of the pages about people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import mark_safe

from backend.annotators.models import Annotator
from backend.judgements.models import Judgement, LiveJudgement
from backend.projects.figures import two_places
from backend.projects.models import Project
from backend.quality.charts import whisker
from backend.quality.gaming import Doubt, Evidence, Lean, Said, Share, is_one_sided, is_vouching, weigh_people
from backend.quality.models import ConsensusLabel
from backend.questions import said
from backend.questions.models import Question

MOST_ANSWERS = 20_000
"""How many of the newest answers are weighed."""
MOST_TOLD = 50
MOST_PEOPLE = 200


@dataclass(frozen=True)
class People:
    """Who answered, the MOST_PEOPLE most doubtful of all, and by how many answers that is known."""

    rows: list[dict[str, Any]]
    people_count: int
    doubtful_count: int
    answers_count: int


def people_of(project: Project) -> People:
    """Return a row for each of the most doubtful people among the newest answers that stand; three queries."""
    answers = said_in(project)
    found = weigh_people(answers)
    doubtful_count = sum(bool(each.doubts) for each in found)
    return People(_rows(project, found[:MOST_PEOPLE]), len(found), doubtful_count, len(answers))


def _rows(project: Project, found: Sequence[Evidence]) -> list[dict[str, Any]]:
    named = {each.person for each in found} | {beside.person for each in found for beside in each.companions}
    people = Annotator.objects.of(project).in_bulk(named)
    questions = Question.objects.filter(project=project).in_bulk()
    return [_row(each, people, questions) for each in found if each.person in people]


def said_in(project: Project) -> list[Said]:
    """Return the newest answers that stand, as they are weighed."""
    newest = (
        LiveJudgement.objects.of(project)
        .order_by("-judgement")
        .values_list(
            "annotator", "question", "unit", "judgement__value", "judgement__at_ms", "annotator__blocked_at",
            "judgement__has_conflict_of_interest", "judgement__origin",
        )[:MOST_ANSWERS]
    )  # fmt: skip
    return [
        Said(
            person, question, unit, value, at_ms,
            counts=blocked_at is None and not conflicts,
            was_assigned=origin in (Judgement.Origin.ASSIGNED, Judgement.Origin.GOLD),
        )
        for person, question, unit, value, at_ms, blocked_at, conflicts, origin in newest
    ]  # fmt: skip


def person_of(annotator: Annotator) -> dict[str, Any]:
    """Return what the page about one person tells; they may have answered nothing."""
    project = annotator.project
    rows = _rows(project, [each for each in weigh_people(said_in(project)) if each.person == annotator.pk])
    return {
        "person": annotator,
        "row": rows[0] if rows else None,
        "gold": told_share(Share(annotator.gold_right_count, annotator.gold_answers_count)),
        "answers": _newest_answers(annotator),
    }


def _newest_answers(annotator: Annotator) -> list[dict[str, Any]]:
    answers = Judgement.objects.of(annotator.project_id).live().filter(annotator=annotator)
    newest = answers.select_related("question", "unit__item", "unit__other").order_by("-pk")[:MOST_TOLD]
    labels = ConsensusLabel.objects.of(annotator.project_id).filter(unit__in=[each.unit_id for each in newest])
    believed = {label.unit_id: label for label in labels}
    return [_answer(each, believed.get(each.unit_id)) for each in newest]


def _answer(judgement: Judgement, label: ConsensusLabel | None) -> dict[str, Any]:
    kind = judgement.question.kind
    return {
        "judgement": judgement,
        "said": said.in_words(judgement.value, kind),
        "label": label,
        "believed": said.in_words(label.value, kind) if label else "",
        "after": _after(judgement.at_ms),
    }


def _row(found: Evidence, people: Mapping[int, Annotator], questions: Mapping[int, Question]) -> dict[str, Any]:
    return {
        "person": people[found.person],
        "answers_count": found.answers_count,
        "agreed": told_share(found.agreed),
        "whisker": drawn(found.agreed),
        "leans": [told_lean(lean, questions) for lean in found.leans],
        "after": _after(found.median_ms),
        "companions": [(people[each.person], each) for each in found.companions if each.person in people],
        "doubts": [in_words(doubt, found, people, questions) for doubt in found.doubts],
    }


def told_share(share: Share) -> dict[str, str] | None:
    """Return a share with its interval and counts in words, None without evidence."""
    if not share.of:
        return None
    low, high = share.interval
    return {
        "share": two_places(share.share),
        "interval": f"{two_places(low)} to {two_places(high)}",
        "counts": f"{share.right} of {share.of}",
    }


def drawn(share: Share) -> str:
    """Return a share drawn with its interval, empty without evidence."""
    return mark_safe(whisker(share.share, *share.interval)) if share.of else ""  # noqa: S308  our own numbers


def told_lean(lean: Lean, questions: Mapping[int, Question]) -> dict[str, Any]:
    """Return how often a value was said, beside how often the others say it."""
    question = questions[lean.question]
    return {
        "question": question.slug,
        "value": said.in_words(lean.value, question.kind),
        "mine": told_share(lean.mine),
        "others": told_share(lean.others),
        "is_one_sided": is_one_sided(lean),
    }


def in_words(doubt: Doubt, found: Evidence, people: Mapping[int, Annotator], questions: Mapping[int, Question]) -> str:
    """Return what stands out, with its figures."""
    match doubt:
        case Doubt.SAME_TO_ALL:
            lean = next(lean for lean in found.leans if is_one_sided(lean))
            others = f"{lean.others.right} of {lean.others.of}"
            mine = f"{lean.mine.right} of {lean.mine.of}"
            told = told_lean(lean, questions)
            return f"Said “{told['value']}” to {told['question']} {mine} times; all others {others}"
        case Doubt.HASTY:
            return f"Answers after {_after(found.median_ms)}, less than half the usual time"
        case Doubt.DISAGREES:
            agreed = f"{found.agreed.right} of {found.agreed.of}"
            return f"Agrees with most others {agreed} times, surely less than the others among themselves"
        case Doubt.VOUCHES:
            pal = next(each for each in found.companions if is_vouching(each, found.answers_count))
            whom = people[pal.person].pseudonym if pal.person in people else "somebody"
            alone = f"{pal.alone_alike_count} of {found.answers_count}"
            return f"{alone} answers were said alike by {whom} and by nobody else"


def _after(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds / 1000:.1f} s"
