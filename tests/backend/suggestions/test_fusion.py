"""The hybrid at the request: words, stored vectors, and fields that are weighed without labels."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.facets import Facets
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import LearnedReranker

from backend.projects.actions.jobs import drain_jobs
from backend.projects.models import Job
from backend.projects.tenancy import tenancy
from backend.questions.actions.ask import update_question
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.models import Item
from backend.suggestions import fusion, indexes
from backend.suggestions.actions.retire import retire, show_again
from backend.suggestions.fusion import WEIGH, forget_engines, fused_suggester
from backend.suggestions.items import StoredItems
from backend.suggestions.models import Suggester, TrainedVersion, WeighedFields
from backend.suggestions.nearest import StoredVectors
from backend.suggestions.retrieval import guesses_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def always_look(monkeypatch):
    monkeypatch.setattr(indexes, "LOOK_AGAIN_S", 0)


@pytest.fixture
def world(make_world):
    return make_world(suggesters=["hybrid"])


def guessed(world, item):
    with tenancy(world.project):
        found = guesses_for(question=world.question, item=Item.objects.get(key=item))
        return {guess.candidate_key: guess for guess in found}


def test_the_hybrid_guesses_by_words_and_is_named(world):
    found = guessed(world, "5")
    assert {"1", "2", "3"} <= set(found)
    assert {guess.suggester.name for guess in found.values()} == {"hybrid"}
    assert all(0 < guess.score < 1 and guess.reasons for key, guess in found.items() if key in "123")


def test_the_hybrid_finds_by_stored_vectors_what_shares_no_word(world, models, register):
    pytest.importorskip("onnxruntime")
    with tenancy(world.project):
        register(world.project, {"a": "archive fails", "d": "store broken"})
    assert "a" not in guessed(world, "d"), "nothing is embedded yet"
    drain_jobs(seconds=60)
    found = guessed(world, "d")
    assert "a" in found and any("title" in reason for reason in found["a"].reasons)


def test_its_version_tells_the_embedder_and_the_fields(world, models, register):
    pytest.importorskip("onnxruntime")
    with tenancy(world.project):
        register(world.project, {"a": "archive fails"})
        before = fused_suggester(world.question, is_learned=False).version
    drain_jobs(seconds=60)
    with tenancy(world.project):
        after = fused_suggester(world.question, is_learned=False).version
    assert before != after and len(after) <= 40


def test_cosines_are_those_of_the_search(world, models, register, titles):
    pytest.importorskip("onnxruntime")
    with tenancy(world.project):
        register(world.project, titles)
    drain_jobs(seconds=60)
    with tenancy(world.project):
        vectors = StoredVectors.of(world.project.pk)
        vector = vectors.vector_of("a")
        hits = {hit.id: hit.score for hit in vectors.search(vector, 10)}
        told = vectors.cosines(vector, [*titles, "nobody"])
    assert told == pytest.approx({key: hits[key] for key in titles}) and told["a"] == pytest.approx(1, abs=1e-3)


def test_a_removed_thread_is_no_candidate(world):
    assert "1" in guessed(world, "5")
    with tenancy(world.project):
        remove_item(item=world.items["1"], now=world.now)
    assert "1" not in guessed(world, "5")


def test_candidates_are_read_in_one_query_however_many_they_are(world, django_assert_max_num_queries):
    with tenancy(world.project):
        register_items(
            project_id=world.project.pk,
            items=[
                NewItem(f"n{at}", "Archive messages", created_at=world.now - timedelta(days=40, hours=at))
                for at in range(60)
            ],
            now=world.now,
        )
    guessed(world, "5")
    with django_assert_max_num_queries(16):
        assert len(guessed(world, "5")) == 20


def test_an_engine_is_kept_while_nothing_changes_and_not_longer(world):
    with tenancy(world.project):
        first = fused_suggester(world.question, is_learned=False)
        assert fused_suggester(world.question, is_learned=False).pool.facets is first.pool.facets
        world.question.candidates_from = "any"
        other = fused_suggester(world.question, is_learned=False)
        assert other.pool.facets is not first.pool.facets and other.version != first.version


@pytest.fixture
def live(world, monkeypatch):
    """A live version that orders as the hybrid does, and how often it was loaded."""
    loads = []

    def load(trained, pool):
        loads.append(trained.number)
        time.sleep(0.2)  # so that others come meanwhile
        return LearnedReranker(HybridSuggester(pool))

    monkeypatch.setattr(fusion, "load_trained", load)
    with tenancy(world.project):
        row = Suggester.objects.create(project=world.project, name="learned", version="1-1")
        TrainedVersion.objects.create(
            project=world.project, question=world.question, number=1, state="live", suggester=row, checksum="c",
            dataset="d", dataset_number=1, dataset_checksum="c", asked_at=world.now,
        )  # fmt: skip
    return loads


def learned(world):
    with tenancy(world.project):
        return fused_suggester(world.question, is_learned=True)


def test_an_engine_is_made_by_one_thread_while_others_of_its_project_wait(world, live):
    made = []

    def ask():
        try:
            made.append(learned(world))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert live == [1]
    assert len(made) == 3 and len({id(each.pool.facets) for each in made}) == 1


def test_what_is_settled_is_read_anew_behind_one_at_a_time_and_no_request_waits(world, live, monkeypatch):
    fused = learned(world)
    goes_on, readers = threading.Event(), []

    def slow(question):
        readers.append(threading.current_thread())
        goes_on.wait(60)
        return KnownClusters([KnownPair("1", "2", None)])

    monkeypatch.setattr(fusion, "known_clusters", slow)
    monkeypatch.setattr(fusion, "LOOK_AGAIN_S", 0)
    before = fused.pool.clusters
    for _ in range(3):
        fused = learned(world)
        assert fused.pool.clusters is before
    goes_on.set()
    fused.refreshing.result(60)
    monkeypatch.setattr(fusion, "LOOK_AGAIN_S", 60)
    assert learned(world).pool.clusters.mates("1", before=None) == {"2"}
    assert len(readers) == 1 and readers[0] is not threading.current_thread()


def test_what_is_settled_stays_what_it_was_while_it_is_read_anew_and_says_the_same(world, live, monkeypatch):
    monkeypatch.setattr(fusion, "LOOK_AGAIN_S", 0)
    pair = KnownPair("1", "2", None)
    told = iter([[], [pair], [pair], []])
    monkeypatch.setattr(fusion, "known_clusters", lambda question: KnownClusters(next(told)))
    learned(world)
    known = []
    for _ in range(3):
        learned(world).refreshing.result(60)
        monkeypatch.setattr(fusion, "LOOK_AGAIN_S", 60)
        known.append(learned(world).pool.clusters)
        monkeypatch.setattr(fusion, "LOOK_AGAIN_S", 0)
    assert known[0] is known[1], "so that lists that were made with it are kept"
    assert known[2].mates("1", before=None) == set()


def test_fields_are_weighed_once_and_again_when_there_are_twice_as_many(world, monkeypatch):
    with tenancy(world.project):
        for _ in range(2):
            fused_suggester(world.question, is_learned=False)
        assert Job.objects.waiting().filter(kind=WEIGH).count() == 1
    drain_jobs(seconds=60)
    forget_engines()
    with tenancy(world.project):
        assert WeighedFields.objects.get().items_count == 5
        fused_suggester(world.question, is_learned=False)
        assert not Job.objects.waiting().filter(kind=WEIGH).exists()
        more = [NewItem(f"n{at}", "Printing", created_at=world.now) for at in range(6)]
        register_items(project_id=world.project.pk, items=more, now=world.now)
        monkeypatch.setattr(fusion, "LOOK_AGAIN_S", 0)
        monkeypatch.setattr(fusion, "FIELDS_AGAIN_S", 0)
        fused_suggester(world.question, is_learned=False)
    drain_jobs(seconds=60)
    with tenancy(world.project):
        assert WeighedFields.objects.get().items_count == 11


def test_a_retired_hybrid_stays_retired_when_its_fields_are_weighed_anew(world):
    first = next(iter(guessed(world, "5").values())).suggester
    retire_and_weigh = [("a", [first]), ("b", []), ("a", [])]
    for checksum, chosen in retire_and_weigh:
        with tenancy(world.project):
            retire(suggesters=chosen)
            facts = {"facts": Facets().as_facts(), "checksum": 64 * checksum, "items_count": 5, "weighed_at": world.now}
            WeighedFields.objects.update_or_create(project=world.project, defaults=facts)
        assert guessed(world, "5") == {}
    with tenancy(world.project):
        names = Suggester.objects.values_list("version", "state")
        assert dict(names) == dict.fromkeys(
            [first.version, f"{first.version}+{8 * 'a'}", f"{first.version}+{8 * 'b'}"], "retired"
        )
        show_again(suggesters=Suggester.objects.filter(version__endswith="b"))
    assert {guess.suggester.version for guess in guessed(world, "5").values()} == {f"{first.version}+{8 * 'a'}"}
    with tenancy(world.project):
        retire(suggesters=[first])
        world.question = update_question(question=world.question, weights={"fields": 2})
    assert guessed(world, "5"), "other weights are another version, which somebody decided on"


def test_a_questions_own_weights_order_otherwise_under_another_version(world, monkeypatch):
    with tenancy(world.project):
        more = [
            NewItem("same", "Zeppelin", created_at=world.now - timedelta(days=9), metadata={"part": "hull"}),
            NewItem("other", "Zeppelin", created_at=world.now - timedelta(days=9), metadata={"part": "wing"}),
            NewItem("asked", "Zeppelin", created_at=world.now, metadata={"part": "hull"}),
        ]
        parts = ["hull", "wing", "rudder", "engine"]
        more += [
            NewItem(f"n{at}", f"Word{at}", created_at=world.now - timedelta(days=99), metadata={"part": parts[at % 4]})
            for at in range(40)
        ]
        register_items(project_id=world.project.pk, items=more, now=world.now)
    guessed(world, "asked")
    drain_jobs(seconds=60)
    usual = guessed(world, "asked")

    def ahead(found):
        return found["same"].score - found["other"].score

    def weigh(**weights):
        with tenancy(world.project):
            world.question = update_question(question=world.question, weights=weights)

    weigh(fields=0)
    without = guessed(world, "asked")
    assert ahead(usual) > 0 and ahead(without) == pytest.approx(0)
    assert without["same"].suggester.version != usual["same"].suggester.version
    weigh()
    assert guessed(world, "asked")["same"].suggester == usual["same"].suggester


def test_stored_items_are_a_mapping_of_what_is_there(world):
    with tenancy(world.project):
        remove_item(item=world.items["4"], now=world.now)
        stored = StoredItems(world.project.pk)
        assert (len(stored), set(stored), "4" in stored) == (4, {"1", "2", "3", "5"}, False)
        assert stored["1"].title == world.items["1"].title
        assert stored.times(["5", "nobody"]) == {"5": world.items["5"].created_at}
        with pytest.raises(KeyError):
            stored["4"]
