"""What those who read a version's folder are told of it: what was asked, who answered, how varied it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.datasets.exports.csv import in_quotes

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SPLITS = ("train", "dev", "test")
LABELS_ENDING = ".labels.parquet"
BY_KIND = """
    select annotator_kind, count(distinct annotator), count(*), min(judged_at)::date::varchar,
        max(judged_at)::date::varchar
    from read_parquet({said}) where record = 'judgement' group by 1 order by 1
"""
MOST = """
    select max(answers) from (
        select count(*) as answers from read_parquet({said}) where record = 'judgement' group by annotator
    )
"""
LABELLED = """
    select count(distinct unnested), avg(answers), median(chance) from (
        select unnest([item, other]) as unnested, answers_count as answers, probability as chance
        from read_parquet({labels})
    )
"""


@dataclass(frozen=True)
class Answered:
    """How many people of a kind answered how often, and between which days."""

    people: int
    answers: int
    first_on: str
    last_on: str


@dataclass(frozen=True)
class Variety:
    """How varied a version is: who answered, by kind, the share of the busiest, and how many items have a label."""

    by_kind: Mapping[str, Answered] = field(default_factory=dict)
    busiest: float = 0.0
    items: int = 0
    answers_a_label: float | None = None
    median_probability: float | None = None


@dataclass(frozen=True)
class Items:
    """How many items have a split, by how many authors, from when to when; `of` counts those not removed, too."""

    count: int = 0
    of: int = 0
    authors: int = 0
    first_month: str = ""
    last_month: str = ""


@dataclass(frozen=True)
class About:
    """A version in words and numbers: whose it is and where that is, and in `card` what its card counts."""

    owner: str
    home: str
    slug: str
    title: str
    number: int
    frozen_at: str
    question: str
    kind: str
    prompt: str
    policy: str
    card: Mapping[str, Any]
    variety: Variety
    items: Items
    splits: Mapping[str, int] = field(default_factory=dict)
    """How many labels each file of a split holds."""
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many items the files of each form of spots do not hold, by reason."""


def variety_of(database: "DuckDBPyConnection", labels: Path, judgements: Path) -> Variety:
    """Return how varied the tables of a version are."""
    said = in_quotes(judgements)
    kinds = database.execute(BY_KIND.format(said=said)).fetchall()
    answers = sum(row[2] for row in kinds)
    [(most,)] = database.execute(MOST.format(said=said)).fetchall()
    [(items, each, chance)] = database.execute(LABELLED.format(labels=in_quotes(labels))).fetchall()
    by_kind = {kind: Answered(*told) for kind, *told in kinds}
    return Variety(by_kind, (most or 0) / answers if answers else 0.0, items, each, chance)


def write_splits(database: "DuckDBPyConnection", labels: Path, folder: Path) -> dict[str, int]:
    """Write the labels of each split that has any as a table of its own, and return how many each has."""
    source = f"read_parquet({in_quotes(labels)})"
    counts = dict(database.execute(f"select split, count(*) from {source} group by 1").fetchall())  # noqa: S608
    found = {split: counts[split] for split in SPLITS if split in counts}
    for split in found:
        database.execute(
            f"copy (select * from {source} where split = '{split}') "  # noqa: S608  names of our own
            f"to {in_quotes(folder / f'{split}{LABELS_ENDING}')} (format parquet, compression zstd)"
        )
    return found
