import numpy as np
import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection

from backend.projects.models import Project
from backend.projects.tenancy import failing_alone, tenancy
from backend.questions.actions.items import remove_item
from backend.questions.models import Item
from backend.suggestions import nearest
from backend.suggestions.actions.embed import begin_batch, end_batch
from backend.suggestions.models import EmbeddingVersion
from backend.suggestions.nearest import StoredVectors, ef_search

pytestmark = pytest.mark.django_db


class Drawn:
    """An embedder of texts that are rows of a table: "17" is the eighteenth vector."""

    name, version, width = "drawn", "1", 32

    def __init__(self, count, seed):
        draw = np.random.default_rng(seed)
        centres = draw.normal(size=(20, self.width))
        self.vectors = centres[draw.integers(20, size=count)] + 0.4 * draw.normal(size=(count, self.width))
        self.vectors /= np.linalg.norm(self.vectors, axis=1, keepdims=True)

    def encode(self, texts):
        return self.vectors[[int(text) for text in texts]]


@pytest.fixture
def fill(register, now):
    """Make a project with that many vectors and return it with these."""

    def make(slug, count, seed):
        project = Project.objects.create(slug=slug, name=slug)
        embedder = Drawn(count, seed)
        with tenancy(project):
            register(project, {f"{at:05}": str(at) for at in range(count)})
            while batch := begin_batch(project_id=project.pk, embedder=embedder, now=now):
                end_batch(project_id=project.pk, batch=batch, vectors=embedder.encode(batch.texts).tolist(), now=now)
        return project, embedder

    return make


def found(project, vector, k=10, **narrowed):
    return [hit.id for hit in StoredVectors.of(project.pk).search(vector, k, **narrowed)]


def true(embedder, vector, k=10):
    cosines = embedder.vectors @ vector
    return [f"{at:05}" for at in np.argsort(-cosines)[:k]]


def recall(project, embedder, asked):
    """How many of the ten that are truly closest are found."""
    shares = [len(set(found(project, vector)) & set(true(embedder, vector))) / 10 for vector in asked]
    return sum(shares) / len(shares)


def test_the_closest_come_first_with_their_cosine_and_their_time(fill, now):
    project, embedder = fill("forum", 300, seed=1)
    with tenancy(project):
        hits = StoredVectors.of(project.pk).search(embedder.vectors[7], 10)
    assert hits[0].id == "00007"
    assert hits[0].score == pytest.approx(1, abs=2e-3)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert (hits[0].created_at - now).days == 7


def test_only_earlier_items_and_none_that_are_left_out(fill):
    project, embedder = fill("forum", 300, seed=1)
    with tenancy(project):
        seventh = Item.objects.get(key="00100").created_at
        keys = found(project, embedder.vectors[7], 300, before=seventh, without=["00007", "unknown"])
        assert set(keys) == {f"{at:05}" for at in range(100)} - {"00007"}
        assert "00007" not in found(project, embedder.vectors[7], without="00007")


def test_a_small_project_beside_a_large_one_finds_exactly_what_is_there(fill):
    fill("large", 4_950, seed=2)
    small, embedder = fill("small", 50, seed=3)
    with tenancy(small):
        assert recall(small, embedder, embedder.vectors) == 1
        assert len(found(small, embedder.vectors[0], 100)) == 50


@pytest.fixture
def by_index(monkeypatch, db):
    """Search by the HNSW index whatever the size, and let the planner find no other way.

    What earlier tests rolled back stands in the index until a vacuum comes by, which on a busy machine it does not. A
    search passes over it one by one and ends after so many, with fewer found: so the table is begun anew.
    """
    with psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True) as superuser:
        superuser.execute("truncate suggestions_itemvector")
    monkeypatch.setattr(nearest, "EXACT_ROWS", 0)
    monkeypatch.setattr(nearest, "EXACT_SHARE", 0)
    monkeypatch.setattr(nearest, "EXACT_EARLIER", 0)

    def only():
        with connection.cursor() as cursor:
            cursor.execute("set local enable_sort = off")
            cursor.execute("set local enable_seqscan = off")
            cursor.execute("set local enable_bitmapscan = off")

    return only


def test_the_index_finds_what_an_exact_look_finds(fill, by_index):
    project, embedder = fill("forum", 3_000, seed=4)
    with tenancy(project):
        by_index()
        assert recall(project, embedder, embedder.vectors[::100]) >= 0.98


def test_the_index_goes_on_until_a_project_of_one_in_a_hundred_has_enough(fill, by_index):
    fill("large", 4_950, seed=5)
    small, embedder = fill("small", 50, seed=6)
    with tenancy(small):
        by_index()
        assert all(len(found(small, vector)) == 10 for vector in embedder.vectors[::5])
        assert recall(small, embedder, embedder.vectors[::5]) >= 0.95


