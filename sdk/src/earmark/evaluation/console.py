"""What the commands of an evaluation share: numbers that are given, and lines that are said meanwhile."""

import argparse
import sys


def count_of(text: str) -> int:
    """Return a number of 1 and up. Raises ArgumentTypeError."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 and up")
    return int(text)


def counts_of(text: str) -> list[int]:
    """Return numbers of 1 and up that commas part. Raises ArgumentTypeError."""
    return [count_of(each) for each in text.split(",")]


def say(line: str) -> None:
    """Say a line on standard error, at once."""
    print(line, file=sys.stderr, flush=True)
