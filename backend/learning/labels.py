"""What suggesters of labels learn from: what is settled of the items of a frozen version, with texts of today."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from earmark import suggesters as sdk
from earmark.evaluation import Comparison, compared_shares
from earmark.evaluation.label_measures import Labelled, right_share, said_of

from backend.datasets.models import DatasetVersion
from backend.datasets.splits import DEV, TEST, TRAIN
from backend.learning.compared import Rivals, rivals_of
from backend.learning.errors import NothingToLearn
from backend.learning.lesson import SAMPLES, Learned, Tell, bins_of, drawn, gain_of, lines_of
from backend.questions.models import Question
from backend.questions.units import FITS, UNSURE
from backend.suggestions.artefacts import load_labels
from backend.suggestions.engines import POOL_LIMIT
from backend.suggestions.items import StoredItems, batched
from backend.suggestions.models import DICTIONARY, TrainedVersion
from backend.suggestions.serving import Serving
from backend.suggestions.taught import dictionary_of

LEAST_ITEMS = 10
MOST_TAUGHT, MOST_ASKED = 20_000, 2_000
"""Items that are learned from and that are asked; of more, those drawn by a hash."""
RIGHT, F1, SPOKE = "Right", "F1", "Guessed"
"""How often the first guess of a choice is right; F1 of as many tags as are shown; how often anything is guessed."""

Guess = Callable[[sdk.Item], Sequence[sdk.Suggestion]]


@dataclass
class LabelLesson:
    """Labelled items to learn from and to be asked about, and what else guesses, by the key of its figures.

    `guessing` says how each of the `rivals` guesses.
    """

    trained: TrainedVersion
    known: Sequence[sdk.LabelledItem]
    asked: Sequence[sdk.LabelledItem]
    rivals: Rivals
    guessing: Mapping[str, Guess]
    embedder_version: str = ""
    started_at_s: float = field(default_factory=time.monotonic)

    def learn(self) -> Learned:
        """Teach it, and measure it beside its rivals. Raises LearningMissing."""
        learned = _new(self.trained).fit(self.known)
        nothing = sdk.ItemIndex()  # what is similar is looked for among the items it was taught with
        return Learned(
            save=learned.save,
            version=f"{learned.version}-{self.trained.pk}",
            report=learned.report_,
            metrics=self._metrics(lambda item: learned.suggest(item, nothing, POOL_LIMIT)),
            examples_count=sum(len(each.fits) for each in self.known),
            positives_count=sum(sum(each.fits.values()) for each in self.known),
        )

    def _metrics(self, mine: Guess) -> dict[str, Any]:
        if not self.asked:
            return {"queries": 0}
        question = self.trained.question
        one_of = question.kind == Question.Kind.CHOICE
        answers = {
            name: [Labelled(_guessed(guess, each), each.fits) for each in self.asked]
            for name, guess in {"learned": mine, **self.guessing}.items()
        }
        right = {
            name: [right_share(each, one_of=one_of, most=question.shown_count) for each in told]
            for name, told in answers.items()
        }
        gains = {name: gain_of(_ahead(right[name], right["learned"])) for name in self.guessing}
        measure = RIGHT if one_of else F1
        return {
            "queries": len(self.asked),
            "measure": measure,
            **{
                name: {measure: _percent(right[name]), SPOKE: _percent([bool(each.guessed) for each in told])}
                for name, told in answers.items()
            },
            **self.rivals.told(gains),
            "calibration": bins_of(said_of(answers["learned"], one_of=one_of)),
        }


def taught_keys(version: DatasetVersion) -> list[str]:
    """Return the keys of the items that a frozen version teaches. Raises DatasetError."""
    settled = {row["item"] for row in lines_of(version, "labels.jsonl") if row["split"] == TRAIN}
    return drawn(settled, MOST_TAUGHT)


def gather_labels(*, trained: TrainedVersion, version: DatasetVersion, tell: Tell) -> LabelLesson:
    """Return what a suggester of labels learns from. Raises NothingToLearn, DatasetError."""
    question = trained.question
    fits: dict[str, dict[str, dict[str, bool]]] = {TRAIN: defaultdict(dict), "held out": defaultdict(dict)}
    for row in lines_of(version, "labels.jsonl"):
        if row["split"] in (TRAIN, DEV, TEST) and row["value"] != UNSURE:
            part = fits[TRAIN if row["split"] == TRAIN else "held out"]
            is_choice = question.kind == Question.Kind.CHOICE
            part[row["item"]][row["value"] if is_choice else row["label"]] = is_choice or row["value"] == FITS
    known = _labelled(question.project_id, fits[TRAIN], drawn(fits[TRAIN], MOST_TAUGHT))
    asked = _labelled(question.project_id, fits["held out"], drawn(fits["held out"], MOST_ASKED))
    labels = {label for each in known for label, is_so in each.fits.items() if is_so}
    if len(known) < LEAST_ITEMS or len(labels) <= (question.kind == Question.Kind.CHOICE):
        raise NothingToLearn(
            f"Of {len(known)} items in the train split something is settled, with {len(labels)} labels that fit; it "
            f"takes {LEAST_ITEMS} items, and two labels of a choice. Wait for more labels, freeze a version, and train "
            "again."
        )
    tell(f"learning from what is settled of {len(known):,} items, asking about {len(asked):,} others")
    rivals = rivals_of(question, tell)
    return LabelLesson(trained, known, asked, rivals, _guessing(question, rivals, known))


def _labelled(project_id: int, fits: Mapping[str, Mapping[str, bool]], keys: Iterable[str]) -> list[sdk.LabelledItem]:
    """Return those of these items that are there still, with what is settled of them."""
    stored = StoredItems(project_id)
    there = {key: item for some in batched(keys) for key, item in stored.get_many(some).items()}
    return [sdk.LabelledItem(there[key], fits[key]) for key in sorted(there)]


def _guessing(question: Question, rivals: Rivals, known: Sequence[sdk.LabelledItem]) -> dict[str, Guess]:
    """Return how each of the rivals guesses that knows what this one is taught."""
    index = sdk.ItemIndex()
    index.apply(each.item for each in known)
    by_id = {each.item.id: each for each in known}

    def look_up(keys: Collection[str]) -> list[sdk.LabelledItem]:
        return [by_id[key] for key in keys if key in by_id]

    def suggesters(serving: Serving) -> Iterator[sdk.Suggester]:
        for name in serving.names:
            one_of = question.kind == Question.Kind.CHOICE
            is_dictionary = name == DICTIONARY
            yield dictionary_of(question) if is_dictionary else sdk.NeighbourLabels(look_up=look_up, one_of=one_of)
        if serving.live:
            yield load_labels(serving.live, look_up)

    return {key: partial(_together, [*suggesters(each)], index) for key, each in rivals.by_key.items()}


def _together(suggesters: Iterable[sdk.Suggester], index: sdk.ItemIndex, item: sdk.Item) -> list[sdk.Suggestion]:
    """Return what several guess, each label once with its best score, best first, as lists show it."""
    best: dict[str, sdk.Suggestion] = {}
    for suggester in suggesters:
        for guess in suggester.suggest(item, index, POOL_LIMIT):
            kept = best.get(guess.candidate_id)
            best[guess.candidate_id] = guess if kept is None or guess.score > kept.score else kept
    return sorted(best.values(), key=lambda each: (-each.score, each.candidate_id))


def _new(trained: TrainedVersion) -> sdk.LinearLabels | sdk.StackedLabels:
    one_of = trained.question.kind == Question.Kind.CHOICE
    if trained.name == sdk.LinearLabels.name:
        return sdk.LinearLabels(one_of=one_of)
    return sdk.StackedLabels(trained.question.dictionary, one_of=one_of)


def _guessed(guess: Guess, each: sdk.LabelledItem) -> list[tuple[str, float]]:
    return [(found.candidate_id, found.score) for found in guess(each.item)]


def _ahead(rival: Sequence[float], mine: Sequence[float]) -> Comparison:
    return compared_shares(rival, mine, samples=SAMPLES)


def _percent(values: Sequence[float]) -> float:
    return round(100 * sum(values) / len(values), 2)