def test_a_query_by_the_index_uses_it(fill, by_index):
    project, _embedder = fill("forum", 300, seed=7)
    with tenancy(project):
        by_index()
        vectors = StoredVectors.of(project.pk)
        given = {
            "project": project.pk,
            "version": vectors.version.pk,
            "vector": str([0.1] * 384),
            "k": 5,
            "wide": 25,
            "some": 5,
            "without": [],
        }
        with connection.cursor() as cursor:
            cursor.execute("explain " + vectors._statement(False, is_exact=False), given)
            plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "vectors_of_384" in plan


def test_of_few_earlier_items_all_are_looked_at_and_of_more_once_there_are_more(fill, monkeypatch):
    monkeypatch.setattr(nearest, "EXACT_ROWS", 0)
    monkeypatch.setattr(nearest, "EXACT_SHARE", 0)
    monkeypatch.setattr(nearest, "EXACT_EARLIER", 12)  # of 300 vectors the first 60
    project, embedder = fill("forum", 300, seed=10)
    with tenancy(project):
        times = dict(Item.objects.values_list("key", "created_at"))
        vectors = StoredVectors.of(project.pk)
        looked_at = [key for key in sorted(times) if vectors.looks_at_all_before(times[key])]
        assert looked_at == [f"{at:05}" for at in range(61)]
        assert not vectors.looks_at_all_before(None)
        asked = embedder.vectors[200]
        earlier = [key for key in true(embedder, asked, 300) if key < "00050"]
        assert found(project, asked, 20, before=times["00050"]) == earlier[:20]
        vectors.version.vectors_count, vectors.all_count = 320, 1200  # not a tenth more: as it was
        assert not vectors.looks_at_all_before(times["00070"])
        vectors.version.vectors_count = 331
        assert vectors.looks_at_all_before(times["00120"]) and not vectors.looks_at_all_before(times["00121"])


def test_of_few_earlier_items_those_of_another_kind_are_left_out(fill, monkeypatch):
    monkeypatch.setattr(nearest, "EXACT_ROWS", 0)
    monkeypatch.setattr(nearest, "EXACT_SHARE", 0)
    project, embedder = fill("forum", 300, seed=11)
    with tenancy(project):
        threads = [f"{at:05}" for at in range(0, 300, 3)]
        Item.objects.filter(key__in=threads).update(kind="thread")
        before = Item.objects.get(key="00030").created_at
        vectors = StoredVectors.of(project.pk).of_kind("thread", 1 / 3)
        assert vectors.looks_at_all_before(before) and not vectors.looks_at_all
        assert {hit.id for hit in vectors.search(embedder.vectors[7], 300, before=before)} == set(threads[:10])


