"""Candidates by what their titles mean: nearest neighbours of an embedding (the extra `semantic`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from earmark.errors import ModelMissing, SemanticMissing
from earmark.suggesters.embedding import MODELS_VARIABLE, Embedder, models_in
from earmark.suggesters.extras import saying_what_to_install
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.protocol import Suggestion
from earmark.suggesters.snapshot import Hit
from earmark.types import Item

if TYPE_CHECKING:
    from earmark.suggesters.dense import DenseIndex, VectorSearch

ALGORITHM = "1"
BODY_SIGNS = 300
EVEN_AT, STEEPNESS = 0.89, 11.0
"""Cosine at which every second candidate is right, and how fast that changes: a logistic curve through the first five
candidates of 676 reports that people had marked as duplicates (all-MiniLM-L6-v2, titles)."""
REASONS = ((0.985, "much the same title"), (0.8, "much the same title in other words"), (0.6, "a similar title"))
"""From which cosine on a reason holds; the first that does is said."""


def text_of(item: Item) -> str:
    """Return what is embedded of an item: its title; where it has none, how its body begins."""
    return item.title.strip() or item.body.strip()[:BODY_SIGNS]


def score_of(cosine: float) -> float:
    """Return a score in [0, 1] that rises with cosine."""
    return 1.0 / (1.0 + math.exp(-STEEPNESS * (cosine - EVEN_AT)))


def as_suggestions(hits: Sequence[Hit]) -> list[Suggestion]:
    """Return hits, whose scores are cosines, as suggestions with score and reason."""
    return [Suggestion(hit.id, score_of(hit.score), similar_title(hit.score)) for hit in hits]


class SemanticSuggester:
    """The items whose titles mean most nearly what an item's title means, by the cosine of their embeddings.

    `embedder`: an Embedder, or what makes one (a folder or a name); none: the one model in the folder that
    EARMARK_MODELS names. `dense`: where to search; none: what `fit` is given. `only_earlier` keeps
    candidates created strictly before the item.

    An item without a title is taken by how its body begins; one without any text abstains, and so does
    the suggester while nothing is embedded. Raises SemanticMissing and ModelMissing when it is made,
    nothing later.
    """

    name = "semantic"

    def __init__(
        self,
        embedder: Embedder | Path | str | None = None,
        dense: VectorSearch | None = None,
        *,
        only_earlier: bool = True,
    ) -> None:
        self.embedder = embedder if isinstance(embedder, Embedder) else Embedder(embedder or _the_model())
        self.only_earlier = only_earlier
        self.dense = dense

    @property
    def version(self) -> str:
        """Return the algorithm's version with that of the embedder."""
        return f"{ALGORITHM}-{self.embedder.version}-{'earlier' if self.only_earlier else 'any'}"

    def fit(self, items: Iterable[Item], progress: Callable[[int, int], None] | None = None) -> Self:
        """Embed items and search among these alone from now on; they are kept in `dense_`, to be saved."""
        with saying_what_to_install(SemanticMissing):
            from earmark.suggesters.dense import DenseIndex
        known = [item for item in items if text_of(item)]
        self.dense_: DenseIndex = DenseIndex(self.embedder.width, embedder_version=self.embedder.version)
        vectors = self.embedder.encode([text_of(item) for item in known], progress)
        self.dense_.add([item.id for item in known], vectors, [item.created_at for item in known])
        self.dense = self.dense_
        return self

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most k candidates, best first; `index` is not looked at, it holds words alone."""
        text = text_of(item)
        if self.dense is None or not text:
            return []
        [vector] = self.embedder.encode([text])
        before = item.created_at if self.only_earlier else None
        return as_suggestions(self.dense.search(vector, k, before=before, without=item.id))


def _the_model() -> Path:
    found = models_in()
    if len(found) != 1:
        what = f"{len(found)} models lie" if found else "no model lies"
        raise ModelMissing(
            f"Name an embedding model, or set {MODELS_VARIABLE} to a folder that holds one (now {what} there)."
        )
    return found[0]


def similar_title(cosine: float) -> list[str]:
    """Return the reason that a cosine of two titles gives, at most one."""
    return [said for least, said in REASONS if cosine >= least][:1]
