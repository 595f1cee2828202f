"""Candidates at the request: from the local index that follows the item change sequence, and from what was pushed."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from earmark import suggesters as sdk
from earmark.errors import AnchorUnusable
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import LearnedReranker

from backend.annotators.models import Annotator
from backend.projects.composed import Composed, Given, GivenAll
from backend.questions.actions.labels import complete_label, hidden_labels, spellings_of
from backend.questions.models import Item, ItemQuerySet, Question, Unit
from backend.questions.relocated import Anchor, anchors_now
from backend.questions.spots import (
    SAME_SPOT,
    candidate_id,
    label_in,
    numbers_of,
    overlap,
    text_of,
)
from backend.questions.units import DIFFERENT, SPOTS, fold_label, tidy_label
from backend.suggestions.actions.remotes import door_of
from backend.suggestions.embedder import say_once, why_off
from backend.suggestions.errors import RemoteFailed, RemoteLeftAlone
from backend.suggestions.followed import FollowedIndex
from backend.suggestions.fusion import fused_suggester
from backend.suggestions.items import StoredItems, as_sdk_item
from backend.suggestions.models import RemoteSuggester, Suggester, Suggestion
from backend.suggestions.nearest import StoredSemantic, StoredVectors
from backend.suggestions.neighbours import neighbour_labels
from backend.suggestions.remote import ask_remote
from backend.suggestions.rule_sets import RuleSet, rule_sets
from backend.suggestions.spots import guessed_anchor
from backend.suggestions.taught import dictionary_of, spans_of, taught_labels

logger = logging.getLogger(__name__)

POOL_LIMIT = 20
LOOK_AGAIN_S = 0.5
INDEXES_KEPT = 64
MOST_LABELS_SENT, MOST_SIGNS_SENT = 1000, 10_000

PAIR, TAGS, CHOICE, SPAN = Question.Kind.PAIR, Question.Kind.TAGS, Question.Kind.CHOICE, Question.Kind.SPAN
USUAL_SUGGESTERS: Mapping[str, str] = {PAIR: "lexical", TAGS: "dictionary", CHOICE: "dictionary", SPAN: "dictionary"}
KINDS_GUESSED: Mapping[str, Sequence[str]] = {
    "lexical": [PAIR],
    "semantic": [PAIR],
    "dictionary": [TAGS, CHOICE, SPAN],
    "neighbours": [TAGS, CHOICE],
    "linear": [TAGS, CHOICE],
    "stacked": [TAGS, CHOICE],
    "hybrid": [PAIR],
    "learned": [PAIR],
}


_version = Composed(lambda: Suggester.objects.of(Given("project")).filter(name=Given("name"), version=Given("version")))
_pushed = Composed(
    lambda: (
        Suggestion.objects.of(Given("project"))
        .filter(question=Given("question"), item=Given("item"), suggester__state=Suggester.State.LIVE)
        .values_list("pk")
    )
)
_there = Composed(lambda: _candidates().values_list("key", "pk", "kind"))
_there_before = Composed(lambda: _candidates().filter(created_at__lt=Given("before")).values_list("key", "pk", "kind"))
_different = Composed(
    lambda: (
        Unit.objects.of(Given("project"))
        .filter(Q(item=Given("item")) | Q(other=Given("item")), question=Given("question"), settled_value=DIFFERENT)
        .values_list("item", "other")
    )
)


def _candidates() -> ItemQuerySet:
    there = Item.objects.of(Given("project")).present()
    return there.filter(key__in=GivenAll("keys", "text")).exclude(pk=Given("item"))


@dataclass(frozen=True)
class Guess:
    """A candidate, another item, a label or a spot, with its score in [0, 1], its suggester, and its reasons.

    Made by `of_item`, `of_label` or `of_spot`. Of a label `candidate_id` is None and `candidate_key` the label
    itself, of a spot where it lies and its label; the score is None where no software guessed it.
    """

    candidate_id: int | None
    candidate_key: str
    score: float | None = None
    suggester: Suggester | None = None
    reasons: Sequence[str] = field(default_factory=tuple)
    anchor: Anchor | None = None

    @classmethod
    def of_item(cls, item: Item, score: float | None = None, **known: Any) -> Self:
        """Return a guess of another item."""
        return cls(item.pk, item.key, score, **known)

    @classmethod
    def of_label(cls, label: str, score: float | None = None, **known: Any) -> Self:
        """Return a guess of a label."""
        return cls(None, label, score, **known)

    @classmethod
    def of_spot(cls, anchor: Anchor, label: str, score: float | None = None, **known: Any) -> Self:
        """Return a guess of a spot; without a label where none is shown."""
        return cls(None, candidate_id(anchor, label), score, anchor=anchor, **known)

    @property
    def label(self) -> str:
        """Return the label guessed, of a spot its candidate id; empty where the candidate is an item."""
        return self.candidate_key if self.candidate_id is None else ""

    @property
    def suggester_label(self) -> str:
        """Return the suggester's name and version."""
        return str(self.suggester) if self.suggester else ""

    def as_facts(self) -> dict[str, Any]:
        """Return what the ledger keeps of the pool this guess was in."""
        return {"candidate": self.candidate_key, "score": self.score, "suggester": self.suggester_label}


