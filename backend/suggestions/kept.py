"""What was guessed for an item, kept while all that it rests on stays as it was: what many read is searched once.

Nothing kept is ever old: it is given again only while index, vectors, suggester and item are just those it was made of.
So it spares most where it matters, when many come to one page at a time.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from weakref import ref

from earmark import suggesters as sdk

from backend.questions.models import Item, Question
from backend.suggestions.fusion import Fused
from backend.suggestions.nearest import StoredVectors

MOST_WAITED_S = 2.0
"""So long those who come at the same moment wait for the first of them; then each searches for itself."""
MOST_KEPT = 200
"""Of so many lists, some 13 kB each, those asked for last are kept in a process for a project."""
PROJECTS_KEPT = 16

Guesses = tuple[sdk.Suggestion, ...]


@dataclass
class _OfProject:
    """What was guessed of a project's items by one state of its index: by item and suggester of what, and what."""

    seen: Hashable
    guesses: OrderedDict[Hashable, tuple[Hashable, Guesses]] = field(default_factory=OrderedDict)


_kept: OrderedDict[int, _OfProject] = OrderedDict()
"""By project; the one that was asked about last comes last."""
_keeping = threading.Lock()
_being_made: dict[Hashable, threading.Event] = {}
"""What is searched for at this moment, each with what tells those who wait that it is done."""


def kept_or_made(
    question: Question,
    item: Item,
    engine: sdk.Suggester,
    index: sdk.ItemIndex,
    vectors: StoredVectors | None,
    make: Callable[[], list[sdk.Suggestion]],
) -> Guesses:
    """Return what a suggester guessed of an item where it would guess the same now; else have it made, and keep it.

    `engine` is one that looks at nothing but the item, the index, the vectors that serve and what it holds itself.
    Of those who ask at the same moment one searches, and the others wait for it. Raises what `make` raises.
    """
    key, mine = (item.pk, question.pk, engine.name), threading.Event()
    made_of = _made_of(question, item, engine, vectors)
    seen = index.seen  # what is read of the index after this is at least as new
    with _keeping:
        guesses = _kept_guesses(question, seen, key, made_of)
        first = mine if guesses is not None else _being_made.setdefault(key, mine)
    if first is not mine:
        first.wait(MOST_WAITED_S)
        seen = index.seen
        with _keeping:
            guesses = _kept_guesses(question, seen, key, made_of)
    if guesses is not None:
        return guesses
    try:  # also where who was first failed, takes long, or asked of another state
        guesses = tuple(make())
        if index.seen == seen:
            _keep(question, seen, key, made_of, guesses)
        return guesses
    finally:
        if first is mine:
            with _keeping:
                del _being_made[key]
            mine.set()


def forget_guesses() -> None:
    """Forget all that was guessed in this process."""
    with _keeping:
        _kept.clear()


def _kept_guesses(question: Question, seen: Hashable, key: Hashable, made_of: Hashable) -> Guesses | None:
    """Return what is kept under a key and was made of just this. Only while `_keeping` is held."""
    kept = _of(question.project_id, seen)
    if key not in kept or kept[key][0] != made_of:
        return None
    kept.move_to_end(key)
    return kept[key][1]


def _keep(question: Question, seen: Hashable, key: Hashable, made_of: Hashable, guesses: Guesses) -> None:
    with _keeping:
        kept = _of(question.project_id, seen)
        kept[key] = (made_of, guesses)
        kept.move_to_end(key)
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)


def _of(project_id: int, seen: Hashable) -> OrderedDict[Hashable, tuple[Hashable, Guesses]]:
    """Return what is kept of a project in a state of its index; what is of another is let go, with its words."""
    if project_id not in _kept or _kept[project_id].seen != seen:
        _kept[project_id] = _OfProject(seen)
    _kept.move_to_end(project_id)
    while len(_kept) > PROJECTS_KEPT:
        _kept.popitem(last=False)
    return _kept[project_id].guesses


def _made_of(question: Question, item: Item, engine: sdk.Suggester, vectors: StoredVectors | None) -> Hashable:
    """Return all beside the index that decides what is guessed."""
    serving = vectors and vectors.version
    return (
        item.change_seq,
        serving and (serving.pk, serving.followed_seq, serving.vectors_count),
        (question.candidates_from, question.item_kind),
        (engine.stamp, ref(engine.pool.clusters)) if isinstance(engine, Fused) else engine.version,
    )
