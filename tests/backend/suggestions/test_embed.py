import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from earmark.suggesters.embedding import Embedder

from backend.projects.actions.jobs import claim_job, do_job, drain_jobs
from backend.projects.models import Job
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.models import Item
from backend.suggestions import embedder as embedder_module
from backend.suggestions.actions import embed
from backend.suggestions.actions.embed import begin_batch, embed_later, end_batch
from backend.suggestions.embedder import configured_embedder, forget_embedders
from backend.suggestions.errors import EmbeddingUnderWay
from backend.suggestions.models import EmbeddingVersion, ItemVector
from backend.suggestions.nearest import StoredVectors
from backend.suggestions.work import embed_all_later
from tests.tiny_model import make_tiny_model

pytestmark = pytest.mark.django_db(transaction=True)

SERVING, BUILDING, RETIRED = "serving", "building", "retired"


@pytest.fixture
def project(make_world, models):
    """A project with five threads whose jobs are done, all but those of embedding."""
    return make_world().project


def waiting(kind=embed.EMBED):
    return Job.objects.waiting().filter(kind=kind).count()


def embedded(project):
    """The keys of a project's items that have a vector, by version."""
    with tenancy(project):
        found = {}
        for version, key in ItemVector.objects.of(project).values_list("version__version", "item__key"):
            found.setdefault(version, set()).add(key)
    return found


def states(project):
    with tenancy(project):
        return dict(EmbeddingVersion.objects.of(project).values_list("version", "state"))


def version_of(project):
    with tenancy(project):
        return EmbeddingVersion.objects.of(project).get(version=configured_embedder().version)


def test_registered_items_are_embedded_by_the_worker_and_the_version_serves(project):
    assert waiting() == 1
    drain_jobs()
    version = configured_embedder().version
    assert embedded(project) == {version: {"1", "2", "3", "4", "5"}}
    assert states(project) == {version: SERVING}
    row = version_of(project)
    assert (row.vectors_count, row.width, row.busy_until) == (5, 384, None)
    assert row.completed_at is not None


def test_many_registrations_ask_once(project, register):
    for number in range(5):
        with tenancy(project):
            register(project, {f"x{number}": "archive"})
    assert waiting() == 1


def test_more_items_than_a_batch_holds_are_embedded_batch_by_batch_behind_other_jobs(project, register, monkeypatch):
    monkeypatch.setattr(embed, "BATCH", 2)
    do_job(claim_job(now=timezone.now()), now=timezone.now())
    assert (version_of(project).vectors_count, version_of(project).state) == (2, BUILDING)
    assert waiting() == 1
    drain_jobs()
    assert (version_of(project).vectors_count, version_of(project).state) == (5, SERVING)


def test_only_what_has_another_text_is_embedded_anew(project, register, monkeypatch):
    drain_jobs()
    with tenancy(project):
        register(project, {"1": "printer", "2": "Archive shortcut broken"}, body="another body")
        batch = begin_batch(project_id=project.pk, embedder=configured_embedder(), now=timezone.now())
        assert batch.texts == ["printer"]
        end_batch(
            project_id=project.pk,
            batch=batch,
            vectors=configured_embedder().encode(batch.texts).tolist(),
            now=timezone.now(),
        )
        moved = Item.objects.get(key="2")
        assert ItemVector.objects.get(item=moved).created_at == moved.created_at
    assert version_of(project).vectors_count == 5


def test_an_item_without_a_title_is_embedded_by_its_body_and_one_without_text_not(project):
    with tenancy(project):
        register_items(
            project_id=project.pk,
            items=[NewItem("body", body="store broken"), NewItem("none", " ")],
            now=timezone.now(),
        )
    drain_jobs()
    [keys] = embedded(project).values()
    assert "body" in keys
    assert "none" not in keys


def test_an_item_that_loses_its_text_loses_its_vector(project):
    drain_jobs()
    with tenancy(project):
        register_items(project_id=project.pk, items=[NewItem("1")], now=timezone.now())
    drain_jobs()
    assert "1" not in embedded(project)[configured_embedder().version]
    assert version_of(project).vectors_count == 4


def test_a_removed_item_is_found_no_more_at_once_and_its_vectors_are_deleted(project):
    drain_jobs()
    with tenancy(project):
        vectors = StoredVectors.of(project.pk)
        asked = vectors.vector_of("1")
        assert "1" in [hit.id for hit in vectors.search(asked, 9)]
        remove_item(item=Item.objects.get(key="1"), now=timezone.now())
        assert "1" not in [hit.id for hit in vectors.search(asked, 9)]
    drain_jobs()
    assert "1" not in embedded(project)[configured_embedder().version]
    assert version_of(project).vectors_count == 4