_open: OrderedDict[int, FollowedIndex] = OrderedDict()
"""The one that was asked last comes last."""
_opening = threading.Lock()
_doors: dict[int, threading.Lock] = {}
"""A lock for each project: opening an index reads its files, and nobody waits for another project's."""


def index_of(project_id: int) -> FollowedIndex:
    """Return the open index of a project, brought up to date."""
    followed = open_index(project_id)
    followed.follow(look_again_s=LOOK_AGAIN_S)
    return followed


def open_index(project_id: int) -> FollowedIndex:
    """Return the open index of a project as it is; of more than INDEXES_KEPT the one longest not asked is closed."""
    with _opening:
        door = _doors.setdefault(project_id, threading.Lock())
    with door:
        followed = _open.get(project_id) or FollowedIndex(project_id, Path(settings.EARMARK_INDEX_DIR))
        with _opening:
            _open[project_id] = followed
            _open.move_to_end(project_id)
            while len(_open) > INDEXES_KEPT:
                _open.popitem(last=False)
    return followed


def _mend_index(project_id: int, error: Exception) -> None:
    """Mend an open index that failed; one that could not even be opened is tried again at the next request."""
    if followed := _open.get(project_id):
        followed.mend(error)
    else:
        logger.warning("The index of project %s cannot be opened: %s", project_id, error)


def forget_indexes() -> None:
    """Forget every open index of this process; they are opened anew at the next request."""
    with _opening:
        _open.clear()


@dataclass(frozen=True)
class _Found:
    """What is known best of a candidate while the pool is gathered."""

    score: float
    suggester: Suggester
    reasons: Sequence[str]
    anchor: Anchor | None = None


def guesses_for(*, question: Question, item: Item) -> list[Guess]:
    """Return the pool for an item, best first: computed and pushed suggestions, each candidate once.

    To a pair question candidates are items, and what is settled as different is not guessed again. To
    tags and choices they are labels; a tag that is settled for the item, whether it fits or not, is not
    guessed again, and a choice has at most one guess, none once it is settled. To spans and regions they are
    spots, where they lie in the item as it is now; none where a spot is settled. A suggester that fails
    abstains, and the failure is logged.
    """
    found: dict[str, _Found] = {}
    for suggester_name in suggesters_of(question):
        for guess, suggester in _computed(suggester_name, question, item):
            if known := _known(guess, suggester, question, item):
                _keep_better(found, *known)
    for pushed in _pushed_to(question, item):
        _keep_better(found, pushed.candidate_key, _Found(pushed.score, pushed.suggester, pushed.reasons, pushed.anchor))
    pool = _pool_of(question)(question, item, found)
    ranked = sorted(pool, key=lambda guess: (-(guess.score or 0.0), guess.candidate_key))
    return ranked[: 1 if question.kind == CHOICE else POOL_LIMIT]


def suggesters_of(question: Question) -> Sequence[str]:
    """Return the names of the suggesters that a question asks: its own, or the usual one of its kind, if any."""
    usual = USUAL_SUGGESTERS.get(question.kind)
    return [str(name) for name in question.suggesters] or ([usual] if usual else [])


