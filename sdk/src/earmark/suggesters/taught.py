"""What suggesters have in common whose `fit` learns all that they know of labels."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from earmark.errors import NotTrained


class Taught(ABC):
    """A suggester that keeps what it learned as facts, and is named by a checksum of all that decides."""

    _algorithm: ClassVar[str]
    _learned: dict[str, Any]

    @property
    def version(self) -> str:
        """Return the algorithm's version and a checksum of all that decides."""
        return f"{self._algorithm}-{hashlib.sha256(self._as_json().encode()).hexdigest()[:12]}"

    @property
    def report_(self) -> Mapping[str, Any]:
        """Return how much there was to learn from, what was chosen, and how it did on what was held out."""
        self._check_trained()
        told: Mapping[str, Any] = self._learned["report"]
        return told

    @property
    def labels_(self) -> Sequence[str]:
        """Return the labels that may be guessed."""
        told: Sequence[str] = self._learned.get("labels", ())
        return told

    @abstractmethod
    def _as_json(self) -> str:
        """Return all that decides."""

    def _check_trained(self) -> None:
        if not self._learned:
            raise NotTrained("Nothing was learned yet: call fit.")
