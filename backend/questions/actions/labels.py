"""Find the label that somebody means, let a new one be known, and decide whom it is offered to."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from backend.annotators.models import Annotator
from backend.questions.errors import TooManyNewLabels, ValueNotAllowed
from backend.questions.models import NamedLabel, Naming, Question
from backend.questions.units import LONGEST_KEY, fold_label, tidy_label

NEW_LABELS_A_DAY = 20
"""How many new labels one person may name for one question in 24 hours."""

DAY = timedelta(days=1)


def known_labels(*, question: Question) -> dict[str, str]:
    """Return the question's labels in their order, then all that people named, by their folded form. For the staff."""
    known = own_labels(question)
    if question.allows_new_labels:
        named = NamedLabel.objects.of(question.project_id).filter(question=question).order_by("label")
        known |= {folded: label for folded, label in named.values_list("folded", "label") if folded not in known}
    return known


def own_labels(question: Question) -> dict[str, str]:
    """Return the question's own labels in their order, by their folded form."""
    return {fold_label(label): label for label in question.labels}


def spellings_of(*, question: Question, folded: Collection[str]) -> dict[str, str]:
    """Return how those of these labels are spelt that are known: own ones, and named ones that are not hidden."""
    own = own_labels(question)
    known = {key: own[key] for key in folded if key in own}
    if question.allows_new_labels:
        named = NamedLabel.objects.of(question.project_id).filter(question=question, folded__in=folded)
        known = dict(named.exclude(state=NamedLabel.State.HIDDEN).values_list("folded", "label")) | known
    return known


def hidden_labels(*, question: Question, folded: Collection[str]) -> set[str]:
    """Return those of these labels, folded, that the staff hid."""
    named = NamedLabel.objects.of(question.project_id).filter(question=question, folded__in=folded)
    return set(named.filter(state=NamedLabel.State.HIDDEN).values_list("folded", flat=True))


def complete_label(
    *, question: Question, typed: str, annotator: Annotator | None, most: int, without: Collection[str] = ()
) -> list[str]:
    """Return up to `most` labels that hold what is typed, those that begin with it first, own ones before named ones.

    Named ones are offered to who named them; to others, once two people who are not blocked named them
    or the staff approved them. `typed` and `without` are folded. At most twice `most` named labels
    come from the database.
    """
    own = {folded: label for folded, label in own_labels(question).items() if folded not in without}
    begins = [label for folded, label in own.items() if folded.startswith(typed)]
    holds = [label for folded, label in own.items() if typed in folded and not folded.startswith(typed)]
    if question.allows_new_labels:
        named = NamedLabel.objects.of(question.project_id).filter(question=question).offered_to(annotator)
        named = named.exclude(folded__in=[*own_labels(question), *without]).order_by("label")
        begins += _labels(named.filter(folded__startswith=typed)[:most])
        if len(begins) + len(holds) < most:
            holds += _labels(named.filter(folded__contains=typed).exclude(folded__startswith=typed)[:most])
    return [*begins, *holds][:most]


def _labels(named: Iterable[NamedLabel]) -> list[str]:
    return [each.label for each in named]


def shown_label(*, question: Question, label: str) -> str:
    """Return a label that was shown as the question spells it now, naming nothing; raises ValueNotAllowed."""
    own = own_labels(question).get(fold_label(label))
    if own is None and not question.allows_new_labels:
        raise ValueNotAllowed(value=label, question=question.slug)
    return own or label


def label_of(
    *,
    question: Question,
    given: str,
    now: datetime,
    named_by: Annotator | None = None,
    most_new: int | None = None,
) -> str:
    """Return the label that is meant, known in any spelling or new; a new one is known from then on.

    `named_by` is the person whose word it is; without, it is the host's or the staff's, and the label is
    approved. Raises ValueNotAllowed where it is not among the labels and no new ones are allowed, or cannot be
    one, and TooManyNewLabels where the person named `most_new` in the last 24 hours; to hold among calls at
    once, the caller holds the annotator's row lock.
    """
    folded = fold_label(given)
    own = own_labels(question)
    if folded in own:
        return own[folded]
    tidy = tidy_label(given)
    if tidy is None or not question.allows_new_labels or not 0 < len(folded) <= LONGEST_KEY:
        raise ValueNotAllowed(value=given, question=question.slug)
    named = NamedLabel.objects.of(question.project_id).filter(question=question, folded=folded).first()
    if named is None and named_by is not None and most_new is not None:
        _check_new(question, named_by, most_new, now)
    is_first = False
    if named is None:
        named, is_first = NamedLabel.objects.get_or_create(
            project_id=question.project_id,
            question=question,
            folded=folded,
            defaults={"label": tidy, "named_at": now},
        )
    if named_by is None:
        _approve_unless_hidden(named)
    else:
        Naming.objects.get_or_create(
            project_id=question.project_id,
            named=named,
            annotator=named_by,
            defaults={"named_at": now, "is_first": is_first and most_new is not None},
        )
    return named.label


def _check_new(question: Question, annotator: Annotator, most: int, now: datetime) -> None:
    recent = Naming.objects.of(question.project_id).filter(
        annotator=annotator, is_first=True, named_at__gt=now - DAY, named__question=question
    )
    if recent.count() >= most:
        raise TooManyNewLabels(most=most, question=question.slug)


def _approve_unless_hidden(named: NamedLabel) -> None:
    if named.state == NamedLabel.State.NAMED:
        approve_label(named=named)


def approve_label(*, named: NamedLabel) -> NamedLabel:
    """Offer a named label to everybody."""
    return _set_state(named, NamedLabel.State.APPROVED)


def hide_label(*, named: NamedLabel) -> NamedLabel:
    """Show, ask and offer a named label to nobody; what was answered with it stays, and who names it is not told."""
    return _set_state(named, NamedLabel.State.HIDDEN)


def _set_state(named: NamedLabel, state: str) -> NamedLabel:
    named.state = state
    named.save(update_fields=["state"])
    return named
