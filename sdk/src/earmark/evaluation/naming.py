"""Fields that other products call otherwise: which of theirs is read as title, body or time where no item has ours."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from earmark.evaluation.files import Pair
from earmark.evaluation.moments import moment_of
from earmark.types import Item

Say = Callable[[str], None]
TITLES = ("summary", "subject", "headline", "heading")
BODIES = ("description", "text", "content", "message", "question", "details")
TIMES = (
    "created", "createdat", "createdon", "createddate", "createdtime", "creationdate", "creationtime", "creationts",
    "datecreated", "timecreated", "openedat", "postedat", "publishedat", "submittedat", "opened", "date", "timestamp",
)  # fmt: skip
"""Names by what they mean, without case and dashes; the first that is found counts."""


@dataclass(frozen=True)
class Naming:
    """The fields that are read as others, ours by theirs, and in words what was decided."""

    title: str | None = None
    body: str | None = None
    created: str | None = None
    told: Sequence[str] = ()

    @property
    def is_needed(self) -> bool:
        """Return whether any field is read as another."""
        return any(self._theirs)

    def of(self, item: Item) -> Item:
        """Return an item with these fields in their places."""
        others = dict(item.metadata)
        title, body, created = (others.pop(name, None) if name else None for name in self._theirs)
        return replace(
            item,
            title=title if self.title and isinstance(title, str) else item.title,
            body=body if self.body and isinstance(body, str) else item.body,
            created_at=moment_of(created) if self.created and created not in (None, "") else item.created_at,
            metadata=others,
        )

    @property
    def _theirs(self) -> tuple[str | None, str | None, str | None]:
        return self.title, self.body, self.created


def naming_of(items: Iterable[Item]) -> Naming:
    """Return what other fields are read as title, body and time: each only where not one item has ours."""
    every = list(items)
    names = dict.fromkeys(name for item in every for name in item.metadata)
    title = None if any(item.title for item in every) else _found(TITLES, names, every, _is_text)
    body = None if any(item.body for item in every) else _found(BODIES, names, every, _is_text)
    created = None if any(item.created_at for item in every) else _found(TIMES, names, every, _is_time)
    chosen = {"title": title, "body": body, "created": created}
    told = [
        f"no item has a {ours}; `{theirs}` is read as it (another one: --rename THEIRS={ours})"
        for ours, theirs in chosen.items()
        if theirs
    ]
    if every and not (title or body or any(item.title or item.body for item in every)):
        there = f"there are {', '.join(list(names)[:20])}" if names else "there is no other field"
        told.append(f"no item has a title or a body, so no words are compared: --rename THEIRS=title; {there}")
    return Naming(title, body, created, told)


def well_named(items: Mapping[str, Item], say: Say) -> Mapping[str, Item]:
    """Return items with their fields in our places, and say what was read as what."""
    naming = naming_of(items.values())
    for line in naming.told:
        say(line)
    if not naming.is_needed:
        return items
    return {key: naming.of(item) for key, item in items.items()}


def well_named_pairs(pairs: Sequence[Pair], say: Say) -> Sequence[Pair]:
    """Return pairs with the fields of both sides in our places, and say what was read as what."""
    naming = naming_of(side for pair in pairs for side in (pair.query, pair.candidate))
    for line in naming.told:
        say(line)
    if not naming.is_needed:
        return pairs
    return [replace(pair, query=naming.of(pair.query), candidate=naming.of(pair.candidate)) for pair in pairs]


def add_rename(command: argparse.ArgumentParser) -> None:
    """Add `--rename` to a command that reads items."""
    command.add_argument(
        "--rename", action="append", type=renaming, default=[], metavar="THEIRS=OURS",
        help="such as summary=title, may be repeated; ours are id, title, body and created",
    )  # fmt: skip


def renaming(pair: str) -> tuple[str, str]:
    """Return two names that `=` parts. Raises ArgumentTypeError."""
    theirs, _, ours = pair.partition("=")
    if not theirs or not ours:
        raise argparse.ArgumentTypeError(f"{pair!r} is not THEIRS=OURS, such as created=created_at")
    return theirs, ours


def _found(
    known: Iterable[str], names: Iterable[str], items: Sequence[Item], is_right: Callable[[object], bool]
) -> str | None:
    """Return the first of the known names that some item has and of which all that is told is of the right kind."""
    theirs = {_plain(name): name for name in reversed(list(names))}
    for name in known:
        if name not in theirs:
            continue
        told = [value for item in items if (value := item.metadata.get(theirs[name])) not in (None, "")]
        if told and all(map(is_right, told)):
            return theirs[name]
    return None


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_time(value: object) -> bool:
    try:
        moment_of(value)
    except ValueError:
        return False
    return True