@pytest.mark.parametrize("way", ["all are compared", "all of the kind are compared", "by the index"])
def test_those_of_a_rare_kind_are_found_though_others_are_nearer(fill, by_index, monkeypatch, way):
    many = 3_000 if way == "by the index" else 600  # among many, what other tests left in the index is in nobody's way
    project, embedder = fill("forum", many, seed=8)
    if way != "all are compared":
        by_index()
    with tenancy(project):
        threads = [f"{at:05}" for at in range(0, many, many // 30)]
        Item.objects.filter(key__in=threads).update(kind="thread")
        share = 0.0 if way == "all of the kind are compared" else 30 / many
        monkeypatch.setattr(nearest, "EXACT_ROWS", 10_000 if way == "all are compared" else 0)
        vectors = StoredVectors.of(project.pk).of_kind("thread", share)
        for asked in embedder.vectors[:: many // 4]:
            nearer = [key for key in true(embedder, asked, many) if key in threads][:10]
            found = [hit.id for hit in vectors.search(asked, 10)]
            assert len(set(found) & set(nearer)) >= (9 if way == "by the index" else 10)
        earlier = Item.objects.get(key=threads[10]).created_at
        assert {hit.id for hit in vectors.search(embedder.vectors[7], 50, before=earlier)} == set(threads[:10])


@pytest.mark.parametrize(
    ("mine", "of_all", "is_exact"),
    [(10_000, 10_000, True), (10_001, 10_001, False), (30_000, 1_000_000, True), (100_000, 1_000_000, False)],
)
def test_few_vectors_or_few_among_very_many_are_all_looked_at(mine, of_all, is_exact):
    vectors = StoredVectors(EmbeddingVersion(vectors_count=mine, width=384), of_all)
    assert vectors.looks_at_all is is_exact


def test_vectors_of_a_width_without_an_index_are_all_looked_at():
    assert StoredVectors(EmbeddingVersion(vectors_count=10**6, width=1536), 10**6).looks_at_all


def test_more_is_searched_as_vectors_grow_and_as_they_are_others():
    sizes = [ef_search(20, n, n) for n in (10_001, 100_000, 300_000, 1_000_000)]
    assert sizes == sorted(sizes)
    assert sizes[0] >= 100
    assert ef_search(20, 100_000, 300_000) > ef_search(20, 300_000, 300_000)
    assert ef_search(20, 1, 10**9) <= 1000


def test_a_removed_item_is_not_found_before_any_job_ran(fill, now):
    project, embedder = fill("forum", 50, seed=8)
    with tenancy(project):
        remove_item(item=Item.objects.get(key="00007"), now=now)
        assert "00007" not in found(project, embedder.vectors[7], 50)


def test_an_item_that_is_not_embedded_has_no_vector(fill):
    project, _ = fill("forum", 5, seed=9)
    with tenancy(project):
        assert StoredVectors.of(project.pk).vector_of("unknown") is None
        assert len(StoredVectors.of(project.pk).vector_of("00001")) == 384


def test_vectors_are_read_in_one_query_as_they_were_embedded(fill, now, django_assert_num_queries):
    project, embedder = fill("forum", 50, seed=10)
    with tenancy(project):
        remove_item(item=Item.objects.get(key="00009"), now=now)
        vectors = StoredVectors.of(project.pk)
        with django_assert_num_queries(1):
            read = vectors.vectors_of(["00007", "00008", "00009", "unknown"])
    assert set(read) == {"00007", "00008"}
    assert read["00008"][:32] == pytest.approx(embedder.vectors[8], abs=1e-3)
    assert set(read["00008"][32:]) == {0.0}


def test_a_project_without_vectors_has_none_to_search(fill):
    project, _ = fill("forum", 5, seed=9)
    other = Project.objects.create(slug="other", name="Other")
    with tenancy(other):
        assert StoredVectors.of(other.pk) is None
        assert StoredVectors.of(project.pk) is None


@pytest.mark.parametrize("is_by_index", [False, True])
def test_the_database_searches_while_other_things_are_done(fill, by_index, is_by_index):
    project, embedder = fill("forum", 300, seed=14)
    with tenancy(project):
        if is_by_index:
            by_index()
        vectors = StoredVectors.of(project.pk)
        with vectors.searching(embedder.vectors[7], 10, without="00007") as found:
            done_meanwhile = sum(range(100))
            hits = found()
        assert done_meanwhile == 4950
        assert hits == vectors.search(embedder.vectors[7], 10, without="00007")
        assert Item.objects.of(project.pk).count() == 300


def test_a_search_that_nobody_waits_for_leaves_the_database_as_it_was(fill):
    project, embedder = fill("forum", 50, seed=15)
    with tenancy(project):
        vectors = StoredVectors.of(project.pk)
        with pytest.raises(ZeroDivisionError), failing_alone(), vectors.searching(embedder.vectors[7], 10):
            raise ZeroDivisionError
        assert Item.objects.of(project.pk).count() == 50


def test_a_search_that_the_database_refuses_fails_alone(fill):
    project, embedder = fill("forum", 50, seed=16)
    with tenancy(project):
        vectors = StoredVectors.of(project.pk)
        with pytest.raises(DatabaseError), failing_alone():
            vectors.search(embedder.vectors[7][:3], 10, before="no time")
        assert Item.objects.of(project.pk).count() == 50


def test_what_the_database_refuses_is_told_in_django_s_words_though_nobody_waits_for_it(fill):
    project, embedder = fill("forum", 50, seed=16)
    with tenancy(project):
        vectors = StoredVectors.of(project.pk)
        with (
            pytest.raises(DatabaseError),
            failing_alone(),
            vectors.searching(embedder.vectors[7], 10, before="no time"),
        ):
            pass
        assert Item.objects.of(project.pk).count() == 50


def test_a_search_goes_well_after_one_that_was_refused_on_the_same_connection(fill, by_index):
    project, embedder = fill("forum", 300, seed=14)
    with tenancy(project):
        by_index()
        vectors = StoredVectors.of(project.pk)
        usual = vectors.search(embedder.vectors[7], 10)
        for _ in range(2):
            with pytest.raises(DatabaseError), failing_alone():
                vectors.search(embedder.vectors[7], -1)
            assert vectors.search(embedder.vectors[7], 10) == usual


def test_the_database_may_be_asked_meanwhile_and_shows_no_other_project(fill):
    project, embedder = fill("forum", 50, seed=15)
    fill("other", 60, seed=15)
    with tenancy(project):
        vectors = StoredVectors.of(project.pk)
        with vectors.searching(embedder.vectors[7], 50) as found:
            assert Item.objects.count() == 50
            assert len(found()) == 50


@pytest.mark.parametrize(
    ("k", "mine", "of_all", "kind", "wide"),
    [
        (20, 10**5, 10**5, "", 100), (100, 10**5, 10**5, "", 200), (100, 10**5, 2 * 10**5, "", 200),
        (100, 10**5, 2 * 10**5 + 1, "", 500), (20, 10**5, 10**6, "", 100), (100, 10**5, 10**5, "thread", 500),
    ],
)  # fmt: skip
def test_more_is_fetched_where_vectors_of_others_lie_between(k, mine, of_all, kind, wide):
    vectors = StoredVectors(EmbeddingVersion(vectors_count=mine, width=384), of_all)
    vectors = vectors.of_kind(kind, 1.0) if kind else vectors
    assert vectors.wide(k) == wide
