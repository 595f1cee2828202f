"""What a suggester of spans learns from: the texts of a frozen version that were looked at, with what is settled."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from earmark import suggesters as sdk
from earmark.anchors import TextAnchor
from earmark.evaluation import compared_shares
from earmark.evaluation.span_measures import Answered, of_spans, overlap, said_of_spans, span_share

from backend.datasets.actions.freeze import path_of_file
from backend.datasets.exports.writing import SPACY_ENDING
from backend.datasets.models import DatasetVersion
from backend.datasets.splits import DEV, TEST, TRAIN
from backend.learning.compared import Rivals, rivals_of
from backend.learning.errors import NothingToLearn
from backend.learning.lesson import SAMPLES, Learned, Tell, bins_of, drawn, gain_of
from backend.questions.models import Question
from backend.questions.spots import SAME_SPOT
from backend.suggestions.artefacts import load_labels
from backend.suggestions.engines import POOL_LIMIT
from backend.suggestions.items import StoredItems, batched
from backend.suggestions.models import TrainedVersion
from backend.suggestions.serving import Serving
from backend.suggestions.taught import spans_of

LEAST_TEXTS, LEAST_SPANS = 10, 5
MOST_TAUGHT, MOST_ASKED = 3_000, 1_000
"""Texts that are learned from and that are asked; of more, those drawn by a hash."""
MEASURE = "F1 a text"
NAMED = {
    "precision": "Precision", "recall": "Recall", "f1": "F1", "overlap_precision": "Precision, overlapping",
    "overlap_recall": "Recall, overlapping", "overlap_f1": "F1, overlapping",
}  # fmt: skip
"""How figures over all spans are named: exactly marked, and overlapping by half of the union."""

Guess = Callable[[sdk.Item], Sequence[sdk.Suggestion]]


@dataclass
class SpanLesson:
    """Texts to learn from and to be asked about, and what else guesses, by the key of its figures.

    `guessing` says how each of the `rivals` guesses.
    """

    trained: TrainedVersion
    known: Sequence[sdk.MarkedText]
    asked: Sequence[sdk.MarkedText]
    rivals: Rivals
    guessing: Mapping[str, Guess]
    counts: Mapping[str, int]
    embedder_version: str = ""
    started_at_s: float = field(default_factory=time.monotonic)

    def learn(self) -> Learned:
        """Teach it, and measure it beside its rivals. Raises LearningMissing."""
        learned = sdk.SequenceSpans(self.trained.question.dictionary).fit(self.known)
        nothing = sdk.ItemIndex()
        report = dict(learned.report_) | dict(self.counts)
        return Learned(
            save=learned.save,
            version=f"{learned.version}-{self.trained.pk}",
            report=report,
            metrics=self._metrics(lambda item: learned.suggest(item, nothing, POOL_LIMIT)),
            examples_count=report["texts"],
            positives_count=report["spans"],
        )

    def _metrics(self, mine: Guess) -> dict[str, Any]:
        if not self.asked:
            return {"queries": 0}
        answers = {
            name: [_answered(guess, each) for each in self.asked]
            for name, guess in {"learned": mine, **self.guessing}.items()
        }
        shares = {name: [span_share(each) for each in told] for name, told in answers.items()}
        gains = {
            name: gain_of(compared_shares(shares[name], shares["learned"], samples=SAMPLES)) for name in self.guessing
        }
        return {
            "queries": len(self.asked),
            "measure": MEASURE,
            **{
                name: {MEASURE: round(100 * sum(shares[name]) / len(self.asked), 2), **_figures(told)}
                for name, told in answers.items()
            },
            **self.rivals.told(gains),
            "calibration": bins_of(said_of_spans(answers["learned"])),
        }


@dataclass(frozen=True)
class _Frozen:
    """A text of a frozen file that was looked at: its item's key, the text itself, and its spans."""

    key: str
    text: str
    spans: Sequence[sdk.MarkedSpan]


