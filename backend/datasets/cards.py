"""What a version's card counts: values by split, answers, people, and what is new since the version before. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

UNIT = ("item", "other", "label", "start", "end")
Believed = dict[bytes, str]


def unit_of_row(row: Mapping[str, Any]) -> bytes:
    """Return a digest of what a row of labels is about; where a box is says its anchor, as pixels need a size."""
    said = "\0".join(str(part) for part in (*map(row.get, UNIT), (row.get("anchor") or {}).get("region")))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def believed_in(rows: Iterable[Mapping[str, Any]]) -> Believed:
    """Return the value of each unit."""
    return {unit_of_row(row): row["value"] for row in rows}


@dataclass
class Card:
    """Counts what passes through it on its way to the files."""

    before: Believed | None = None
    values: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    records: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    stale_count: int = 0
    now: Believed = field(default_factory=dict)

    def counting_labels(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of labels, and count them."""
        for row in rows:
            self.values[row["value"]][row["split"] or "none"] += 1
            self.stale_count += bool(row["is_stale"])
            self.now[unit_of_row(row)] = row["value"]
            yield row

    def counting_judgements(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of judgements and unanswered slots, and count them; people are those who answered."""
        for row in rows:
            self.records[row["record"]] += 1
            if row["record"] == "judgement":
                self.people.add(row["annotator"])
            yield row

    def as_facts(self, *, before_number: int | None, unsettled: Mapping[str, int]) -> dict[str, Any]:
        """Return the card; `since` is null where there is no version before, or its file cannot be read."""
        return {
            "values": {value: dict(sorted(counts.items())) for value, counts in sorted(self.values.items())},
            "stale_count": self.stale_count,
            "judgements_count": self.records["judgement"],
            "slots_count": self.records["slot"],
            "people_count": len(self.people),
            "unsettled": dict(sorted(unsettled.items())),
            "since": None if self.before is None else {"number": before_number} | _compared(self.before, self.now),
        }


def _compared(before: Believed, now: Believed) -> dict[str, int]:
    both = before.keys() & now.keys()
    return {
        "added_count": len(now.keys() - both),
        "gone_count": len(before.keys() - both),
        "changed_count": sum(before[unit] != now[unit] for unit in both),
    }
