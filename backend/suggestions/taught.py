"""The suggesters `linear`, `stacked` and `sequence` at the request: the trained version of a question that is live."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from earmark import suggesters as sdk

from backend.questions.models import Question
from backend.suggestions.artefacts import Labels, live_version, load_labels, unless_broken
from backend.suggestions.models import TrainedVersion
from backend.suggestions.neighbours import settled_labels

KEPT = 8
SPANS_KEPT = 64


@dataclass(frozen=True)
class Taught:
    """A trained suggester of labels or spans, under the name and version that its row has."""

    name: str
    version: str
    checksum: str
    engine: Labels

    def suggest(self, item: sdk.Item, index: sdk.ItemIndex, k: int) -> list[sdk.Suggestion]:
        """Return at most k labels or spans, best first, with reasons."""
        return self.engine.suggest(item, index, k)


_kept: OrderedDict[int, Taught] = OrderedDict()
_keeping = Lock()


def taught_labels(question: Question, name: str) -> sdk.Suggester | None:
    """Return what guesses a question's labels or spans under a name: its live version, else its dictionary.

    None where the live version's artefact is not what was trained: it abstains until it is whole or another one is
    live; the log and the admin say so.
    """
    live = live_version(question)
    if live is None or live.name != name:
        return spans_of(question) if question.kind == Question.Kind.SPAN else dictionary_of(question)
    with _keeping:
        taught = _kept.get(live.pk)
    if taught is None or taught.checksum != live.checksum:
        taught = unless_broken(live, lambda: _loaded(question, live))
        if taught is not None:
            _keep(live.pk, taught)
    return taught


def dictionary_of(question: Question) -> sdk.DictionarySuggester:
    """Return what guesses labels from the words that speak for them."""
    new = [label for label in question.dictionary if label not in question.labels]
    is_choice = question.kind == Question.Kind.CHOICE
    return sdk.DictionarySuggester(question.dictionary, [*question.labels, *new], one_of=is_choice)


def spans_of(question: Question) -> sdk.DictionarySpans:
    """Return what guesses spans from the words and patterns that speak for labels."""
    return _spans(json.dumps([question.dictionary, question.labels]))


@lru_cache(maxsize=SPANS_KEPT)
def _spans(told: str) -> sdk.DictionarySpans:
    """Return the suggester of a dictionary and its labels, made once: so that a pattern that was late rests."""
    return sdk.DictionarySpans(*json.loads(told))


def forget_taught() -> None:
    """Forget every suggester of this process; they are loaded anew at the next request."""
    with _keeping:
        _kept.clear()
    _spans.cache_clear()


def _loaded(question: Question, live: TrainedVersion) -> Taught | None:
    row = live.suggester
    engine = load_labels(live, look_up=lambda keys: settled_labels(question, keys))
    return Taught(row.name, row.version, live.checksum, engine) if row else None


def _keep(key: int, taught: Taught) -> None:
    with _keeping:
        _kept[key] = taught
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
