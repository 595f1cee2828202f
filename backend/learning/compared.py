"""What a trained version is compared with: what serves its question then, and what serves it where nothing is trained.

Figures and gains of each are kept by a key: `hybrid` or `untrained`, the live version's, or the names of what serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.learning.lesson import Tell
from backend.questions.models import Question
from backend.suggestions.artefacts import fault_of, live_version
from backend.suggestions.models import UNTRAINED, TrainedVersion
from backend.suggestions.serving import Serving, serving_of, untrained_of

Gain = Mapping[str, float]


@dataclass(frozen=True)
class Rivals:
    """What is compared with, by the keys of its figures, and the key of what serves, which may not be among them."""

    by_key: Mapping[str, Serving]
    served: str

    def told(self, gains: Mapping[str, Gain]) -> dict[str, Any]:
        """Return gains as they are kept, with the words for what each is over."""
        return {
            "gain": gains.get(self.served, {}),
            "gains": gains,
            "names": {key: str(each) for key, each in self.by_key.items()},
            "served": self.served,
        }


@dataclass(frozen=True)
class Beside:
    """How something else did on the same items, and how far the version is ahead of it."""

    name: str
    figures: Mapping[str, float]
    gain: Gain


def rivals_of(question: Question, tell: Tell) -> Rivals:
    """Return what a version that is trained now is compared with; `tell` hears what is left out, and why."""
    live = live_version(question)
    if live is not None:
        live.question = question  # no door may be open to look it up
        if fault := fault_of(live):
            tell(f"{live} cannot be loaded, so it is not compared with: {fault}")
            live = None
    serving = serving_of(question, live)
    every = [untrained_of(question), *([Serving((), live)] if live else []), serving]
    if serving.unmeasured:
        tell(f"{serving} {serving.verb}, and {unmeasured(serving)}")
    return Rivals({key_of(each, question): each for each in every if not each.unmeasured}, key_of(serving, question))


def key_of(serving: Serving, question: Question) -> str:
    """Return the key under which figures of what serves a question are kept."""
    is_usual = question.kind != Question.Kind.PAIR and serving == untrained_of(question)
    return UNTRAINED if is_usual else serving.key


def unmeasured(serving: Serving) -> str:
    """Return why what serves cannot be compared with, as a clause."""
    names = " and ".join(serving.unmeasured)
    are = "is" if len(serving.unmeasured) == 1 else "are"
    return f"{names} {are} asked at the request alone, so no comparison is possible"


def beside(trained: TrainedVersion, serving: Serving) -> Beside | None:
    """Return how what serves did beside a version; None where that was not compared."""
    key = key_of(serving, trained.question)
    told = trained.metrics.get("names", {}).get(key, str(serving))
    return _kept(trained, key, told) if told == str(serving) else None


def beside_then(trained: TrainedVersion) -> list[Beside]:
    """Return what stood beside a version when it was trained: what served first, then what serves untrained."""
    names = trained.metrics.get("names") or {trained.untrained: str(untrained_of(trained.question))}
    keys = dict.fromkeys([trained.metrics.get("served", trained.untrained), trained.untrained])
    found = [_kept(trained, key, names[key]) for key in keys if key in names]
    return [each for each in found if each]


def _kept(trained: TrainedVersion, key: str, name: str) -> Beside | None:
    gain = trained.metrics.get("gains", {}).get(key)
    return Beside(name, trained.metrics.get(key, {}), gain) if gain else None