def test_the_vectors_of_a_removed_item_are_deleted_where_embedding_is_off(project, settings):
    drain_jobs()
    settings.EARMARK_MODELS = ""
    with tenancy(project):
        remove_item(item=Item.objects.get(key="1"), now=timezone.now())
    drain_jobs()
    [keys] = embedded(project).values()
    assert keys == {"2", "3", "4", "5"}


def test_an_item_that_is_removed_while_it_is_embedded_gets_no_vector(project):
    embedder = configured_embedder()
    with tenancy(project):
        batch = begin_batch(project_id=project.pk, embedder=embedder, now=timezone.now())
        remove_item(item=Item.objects.get(key="1"), now=timezone.now())
        assert end_batch(
            project_id=project.pk, batch=batch, vectors=embedder.encode(batch.texts).tolist(), now=timezone.now()
        )
    drain_jobs()
    assert embedded(project) == {embedder.version: {"2", "3", "4", "5"}}


def test_what_comes_back_is_embedded_again(project):
    drain_jobs()
    with tenancy(project):
        remove_item(item=Item.objects.get(key="1"), now=timezone.now())
    drain_jobs()
    with tenancy(project):
        register_items(project_id=project.pk, items=[NewItem("1", "archive")], now=timezone.now())
    drain_jobs()
    assert "1" in embedded(project)[configured_embedder().version]


def test_the_old_version_serves_until_the_new_one_is_complete(project, change_model, monkeypatch):
    drain_jobs()
    old = configured_embedder().version
    change_model(2.0)
    new = configured_embedder().version
    assert new != old
    monkeypatch.setattr(embed, "BATCH", 2)
    embed_all_later()
    do_job(claim_job(now=timezone.now()), now=timezone.now())
    assert states(project) == {old: SERVING, new: BUILDING}
    with tenancy(project):
        assert StoredVectors.of(project.pk).embedder_version == old
    assert len(embedded(project)[old]) == 5
    drain_jobs()
    assert states(project) == {old: RETIRED, new: SERVING}
    assert embedded(project) == {new: {"1", "2", "3", "4", "5"}}


@pytest.fixture
def add_model(models, settings):
    """Put another model beside the one there, and name it as the one to embed with."""

    def add(name, salt):
        make_tiny_model(models / name, salt=salt)
        forget_embedders()
        settings.EARMARK_EMBEDDER = name

    return add


def begin_a_new_version(project, add_model, monkeypatch):
    """Let all be embedded, then begin with another model; return both versions and a way to do one job."""
    drain_jobs()
    old = configured_embedder().version
    add_model("tinier", 2.0)
    monkeypatch.setattr(embed, "BATCH", 2)
    embed_all_later()

    def do_one():
        do_job(claim_job(now=timezone.now()), now=timezone.now())

    do_one()
    return old, configured_embedder().version, do_one


def test_what_is_new_is_found_by_meaning_while_another_version_is_built(project, add_model, monkeypatch):
    old, new, do_one = begin_a_new_version(project, add_model, monkeypatch)
    with tenancy(project):
        register_items(project_id=project.pk, items=[NewItem("late", "mail key")], now=timezone.now())
    do_one()
    assert states(project) == {old: SERVING, new: BUILDING}
    assert "late" in embedded(project)[old]
    assert "late" not in embedded(project)[new]
    drain_jobs()
    assert states(project) == {old: RETIRED, new: SERVING}
    assert embedded(project) == {new: {"1", "2", "3", "4", "5", "late"}}


def test_where_the_older_model_is_gone_the_new_version_is_built_alone(project, add_model, models, monkeypatch):
    old, new, do_one = begin_a_new_version(project, add_model, monkeypatch)
    make_tiny_model(models / "tiny", salt=3.0)
    forget_embedders()
    with tenancy(project):
        register_items(project_id=project.pk, items=[NewItem("late", "mail key")], now=timezone.now())
    do_one()
    assert "late" not in embedded(project)[old]
    drain_jobs()
    assert embedded(project) == {new: {"1", "2", "3", "4", "5", "late"}}


def test_where_the_older_model_fails_its_batch_is_left_out_and_the_new_version_is_built(
    project, add_model, monkeypatch
):
    old, new, do_one = begin_a_new_version(project, add_model, monkeypatch)
    encode = Embedder.encode

    def failing(embedder, texts):
        if embedder.version == old:
            raise RuntimeError("out of memory")
        return encode(embedder, texts)

    monkeypatch.setattr(Embedder, "encode", failing)
    with tenancy(project):
        register_items(project_id=project.pk, items=[NewItem("late", "mail key")], now=timezone.now())
    before = len(embedded(project)[new])
    do_one()
    assert (len(embedded(project)[new]) > before, "late" in embedded(project)[old]) == (True, False)
    with tenancy(project):
        assert EmbeddingVersion.objects.get(version=old).busy_until is None
    drain_jobs()
    assert states(project) == {old: RETIRED, new: SERVING}