def _pool_of(question: Question) -> Callable[[Question, Item, Mapping[str, _Found]], list[Guess]]:
    if question.kind in SPOTS:
        return _pool_of_spots
    return _pool_of_items if question.kind == PAIR else _pool_of_labels


def _known(guess: sdk.Suggestion, suggester: Suggester, question: Question, item: Item) -> tuple[str, _Found] | None:
    """Return the key of what a suggester guessed, and what is known of it; None of a spot that lies nowhere."""
    if question.kind not in SPOTS:
        return guess.candidate_id, _Found(guess.score, suggester, guess.reasons)
    try:
        anchor, label = guessed_anchor(guess, question, item)
    except AnchorUnusable as error:
        logger.warning("A guess of the suggester %s is left out: %s.", suggester, error.code)  # no text
        return None
    return candidate_id(anchor, label), _Found(guess.score, suggester, guess.reasons, anchor)


def _pool_of_spots(question: Question, item: Item, found: Mapping[str, _Found]) -> list[Guess]:
    """Return the best guess of each spot, where it lies in the item as it is now, but of none that is settled.

    Of one label, what overlaps by half is one spot; of exactly one place there is one answer, and so one guess.
    """
    text = text_of(item.body, item.metadata)
    settled = question.units.filter(item=item).exclude(settled_value="")
    done = [numbers_of(now) for now in anchors_now((unit.anchor for unit in settled), text) if now]
    pool: list[Guess] = []
    ranked = sorted(found.items(), key=lambda each: (-each[1].score, each[0]))
    lies = anchors_now((known.anchor for _, known in ranked), text)
    for (key, known), now in zip(ranked, lies, strict=True):
        label = label_in(key)
        if now is None or label not in question.labels:
            continue
        here = numbers_of(now)
        taken = [(numbers_of(guess.anchor), label_in(guess.label)) for guess in pool if guess.anchor]
        is_taken = any(place == here or (said == label and overlap(here, place) >= SAME_SPOT) for place, said in taken)
        if not is_taken and all(overlap(here, place) < SAME_SPOT for place in done):
            told = {"suggester": known.suggester, "reasons": known.reasons}
            pool.append(Guess.of_spot(now, label, known.score, **told))
    return pool


def _pushed_to(question: Question, item: Item) -> Iterable[Suggestion]:
    """Return what the host's suggesters that are live pushed to an item; mostly that is nothing."""
    keys = _pushed.columns(project=question.project_id, question=question.pk, item=item.pk)
    if not keys:
        return ()
    pushed = Suggestion.objects.of(question.project_id).filter(pk__in=[key for (key,) in keys])
    return pushed.select_related("candidate", "suggester")


def _keep_better(found: dict[str, _Found], key: str, new: _Found) -> None:
    if key not in found or new.score > found[key].score:
        found[key] = new


def _pool_of_items(question: Question, item: Item, found: Mapping[str, _Found]) -> list[Guess]:
    present = _present(question, item, found)
    return [
        Guess(present[key], key, known.score, known.suggester, known.reasons)
        for key, known in found.items()
        if key in present
    ]


def _pool_of_labels(question: Question, item: Item, found: Mapping[str, _Found]) -> list[Guess]:
    settled = _settled_labels(question, item)
    keys = {fold_label(given) for given in found}
    known = spellings_of(question=question, folded=keys)
    hidden = hidden_labels(question=question, folded=keys - set(known))
    best: dict[str, tuple[str, _Found]] = {}
    for given, guess in found.items():
        folded = fold_label(given)
        label = known.get(folded) or (tidy_label(given) if question.allows_new_labels else None)
        if label is None or folded in hidden or folded in settled or (question.kind == CHOICE and settled):
            continue
        if folded not in best or guess.score > best[folded][1].score:
            best[folded] = (label, guess)
    return [
        Guess.of_label(label, guess.score, suggester=guess.suggester, reasons=guess.reasons)
        for label, guess in best.values()
    ]


