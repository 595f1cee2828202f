"""The suggesters of a question, asked about an item: those that run here and those at the host."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone
from earmark import suggesters as sdk
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import LearnedReranker

from backend.projects.errors import TransactionLost
from backend.projects.tenancy import failing_alone
from backend.questions.models import Item, Question
from backend.suggestions.actions.remotes import door_of
from backend.suggestions.boxed import Boxed, box_of
from backend.suggestions.embedder import say_once, why_off
from backend.suggestions.errors import RemoteFailed, RemoteLeftAlone, SuggesterRests
from backend.suggestions.fusion import fused_suggester
from backend.suggestions.indexes import index_of, mend_index, open_index
from backend.suggestions.items import StoredItems, as_sdk_item
from backend.suggestions.kept import kept_or_made
from backend.suggestions.known import Known, strangers
from backend.suggestions.models import RemoteSuggester, Suggester
from backend.suggestions.nearest import StoredSemantic, StoredVectors
from backend.suggestions.neighbours import neighbour_labels
from backend.suggestions.remote import ask_remote
from backend.suggestions.rule_sets import RuleSet, rule_sets
from backend.suggestions.taught import dictionary_of, spans_of, taught_labels
from backend.suggestions.troubles import how_of, note_trouble

logger = logging.getLogger(__name__)

POOL_LIMIT = 20
MOST_LABELS_SENT, MOST_SIGNS_SENT = 1000, 10_000

PAIR, TAGS, CHOICE, SPAN = Question.Kind.PAIR, Question.Kind.TAGS, Question.Kind.CHOICE, Question.Kind.SPAN
KINDS_GUESSED: Mapping[str, Sequence[str]] = {
    "lexical": [PAIR],
    "semantic": [PAIR],
    "dictionary": [TAGS, CHOICE, SPAN],
    "neighbours": [TAGS, CHOICE],
    "linear": [TAGS, CHOICE],
    "stacked": [TAGS, CHOICE],
    "sequence": [SPAN],
    "hybrid": [PAIR],
    "learned": [PAIR],
}

_KEPT = (sdk.LexicalSuggester, sdk.SemanticSuggester, HybridSuggester, LearnedReranker)
"""Those that look at nothing but the item, the indexes and what they hold themselves."""


def computed(name: str, question: Question, item: Item, known: Known) -> list[tuple[sdk.Suggestion, Suggester]]:
    """Return what a suggester guesses; one that fails abstains, and the failure is logged. Raises TransactionLost."""
    classes: dict[str, Any] = {**sdk.discover(), **rule_sets()}
    if name not in classes:
        return _computed_at_the_host(name, question, item, known)
    if question.kind not in KINDS_GUESSED.get(name, [question.kind]):
        logger.warning("The suggester %s guesses nothing of kind %s; it abstains.", name, question.kind)
        return []
    try:
        with failing_alone():  # with what it does to the database
            return _asked_here(name, classes[name], question, item, known)
    except sdk.IndexFailed as error:
        mend_index(question.project_id, error)
    except TransactionLost:
        raise
    except SuggesterRests:
        pass
    except Exception as error:
        how = how_of(error)
        logger.warning("The suggester %s failed (%s); it abstains.", name, how)
        note_trouble(question.project_id, name, how, now=timezone.now())
    return []


def _asked_here(
    name: str, made_by: Any, question: Question, item: Item, known: Known
) -> list[tuple[sdk.Suggestion, Suggester]]:
    """Return what a suggester that runs here guesses; raises what it raises."""
    engine = _engine(name, made_by, question, known)
    if engine is None:
        return []
    suggester = known.suggester(question.project_id, engine.name, engine.version)
    if suggester.state != Suggester.State.LIVE:
        return []
    index = index_of(question.project_id).index

    def make() -> list[sdk.Suggestion]:
        return engine.suggest(as_sdk_item(item), index, POOL_LIMIT)

    guesses = kept_or_made(question, item, engine, index, known.vectors, make) if made_by in _KEPT else make()
    return [(guess, suggester) for guess in guesses if _is_sound(guess, suggester)]


def _is_sound(guess: sdk.Suggestion, suggester: Suggester) -> bool:
    """Return whether a guess may be shown and stored; what is not is left out, and logged."""
    fault = sdk.fault_of(guess)
    if fault:
        logger.warning("A guess of the suggester %s is left out: its %s.", suggester, fault)
    return not fault


def _engine(name: str, made_by: Any, question: Question, known: Known) -> sdk.Suggester | None:
    """Return the suggester for a question; None where it has nothing to search yet."""
    if made_by is sdk.LexicalSuggester:
        return by_words(question)
    if made_by is sdk.SemanticSuggester:
        if known.vectors is None:
            say_once(why_off() or "Until a project's items are embedded once, nothing is found by meaning there.")
            return None
        return by_meaning(question, known.vectors)
    if made_by in (HybridSuggester, LearnedReranker):
        known = replace(known, vectors=known.vectors and narrowed(question, known.vectors))
        return fused_suggester(question, is_learned=made_by is LearnedReranker, known=known)
    if made_by is sdk.DictionarySuggester:
        return spans_of(question) if question.kind == SPAN else dictionary_of(question)
    if isinstance(made_by, RuleSet):
        stored = StoredItems(question.project_id)
        return made_by.engine(question, lambda keys: list(stored.get_many(keys).values()))
    if made_by is sdk.NeighbourLabels:
        return neighbour_labels(question)
    if made_by in (sdk.LinearLabels, sdk.StackedLabels, sdk.SequenceSpans):
        return taught_labels(question, made_by.name)
    return Boxed(made_by, box_of(question.project_id, name))


def by_words(question: Question) -> sdk.LexicalSuggester:
    """Return the suggester `lexical` of a question."""
    return sdk.LexicalSuggester(only_earlier=_is_earlier(question), where=question.narrowed_to)


def by_meaning(question: Question, vectors: StoredVectors) -> StoredSemantic:
    """Return the suggester `semantic` of a question."""
    return StoredSemantic(narrowed(question, vectors), only_earlier=_is_earlier(question))


def _is_earlier(question: Question) -> bool:
    return question.candidates_from == Question.CandidatesFrom.EARLIER


def narrowed(question: Question, vectors: StoredVectors) -> StoredVectors:
    """Return vectors searched only among the items that a question is about."""
    if not question.item_kind:
        return vectors
    return vectors.of_kind(question.item_kind, _share_of(question.item_kind, open_index(question.project_id).index))


def _share_of(kind: str, index: sdk.ItemIndex) -> float:
    """Return about which share of the items is of a kind; all, while an index that begins anew holds none yet."""
    return index.count_of(kind) / index.count if index.count else 1.0


def _computed_at_the_host(
    name: str, question: Question, item: Item, known: Known
) -> list[tuple[sdk.Suggestion, Suggester]]:
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
        note_trouble(question.project_id, name, str(error), now=timezone.now())
        return []
    suggester = known.suggester(question.project_id, name, answered.version)
    if suggester.state != Suggester.State.LIVE:
        return []
    guessed = [guess.candidate_id for guess in answered.suggestions]
    if unknown := strangers(question, set(guessed)):
        count = sum(key in unknown for key in guessed)
        how = f"{count} of {len(guessed)} candidates that it named are not known here"
        logger.warning("The remote suggester %s: %s; they are left out.", name, how)
        note_trouble(question.project_id, name, how, now=timezone.now())
    return [(guess, suggester) for guess in answered.suggestions]


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
    try:
        guesses = by_words(question).suggest(as_sdk_item(item), index_of(question.project_id).index, k)
    except (sdk.IndexFailed, OSError) as error:
        mend_index(question.project_id, error)
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
