"""Ask a question, and change its words and policies."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from earmark.weights import fault_of_weights

from backend.questions.errors import LabelsImpossible, PolicyImpossible, WeightsImpossible
from backend.questions.models import Question
from backend.questions.signals import settling_changed
from backend.questions.units import Kind, fault_of_labels, values_of

SHOWING = {
    "epsilon", "shown_count", "pool_count", "ask_probability", "candidates_from", "item_kind", "suggesters", "labels",
    "allows_new_labels", "dictionary", "weights",
}  # fmt: skip
SETTLING = {"settling_policy", "overlap", "minimum", "maximum"}
PROMPTS = {
    Kind.PAIR: "Is your problem the same as one of these?",
    Kind.TAGS: "Which of these fit?",
    Kind.CHOICE: "Which of these is it?",
    Kind.SPAN: "Which words say it?",
    Kind.REGION: "Where in the picture is it?",
}


def usual_prompt(kind: str) -> str:
    """Return the words with which a question of a kind is asked unless it has its own."""
    return PROMPTS[Kind(kind)]


def ask_question(*, project_id: int, slug: str, **policies: Any) -> Question:
    """Ask a new question; without words it gets its kind's.

    Raises PolicyImpossible where its numbers cannot be, LabelsImpossible where its labels cannot,
    WeightsImpossible where its weights cannot.
    """
    question = Question(project_id=project_id, slug=slug, **policies)
    if "prompt" not in policies:
        question.prompt = usual_prompt(question.kind)
    _check(question)
    with _named_faults():
        question.save()
    return question


def update_question(*, question: Question, **policies: Any) -> Question:
    """Change a question; a change of how it is shown gets a new policy version, one of how it settles is announced.

    Raises PolicyImpossible, LabelsImpossible, WeightsImpossible.
    """
    changed = {name: value for name, value in policies.items() if getattr(question, name) != value}
    if not changed:
        return question
    _check(question, **changed)
    values_count = _values_count(question)
    with _named_faults():
        Question.objects.filter(pk=question.pk).update(
            **changed, policy_version=F("policy_version") + int(bool(SHOWING & changed.keys()))
        )
    question.refresh_from_db()
    if SETTLING & changed.keys() or _values_count(question) != values_count:
        settling_changed.send(Question, project_id=question.project_id, question_id=question.pk)
    return question


def _values_count(question: Question) -> int:
    """Return among how many values people choose, which says how probable a believed one is."""
    return len(values_of(question.kind, question.labels))


def _check(question: Question, **changed: Any) -> None:
    def wanted(name: str) -> Any:
        return changed.get(name, getattr(question, name))

    fault = fault_of_labels(
        question.kind,
        wanted("labels"),
        allows_new=wanted("allows_new_labels"),
        dictionary=wanted("dictionary"),
    )
    if fault:
        raise LabelsImpossible(fault)
    if fault := fault_of_weights(wanted("weights")):
        raise WeightsImpossible(fault)


@contextmanager
def _named_faults() -> Iterator[None]:
    """Give a broken promise of the table a name."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        raise PolicyImpossible(constraint=getattr(diagnosis, "constraint_name", None) or "unknown") from error