def test_where_the_new_model_fails_both_batches_are_given_back(project, add_model, monkeypatch):
    _, new, do_one = begin_a_new_version(project, add_model, monkeypatch)
    encode = Embedder.encode

    def failing(embedder, texts):
        if embedder.version == new:
            raise RuntimeError("out of memory")
        return encode(embedder, texts)

    monkeypatch.setattr(Embedder, "encode", failing)
    with tenancy(project):
        register_items(project_id=project.pk, items=[NewItem("late", "mail key")], now=timezone.now())
    with pytest.raises(RuntimeError, match="out of memory"):
        do_one()
    with tenancy(project):
        assert set(EmbeddingVersion.objects.values_list("busy_until", flat=True)) == {None}


def test_an_older_model_is_loaded_once_for_all_projects_that_it_still_serves(
    make_world, add_model, models, monkeypatch
):
    one, other, third = (make_world(slug).project for slug in ("one", "other", "third"))
    drain_jobs()
    old = configured_embedder().version
    add_model("tinier", 2.0)
    monkeypatch.setattr(embed, "BATCH", 2)
    loads, load = [], embedder_module._load
    monkeypatch.setattr(embedder_module, "_load", lambda name: loads.append(Path(name).name) or load(name))
    with tenancy(third):  # needs no older one: the new one is the first of it
        EmbeddingVersion.objects.all().delete()
    embed_all_later()
    for number in range(6):  # the projects take turns
        for project in (one, other):
            with tenancy(project):
                register_items(project_id=project.pk, items=[NewItem(f"n{number}", "mail")], now=timezone.now())
        do_job(claim_job(now=timezone.now()), now=timezone.now())
    drain_jobs()
    assert all(states(project)[old] == RETIRED for project in (one, other))
    assert loads.count("tiny") == 1
    for project in (one, other):
        with tenancy(project):
            register_items(project_id=project.pk, items=[NewItem("after", "mail")], now=timezone.now())
    drain_jobs()
    assert embedder_module._earlier == {}, "nobody needs the older one any more"


def test_a_batch_that_another_worker_holds_for_the_serving_version_holds_nobody_up(project, add_model, monkeypatch):
    old, new, do_one = begin_a_new_version(project, add_model, monkeypatch)
    with tenancy(project):
        later = timezone.now() + timedelta(seconds=60)
        EmbeddingVersion.objects.of(project).filter(version=old).update(busy_until=later)
    before = len(embedded(project)[new])
    do_one()
    assert len(embedded(project)[new]) > before


def test_the_vectors_of_a_retired_version_are_deleted_some_at_a_time(project, change_model, monkeypatch):
    drain_jobs()
    old = configured_embedder().version
    change_model(2.0)
    monkeypatch.setattr(embed, "FORGET_AT_ONCE", 2)
    embed_all_later()
    drain_jobs()
    assert old not in embedded(project)
    with tenancy(project):
        assert EmbeddingVersion.objects.get(version=old).vectors_count == 0
    assert Job.objects.filter(kind=embed.FORGET_VERSION).exclude(done_at=None).count() == 3


def test_a_version_that_comes_back_is_built_again_and_its_vectors_are_kept(project, change_model):
    drain_jobs()
    old = configured_embedder().version
    change_model(2.0)
    new = configured_embedder().version
    with tenancy(project):
        batch = begin_batch(project_id=project.pk, embedder=configured_embedder(), now=timezone.now())
        end_batch(
            project_id=project.pk,
            batch=batch,
            vectors=configured_embedder().encode(batch.texts).tolist(),
            now=timezone.now(),
        )
    assert states(project) == {old: RETIRED, new: SERVING}
    change_model(1.0)
    with tenancy(project):
        batch = begin_batch(project_id=project.pk, embedder=configured_embedder(), now=timezone.now())
        assert batch.texts == []
        end_batch(project_id=project.pk, batch=batch, vectors=[], now=timezone.now())
    drain_jobs()
    assert states(project) == {old: SERVING, new: RETIRED}
    assert embedded(project) == {old: {"1", "2", "3", "4", "5"}}


def test_a_worker_that_was_not_restarted_does_not_bring_the_old_version_back(project, change_model):
    drain_jobs()
    older = configured_embedder()
    loaded = timezone.now()
    change_model(2.0)
    embed_all_later()
    drain_jobs()
    expected = {older.version: RETIRED, configured_embedder().version: SERVING}
    with tenancy(project):
        given = {"project_id": project.pk, "embedder": older, "now": timezone.now()}
        assert begin_batch(**given, loaded_at=loaded) is None
        assert states(project) == expected
        assert begin_batch(**given, loaded_at=timezone.now()) is not None


