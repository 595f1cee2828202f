"""The nearest neighbours of a vector among a project's items: exactly where they are few, else by an HNSW index."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from earmark import suggesters as sdk
from earmark.suggesters.semantic import ALGORITHM, as_suggestions
from numpy.typing import NDArray

from backend.projects.composed import Composed, Given
from backend.suggestions.halfvec import INDEXED_WIDTHS, as_halfvec, numbers_sent
from backend.suggestions.models import EmbeddingVersion, ItemVector

EXACT_ROWS = 10_000
"""Up to so many vectors all are looked at: a few milliseconds, and nothing is missed."""
EXACT_SHARE = 1_000
"""All are looked at, too, where an index of all projects would pass by so many of others that it is no quicker:
where the square of the project's vectors is below this times all vectors."""
EXACT_EARLIER = 4_000
"""All earlier ones are looked at where the square of how many there are is below this times all vectors: passing by so
many later ones, the index is no quicker."""
GROWN = 0.1
"""How many are earlier is looked up again once there are so many more vectors, or fewer, as a share."""
ALWAYS = datetime.max.replace(tzinfo=UTC)
WIDER, LEAST_WIDE = 5, 100
"""So many times what is wanted is fetched: past other projects' vectors the index comes upon near ones late."""
WIDER_ALONE = 2
"""So many times, but at least LEAST_WIDE, where half of all vectors or more are the project's own."""
SPARE = 20
"""So many more than wanted are looked up among the items: past some that were removed of late and ties."""
LEAST_EF, MOST_EF = 100, 1000
USUALLY_SCANNED, MOST_SCANNED = 20_000, 50_000
"""So many vectors are looked at by the index at most: of all, and in search of those of a kind."""

