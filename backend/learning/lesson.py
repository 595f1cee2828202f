"""What every kind of training has in common: what is told meanwhile, what came of it, and how it is kept."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from earmark.evaluation import Comparison
from earmark.evaluation.calibration import reliability

from backend.annotators.models import Annotator
from backend.datasets.actions.freeze import path_of_file
from backend.datasets.models import DatasetVersion
from backend.suggestions.models import TrainedVersion

SAMPLES = 2_000

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Learned:
    """What was learned: how to save it, its version, report and figures, and how many examples taught it."""

    save: Callable[[Path], None]
    version: str
    report: Mapping[str, Any]
    metrics: Mapping[str, Any]
    examples_count: int
    positives_count: int


class Lesson(Protocol):
    """What there is to learn from, and what the outcome is measured on, with what serves now."""

    trained: TrainedVersion
    embedder_version: str
    started_at_s: float

    def learn(self) -> Learned:
        """Learn and measure; asks the database nothing. Raises LearningMissing, NothingToLearn."""
        ...


def gain_of(told: Comparison) -> dict[str, float]:
    """Return a comparison as it is kept."""
    return {"difference": told.difference, "low": told.low, "high": told.high, "chance": told.chance}


def bins_of(said: Iterable[tuple[float, bool]]) -> list[dict[str, float]]:
    """Return chances that were said of what was not learned from, with what came true, as they are kept."""
    return [
        {
            "low": each.low,
            "high": each.high,
            "mean_chance": round(each.mean_chance, 4),
            "right_count": each.right_count,
            "count": each.count,
        }
        for each in reliability(said)
    ]


def drawn(keys: Iterable[str], most: int) -> list[str]:
    """Return at most so many keys, the same ones each time."""
    return sorted(sorted(keys, key=lambda key: hashlib.sha256(key.encode()).hexdigest())[:most])


def holds_erased(version: DatasetVersion) -> bool:
    """Return whether a frozen version holds rows of somebody who is erased since. Raises DatasetError."""
    told = {row["annotator"] for row in lines_of(version, "judgements.jsonl")}
    known = Annotator.objects.of(version.project_id).filter(pseudonym__in=told)
    return len(told) > known.count()


def lines_of(version: DatasetVersion, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a frozen file. Raises DatasetError where it is not what was frozen."""
    with path_of_file(version=version, name=name).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
