"""Log a list before it leaves: the exposure and its slots, written in one statement."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from backend.annotators.models import Annotator
from backend.judgements.errors import ListIdTaken, NotShowable
from backend.judgements.models import Exposure, Slot
from backend.projects.composed import Composed, Given, GivenAll
from backend.projects.ids import uuid7
from backend.projects.written import write_together
from backend.questions.models import Item, Question
from backend.questions.units import fold_label
from backend.suggestions.guesses import Guess

HOST_POLICY = "host"

_candidates = Composed(
    lambda: (
        Item.objects.of(Given("project"))
        .filter(pk__in=GivenAll("candidates", "bigint"))
        .only("key", "title", "body", "url", "metadata")
    )
)
"""The candidates, as far as they are told to who sees them."""


Place = tuple[str, float | None, float | None, int | None]
"""What the host tells of a place: the candidate by name, its score, its propensity, and its suggester by key."""


@dataclass(frozen=True)
class HostSlot:
    """A candidate that the host itself showed, with what it knows of the propensity."""

    guess: Guess
    propensity: float | None = None


def log_shown(
    *,
    exposure_id: UUID,
    annotator: Annotator,
    question: Question,
    item: Item,
    shown: Sequence[HostSlot],
    now: datetime,
) -> Exposure:
    """Log a list that the host chose and showed; the same one sent again under its id is logged once.

    Raises NotShowable where a candidate is given twice or is the item itself, ListIdTaken where the list logged
    under this id is another: of another person, about something else, or with other places.
    """
    candidates = [name_of(slot.guess) for slot in shown]
    if len(set(candidates)) < len(candidates) or any(slot.guess.candidate_id == item.pk for slot in shown):
        raise NotShowable(reason="A list names each candidate once, and never the item itself.")
    facts = [[slot.guess.candidate_key, slot.guess.score] for slot in shown]
    places = [_place(slot) for slot in shown]
    known = list_logged(exposure_id, annotator, question, item, places=places)
    if known:
        return known
    try:
        return log_list(
            annotator, question, item, Exposure.Channel.SDK, now, [(slot.guess, slot.propensity) for slot in shown],
            id=exposure_id, policy=HOST_POLICY, candidates_hash=hashlib.sha256(json.dumps(facts).encode()).hexdigest(),
        )  # fmt: skip
    except ListIdTaken:
        known = list_logged(exposure_id, annotator, question, item, places=places)  # sent twice at the same time
        if known is None:
            raise
        return known


def list_logged(
    exposure_id: UUID, annotator: Annotator, question: Question, item: Item, *, places: Sequence[Place] | None = None
) -> Exposure | None:
    """Return the list that was logged under an id, if any; `places` are the host's own, None where we picked.

    Raises ListIdTaken where it is another list.
    """
    known = Exposure.objects.of(annotator.project_id).filter(pk=exposure_id).first()
    if known is None:
        return None
    is_about_the_same = (known.annotator_id, known.item_id, known.question_id) == (annotator.pk, item.pk, question.pk)
    was_given = [_place_of(slot) for slot in known.in_order()] if known.policy == HOST_POLICY else None
    if not is_about_the_same or known.channel != Exposure.Channel.SDK or was_given != places:
        raise ListIdTaken
    return known


def log_list(
    annotator: Annotator,
    question: Question,
    item: Item,
    channel: str,
    now: datetime,
    places: Sequence[tuple[Guess, float | None]],
    **facts: object,
) -> Exposure:
    """Log a list: its places in their order, each with its propensity where one is known.

    Raises ListIdTaken where an id that is given is taken.
    """
    exposure = Exposure(
        project_id=annotator.project_id,
        annotator=annotator,
        question=question,
        item=item,
        channel=channel,
        shown_at=now,
        **{"id": uuid7(now=now)} | facts,
    )
    slots = [_slot(exposure, rank, *place) for rank, place in enumerate(places, start=1)]
    wanted = [slot.candidate_id for slot in slots if slot.candidate_id is not None]
    try:
        with transaction.atomic(savepoint="id" in facts):  # an id of our own is not taken
            written = write_together(
                [exposure], slots, reading=_candidates, project=annotator.project_id, candidates=wanted
            )
    except IntegrityError as error:
        if _is_of_slots(error) and "a_rank_is_filled_once" not in str(error):  # ranks are ours: that list is there
            raise
        raise ListIdTaken from None
    candidates = {candidate.pk: candidate for candidate in written}
    for slot in slots:
        slot.candidate = candidates[slot.candidate_id] if slot.candidate_id is not None else None
    exposure._state.adding = False
    exposure.written = slots
    return exposure


def hash_of(pool: Sequence[Guess]) -> str:
    """Return the SHA-256 of a ranked pool."""
    facts = [[guess.candidate_key, guess.score, guess.suggester_label] for guess in pool]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def name_of(guess: Guess) -> str:
    """Return what tells a candidate from others: another item's key, or a folded label."""
    return fold_label(guess.label) if guess.label else guess.candidate_key


def _place(slot: HostSlot) -> Place:
    guess = slot.guess
    return name_of(guess), guess.score, slot.propensity, guess.suggester.pk if guess.suggester else None


def _place_of(slot: Slot) -> Place:
    name = fold_label(slot.label) if slot.label else slot.candidate_key
    return name, slot.score, slot.propensity, slot.suggester_id


def _slot(exposure: Exposure, rank: int, guess: Guess, propensity: float | None) -> Slot:
    return Slot(
        project_id=exposure.project_id,
        exposure=exposure,
        rank=rank,
        candidate_id=guess.candidate_id,
        label=guess.label,
        anchor=guess.anchor,
        suggester=guess.suggester,
        score=guess.score,
        reasons=list(guess.reasons),
        propensity=propensity,
    )


def _is_of_slots(error: IntegrityError) -> bool:
    """Return whether it is a slot that could not be written, not the list."""
    told = getattr(error.__cause__, "diag", None)
    return getattr(told, "table_name", None) == Slot._meta.db_table