def test_what_an_old_worker_embedded_is_not_written_once_its_version_is_retired(project, change_model):
    older = configured_embedder()
    with tenancy(project):
        batch = begin_batch(project_id=project.pk, embedder=older, now=timezone.now())
    change_model(2.0)
    embed_all_later()
    drain_jobs()
    with tenancy(project):
        vectors = older.encode(batch.texts).tolist()
        assert not end_batch(project_id=project.pk, batch=batch, vectors=vectors, now=timezone.now())
    new = configured_embedder().version
    assert states(project) == {older.version: RETIRED, new: SERVING}
    assert list(embedded(project)) == [new]


def test_a_batch_is_held_by_one_and_the_others_look_again_when_it_ends(project):
    now = timezone.now()
    with tenancy(project):
        begin_batch(project_id=project.pk, embedder=configured_embedder(), now=now)
        with pytest.raises(EmbeddingUnderWay) as held:
            begin_batch(project_id=project.pk, embedder=configured_embedder(), now=now)
    drain_jobs()
    [job] = Job.objects.waiting().filter(kind=embed.EMBED)
    assert job.due_at == held.value.until == now + timedelta(seconds=embed.LEASE_S)
    assert embedded(project) == {}


def test_the_batch_of_a_worker_that_was_killed_is_taken_by_another(project):
    now = timezone.now()
    with tenancy(project):
        begin_batch(project_id=project.pk, embedder=configured_embedder(), now=now)
        later = now + timedelta(seconds=embed.LEASE_S + 1)
        assert len(begin_batch(project_id=project.pk, embedder=configured_embedder(), now=later).texts) == 5


def test_a_batch_that_is_written_twice_does_no_harm(project):
    embedder = configured_embedder()
    with tenancy(project):
        batch = begin_batch(project_id=project.pk, embedder=embedder, now=timezone.now())
        vectors = embedder.encode(batch.texts).tolist()
        for _ in range(2):
            end_batch(project_id=project.pk, batch=batch, vectors=vectors, now=timezone.now())
    assert version_of(project).vectors_count == 5


def test_embedding_that_fails_gives_its_batch_back_and_is_tried_again(project, monkeypatch):
    from earmark.suggesters.embedding import Embedder

    def fail(self, texts, progress=None):
        raise RuntimeError("no")

    with monkeypatch.context() as broken:
        broken.setattr(Embedder, "encode", fail)
        drain_jobs()
    assert version_of(project).busy_until is None
    [job] = Job.objects.waiting().filter(kind=embed.EMBED)
    assert (job.attempts_count, job.failure) == (1, "RuntimeError")
    Job.objects.update(due_at=timezone.now())
    drain_jobs()
    assert version_of(project).state == SERVING


def test_an_item_registered_while_the_worker_looks_is_not_missed(project, register):
    """The waiting job is not to be had until the registration that counts on it is there."""
    drain_jobs()
    with tenancy(project):
        embed_later(project_id=project.pk)
    registered, looked = threading.Event(), threading.Event()

    def slow_registration():
        with tenancy(project):
            register(project, {"late": "archive"})
            registered.set()
            looked.wait(10)
        connection.close()

    thread = threading.Thread(target=slow_registration)
    thread.start()
    registered.wait(10)
    drain_jobs()
    looked.set()
    thread.join()
    drain_jobs()
    assert "late" in embedded(project)[configured_embedder().version]


def test_projects_do_not_see_or_touch_each_others_vectors(project, make_world):
    other = make_world("other").project
    drain_jobs()
    with tenancy(other):
        assert ItemVector.objects.count() == 5
        remove_item(item=Item.objects.get(key="1"), now=timezone.now())
    drain_jobs()
    assert [len(keys) for keys in embedded(project).values()] == [5]
    assert [len(keys) for keys in embedded(other).values()] == [4]


def test_without_a_model_nothing_is_asked_and_all_else_works(make_world, settings):
    settings.EARMARK_MODELS = settings.EARMARK_EMBEDDER = ""
    made = make_world()
    assert waiting() == 0
    embed_all_later()
    assert waiting() == 0
    assert embedded(made.project) == {}


def test_an_empty_project_is_complete_at_once(project, models):
    from backend.projects.models import Project

    empty = Project.objects.create(slug="empty", name="Empty")
    with tenancy(empty):
        embed_later(project_id=empty.pk)
    drain_jobs()
    assert list(states(empty).values()) == [SERVING]
