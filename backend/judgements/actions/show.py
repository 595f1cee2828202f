"""Show suggestions: pick, order, and log what is shown before it leaves."""

import json
from collections.abc import Container, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.crypto import salted_hmac

from backend.annotators.actions.people import hidden_questions
from backend.annotators.models import Annotator
from backend.assignments.actions.prompts import may_prompt
from backend.assignments.models import Assignment
from backend.judgements.actions.log import hash_of, log_list, name_of
from backend.judgements.actions.spots import places_answered, spots_in_doubt
from backend.judgements.errors import NotShowable, UnknownItem
from backend.judgements.models import Exposure, Judgement, JudgementQuerySet, Slot
from backend.judgements.showing import Draw, show
from backend.projects.composed import Composed, Given
from backend.questions.models import Item, Question
from backend.questions.spots import SAME_SPOT, numbers_of, overlap
from backend.questions.units import DIFFERENT, SPOTS, Kind, fold_label
from backend.suggestions.guesses import Guess
from backend.suggestions.known import Beginning, Known
from backend.suggestions.retrieval import find_items, find_labels, guesses_for, suggesters_of

SEARCH_POLICY = "search"
ASSIGNED_POLICY = "assigned"
SEARCH_LIMIT = 8

_UNIFORM_BITS = 52

_said = Composed(lambda: _standing().filter(unit__item=Given("item")).values_list("unit__label").distinct())
_called_different = Composed(
    lambda: (
        _standing()
        .filter(Q(unit__item=Given("item")) | Q(unit__other=Given("item")), value=DIFFERENT)
        .values_list("unit__item__key", "unit__other__key")
    )
)


_of_pairs = Beginning(done=_called_different, hidden=hidden_questions)
_of_labels = Beginning(done=_said, hidden=hidden_questions)


def _standing() -> JudgementQuerySet:
    live = Judgement.objects.of(Given("project")).live()
    return live.filter(question=Given("question"), annotator=Given("annotator"))


def uniform(*facts: object) -> float:
    """Return a number in [0, 1) fixed by the facts and our secret: the same visit sees the same draw.

    A reload must not reorder what somebody reads, so the draw is a keyed hash, not a fresh number;
    over annotators and items it is uniform.
    """
    digest = salted_hmac("earmark draw", json.dumps(facts, default=str), algorithm="sha256").digest()
    return (int.from_bytes(digest[:8]) >> (64 - _UNIFORM_BITS)) / (1 << _UNIFORM_BITS)


def show_suggestions(
    *,
    annotator: Annotator,
    question: Question,
    item: Item,
    channel: str,
    now: datetime,
    exposure_id: UUID | None = None,
) -> Exposure:
    """Pick candidates for an item, order them by the question's showing policy, and log the list.

    Of a pair, what this person called different is not shown to them again; of tags, choices and spots, what
    they answered. An empty pool is logged too: it says that nothing was found.
    """
    known, gone, wants_none = _begun(annotator, question, item)
    pool = [guess for guess in _guessed(annotator, question, item, known) if name_of(guess) not in gone]
    pool_hash = hash_of(pool)
    facts = (annotator.pk, question.pk, item.pk, question.policy_version, pool_hash)
    draw = Draw(coin=uniform("coin", *facts), order=uniform("order", *facts))
    policy, places = show(
        pool, shown=question.shown_count, shuffled=question.pool_count, epsilon=question.epsilon, draw=draw
    )
    has_something = bool(places) or _stands_by_itself(question, item, gone)
    was_asked, ask_probability = _ask(
        annotator=annotator, question=question, item=item, channel=channel, has_something=has_something,
        wants_none=wants_none, facts=facts[:-1], now=now,  # not the pool: nobody draws again by marking
    )  # fmt: skip
    return log_list(
        annotator, question, item, channel, now, [(place.candidate, place.propensity) for place in places],
        policy=policy, policy_version=question.policy_version, epsilon=question.epsilon,
        candidates_hash=pool_hash, pool=[guess.as_facts() for guess in pool],
        was_asked=was_asked,
        ask_probability=ask_probability,
        **({"id": exposure_id} if exposure_id else {}),
    )  # fmt: skip


def _ask(
    *,
    annotator: Annotator,
    question: Question,
    item: Item,
    channel: str,
    has_something: bool,
    wants_none: bool,
    facts: tuple[object, ...],
    now: datetime,
) -> tuple[bool, float]:
    """Return whether to ask this person here, and with which probability that was drawn. The one place that decides.

    In the widget the caps of prompts hold; elsewhere the page is the host's own, and so is the decision.
    Nobody is asked about an empty list, save where the question stands by itself.
    """
    if not has_something:
        return False, 0.0
    draw = uniform("ask", *facts)
    if channel == Exposure.Channel.WIDGET:
        asking = may_prompt(
            annotator=annotator, question=question, item=item, chance=question.ask_probability, draw=draw, now=now
        )
        return asking.is_asked, asking.probability
    ask_probability = 0.0 if wants_none else question.ask_probability
    return draw < ask_probability, ask_probability


