"""Candidates at the request: from the local index that follows the item change sequence, and from what was pushed."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from earmark import suggesters as sdk
from earmark.errors import AnchorUnusable

from backend.annotators.models import Annotator
from backend.questions.actions.labels import complete_label, hidden_labels, spellings_of
from backend.questions.models import Item, Question
from backend.questions.relocated import Anchor, anchors_now
from backend.questions.spots import SAME_SPOT, candidate_id, label_in, numbers_of, overlap, text_of
from backend.questions.units import SPOTS, fold_label, tidy_label
from backend.suggestions.engines import CHOICE, PAIR, POOL_LIMIT, SPAN, TAGS, computed
from backend.suggestions.guesses import Guess
from backend.suggestions.indexes import index_of, mend_index
from backend.suggestions.known import Known, present
from backend.suggestions.models import Suggester, Suggestion
from backend.suggestions.spots import guessed_anchor

logger = logging.getLogger(__name__)

USUAL_SUGGESTERS: Mapping[str, str] = {PAIR: "lexical", TAGS: "dictionary", CHOICE: "dictionary", SPAN: "dictionary"}


@dataclass(frozen=True)
class _Found:
    """What is known best of a candidate while the pool is gathered."""

    score: float
    suggester: Suggester
    reasons: Sequence[str]
    anchor: Anchor | None = None


def guesses_for(*, question: Question, item: Item, known: Known | None = None) -> list[Guess]:
    """Return the pool for an item, best first: computed and pushed suggestions, each candidate once.

    To a pair question candidates are items, and what is settled as different is not guessed again. To
    tags and choices they are labels; a tag that is settled for the item, whether it fits or not, is not
    guessed again, and a choice has at most one guess, none once it is settled. To spans and regions they are
    spots, where they lie in the item as it is now; none where a spot is settled. A suggester that fails
    abstains, and the failure is logged. What is `known` before is read where it is not given.
    """
    found: dict[str, _Found] = {}
    names = suggesters_of(question)
    known = known or Known.of(question, item, names)
    for name in names:
        for guess, suggester in computed(name, question, item, known):
            if named := _named(guess, suggester, question, item):
                _keep_better(found, *named)
    for pushed in _pushed(question, known):
        _keep_better(found, pushed.candidate_key, _Found(pushed.score, pushed.suggester, pushed.reasons, pushed.anchor))
    pool = _pool_of(question)(question, item, found, known)
    ranked = sorted(pool, key=lambda guess: (-(guess.score or 0.0), guess.candidate_key))
    return ranked[: 1 if question.kind == CHOICE else POOL_LIMIT]


def suggesters_of(question: Question) -> Sequence[str]:
    """Return the names of the suggesters that a question asks: its own, or the usual one of its kind, if any."""
    usual = USUAL_SUGGESTERS.get(question.kind)
    return [str(name) for name in question.suggesters] or ([usual] if usual else [])


def _pool_of(question: Question) -> Callable[[Question, Item, Mapping[str, _Found], Known], list[Guess]]:
    if question.kind in SPOTS:
        return _pool_of_spots
    return _pool_of_items if question.kind == PAIR else _pool_of_labels


def _named(guess: sdk.Suggestion, suggester: Suggester, question: Question, item: Item) -> tuple[str, _Found] | None:
    """Return the key of what a suggester guessed, and what is known of it; None of a spot that lies nowhere."""
    if question.kind not in SPOTS:
        return guess.candidate_id, _Found(guess.score, suggester, guess.reasons)
    try:
        anchor, label = guessed_anchor(guess, question, item)
    except AnchorUnusable as error:
        logger.warning("A guess of the suggester %s is left out: %s.", suggester, error.code)  # no text
        return None
    return candidate_id(anchor, label), _Found(guess.score, suggester, guess.reasons, anchor)


def _pool_of_spots(question: Question, item: Item, found: Mapping[str, _Found], known: Known) -> list[Guess]:
    """Return the best guess of each spot, where it lies in the item as it is now, but of none that is settled.

    Of one label, what overlaps by half is one spot; of exactly one place there is one answer, and so one guess.
    """
    text = text_of(item.body, item.metadata)
    settled = question.units.filter(item=item).exclude(settled_value="")
    done = [numbers_of(now) for now in anchors_now((unit.anchor for unit in settled), text) if now]
    pool: list[Guess] = []
    ranked = sorted(found.items(), key=lambda each: (-each[1].score, each[0]))
    lies = anchors_now((each.anchor for _, each in ranked), text)
    for (key, each), now in zip(ranked, lies, strict=True):
        label = label_in(key)
        if now is None or label not in question.labels:
            continue
        here = numbers_of(now)
        taken = [(numbers_of(guess.anchor), label_in(guess.label)) for guess in pool if guess.anchor]
        is_taken = any(place == here or (said == label and overlap(here, place) >= SAME_SPOT) for place, said in taken)
        if not is_taken and all(overlap(here, place) < SAME_SPOT for place in done):
            told = {"suggester": each.suggester, "reasons": each.reasons}
            pool.append(Guess.of_spot(now, label, each.score, **told))
    return pool


def _pushed(question: Question, known: Known) -> Iterable[Suggestion]:
    """Return what the host's suggesters that are live pushed to an item; mostly that is nothing."""
    if not known.pushed:
        return ()
    pushed = Suggestion.objects.of(question.project_id).filter(pk__in=known.pushed)
    return pushed.select_related("candidate", "suggester")


def _keep_better(found: dict[str, _Found], key: str, new: _Found) -> None:
    if key not in found or new.score > found[key].score:
        found[key] = new


def _pool_of_items(question: Question, item: Item, found: Mapping[str, _Found], known: Known) -> list[Guess]:
    there = present(question, item, found, known)
    return [
        Guess(there[key], key, each.score, each.suggester, each.reasons) for key, each in found.items() if key in there
    ]


def _pool_of_labels(question: Question, item: Item, found: Mapping[str, _Found], known: Known) -> list[Guess]:
    settled = _settled_labels(question, item)
    keys = {fold_label(given) for given in found}
    spelt = spellings_of(question=question, folded=keys)
    hidden = hidden_labels(question=question, folded=keys - set(spelt))
    best: dict[str, tuple[str, _Found]] = {}
    for given, guess in found.items():
        folded = fold_label(given)
        label = spelt.get(folded) or (tidy_label(given) if question.allows_new_labels else None)
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


def find_items(*, question: Question, item: Item, query: str, k: int) -> list[Guess]:
    """Return the items that as-you-type words find, best first, never the item itself; none while it is mended."""
    try:
        hits = index_of(question.project_id).index.search(query, k * 2, without=item.key, where=question.narrowed_to)
    except (sdk.IndexFailed, OSError) as error:
        mend_index(question.project_id, error)
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
