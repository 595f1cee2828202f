"""The nearest neighbours of a vector among a project's items: exactly where they are few, else by an HNSW index."""

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from earmark import suggesters as sdk
from earmark.suggesters.semantic import ALGORITHM, as_suggestions

from backend.suggestions.halfvec import INDEXED_WIDTHS, as_halfvec, numbers_sent
from backend.suggestions.models import EmbeddingVersion, ItemVector

EXACT_ROWS = 10_000
"""Up to so many vectors all are looked at: a few milliseconds, and nothing is missed."""
EXACT_SHARE = 1_000
"""All are looked at, too, where an index of all projects would pass by so many of others that it is no quicker:
where the square of the project's vectors is below this times all vectors."""
WIDER = 5
"""So many times what is wanted is fetched: past other projects' vectors the index comes upon near ones late."""
LEAST_EF, MOST_EF = 100, 1000

_ALL_ROWS = "select greatest(reltuples, 0)::bigint from pg_class where oid = 'suggestions_itemvector'::regclass"
_SETTINGS = """
select set_config('hnsw.ef_search', %(ef)s, true), set_config('hnsw.iterative_scan', 'relaxed_order', true);
"""
_NARROWED = "v.project_id = %(project)s and v.version_id = %(version)s and v.width = {width}{before}"
_BEFORE = " and v.created_at < %(before)s"
_BY_INDEX = """
with near as materialized (
    select v.item_id, v.created_at, v.vector::halfvec({width}) <=> %(vector)s::halfvec({width}) as distance
    from suggestions_itemvector v where {narrowed}
    order by v.vector::halfvec({width}) <=> %(vector)s::halfvec({width}) limit %(wide)s
)
"""
_EXACTLY = """
with every as materialized (
    select v.item_id, v.created_at, v.vector <=> %(vector)s::halfvec as distance
    from suggestions_itemvector v where {narrowed}
), near as (select * from every order by distance limit %(wide)s)
"""
# `+ 0`: the planner takes what the index gave for sorted, which in relaxed order it is not quite.
_NAMED = """
select i.key, 1 - n.distance, n.created_at from near n join questions_item i on i.id = n.item_id
where i.project_id = %(project)s and i.removed_at is null and n.distance <> 'NaN' and i.key <> all(%(without)s::text[])
order by n.distance + 0, i.key limit %(k)s
"""
_COMPARED = """
select i.key, 1 - (v.vector <=> %(vector)s::halfvec) from questions_item i
join suggestions_itemvector v on v.project_id = i.project_id and v.item_id = i.id and v.version_id = %(version)s
where i.project_id = %(project)s and i.key = any(%(keys)s::text[]) and v.vector <=> %(vector)s::halfvec <> 'NaN'
"""
_SENT = """
select i.key, halfvec_send(v.vector) from questions_item i
join suggestions_itemvector v on v.project_id = i.project_id and v.item_id = i.id and v.version_id = %(version)s
where i.project_id = %(project)s and i.removed_at is null and i.key = any(%(keys)s::text[])
"""


