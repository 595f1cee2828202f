"""Labels by a linear model of words and fields (the extra `learned` to fit it; to guess nothing more is needed)."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from earmark.errors import LearningMissing, NotTrained
from earmark.suggesters.artefact import MODEL, read_parts, write_parts
from earmark.suggesters.extras import saying_what_to_install
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.labelled import LabelledItem, labels_of, rates_of, useful
from earmark.suggesters.protocol import Suggestion
from earmark.suggesters.taught import Taught
from earmark.suggesters.traits import BEGINNING, MOST_FEATURES, PAIR, WORD, Features
from earmark.types import Item

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from earmark.suggesters.label_fitting import Cells, Linear

FORMAT = 1
LEAST_ITEMS = 10
"""Fewer labelled items teach nothing: how often labels fit stands alone, and that is no reason to guess one."""
REASON_WORDS = 3
DIGITS = 6


class LinearLabels(Taught):
    """Labels by logistic regressions, each label against the rest, on an item's words and the host's fields.

    Looked at are words, pairs of words, beginnings of words and categories (texts and lists of texts of the
    metadata), the `most_features` commonest of them, and numbers of the metadata. How strongly coefficients
    are drawn to 0 and how far they are believed is chosen by cross-validation on log loss; where that does
    not beat how often labels fit at all, nothing is learned. Scores are these calibrated chances.

    With `one_of`, for choices, chances sum to 1. Labels with a chance of `least_score` or more are guessed, of
    tags those that something in the item speaks for. It abstains before `fit`, where nothing was learned, and on an
    item of which it knows no feature. `fit` raises LearningMissing where the extra is not installed; `suggest` nothing.
    """

    name = "linear"
    _algorithm = "1"

    def __init__(self, *, one_of: bool = False, most_features: int = MOST_FEATURES, least_score: float = 0.2) -> None:
        self.one_of = one_of
        self.most_features = most_features
        self.least_score = least_score
        self._learned: dict[str, Any] = {}
        self._features = Features()
        self.held_out_: Linear | None = None

    def fit(self, labelled: Iterable[LabelledItem]) -> Self:
        """Learn from labelled items; the order they come in does not matter."""
        with saying_what_to_install(LearningMissing):
            from earmark.suggesters import label_fitting
        known = useful(labelled, one_of=self.one_of)
        labels = labels_of(known)
        ids = sorted({each.item.id for each in known})
        rates = rates_of(known, labels, one_of=self.one_of) if labels else {}
        self.held_out_ = None
        self._learned = {
            "one_of": self.one_of,
            "least_score": self.least_score,
            "labels": labels,
            "rates": [rates[label] for label in labels],
            "share": 0.0,
            "offset": 0.0,
            "coefficients": [],
            "intercepts": [],
            "report": {"items": len(ids), "labels": len(labels), "share": 0.0, "gain": 0.0},
        }
        if len(ids) < LEAST_ITEMS or len(labels) < (2 if self.one_of else 1):
            return self
        items = [each.item for each in known]
        cells = cells_of(known, labels, one_of=self.one_of)
        folds = [self._fold(items, cells.folds == fold) for fold in range(label_fitting.FOLDS)]
        self._features = Features(self.most_features).fit(items)
        found = label_fitting.fitted(_matrix(self._features, items), folds, cells, self.one_of)
        self.held_out_ = found
        self._keep(found)
        return self

    def evidence(self, item: Item, index: ItemIndex | None = None) -> dict[str, float]:
        """Return by label what an item's features add to its log odds; nothing where none of them is known."""
        if not self._learned.get("coefficients"):
            return {}
        row = self._features.of(item)
        if not row:
            return {}
        added = list(self._learned["intercepts"])
        for at, value, _ in row:
            for label, coefficient in enumerate(self._learned["coefficients"][at]):
                added[label] += value * coefficient
        return dict(zip(self._learned["labels"], added, strict=True))

    def chances(self, item: Item, index: ItemIndex | None = None) -> dict[str, float]:
        """Return the chance of each label; nothing where it abstains."""
        evidence = self.evidence(item)
        share, offset = self._learned.get("share", 0.0), self._learned.get("offset", 0.0)
        rates = dict(zip(self._learned.get("labels", ()), self._learned.get("rates", ()), strict=True))
        if not share:
            return {}
        return moved(rates, {label: share * each + offset for label, each in evidence.items()}, one_of=self.one_of)

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most `k` labels, best first, of equals in the order of the alphabet, with their strongest words."""
        chances, reasons = self.chances(item), self.reasons(item)
        good = [
            label for label, chance in chances.items() if chance >= self.least_score and (self.one_of or reasons[label])
        ]
        best = sorted(good, key=lambda label: (-chances[label], label))[: max(k, 0)]
        return [Suggestion(label, chances[label], reasons[label]) for label in best]

    def reasons(self, item: Item) -> dict[str, list[str]]:
        """Return by label what speaks for it most: words and pairs of words of the item, values of its fields."""
        row = self._features.of(item) if self._learned.get("coefficients") else []
        names = list(self._features.numbers)
        found: dict[str, list[str]] = {}
        for number, label in enumerate(self._learned.get("labels", ())):
            words: dict[str, float] = {}
            fields: dict[str, float] = {}
            for at, value, spelt in row:
                added = value * self._learned["coefficients"][at][number]
                into = words if names[at][:2] in (WORD, PAIR, BEGINNING) else fields
                into[spelt] = into.get(spelt, 0.0) + added
            found[label] = _sentences(words, fields)
        return found

    def words_kept_of(self, item: Item) -> set[str]:
        """Return by their names the words and categories of an item that are kept among what was learned."""
        return self._features.named_by(item) if self._learned.get("coefficients") else set()

    def without(self, names: Collection[str]) -> Self:
        """Return the same without some words and categories, as `words_kept_of` names them: to forget what said them.

        Items that say none of them are guessed as before.
        """
        made = type(self)(one_of=self.one_of, most_features=self.most_features, least_score=self.least_score)
        made._features, left = self._features.without(names)
        made._learned = dict(self._learned)
        if self._learned.get("coefficients"):
            made._learned["coefficients"] = [self._learned["coefficients"][at] for at in left]
        return made

    def save(self, folder: Path | str) -> None:
        """Write what was learned into a folder: JSON and a checksum, no code. Raises NotTrained, OSError."""
        self._check_trained()
        write_parts(folder, {MODEL: self._as_json()}, format_number=FORMAT)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Return what `save` wrote. Raises NotTrained where there is none, ChecksumMismatch where it was changed."""
        try:
            facts = json.loads(read_parts(folder, [MODEL], format_number=FORMAT)[MODEL])
            features = Features.from_facts(facts["features"])
            learned = facts["learned"]
            made = cls(one_of=learned["one_of"], most_features=features.most, least_score=learned["least_score"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotTrained(f"In {folder} lies no linear suggester: {type(error).__name__}: {error}") from error
        made._features, made._learned = features, learned
        return made

    def _keep(self, found: Linear) -> None:
        chosen = found.chosen
        self._learned |= {
            "share": chosen.shares[0],
            "offset": chosen.offset,
            "coefficients": found.coefficients.round(DIGITS).tolist() if chosen.shares[0] else [],
            "intercepts": found.intercepts.round(DIGITS).tolist() if chosen.shares[0] else [],
        }
        self._learned["report"] |= {
            "features": len(self._features.numbers),
            "pull": found.pull,
            "share": round(chosen.shares[0], 3),
            "prior_log_loss": round(chosen.prior_loss, 4),
            "gain": round(chosen.gain, 4),
            "standard_error": round(chosen.standard_error, 4),
        }

    def _fold(self, items: Sequence[Item], held: NDArray[np.bool_]) -> tuple[Any, Any]:
        """Return the matrices of the other items and of those held out, with the features of the others."""
        others = [item for item, is_held in zip(items, held, strict=True) if not is_held]
        own = [item for item, is_held in zip(items, held, strict=True) if is_held]
        features = Features(self.most_features).fit(others)
        return _matrix(features, others), _matrix(features, own)

    def _as_json(self) -> str:
        features = self._features.as_facts() if self._learned else {}
        mine = {"one_of": self.one_of, "least_score": self.least_score, "most_features": self.most_features}
        return json.dumps({"hyperparameters": mine, "features": features, "learned": self._learned})


def _matrix(features: Features, items: Sequence[Item]) -> Any:
    import numpy as np
    from scipy.sparse import csr_matrix

    rows = [features.of(item) for item in items]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    numbers = [at for row in rows for at, _, _ in row]
    values = [value for row in rows for _, value, _ in row]
    return csr_matrix((values, numbers, starts), shape=(len(items), len(features.numbers)), dtype=np.float64)


def cells_of(known: Sequence[LabelledItem], labels: Sequence[str], *, one_of: bool) -> Cells:
    """Return what is known of items as arrays; which fold an item is in is drawn by a hash of its id."""
    import numpy as np

    from earmark.suggesters.label_fitting import FOLDS, Cells

    fits, weights = np.zeros((len(known), len(labels))), np.zeros((len(known), len(labels)))
    number = {label: at for at, label in enumerate(labels)}
    for row, each in enumerate(known):
        for label, is_so in each.known(number, one_of=one_of).items():
            fits[row, number[label]], weights[row, number[label]] = is_so, each.weight
    ids = sorted({each.item.id for each in known}, key=_draw)
    fold = {key: at % FOLDS for at, key in enumerate(ids)}
    return Cells(fits, weights, np.array([fold[each.item.id] for each in known], dtype=np.int64))


def _draw(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="replace")).digest()


def moved(rates: Mapping[str, float], added: Mapping[str, float], *, one_of: bool) -> dict[str, float]:
    """Return chances: how often labels fit, moved by what is added to their log odds (a choice: log chances)."""
    if not added:
        return {}
    if not one_of:
        odds = {label: math.log(rates[label] / (1 - rates[label])) + each for label, each in added.items()}
        return {label: 1 / (1 + math.exp(-max(-500.0, min(500.0, each)))) for label, each in odds.items()}
    scores = {label: math.log(rate) + added.get(label, 0.0) for label, rate in rates.items()}
    largest = max(scores.values())
    powers = {label: math.exp(score - largest) for label, score in scores.items()}
    whole = sum(powers.values())
    return {label: power / whole for label, power in powers.items()}


def _sentences(words: Mapping[str, float], fields: Mapping[str, float]) -> list[str]:
    """Return at most two reasons: the words that add most, none within another, and the field that does."""
    chosen: list[str] = []
    for spelt in sorted(words, key=lambda each: (-words[each], each)):
        if words[spelt] <= 0 or len(chosen) == REASON_WORDS:
            break
        if _is_worth_saying(spelt) and not any(_overlap(spelt.lower(), one.lower()) for one in chosen):
            chosen.append(spelt)
    best = min(fields, key=lambda each: (-fields[each], each), default=None)
    told = [f"mentions {', '.join(f'“{word}”' for word in chosen)}"] if chosen else []
    return told + ([best] if best is not None and fields[best] > 0 else [])


def _is_worth_saying(spelt: str) -> bool:
    """Return whether it means something to a person: three signs, or two of a writing that needs no more."""
    return len(spelt) > 2 or (len(spelt) == 2 and not spelt.isascii())


def _overlap(one: str, other: str) -> bool:
    return one in other or other in one
