"""Find the label that somebody means, and let a new one be known."""

from datetime import datetime

from backend.questions.errors import ValueNotAllowed
from backend.questions.models import NamedLabel, Question
from backend.questions.units import fold_label, tidy_label


def known_labels(*, question: Question) -> dict[str, str]:
    """Return the question's labels in their order, then those that people named, by their folded form."""
    known = {fold_label(label): label for label in question.labels}
    if question.allows_new_labels:
        named = NamedLabel.objects.of(question.project_id).filter(question=question).order_by("label")
        known |= {folded: label for folded, label in named.values_list("folded", "label") if folded not in known}
    return known


def label_of(*, question: Question, given: str, now: datetime) -> str:
    """Return the label that is meant, known in any capitals or new; a new one is known from then on.

    Raises ValueNotAllowed where it is not among the labels and no new ones are allowed, or cannot be one.
    """
    folded = fold_label(given)
    own: dict[str, str] = {fold_label(label): label for label in question.labels}
    if folded in own:
        return own[folded]
    tidy = tidy_label(given)
    if tidy is None or not question.allows_new_labels:
        raise ValueNotAllowed(value=given, question=question.slug)
    named, _ = NamedLabel.objects.get_or_create(
        project_id=question.project_id,
        question=question,
        folded=folded,
        defaults={"label": tidy, "named_at": now},
    )
    return named.label
