"""Candidates at the request: from the local index that follows the item change sequence, and from what was pushed."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db.models import Max
from earmark import suggesters as sdk

from backend.questions.models import Item, Question
from backend.suggestions.models import Suggester, Suggestion

logger = logging.getLogger(__name__)

POOL_LIMIT = 20
BATCH = 2000
LOOK_AGAIN_S = 0.5


@dataclass(frozen=True)
class Guess:
    """A candidate, another item or a label, with its score in [0, 1], the suggester that named it, and its reasons.

    Made by `of_item` or `of_label`. Of a label `candidate_id` is None and `candidate_key` the label
    itself; the score is None where no software guessed it.
    """

    candidate_id: int | None
    candidate_key: str
    score: float | None = None
    suggester: Suggester | None = None
    reasons: Sequence[str] = field(default_factory=tuple)

    @classmethod
    def of_item(cls, item: Item, score: float | None = None, **known: Any) -> Self:
        """Return a guess of another item."""
        return cls(item.pk, item.key, score, **known)

    @classmethod
    def of_label(cls, label: str, score: float | None = None, **known: Any) -> Self:
        """Return a guess of a label."""
        return cls(None, label, score, **known)

    @property
    def label(self) -> str:
        """Return the label guessed, empty where the candidate is an item."""
        return self.candidate_key if self.candidate_id is None else ""

    @property
    def suggester_label(self) -> str:
        """Return the suggester's name and version."""
        return str(self.suggester) if self.suggester else ""

    def as_facts(self) -> dict[str, Any]:
        """Return what the ledger keeps of the pool this guess was in."""
        return {"candidate": self.candidate_key, "score": self.score, "suggester": self.suggester_label}


class FollowedIndex:
    """A project's index on local disk, and what it knows of the project's changes."""

    def __init__(self, project_id: int, root: Path) -> None:
        self.project_id = project_id
        self.index = sdk.ItemIndex(root / str(project_id))
        self._lock = threading.Lock()
        self._looked_at = 0.0

    def follow(self) -> None:
        """Take what changed since the last look; where another process writes, read what it wrote."""
        if time.monotonic() - self._looked_at < LOOK_AGAIN_S:
            return
        with self._lock:
            newest = Item.objects.of(self.project_id).aggregate(newest=Max("change_seq"))["newest"] or 0
            try:
                while self.index.applied_seq < newest and self._take_batch():
                    pass
            except sdk.SomeoneElseWrites:
                pass
            self.index.reload()
            self._looked_at = time.monotonic()

    def _take_batch(self) -> bool:
        changed = list(Item.objects.of(self.project_id).changed_after(self.index.applied_seq)[:BATCH])
        if not changed:
            return False
        present = [as_sdk_item(item) for item in changed if item.removed_at is None]
        removed = [item.key for item in changed if item.removed_at is not None]
        if removed:
            self.index.erase(removed, self._present_items)
        self.index.apply(present, seq=changed[-1].change_seq)
        return True

    def _present_items(self, keys: list[str]) -> list[sdk.Item]:
        return [as_sdk_item(item) for item in Item.objects.of(self.project_id).filter(key__in=keys, removed_at=None)]


_open: dict[int, FollowedIndex] = {}
_opening = threading.Lock()


def index_of(project_id: int) -> FollowedIndex:
    """Return the open index of a project, brought up to date."""
    with _opening:
        followed = _open.get(project_id)
        if followed is None:
            followed = _open[project_id] = FollowedIndex(project_id, Path(settings.EARMARK_INDEX_DIR))
    followed.follow()
    return followed


def forget_indexes() -> None:
    """Forget every open index of this process; they are opened anew at the next request."""
    with _opening:
        _open.clear()


def as_sdk_item(item: Item) -> sdk.Item:
    """Return an item as suggesters see it."""
    return sdk.Item(item.key, item.title, item.body, item.created_at, item.kind, item.metadata)