class StoredVectors:
    """The vectors that serve in a project. Searching needs an open door and no model."""

    def __init__(self, version: EmbeddingVersion, all_count: int) -> None:
        self.version = version
        self.all_count = max(all_count, version.vectors_count)
        self.embedder_version = version.version

    @classmethod
    def of(cls, project_id: int) -> "StoredVectors | None":
        """Return those of a project, or None where no version is complete yet."""
        serving = EmbeddingVersion.objects.of(project_id).filter(state=EmbeddingVersion.State.SERVING)
        found = serving.annotate(all_count=RawSQL(_ALL_ROWS, [])).first()  # noqa: S611  words of our own
        return cls(found, found.all_count) if found else None

    def vector_of(self, key: str) -> list[float] | None:
        """Return an item's vector as it was last embedded, or None."""
        rows = ItemVector.objects.of(self.version.project_id).filter(version=self.version, item__key=key)
        found = rows.values_list("vector", flat=True).first()
        return None if found is None else [float(number) for number in found[1:-1].split(",")]

    def cosines(self, vector: Iterable[float], keys: Sequence[str]) -> dict[str, float]:
        """Return the cosine of a vector to that of each of these items that has one, in one query."""
        given: dict[str, Any] = {
            "project": self.version.project_id,
            "version": self.version.pk,
            "vector": as_halfvec(vector, self.version.width),
            "keys": list(keys),
        }
        with connection.cursor() as cursor:
            cursor.execute(_COMPARED, given)
            return {key: float(cosine) for key, cosine in cursor.fetchall()}

    def vectors_of(self, keys: Collection[str]) -> dict[str, tuple[float, ...]]:
        """Return the vectors of those of these items that have one, in one query."""
        given: dict[str, Any] = {
            "project": self.version.project_id,
            "version": self.version.pk,
            "keys": list(keys),
        }
        with connection.cursor() as cursor:
            cursor.execute(_SENT, given)
            return {key: numbers_sent(sent) for key, sent in cursor.fetchall()}

    def search(
        self, vector: Iterable[float], k: int, *, before: datetime | None = None, without: str | Collection[str] = ()
    ) -> list[sdk.Hit]:
        """Return the k items of the highest cosine, best first, ties by id; of many vectors those the index finds.

        `before` keeps items known to be created strictly earlier; `without` leaves out one id or several.
        """
        left_out = [without] if isinstance(without, str) else list(without)
        given: dict[str, Any] = {
            "project": self.version.project_id,
            "version": self.version.pk,
            "vector": as_halfvec(vector, self.version.width),
            "k": k,
            "wide": WIDER * k + len(left_out),
            "ef": str(ef_search(k, self.version.vectors_count, self.all_count)),
            "before": before,
            "without": left_out,
        }
        with transaction.atomic(), connection.cursor() as cursor:
            if not self.looks_at_all:
                cursor.execute(_SETTINGS + self._statement(before is not None), given)
                cursor.nextset()
            else:
                cursor.execute(self._statement(before is not None), given)
            return [sdk.Hit(key, float(cosine), created_at) for key, cosine, created_at in cursor.fetchall()]

    @property
    def looks_at_all(self) -> bool:
        """Return whether every vector of the project is compared."""
        mine = self.version.vectors_count
        is_small = mine <= EXACT_ROWS or mine * mine <= EXACT_SHARE * self.all_count
        return is_small or self.version.width not in INDEXED_WIDTHS

    def _statement(self, has_before: bool) -> str:
        width = self.version.width
        narrowed = _NARROWED.format(width=width, before=_BEFORE if has_before else "")
        return (_EXACTLY if self.looks_at_all else _BY_INDEX).format(width=width, narrowed=narrowed) + _NAMED


def ef_search(k: int, mine: int, all_count: int) -> int:
    """Return how wide the index is searched: by the root of all vectors, and more where many are of other projects."""
    wide = max(LEAST_EF, 2 * k, 0.6 * math.sqrt(all_count)) * all_count / max(mine, 1)
    return min(MOST_EF, round(wide))


class StoredSemantic:
    """The suggester `semantic` over stored vectors: it embeds nothing, and abstains for an item not embedded yet."""

    name = "semantic"

    def __init__(self, vectors: StoredVectors, *, only_earlier: bool = True) -> None:
        self.vectors = vectors
        self.only_earlier = only_earlier

    @property
    def version(self) -> str:
        """Return the same version as `SemanticSuggester` has with this embedder."""
        return f"{ALGORITHM}-{self.vectors.embedder_version}-{'earlier' if self.only_earlier else 'any'}"

    def suggest(self, item: sdk.Item, index: sdk.ItemIndex, k: int) -> list[sdk.Suggestion]:
        """Return at most k candidates, best first; `index` is not looked at."""
        vector = self.vectors.vector_of(item.id)
        if vector is None:
            return []
        before = item.created_at if self.only_earlier else None
        return as_suggestions(self.vectors.search(vector, k, before=before, without=item.id))
