"""The queue of a question: who should answer which unit next, and for how long it is kept for them.

A unit's places are as many as people are wanted. A place is taken by who answered, and by who
holds a lease on it. Places are given under the unit's row lock, and counted by a statement that
begins after the lock is held: whoever was given one before is seen.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import BooleanField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least, StrIndex, Substr

from backend.annotators.models import Annotator
from backend.assignments.errors import LeaseOver
from backend.assignments.models import Assignment
from backend.questions.models import NamedLabel, Question, Unit
from backend.questions.units import Kind, label_key

SURE_FOR = timedelta(minutes=1)
"""A lease that runs at least so long yet outlives any request that began under it."""


def take_next(
    *,
    annotator: Annotator,
    question: Question,
    now: datetime,
    unless: Exists | Q | None = None,
    but: Collection[int] = (),
    again: bool = True,
) -> Assignment | None:
    """Keep the unit that most wants an answer for this annotator, for the question's `lease_s`, or return None.

    First comes what is leased to them already, so that who comes back after a crash finds their
    unit; then, by priority and age, what they never had; then, with `again`, what they left.
    `but` names assignments that are not given again: the answer is on its way, or they were just left.
    `unless` is a condition on units that a later chapter knows, such as a present answer of theirs.
    Nobody is given what they answered, what they wrote, or what as many as are wanted have taken.
    Locks the annotator, then the unit, until the transaction ends.
    """
    Annotator.objects.select_for_update(no_key=True).get(pk=annotator.pk)
    units = _open_units(annotator, question, unless)
    given = Assignment.objects.of(question.project_id).filter(annotator=annotator, unit=OuterRef("pk"))
    waiting = given.filter(answered_at=None).exclude(pk__in=but)
    unit = _place_in(units.filter(Exists(waiting.filter(lease_until__gt=now))).order_by("pk"), annotator, now)
    unit = unit or _place_in(units.exclude(Exists(given)).order_by("-priority", "pk"), annotator, now)
    if unit is None and again:
        left = units.alias(left_at=Subquery(waiting.values("lease_until"))).filter(Exists(waiting))
        unit = _place_in(left.order_by("left_at", "pk"), annotator, now)
    return _lease(unit, annotator, now) if unit else None


def count_left(
    *, annotator: Annotator, question: Question, now: datetime, most: int, unless: Exists | Q | None = None
) -> int:
    """Return how many units this annotator is yet to answer, as the queue stands; counted up to `most`.

    It is the same whether their own answers count or not: what they answered is not left, however far
    its answer has carried, and what is kept for them is left, though it be settled still by an answer
    that they took back.
    """
    given = Assignment.objects.of(question.project_id).filter(annotator=annotator)
    kept = given.filter(answered_at=None, lease_until__gt=now)
    mine = _units_for(annotator, question, unless).filter(Exists(kept.filter(unit=OuterRef("pk"))))
    others = _open_units(annotator, question, unless).exclude(Exists(kept.filter(unit=OuterRef("pk"))))
    free = _with_place(others, annotator, now).order_by("-priority", "pk")  # by the index, which is left when enough
    return min(most, mine.count() + free[:most].count())


def leave(*, assignment: Assignment, now: datetime) -> None:
    """Give the unit back at once; what was answered stays answered."""
    Assignment.objects.filter(pk=assignment.pk, answered_at=None).update(lease_until=now)


def answer_assignment(*, assignment: Assignment, now: datetime) -> None:
    """Write down that the assignment is answered; raises LeaseOver where it came too late.

    An answer after the lease is taken while the unit has a place left; it would else be one more
    than was wanted. The caller holds the annotator's row lock.
    """
    held = Assignment.objects.select_related("unit__question").get(pk=assignment.pk)
    if held.answered_at:
        return
    is_sure = held.lease_until is not None and held.lease_until >= now + SURE_FOR
    if not is_sure and not _has_place(held, now):
        raise LeaseOver(lease_until=held.lease_until)
    Assignment.objects.filter(pk=held.pk).update(answered_at=now)


def reopen_assignment(*, assignment: Assignment, now: datetime) -> None:
    """Let an assignment whose answer was taken back be unanswered; its unit is kept for the annotator anew."""
    held = Assignment.objects.select_related("unit__question").get(pk=assignment.pk)
    Assignment.objects.filter(pk=held.pk, answered_at__isnull=False).update(
        answered_at=None, lease_until=_until(held.unit, now)
    )


def _open_units(annotator: Annotator, question: Question, unless: Exists | Q | None) -> QuerySet[Unit]:
    """Return the units that this annotator may be asked about, were there a place."""
    return _units_for(annotator, question, unless).filter(settled_value="")


def _units_for(annotator: Annotator, question: Question, unless: Exists | Q | None) -> QuerySet[Unit]:
    """Return the units that this annotator neither answered nor wrote, the settled ones too.

    Of tags only those that can still be answered: their label is one of the question's, and not hidden.
    """
    units = Unit.objects.of(question.project_id).filter(
        question=question, item__removed_at=None, other__removed_at=None
    )
    units = units.select_related("question")
    hidden = NamedLabel.objects.filter(
        project=question.project_id, question=question, label=OuterRef("label"), state=NamedLabel.State.HIDDEN
    )
    units = units.exclude(Exists(hidden))
    if question.kind == Kind.TAGS and not question.allows_new_labels:
        units = units.alias(tag=Substr("key", StrIndex("key", Value(":")) + 1))
        is_of_now = Q(tag__in=[label_key(label) for label in question.labels])
        # by itself the planner, who knows nothing of tags, takes it for rare, and sorts all units rather than a few
        units = units.filter(Coalesce(is_of_now, Value(False), output_field=BooleanField()))
    units = units.exclude(item__author=annotator.subject).exclude(other__author=annotator.subject)
    units = units.exclude(
        Exists(
            Assignment.objects.of(question.project_id).filter(
                annotator=annotator, unit=OuterRef("pk"), answered_at__isnull=False
            )
        )
    )
    return units.exclude(unless) if unless is not None else units


def _place_in(units: QuerySet[Unit], annotator: Annotator, now: datetime) -> Unit | None:
    """Return the first of these units with a place for the annotator, locked.

    Units that others are just taking are passed over; where nothing else is left, they are waited for.
    """
    roomy = _with_place(units, annotator, now)
    for passes_over in (True, False):
        locking = roomy.select_for_update(of=("self",), no_key=True, skip_locked=passes_over)
        while (unit := locking.first()) is not None:
            if _with_place(Unit.objects.filter(pk=unit.pk), annotator, now).exists():
                return unit
    return None


def _with_place(units: QuerySet[Unit], annotator: Annotator, now: datetime) -> QuerySet[Unit]:
    others = Assignment.objects.filter(project=OuterRef("project"), unit=OuterRef("pk")).taking_places(now=now)
    count = others.exclude(annotator=annotator).order_by().values("unit").annotate(count=Count("pk")).values("count")
    wanted = Least(Coalesce("people_wanted_count", "question__overlap"), "question__maximum")
    return units.alias(taken=Coalesce(Subquery(count), 0), wanted=wanted).filter(taken__lt=F("wanted"))


def _has_place(held: Assignment, now: datetime) -> bool:
    Unit.objects.select_for_update(no_key=True).get(pk=held.unit_id)
    return _with_place(Unit.objects.filter(pk=held.unit_id), held.annotator, now).exists()


def _lease(unit: Unit, annotator: Annotator, now: datetime) -> Assignment:
    lease = {"lease_until": _until(unit, now)}
    assignment, _ = Assignment.objects.update_or_create(
        project_id=unit.project_id,
        unit=unit,
        annotator=annotator,
        defaults=lease,
        create_defaults=lease | {"assigned_at": now},
    )
    return assignment


def _until(unit: Unit, now: datetime) -> datetime:
    return now + timedelta(seconds=unit.question.lease_s)