def guesses_for(*, question: Question, item: Item) -> list[Guess]:
    """Return the pool for an item, best first: computed and pushed suggestions, each candidate once.

    What is settled as different is not guessed again. A suggester that fails abstains, and the
    failure is logged.
    """
    found: dict[str, tuple[float, Suggester, Sequence[str]]] = {}
    for suggester_name in question.suggesters or ["lexical"]:
        for guess, suggester in _computed(suggester_name, question, item):
            _keep_better(found, guess.candidate_id, guess.score, suggester, guess.reasons)
    for pushed in (
        Suggestion.objects.of(question.project_id)
        .filter(question=question, item=item)
        .select_related("candidate", "suggester")
    ):
        _keep_better(
            found,
            pushed.candidate.key if pushed.candidate else pushed.label,
            pushed.score,
            pushed.suggester,
            pushed.reasons,
        )
    present = _present(question, item, found)
    pool = [
        Guess(present[key], key, score, suggester, reasons)
        for key, (score, suggester, reasons) in found.items()
        if key in present
    ]
    return sorted(pool, key=lambda guess: (-(guess.score or 0.0), guess.candidate_key))[:POOL_LIMIT]


def _keep_better(
    found: dict[str, tuple[float, Suggester, Sequence[str]]],
    key: str,
    score: float,
    suggester: Suggester,
    reasons: Sequence[str],
) -> None:
    if key not in found or score > found[key][0]:
        found[key] = (score, suggester, reasons)


def _computed(name: str, question: Question, item: Item) -> list[tuple[sdk.Suggestion, Suggester]]:
    classes = sdk.discover()
    if name not in classes:
        logger.warning("The suggester %s of question %s is not installed; it abstains.", name, question.slug)
        return []
    engine = _engine(classes[name], question)
    suggester = suggester_row(question.project_id, engine.name, engine.version)
    if suggester.state != Suggester.State.LIVE:
        return []
    try:
        guesses = engine.suggest(as_sdk_item(item), index_of(question.project_id).index, POOL_LIMIT)
    except Exception as error:
        logger.warning("The suggester %s failed (%s); it abstains.", suggester, type(error).__name__)
        return []
    return [(guess, suggester) for guess in guesses]


def _engine(made_by: Any, question: Question) -> sdk.Suggester:
    if made_by is sdk.LexicalSuggester:
        return sdk.LexicalSuggester(only_earlier=question.candidates_from == Question.CandidatesFrom.EARLIER)
    engine: sdk.Suggester = made_by()
    return engine


def suggester_row(project_id: int, name: str, version: str, *, is_pushed: bool = False) -> Suggester:
    """Return the row of a suggester's version, made on first sight."""
    known = Suggester.objects.of(project_id).filter(name=name, version=version).first()
    if known:
        return known
    made, _ = Suggester.objects.get_or_create(
        project_id=project_id, name=name, version=version, defaults={"is_pushed": is_pushed}
    )
    return made


def _present(question: Question, item: Item, keys: Mapping[str, object]) -> dict[str, int]:
    """Return the keys of those candidates that may be shown: there, allowed by age, not settled as different."""
    candidates = Item.objects.of(question.project_id).present().filter(key__in=keys).exclude(pk=item.pk)
    if question.candidates_from == Question.CandidatesFrom.EARLIER and item.created_at:
        candidates = candidates.filter(created_at__lt=item.created_at)
    settled = question.units.filter(settled_value="different")
    gone = set(settled.filter(item=item).values_list("other", flat=True))
    gone |= set(settled.filter(other=item).values_list("item", flat=True))
    return {key: pk for key, pk in candidates.values_list("key", "pk") if pk not in gone}


def find_items(*, question: Question, item: Item, query: str, k: int) -> list[Guess]:
    """Return the items that as-you-type words find, best first, never the item itself."""
    hits = index_of(question.project_id).index.search(query, k * 2, without=item.key)
    known = dict(
        Item.objects.of(question.project_id).present().filter(key__in=[hit.id for hit in hits]).values_list("key", "pk")
    )
    top = hits[0].score if hits else 1.0
    found = [Guess(known[hit.id], hit.id, hit.score / top if top else 0.0) for hit in hits if hit.id in known]
    return found[:k]