def _settled_labels(question: Question, item: Item) -> set[str]:
    """Return the folded tags of an item that are settled; of a choice, the empty one."""
    settled = question.units.filter(item=item).exclude(settled_value="")
    return {fold_label(label) for label in settled.values_list("label", flat=True)}


def _computed(name: str, question: Question, item: Item) -> list[tuple[sdk.Suggestion, Suggester]]:
    classes: dict[str, Any] = {**sdk.discover(), **rule_sets()}
    if name not in classes:
        return _computed_at_the_host(name, question, item)
    if question.kind not in KINDS_GUESSED.get(name, [question.kind]):
        logger.warning("The suggester %s guesses nothing of kind %s; it abstains.", name, question.kind)
        return []
    try:
        with transaction.atomic():  # what a suggester does to the database fails with it alone
            return _asked_here(classes[name], question, item)
    except sdk.IndexFailed as error:
        _mend_index(question.project_id, error)
    except Exception as error:
        logger.warning("The suggester %s failed (%s); it abstains.", name, type(error).__name__)
    return []


def _asked_here(made_by: Any, question: Question, item: Item) -> list[tuple[sdk.Suggestion, Suggester]]:
    """Return what a suggester that runs here guesses; raises what it raises."""
    engine = _engine(made_by, question)
    if engine is None:
        return []
    suggester = suggester_row(question.project_id, engine.name, engine.version)
    if suggester.state != Suggester.State.LIVE:
        return []
    guesses = engine.suggest(as_sdk_item(item), index_of(question.project_id).index, POOL_LIMIT)
    return [(guess, suggester) for guess in guesses if _is_sound(guess, suggester)]


def _is_sound(guess: sdk.Suggestion, suggester: Suggester) -> bool:
    """Return whether a guess may be shown and stored; what is not is left out, and logged."""
    fault = sdk.fault_of(guess)
    if fault:
        logger.warning("A guess of the suggester %s is left out: its %s.", suggester, fault)
    return not fault


def _computed_at_the_host(name: str, question: Question, item: Item) -> list[tuple[sdk.Suggestion, Suggester]]:
    """Return what a remote suggester guesses; one that fails, is switched off or not registered abstains."""
    remote = RemoteSuggester.objects.of(question.project_id).filter(name=name).first()
    if remote is None:
        logger.warning("The suggester %s of question %s is not installed; it abstains.", name, question.slug)
        return []
    if not remote.is_enabled:
        return []
    try:
        answered = ask_remote(door_of(remote), asked_of(remote, question, item))
    except RemoteLeftAlone:
        return []
    except RemoteFailed as error:
        logger.warning("The remote suggester %s failed: %s; it abstains.", name, error)
        return []
    suggester = suggester_row(question.project_id, name, answered.version)
    is_live = suggester.state == Suggester.State.LIVE
    return [(guess, suggester) for guess in answered.suggestions] if is_live else []


def asked_of(remote: RemoteSuggester, question: Question, item: Item) -> dict[str, Any]:
    """Return what a remote suggester is asked for an item."""
    asked: dict[str, Any] = {
        "question": question.slug,
        "kind": question.kind,
        "item": _as_told(as_sdk_item(item)),
        "k": POOL_LIMIT,
    }
    if question.kind != PAIR:
        asked["candidates"] = [{"id": label, "title": label} for label in [*question.labels][:MOST_LABELS_SENT]]
    elif remote.candidates_count:
        asked["candidates"] = [_as_told(each) for each in _found_by_words(question, item, remote.candidates_count)]
    return asked


def _found_by_words(question: Question, item: Item, k: int) -> list[sdk.Item]:
    """Return the items that a remote suggester gets to order: those that share the most telling words."""
    words = sdk.LexicalSuggester(only_earlier=question.candidates_from == Question.CandidatesFrom.EARLIER)
    try:
        guesses = words.suggest(as_sdk_item(item), index_of(question.project_id).index, k)
    except (sdk.IndexFailed, OSError) as error:
        _mend_index(question.project_id, error)
        return []
    wanted = [guess.candidate_id for guess in guesses]
    known = {each.key: each for each in Item.objects.of(question.project_id).present().filter(key__in=wanted)}
    return [as_sdk_item(known[key]) for key in wanted if key in known]