def show_assigned(
    *,
    annotator: Annotator,
    question: Question,
    item: Item,
    guesses: Sequence[Guess],
    assignment: Assignment,
    now: datetime,
) -> Exposure:
    """Log what is asked at the desk: an assignment's candidates in the order given, which have no propensities."""
    return log_list(
        annotator, question, item, Exposure.Channel.DESK, now, [(guess, None) for guess in guesses],
        policy=ASSIGNED_POLICY, policy_version=question.policy_version, candidates_hash=hash_of(guesses),
        pool=[guess.as_facts() for guess in guesses], assignment=assignment, was_asked=True, ask_probability=1.0,
    )  # fmt: skip


def show_found(
    *, annotator: Annotator, question: Question, item: Item, query: str, channel: str, now: datetime
) -> Exposure:
    """Search items, or for a tags question labels, as words are typed, and log what was found.

    A search has no propensities. Tags that this person answered are left out. Raises NotShowable for a
    choice, whose labels are all there to be seen, and for spots.
    """
    if question.kind == Kind.CHOICE:
        raise NotShowable(reason="A choice shows all its labels; there is nothing to search.")
    if question.kind in SPOTS:
        raise NotShowable(reason="A spot is marked in the text or the picture; there is nothing to search.")
    if question.kind == Kind.TAGS:
        gone = _needed_no_more(question, item, _said.columns(**_about(annotator, question, item)))
        found = find_labels(question=question, query=query, k=SEARCH_LIMIT, annotator=annotator, without=gone)
    else:
        found = find_items(question=question, item=item, query=query, k=SEARCH_LIMIT)
    within = (
        Exposure.objects.filter(project=annotator.project_id, annotator=annotator, question=question, item=item)
        .exclude(policy=SEARCH_POLICY)
        .order_by("-shown_at")
        .first()
    )
    return log_list(
        annotator, question, item, channel, now, [(guess, None) for guess in found],
        policy=SEARCH_POLICY, candidates_hash=hash_of(found), pool=[], within=within,
    )  # fmt: skip


def item_to_read(*, annotator: Annotator, exposure_id: UUID, key: str) -> Item:
    """Return an item that a list of this person's named, or was about; raises UnknownItem."""
    theirs = Exposure.objects.of(annotator.project_id).filter(pk=exposure_id, annotator=annotator)
    named = Slot.objects.of(annotator.project_id).filter(exposure__in=theirs)
    readable = Q(pk__in=named.values("candidate")) | Q(pk__in=theirs.values("item"))
    found = Item.objects.of(annotator.project_id).present().filter(readable, key=key).first()
    if found is None:
        raise UnknownItem(key=key)
    return found


def _about(annotator: Annotator, question: Question, item: Item) -> dict[str, int]:
    return {"project": annotator.project_id, "question": question.pk, "annotator": annotator.pk, "item": item.pk}


def _begun(annotator: Annotator, question: Question, item: Item) -> tuple[Known, set[str], bool]:
    """Return what suggesting begins with, the names of what this person is done with, and if they hid the question.

    All is read in one statement.
    """
    asked = _of_pairs if question.kind == Kind.PAIR else _of_labels
    names = suggesters_of(question)
    known, found = asked.found(question, item, names, annotator=annotator.pk, slug=question.slug)
    return known, _needed_no_more(question, item, found["done"]), bool(found["hidden"])


def _needed_no_more(question: Question, item: Item, done: Sequence[Sequence[str]]) -> set[str]:
    """Return by name the candidates that a person is done with: what they called different, or a label they answered.

    A choice that was answered is done with as a whole; its unit has the empty label, as all units of spots have, which
    `_guessed` leaves out.
    """
    told = {said for row in done for said in row}
    if question.kind == Kind.PAIR:
        return told - {None, item.key}
    return {fold_label(label) for label in told | set(question.labels if "" in told else ())}


def _guessed(annotator: Annotator, question: Question, item: Item, known: Known) -> list[Guess]:
    """Return what is guessed for an item; of spots first those whose boundary people differ about, none twice."""
    guesses = guesses_for(question=question, item=item, known=known)
    if question.kind not in SPOTS:
        return guesses
    done = places_answered(annotator=annotator, question=question, item=item)
    pool: list[Guess] = []
    for guess in [*(guess for guess, _ in spots_in_doubt(question=question, item=item)), *guesses]:
        place = numbers_of(guess.anchor or {})
        taken = [numbers_of(before.anchor) for before in pool if before.anchor and before.suggester is None]
        if all(overlap(place, other) < SAME_SPOT for other in [*done, *taken]):
            pool.append(guess)
    return pool


def _stands_by_itself(question: Question, item: Item, gone: Container[str]) -> bool:
    """Return whether a question is asked even without a guess, since this person did not answer it here.

    People may mark spots by themselves; a choice is asked until it is settled.
    """
    if question.kind not in (Kind.CHOICE, *SPOTS) or "" in gone:
        return False
    if question.kind in SPOTS:
        return True
    return not question.units.filter(item=item).exclude(settled_value="").exists()
