"""Ask a question, and change its words and policies."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from backend.questions.errors import PolicyImpossible
from backend.questions.models import Question

SHOWING = {"epsilon", "shown_count", "pool_count", "ask_probability", "candidates_from", "suggesters"}


def ask_question(*, project_id: int, slug: str, **policies: Any) -> Question:
    """Ask a new question; raises PolicyImpossible where its numbers cannot be."""
    with _named_faults():
        return Question.objects.create(project_id=project_id, slug=slug, **policies)


def update_question(*, question: Question, **policies: Any) -> Question:
    """Change a question; a change of how it is shown gets a new policy version. Raises PolicyImpossible."""
    changed = {name: value for name, value in policies.items() if getattr(question, name) != value}
    if not changed:
        return question
    with _named_faults():
        Question.objects.filter(pk=question.pk).update(
            **changed, policy_version=F("policy_version") + int(bool(SHOWING & changed.keys()))
        )
    question.refresh_from_db()
    return question


@contextmanager
def _named_faults() -> Iterator[None]:
    """Give a broken promise of the table a name."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        raise PolicyImpossible(constraint=getattr(diagnosis, "constraint_name", None) or "unknown") from error