class _Files:
    """The texts that were looked at in a frozen version, by split. Raises DatasetError."""

    def __init__(self, version: DatasetVersion) -> None:
        self._version = version

    @cached_property
    def _names(self) -> set[str]:
        return {file["name"] for file in self._version.files}

    def of(self, *splits: str) -> list[_Frozen]:
        """Return the texts of some splits."""
        return [each for split in splits for each in self._read(f"{split}{SPACY_ENDING}")]

    def _read(self, name: str) -> Iterator[_Frozen]:
        if name not in self._names:  # a split without any text has no file
            return
        with path_of_file(version=self._version, name=name).open(encoding="utf-8") as file:
            for facts in map(json.loads, file):
                spans = [sdk.MarkedSpan(span["start"], span["end"], span["label"]) for span in facts["spans"]]
                yield _Frozen(facts["id"], facts["text"], spans)


def gather_spans(*, trained: TrainedVersion, version: DatasetVersion, tell: Tell) -> SpanLesson:
    """Return what a suggester of spans learns from. Raises NothingToLearn, DatasetError.

    Texts are those that were looked at when the version was frozen, in its splits, as far as their items are there and
    say the same today: what changed since was not looked at.
    """
    question, files = trained.question, _Files(version)
    known, changed = _marked(question.project_id, files.of(TRAIN), MOST_TAUGHT)
    asked, _ = _marked(question.project_id, files.of(DEV, TEST), MOST_ASKED)
    spans_count = sum(len(each.spans) for each in known)
    if len(known) < LEAST_TEXTS or spans_count < LEAST_SPANS:
        raise NothingToLearn(
            f"In the train split are {len(known)} texts that were looked at, with {spans_count} settled spans; it "
            f"takes {LEAST_TEXTS} texts and {LEAST_SPANS} spans. Wait for more labels, freeze a version, and train "
            "again."
        )
    tell(f"learning from {spans_count:,} spans in {len(known):,} texts, asking about {len(asked):,} others")
    rivals = rivals_of(question, tell)
    guessing = {key: _guess_of(question, each) for key, each in rivals.by_key.items()}
    return SpanLesson(trained, known, asked, rivals, guessing, {"changed": changed})


def _marked(project_id: int, frozen: Sequence[_Frozen], most: int) -> tuple[list[sdk.MarkedText], int]:
    """Return those of these texts whose items say them today, copies as one group, and how many are gone or changed."""
    by_key = {each.key: each for each in frozen}
    stored, found, keys = StoredItems(project_id), list[sdk.MarkedText](), drawn(by_key, most)
    for some in batched(keys):
        there = stored.get_many(some)
        for key in some:
            if key in there and there[key].text == by_key[key].text:
                found.append(sdk.MarkedText(there[key], by_key[key].spans, group=by_key[key].text))
    return found, len(keys) - len(found)


def _guess_of(question: Question, serving: Serving) -> Guess:
    """Return how what serves guesses: the dictionary, the live version, or the two side by side."""
    index = sdk.ItemIndex()
    suggesters: list[sdk.Suggester] = [spans_of(question)] if serving.names else []
    if serving.live:
        suggesters.append(load_labels(serving.live))
    if len(suggesters) == 1:
        return lambda item: suggesters[0].suggest(item, index, POOL_LIMIT)
    return lambda item: _apart([guess for each in suggesters for guess in each.suggest(item, index, POOL_LIMIT)])


def _apart(guesses: Sequence[sdk.Suggestion]) -> list[sdk.Suggestion]:
    """Return the best guess of each spot, as lists show them: of one label, what overlaps by half is one spot."""
    kept: list[tuple[sdk.MarkedSpan, sdk.Suggestion]] = []
    for guess in sorted(guesses, key=lambda guess: -guess.score):
        span = _span_of(guess)
        if span and not any(span.label == other.label and overlap(span, other) >= SAME_SPOT for other, _ in kept):
            kept.append((span, guess))
    return [guess for _, guess in kept]


def _span_of(guess: sdk.Suggestion) -> sdk.MarkedSpan | None:
    if not isinstance(guess.anchor, TextAnchor):
        return None
    return sdk.MarkedSpan(guess.anchor.position.start, guess.anchor.position.end, guess.candidate_id)


def _answered(guess: Guess, marked: sdk.MarkedText) -> Answered:
    guessed = [(span, each.score) for each in guess(marked.item) if (span := _span_of(each))]
    return Answered(guessed, tuple(marked.spans))


def _figures(answers: Sequence[Answered]) -> dict[str, float]:
    found = of_spans(answers)
    return {words: round(100 * found[name], 2) for name, words in NAMED.items()}
