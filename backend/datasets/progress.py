"""How far the building of a version is, told in a file: what its transaction writes shows only once it ends."""

from contextlib import suppress
from pathlib import Path


class Progress:
    """What is being done and how far it is, in words; a lost file loses nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._doing, self._of = "", 0

    def begin(self, doing: str, *, of: int = 0) -> None:
        """Begin a step: what it has done so far is counted, `of` so many where that is known."""
        self._doing, self._of = doing, of
        self._say(doing)

    def tell(self, count: int) -> None:
        """Say how many the step has done."""
        self._say(f"{count:,} of {self._of:,} {self._doing}" if self._of else f"{count:,} {self._doing}")

    def end(self) -> None:
        """Take away what was said."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def told(self) -> str:
        """Return what was said last; "" before and afterwards."""
        try:
            return self._path.read_text(encoding="utf-8")
        except OSError:  # not there, or not for this process to read
            return ""

    def _say(self, words: str) -> None:
        beside = self._path.with_name(self._path.name + ".new")
        with suppress(OSError):  # what is built matters more than what is said of it
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(words, encoding="utf-8")
            beside.replace(self._path)
