"""How spans are learned: texts as rows of traits, chains that are fitted and asked, and what their scores mean.

Values in, values out. To learn needs the extra `learned`.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from earmark.suggesters.chain import Array, Chain, chances
from earmark.suggesters.chain import fitted as fitted_chain
from earmark.suggesters.marked import MarkedText, outermost, tags_of
from earmark.suggesters.phrases import Phrases, Said, Stretch
from earmark.suggesters.spans import DictionarySpans
from earmark.suggesters.token_traits import OF_WORD, Tokens, Vocabulary

FOLDS = 3
PULLS = (1.0, 0.3, 0.1)
"""How strongly coefficients are drawn to 0, as variances of a Gaussian prior turned over; the strongest first."""
LEAST_CHANCE = 0.05
"""Spans that are less likely are not looked at."""
LONGEST_SPAN = 60
"""Tokens of a span that is guessed."""
SCALE_PULL = 1.0
UNKNOWN = 0.2
"""The share of the words of a text that are learned from as if nobody had ever seen them."""
Scale = tuple[float, float]


@dataclass(frozen=True)
class Found:
    """A span that may be marked: from one token to before another, the number of its label, and its chance."""

    first: int
    end: int
    label: int
    score: float


@dataclass(frozen=True)
class Fitted:
    """What was learned, and what was chosen on texts that were held out."""

    chain: Chain
    vocabulary: Vocabulary
    phrases: Phrases
    scale: Scale
    least_score: float
    report: dict[str, Any]


@dataclass(frozen=True)
class _Text:
    """A text to learn from: its tokens, their traits and tags, and what is marked as stretches of tokens.

    Some of its words count as unknown while it teaches: texts to learn from name what they name again and again, and
    who learns by heart finds nothing new.
    """

    tokens: Tokens
    traits: list[list[str]]
    unknown: frozenset[int]
    tags: list[int]
    stretches: list[Stretch]
    spans_count: int
    fold: int


def fitted(
    known: Sequence[MarkedText], labels: Sequence[str], words: DictionarySpans, most_traits: int, most_tokens: int
) -> Fitted:
    """Return the chain that is learned from texts, with what its chances mean and which of them are guessed."""
    texts = [_text(each, labels, words, most_tokens, fold) for each, fold in zip(known, _folds(known), strict=True)]
    pull, found, right = _pulled(texts, labels, most_traits)
    for fold in range(1, FOLDS):
        more, are_right = _asked(texts, fold, labels, most_traits, pull)
        found, right = [*found, *more], [*right, *are_right]
    scale = _scale(found, right)
    scores = [_scaled(score, scale) for score in found]
    marked_count = sum(each.spans_count for each in texts)
    least, best = _least_score(scores, right, marked_count)
    chain, vocabulary, phrases = _learned(texts, labels, most_traits, pull)
    guessed = sum(score >= least for score in scores)
    hits = sum(is_right for score, is_right in zip(scores, right, strict=True) if score >= least)
    return Fitted(
        chain, vocabulary, phrases, scale, least,
        {
            "traits": len(vocabulary.numbers), "phrases": len(phrases.marked), "pull": pull,
            "least_score": round(least, 4), "held_out_precision": round(hits / guessed, 4) if guessed else 0.0,
            "held_out_recall": round(hits / marked_count, 4), "held_out_f1": round(best, 4),
        },
    )  # fmt: skip


def found_in(emissions: Array, transitions: Array, labels_count: int, scale: Scale = (1.0, 0.0)) -> list[Found]:
    """Return the likely spans of a text that do not overlap: the likeliest, then the likeliest of what is left."""
    if not len(emissions):
        return []
    told = chances(emissions, transitions)
    likely: list[Found] = []
    for label in range(labels_count):
        firsts = np.flatnonzero(told.tags[:, 2 * label + 1] >= LEAST_CHANCE).tolist()
        chances_each = told.of_spans(label, firsts, LONGEST_SPAN) if firsts else []
        for first, each in zip(firsts, chances_each, strict=True):
            likely += [
                Found(first, first + 1 + size, label, float(each[size]))
                for size in np.flatnonzero(each >= LEAST_CHANCE).tolist()
            ]
    taken = np.zeros(len(emissions), dtype=np.bool_)
    kept: list[Found] = []
    for span in sorted(likely, key=lambda each: (-each.score, each.first, each.end, each.label)):
        if not taken[span.first : span.end].any():
            taken[span.first : span.end] = True
            kept.append(Found(span.first, span.end, span.label, _scaled(span.score, scale)))
    return kept


def told_traits(tokens: Tokens, said: Iterable[Said], places: Iterable[tuple[int, int, str]]) -> list[list[str]]:
    """Return for each token the traits that phrases marked elsewhere and a dictionary give it."""
    found: list[list[str]] = [[] for _ in tokens.places]
    for each in said:
        for at in range(each.first, each.end):
            found[at].append(f"{each.trait}{_part(at, each.first, each.end)}")
    for first, end, label in _stretches(tokens, places):
        for at in range(first, end):
            found[at].append(f"#{label}:{_part(at, first, end)}")
        if end < len(found):
            found[end].append(f"#{label}:behind")
    return found


def _part(at: int, first: int, end: int) -> str:
    return ("B" if at == first else "I") + ("$" if at == end - 1 else "")


def _stretches(tokens: Tokens, places: Iterable[tuple[int, int, str]]) -> list[Stretch]:
    """Return places of a text as stretches of the tokens that they touch."""
    found = []
    starts, ends = [start for start, _ in tokens.places], [end for _, end in tokens.places]
    for start, end, label in places:
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        if first < last:
            found.append((first, last, label))
    return found


def _folds(known: Sequence[MarkedText]) -> list[int]:
    """Return which fold each text is in, drawn by a hash: texts of one group are in one."""
    groups = [each.group or each.item.id for each in known]
    order = sorted(set(groups), key=lambda group: hashlib.sha256(group.encode(errors="replace")).digest())
    fold = {group: at % FOLDS for at, group in enumerate(order)}
    return [fold[group] for group in groups]


def _text(marked: MarkedText, labels: Sequence[str], words: DictionarySpans, most_tokens: int, fold: int) -> _Text:
    text = marked.item.text
    tokens = Tokens(text, most_tokens)
    told = told_traits(tokens, (), words.places_in(text))
    # Texts say the same again and again: each name is kept once.
    traits = [[*map(intern, own), *map(intern, more)] for own, more in zip(tokens.traits(), told, strict=True)]
    drawn = {word for word in set(tokens.words) if _drawn(f"{marked.item.id} {word}") < UNKNOWN}
    unknown = frozenset(at for at, word in enumerate(tokens.words) if word in drawn)
    stretches, tags = _stretches(tokens, outermost(marked.spans)), tags_of(marked, tokens.places, labels)
    return _Text(tokens, traits, unknown, tags, stretches, len(set(marked.spans)), fold)


def _drawn(key: str) -> float:
    """Return a number from 0 to 1 that a key always draws."""
    return crc32(key.encode(errors="replace")) / 2**32


def _learned(
    texts: Sequence[_Text], labels: Sequence[str], most_traits: int, pull: float
) -> tuple[Chain, Vocabulary, Phrases]:
    phrases = Phrases().fit([(each.tokens, each.stretches) for each in texts])
    whole = [_taught(each, phrases.of(each.tokens, own=each.stretches)) for each in texts]
    vocabulary = Vocabulary(most_traits).fit(whole)
    rows = [vocabulary.of(traits) for traits in whole]
    lengths = [end - start for each in texts for start, end in each.tokens.cuts(each.tags)]
    tags = np.array([tag for each in texts for tag in each.tags], dtype=np.int64)
    chain = fitted_chain(_matrix(rows, vocabulary), tags, lengths, 2 * len(labels) + 1, pull)
    return chain, vocabulary, phrases


def _taught(text: _Text, said: Sequence[Said]) -> list[list[str]]:
    """Return the traits of the tokens of a text as it teaches: of unknown words what stands beside them, no more."""
    known = [each for each in said if not text.unknown.intersection(range(each.first, each.end))]
    return [
        [name for name in names if name[0] not in OF_WORD] if at in text.unknown else names
        for at, names in enumerate(_with_phrases(text, known))
    ]


def _with_phrases(text: _Text, said: Sequence[Said]) -> list[list[str]]:
    told = told_traits(text.tokens, said, ())
    return [[*own, *more] for own, more in zip(text.traits, told, strict=True)]


def _matrix(rows: Sequence[Sequence[Sequence[int]]], vocabulary: Vocabulary) -> Any:
    from scipy.sparse import csr_matrix

    flat = [numbers for text in rows for numbers in text]
    starts = np.cumsum([0, *(len(numbers) for numbers in flat)])
    numbers = np.array([number for row in flat for number in row], dtype=np.int64)
    shape = len(flat), len(vocabulary.numbers)
    return csr_matrix((np.ones(len(numbers)), numbers, starts), shape=shape, dtype=np.float64)


def _pulled(texts: Sequence[_Text], labels: Sequence[str], most_traits: int) -> tuple[float, list[float], list[bool]]:
    """Return the pull with which spans of the first fold are found best, of equals the strongest, and what it found."""
    marked_count = sum(each.spans_count for each in texts if each.fold == 0)
    best: tuple[float, float, list[float], list[bool]] | None = None
    for pull in PULLS:
        found, right = _asked(texts, 0, labels, most_traits, pull)
        _, reached = _least_score(found, right, marked_count)
        if best is None or reached > best[0] + 1e-9:
            best = reached, pull, found, right
    assert best is not None
    return best[1:]


def _asked(
    texts: Sequence[_Text], fold: int, labels: Sequence[str], most_traits: int, pull: float
) -> tuple[list[float], list[bool]]:
    """Return the chances of what is found in a fold by a chain that learned from the others, and what is right."""
    others, held = [each for each in texts if each.fold != fold], [each for each in texts if each.fold == fold]
    if not others:
        return [], []
    chain, vocabulary, phrases = _learned(others, labels, most_traits, pull)
    found: list[float] = []
    right: list[bool] = []
    for each in held:
        rows = vocabulary.of(_with_phrases(each, phrases.of(each.tokens)))
        emissions = np.array([chain.weights[row].sum(axis=0) for row in rows])
        wanted = {(first, end, labels.index(label)) for first, end, label in each.stretches}
        spans = found_in(emissions, chain.transitions, len(labels))
        found += [span.score for span in spans]
        right += [(span.first, span.end, span.label) in wanted for span in spans]
    return found, right


def _scaled(score: float, scale: Scale) -> float:
    """Return a chance whose log odds are stretched and moved (Platt 1999)."""
    held = min(max(score, 1e-9), 1 - 1e-9)
    return float(1 / (1 + np.exp(-np.clip(scale[0] * np.log(held / (1 - held)) + scale[1], -30, 30))))


def _scale(scores: Sequence[float], right: Sequence[bool]) -> Scale:
    """Return how log odds are stretched and moved so that chances come true; hardly at all where little is known."""
    if not scores:
        return 1.0, 0.0
    held = np.clip(np.array(scores), 1e-9, 1 - 1e-9)
    odds, so = np.log(held / (1 - held)), np.array(right, dtype=np.float64)
    told: NDArray[np.float64] = np.array([1.0, 0.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(told[0] * odds + told[1], -30, 30)))
        slopes = np.array([((chance - so) * odds).sum(), (chance - so).sum()]) + SCALE_PULL * (told - [1.0, 0.0])
        weigh = chance * (1 - chance)
        bend = np.array([[(weigh * odds**2).sum(), (weigh * odds).sum()], [(weigh * odds).sum(), weigh.sum()]])
        step = np.linalg.solve(bend + SCALE_PULL * np.eye(2), slopes)
        told = told - step
        if np.abs(step).max() < 1e-8:
            break
    return max(0.05, float(told[0])), float(told[1])


def _least_score(scores: Sequence[float], right: Sequence[bool], marked_count: int) -> tuple[float, float]:
    """Return the least score with which F1 is greatest, and that F1; above 1 where nothing right was found.

    It lies midway between the last score that is in and the first that is out.
    """
    best, least, hits = 0.0, 2.0, 0
    ranked = sorted(zip(scores, right, strict=True), key=lambda each: -each[0])
    for count, (score, is_right) in enumerate(ranked, start=1):
        hits += is_right
        after = ranked[count][0] if count < len(ranked) else 0.0
        reached = 2 * hits / (count + marked_count) if marked_count else 0.0
        if after < score and reached > best:
            best, least = reached, (score + after) / 2
    return least, best
