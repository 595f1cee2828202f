"""What serves a question: the suggesters that it asks, each as what it is at the request."""

from dataclasses import dataclass

from earmark import suggesters as sdk
from earmark.suggesters.clusters import KnownClusters

from backend.questions.models import Question
from backend.suggestions.engines import KINDS_GUESSED, PAIR, SPAN, by_meaning, by_words
from backend.suggestions.fusion import hybrid_of, pool_of, weighed_facets
from backend.suggestions.models import (
    DICTIONARY,
    HYBRID,
    LEARNED,
    NEIGHBOURS,
    RemoteSuggester,
    Suggester,
    SuggesterQuerySet,
    TrainedVersion,
)
from backend.suggestions.nearest import StoredVectors
from backend.suggestions.neighbours import neighbour_labels
from backend.suggestions.retrieval import suggesters_of
from backend.suggestions.taught import dictionary_of, spans_of

TAUGHT = {LEARNED, sdk.LinearLabels.name, sdk.StackedLabels.name, sdk.SequenceSpans.name}
"""Until a version of it is live, each of these is what serves untrained."""
MEASURABLE = {"lexical", "semantic", HYBRID, DICTIONARY, NEIGHBOURS}
WITH_ARTICLE = {HYBRID, DICTIONARY}
NOTHING = "nothing"


@dataclass(frozen=True)
class Serving:
    """What guesses for a question: the names of suggesters, in order, and the live version where it is among them."""

    names: tuple[str, ...]
    live: TrainedVersion | None = None

    @property
    def key(self) -> str:
        """Return the key under which figures of just this are kept."""
        return "+".join([*self.names, *([str(self.live.pk)] if self.live else [])]) or NOTHING

    @property
    def unmeasured(self) -> list[str]:
        """Return the names of those that are asked at the request alone, so that nothing tells how good they are."""
        return [name for name in self.names if name not in MEASURABLE]

    @property
    def verb(self) -> str:
        """Return how it serves, in the number that fits."""
        return "serve" if len(self.names) + bool(self.live) > 1 else "serves"

    def __str__(self) -> str:
        told = [f"the {name}" if name in WITH_ARTICLE else name for name in self.names]
        told += [str(self.live)] if self.live else []
        *most, last = told or [NOTHING]
        return f"{', '.join(most)} and {last}" if most else last


def serving_of(question: Question, live: TrainedVersion | None) -> Serving:
    """Return what serves a question while a trained version is live, or none is.

    A live version that the question does not name is not among it, nor is what staff retired or switched off at the
    host. What the host pushes is left out.
    """
    untrained = HYBRID if question.kind == PAIR else DICTIONARY
    asked = [name for name in suggesters_of(question) if question.kind in KINDS_GUESSED.get(name, [question.kind])]
    is_asked = live is not None and live.name in asked
    others = [name for name in asked if not (is_asked and live and name == live.name)]
    names = {untrained if name in TAUGHT else name for name in others}
    return Serving(tuple(sorted(names - _stopped(question, names))), live if is_asked else None)


def untrained_of(question: Question) -> Serving:
    """Return what a trained version is compared with in any case: what its suggester is while none is live."""
    if question.kind == PAIR:
        return Serving((HYBRID,))
    has_neighbours = NEIGHBOURS in question.suggesters and question.kind in KINDS_GUESSED[NEIGHBOURS]
    return Serving((DICTIONARY, NEIGHBOURS) if has_neighbours else (DICTIONARY,))


def _stopped(question: Question, names: set[str]) -> set[str]:
    """Return those of these names of which staff retired what would be asked, and those switched off at the host."""
    off = RemoteSuggester.objects.of(question.project_id).filter(name__in=names, is_enabled=False)
    vectors = StoredVectors.of(question.project_id)
    newest = {name: _rows(name, question, vectors).order_by("first_seen_at", "pk").last() for name in names}
    retired = {name for name, row in newest.items() if row and row.state != Suggester.State.LIVE}
    return retired | {*off.values_list("name", flat=True)}


def _rows(name: str, question: Question, vectors: StoredVectors | None) -> SuggesterQuerySet:
    """Return the rows of the version of a suggester that a question asks; all of one whose version it alone tells."""
    rows = Suggester.objects.of(question.project_id)
    engine = _engine(name, question, vectors)
    return rows.computed_anew_of(name, engine.version) if engine else rows.filter(name=name, is_pushed=False)


def _engine(name: str, question: Question, vectors: StoredVectors | None) -> sdk.Suggester | None:
    """Return the suggester of a measurable name; None of another, and of one that has nothing to search yet."""
    if name == sdk.LexicalSuggester.name:
        return by_words(question)
    if name == sdk.SemanticSuggester.name and vectors:
        return by_meaning(question, vectors)
    if name == HYBRID:
        return hybrid_of(question, pool_of(question, vectors, weighed_facets(question.project_id), KnownClusters()))
    if name == NEIGHBOURS:
        return neighbour_labels(question)
    if name == DICTIONARY:
        return spans_of(question) if question.kind == SPAN else dictionary_of(question)
    return None
