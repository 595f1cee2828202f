"""What the commands of an evaluation share: numbers that are given, and lines that are said meanwhile."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def count_of(text: str) -> int:
    """Return a number of 1 and up. Raises ArgumentTypeError."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 and up")
    return int(text)


def counts_of(text: str) -> list[int]:
    """Return numbers of 1 and up that commas part. Raises ArgumentTypeError."""
    return [count_of(each) for each in text.split(",")]


def counted(each: Iterable[T], whole: int, what: str, every: int = 1_000) -> Iterator[T]:
    """Yield the same, and say after every so many and at the end how many of the whole were asked about."""
    for number, one in enumerate(each, start=1):
        yield one
        if number % every == 0 or number == whole:
            say(f"asked about {number:,} of {whole:,} {what}")


def say(line: str) -> None:
    """Say a line on standard error, at once."""
    print(line, file=sys.stderr, flush=True)