def _as_told(item: sdk.Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "body": item.body[:MOST_SIGNS_SENT],
        "created_at": item.created_at.isoformat() if item.created_at else None,
        "kind": item.kind,
        "metadata": dict(item.metadata),
    }


def _engine(made_by: Any, question: Question) -> sdk.Suggester | None:
    """Return the suggester for a question; None where it has nothing to search yet."""
    only_earlier = question.candidates_from == Question.CandidatesFrom.EARLIER
    if made_by is sdk.LexicalSuggester:
        return sdk.LexicalSuggester(only_earlier=only_earlier)
    if made_by is sdk.SemanticSuggester:
        vectors = StoredVectors.of(question.project_id)
        if vectors is None:
            say_once(why_off() or "Until a project's items are embedded once, nothing is found by meaning there.")
            return None
        return StoredSemantic(vectors, only_earlier=only_earlier)
    if made_by in (HybridSuggester, LearnedReranker):
        return fused_suggester(question, is_learned=made_by is LearnedReranker)
    if made_by is sdk.DictionarySuggester:
        return spans_of(question) if question.kind == SPAN else dictionary_of(question)
    if isinstance(made_by, RuleSet):
        stored = StoredItems(question.project_id)
        return made_by.engine(question, lambda keys: list(stored.get_many(keys).values()))
    if made_by is sdk.NeighbourLabels:
        return neighbour_labels(question)
    if made_by in (sdk.LinearLabels, sdk.StackedLabels):
        return taught_labels(question, made_by.name)
    engine: sdk.Suggester = made_by()
    return engine


def suggester_row(project_id: int, name: str, version: str, *, is_pushed: bool = False) -> Suggester:
    """Return the row of a suggester's version, made on first sight.

    A version that differs from one before only in what was computed is in the state that the newest of those is in.
    """
    known = _version.first(project=project_id, name=name, version=version)
    if known:
        return known
    before = Suggester.objects.of(project_id).computed_anew_of(name, version).order_by("first_seen_at", "pk").last()
    made, _ = Suggester.objects.get_or_create(
        project_id=project_id,
        name=name,
        version=version,
        defaults={"is_pushed": is_pushed, "state": before.state if before else Suggester.State.LIVE},
    )
    return made


def _present(question: Question, item: Item, keys: Mapping[str, object]) -> dict[str, int]:
    """Return by key the candidates that may be shown: there, of a kind and age allowed, not settled as different."""
    about = {"project": question.project_id, "item": item.pk}
    is_earlier = question.candidates_from == Question.CandidatesFrom.EARLIER and item.created_at
    there = _there_before if is_earlier else _there
    gone = {pk for pair in _different.columns(question=question.pk, **about) for pk in pair}
    found = there.columns(keys=[*keys], before=item.created_at, **about)
    return {key: pk for key, pk, kind in found if pk not in gone and question.item_kind in ("", kind)}


def find_items(*, question: Question, item: Item, query: str, k: int) -> list[Guess]:
    """Return the items that as-you-type words find, best first, never the item itself; none while it is mended."""
    try:
        hits = index_of(question.project_id).index.search(query, k * 2, without=item.key)
    except (sdk.IndexFailed, OSError) as error:
        _mend_index(question.project_id, error)
        return []
    there = Item.objects.of(question.project_id).present().for_question(question)
    known = dict(there.filter(key__in=[hit.id for hit in hits]).values_list("key", "pk"))
    top = hits[0].score if hits else 1.0
    found = [Guess(known[hit.id], hit.id, hit.score / top if top else 0.0) for hit in hits if hit.id in known]
    return found[:k]


def find_labels(
    *, question: Question, query: str, k: int, annotator: Annotator | None = None, without: Collection[str] = ()
) -> list[Guess]:
    """Return the labels that hold what is typed, in any spelling: those that begin with it first.

    `without` names labels to leave out, folded. Nothing typed finds the first labels. What people named is
    found as it is offered to `annotator`.
    """
    typed = fold_label(query)
    found = complete_label(question=question, typed=typed, annotator=annotator, most=k, without=without)
    return [Guess.of_label(label) for label in found]