_ALL_ROWS = "select greatest(reltuples, 0)::bigint from pg_class where oid = 'suggestions_itemvector'::regclass"
_SETTINGS = """
select set_config('hnsw.ef_search', %(ef)s, true), set_config('hnsw.iterative_scan', 'relaxed_order', true),
set_config('hnsw.max_scan_tuples', %(scanned)s, true)
"""
_NARROWED = "v.project_id = %(project)s and v.version_id = %(version)s and v.width = {width}{before}{of_kind}"
_BEFORE = " and v.created_at < %(before)s"
_OF_KIND = " and (select i.kind from questions_item i where i.id = v.item_id) = %(kind)s"
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
_EXACTLY_OF_KIND = """
with every as materialized (
    select v.item_id, v.created_at, v.vector <=> %(vector)s::halfvec as distance
    from questions_item i join suggestions_itemvector v on v.project_id = i.project_id and v.item_id = i.id
    where i.project_id = %(project)s and i.kind = %(kind)s and {narrowed}
), near as (select * from every order by distance limit %(wide)s)
"""
# `+ 0`: the planner takes what the index gave for sorted, which in relaxed order it is not quite.
_NAMED = """
, best as materialized (select * from near where distance <> 'NaN' order by distance + 0 limit %(some)s)
select i.key, 1 - n.distance, n.created_at from best n join questions_item i on i.id = n.item_id
where i.project_id = %(project)s and i.removed_at is null and i.key <> all(%(without)s::text[])
order by n.distance + 0, i.key limit %(k)s
"""
_EARLY = """
select created_at from suggestions_itemvector
where project_id = %(project)s and version_id = %(version)s and created_at is not null
order by created_at offset %(few)s limit 1
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


serving_versions = Composed(
    lambda: (
        EmbeddingVersion.objects.of(Given("project"))
        .filter(state=EmbeddingVersion.State.SERVING)
        .annotate(all_count=RawSQL(_ALL_ROWS, []))  # noqa: S611  words of our own
    )
)
vectors_that_serve = Composed(
    lambda: (
        ItemVector.objects.of(Given("project"))
        .filter(item=Given("item"), version__state=EmbeddingVersion.State.SERVING)
        .values_list("vector")
    )
)

_until: dict[int, tuple[int, datetime]] = {}
"""By version, up to when an item came to be if few are earlier; and how many vectors there were when that was asked."""


class StoredVectors:
    """The vectors that serve in a project. Searching needs an open door and no model."""

    def __init__(self, version: EmbeddingVersion, all_count: int, own: tuple[str, str | None] | None = None) -> None:
        """Take the version that serves; `own` is the key of an item that is asked about next, with its vector."""
        self.version = version
        self._own_key: str | None = own[0] if own else None
        self._own_told: str | None = own[1] if own else None
        self._own = _numbers(self._own_told)
        self.kind, self._is_rare = "", False
        self.all_count = max(all_count, version.vectors_count)
        self.embedder_version = version.version

    @classmethod
    def of(cls, project_id: int) -> "StoredVectors | None":
        """Return those of a project, or None where no version is complete yet."""
        found = serving_versions.first(project=project_id)
        return cls.read(found) if found else None

    @classmethod
    def read(cls, found: EmbeddingVersion, own: tuple[str, str | None] | None = None) -> "StoredVectors":
        """Return those of a version that `serving_versions` found; `own` as the database tells it."""
        all_count: int = found.all_count  # type: ignore[attr-defined]
        return cls(found, all_count, own)

    def of_kind(self, kind: str, share: float) -> "StoredVectors":
        """Return the same, searched only among the items of a kind, which about this share of all items is of."""
        narrowed = copy(self)
        narrowed.kind, narrowed._is_rare = kind, share * self.version.vectors_count <= EXACT_ROWS
        return narrowed

    def vector_of(self, key: str) -> Sequence[float] | None:
        """Return an item's vector as it was last embedded, or None."""
        if self._own_key == key:
            return self._own
        rows = ItemVector.objects.of(self.version.project_id).filter(version=self.version, item__key=key)
        return _numbers(rows.values_list("vector", flat=True).first())

    def _told(self, vector: Iterable[float]) -> str:
        """Return a vector in the database's words, which are there already if it is the one that was given."""
        if self._own_told and vector is self._own:
            return self._own_told
        return as_halfvec(vector, self.version.width)

    def cosines(self, vector: Iterable[float], keys: Sequence[str]) -> dict[str, float]:
        """Return the cosine of a vector to that of each of these items that has one, in one query."""
        given: dict[str, Any] = {
            "project": self.version.project_id,
            "version": self.version.pk,
            "vector": self._told(vector),
            "keys": list(keys),
        }
        with connection.cursor() as cursor:
            cursor.execute(_COMPARED, given)
            return {key: float(cosine) for key, cosine in cursor.fetchall()}

    def vectors_of(self, keys: Collection[str]) -> dict[str, NDArray[np.float64]]:
        """Return the vectors of those of these items that have one, in one query."""
        given: dict[str, Any] = {"project": self.version.project_id, "version": self.version.pk, "keys": list(keys)}
        with connection.cursor() as cursor:
            cursor.execute(_SENT, given)
            return {key: numbers_sent(sent) for key, sent in cursor.fetchall()}

    def search(
        self, vector: Iterable[float], k: int, *, before: datetime | None = None, without: str | Collection[str] = ()
    ) -> list[sdk.Hit]:
        """Return the k items of the highest cosine, best first, ties by id; of many vectors those the index finds.

        `before` keeps items known to be created strictly earlier; `without` leaves out one id or several.
        """
        with self.searching(vector, k, before=before, without=without) as found:
            return found()

    @contextmanager
    def searching(
        self, vector: Iterable[float], k: int, *, before: datetime | None = None, without: str | Collection[str] = ()
    ) -> Iterator[Callable[[], list[sdk.Hit]]]:
        """Have the database do what `search` does, and yield what waits for its answer.

        Meanwhile the database can be asked nothing else.
        """
        left_out = [without] if isinstance(without, str) else list(without)
        given: dict[str, Any] = {
            "project": self.version.project_id,
            "version": self.version.pk,
            "vector": self._told(vector),
            "k": k,
            "wide": self.wide(k) + len(left_out),
            "some": k + SPARE + len(left_out),
            "kind": self.kind,
            "ef": str(ef_search(k, self.version.vectors_count, self.all_count)),
            "scanned": str(MOST_SCANNED if self.kind else USUALLY_SCANNED),
            "before": before,
            "without": left_out,
        }
        is_exact = self.looks_at_all_before(before)
        with transaction.atomic(savepoint=False), _sent_ahead() as (settings, cursor):
            if not is_exact:
                settings.execute(_SETTINGS, given)
            cursor.execute(self._statement(before is not None, is_exact=is_exact), given)
            yield lambda: [sdk.Hit(key, float(cosine), created) for key, cosine, created in cursor.fetchall()]

    def wide(self, k: int) -> int:
        """Return how many vectors are fetched for the k that are wanted."""
        is_alone = 2 * self.version.vectors_count >= self.all_count and not self.kind
        return max(WIDER_ALONE * k, LEAST_WIDE) if is_alone else WIDER * k

    @property
    def looks_at_all(self) -> bool:
        """Return whether every vector of the project, or of the kind, is compared."""
        mine = self.version.vectors_count
        is_small = self._is_rare or mine <= EXACT_ROWS or mine * mine <= EXACT_SHARE * self.all_count
        return is_small or self.version.width not in INDEXED_WIDTHS

    def looks_at_all_before(self, before: datetime | None) -> bool:
        """Return whether every vector is compared of those that may be found before a time."""
        return self.looks_at_all or (before is not None and before <= self._few_until())

    def _few_until(self) -> datetime:
        """Return up to when an item came to be if few are earlier; looked up once, and when vectors have GROWN."""
        mine = self.version.vectors_count
        counted, until = _until.get(self.version.pk, (0, None))
        if until is None or abs(mine - counted) > GROWN * counted:
            few = max(EXACT_ROWS, math.isqrt(EXACT_EARLIER * self.all_count))
            given = {"project": self.version.project_id, "version": self.version.pk, "few": few}
            with connection.cursor() as cursor:
                cursor.execute(_EARLY, given)
                until = next((told for (told,) in cursor), ALWAYS)
            _until[self.version.pk] = mine, until
        return until

    def _statement(self, has_before: bool, *, is_exact: bool) -> str:
        width = self.version.width
        narrowed = {"width": width, "before": _BEFORE if has_before else ""}
        if not is_exact:
            way, of_kind = _BY_INDEX, _OF_KIND if self.kind else ""
        elif self.kind and not self.looks_at_all:
            way, of_kind = _EXACTLY, _OF_KIND
        else:
            way, of_kind = _EXACTLY_OF_KIND if self.kind else _EXACTLY, ""
        return way.format(width=width, narrowed=_NARROWED.format(**narrowed, of_kind=of_kind)) + _NAMED


@contextmanager
def _sent_ahead() -> Iterator[tuple[Any, Any]]:
    """Yield two cursors whose statements are sent without waiting for what the database answers."""
    with (
        connection.cursor() as first,
        connection.cursor() as second,
        connection.wrap_database_errors,  # what the pipeline itself raises as it ends
        connection.connection.pipeline(),
    ):
        yield first, second


def _numbers(told: str | None) -> list[float] | None:
    """Return a vector of the numbers that the database tells."""
    return None if told is None else [float(number) for number in told[1:-1].split(",")]


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
