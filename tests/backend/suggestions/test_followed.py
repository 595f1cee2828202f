import logging
import threading
import time
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from earmark import suggesters as sdk
from earmark.suggesters import index as index_module
from earmark.suggesters.index_folder import KINDS_OF_FILES

from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.models import Item
from backend.suggestions import followed as module
from backend.suggestions import indexes
from backend.suggestions.engines import asked_of
from backend.suggestions.followed import FollowedIndex
from backend.suggestions.indexes import forget_indexes, index_of, open_index
from backend.suggestions.models import RemoteSuggester
from backend.suggestions.retrieval import find_items, guesses_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(make_world, monkeypatch):
    monkeypatch.setattr(indexes, "LOOK_AGAIN_S", 0)
    made = make_world()
    with tenancy(made.project):
        index_of(made.project.pk)
    return made


@pytest.fixture
def folder(world, settings):
    return Path(settings.EARMARK_INDEX_DIR) / str(world.project.pk)


@pytest.fixture
def root(settings):
    return Path(settings.EARMARK_INDEX_DIR)


def found(world, query="archive"):
    with tenancy(world.project):
        return {
            each.candidate_key for each in find_items(question=world.question, item=world.items["4"], query=query, k=9)
        }


def guessed(world):
    with tenancy(world.project):
        return {each.candidate_key for each in guesses_for(question=world.question, item=world.items["5"])}


def eventually(look, wanted):
    end = time.monotonic() + 30
    while (seen := look()) != wanted and time.monotonic() < end:
        time.sleep(0.05)
    return seen


def health(world, later_s=0):
    from datetime import timedelta

    with tenancy(world.project):
        return open_index(world.project.pk).health(now=world.now + timedelta(seconds=later_s))


def test_the_first_look_is_taken_however_short_the_machine_has_been_up(world, tmp_path):
    followed = FollowedIndex(world.project.pk, tmp_path)
    with tenancy(world.project):
        followed.follow(look_again_s=time.monotonic() + 60)
    assert followed.index.count == len(world.items)


def register(world, **titles):
    with tenancy(world.project):
        items = [NewItem(key, title, created_at=world.now) for key, title in titles.items()]
        register_items(project_id=world.project.pk, items=items, now=world.now)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 50] ^= 0xFF
    path.write_bytes(content)


ARCHIVING = {"1", "2", "3", "5"}


@pytest.mark.parametrize("harm", [flip, lambda path: path.write_bytes(b""), lambda path: path.unlink()])
@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_an_index_that_was_damaged_while_nobody_had_it_open_is_built_anew_at_the_first_request(
    world, folder, kind, harm, caplog
):
    before = guessed(world)
    forget_indexes()
    [file] = folder.rglob("*" + kind)
    harm(file)
    assert before >= {"1", "2", "3"}
    assert guessed(world) == before
    assert found(world) == ARCHIVING
    assert "built anew" in caplog.text or "starts over" in caplog.text


def in_a_thread(call):
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def slow_check(monkeypatch):
    """Let the look at the checksums of a folder wait; the event is set when one waits, the other one lets go on."""
    waits, goes_on, look = threading.Event(), threading.Event(), sdk.ItemIndex.damaged_files

    def slow_in(folder):
        def damaged_files(index):
            if index._folder.path.is_relative_to(folder):
                waits.set()
                goes_on.wait(30)
            return look(index)

        monkeypatch.setattr(sdk.ItemIndex, "damaged_files", damaged_files)
        return waits, goes_on

    yield slow_in
    goes_on.set()


def test_while_one_projects_index_is_opened_no_other_project_waits(world, folder, slow_check, make_world):
    other = make_world("other")
    forget_indexes()
    waits, goes_on = slow_check(folder)
    opening = in_a_thread(lambda: open_index(world.project.pk))
    assert waits.wait(30)
    others = in_a_thread(lambda: open_index(other.project.pk))
    others.join(30)
    assert not others.is_alive() and opening.is_alive()
    goes_on.set()
    opening.join(30)
    assert not opening.is_alive()


def test_two_who_open_an_index_at_once_get_the_same(world, folder, slow_check):
    forget_indexes()
    waits, goes_on = slow_check(folder)
    opened = []
    both = [in_a_thread(lambda: opened.append(open_index(world.project.pk))) for _ in range(2)]
    assert waits.wait(30)
    goes_on.set()
    for each in both:
        each.join(30)
    assert len(opened) == 2 and opened[0] is opened[1]


def test_the_checksums_of_a_large_index_are_looked_at_behind_and_damage_is_mended(
    world, folder, slow_check, monkeypatch, caplog
):
    monkeypatch.setattr(module, "CHECKED_AT_ONCE_BYTES", 0)
    forget_indexes()
    waits, goes_on = slow_check(folder)
    assert found(world) == ARCHIVING
    assert waits.wait(30)
    [fieldnorm] = folder.rglob("*.fieldnorm")
    flip(fieldnorm)
    assert "starts over" not in caplog.text
    goes_on.set()
    assert eventually(lambda: "starts over" in caplog.text, True)
    assert eventually(lambda: found(world), ARCHIVING) == ARCHIVING
    assert health(world).is_well and "not as they were written" in health(world).broken


def test_of_many_indexes_the_one_that_was_longest_not_asked_is_closed(world, make_world, monkeypatch):
    monkeypatch.setattr(indexes, "INDEXES_KEPT", 2)
    forget_indexes()
    one, other, third = world.project.pk, make_world("other").project.pk, make_world("third").project.pk
    first, second = open_index(one), open_index(other)
    assert open_index(one) is first
    open_index(third)
    assert open_index(one) is first
    assert open_index(other) is not second


@pytest.mark.parametrize("damaged", ["meta.json", "applied-seq"])
def test_so_is_one_whose_small_files_are_rubbish(world, folder, damaged):
    forget_indexes()
    [file] = folder.rglob(damaged)
    file.write_bytes(b"\xff rubbish")
    assert found(world) == ARCHIVING
    assert health(world).items_count == 5


def test_damage_under_an_open_index_fails_no_request_is_said_and_mended_behind(world, folder, monkeypatch, caplog):
    assert found(world) == ARCHIVING

    def broken(*_, **__):
        raise sdk.IndexFailed("tantivy panicked: a byte turned")

    [positions] = folder.rglob("*.pos")
    flip(positions)
    with monkeypatch.context() as patch:
        patch.setattr(sdk.ItemIndex, "search", broken)
        assert found(world) == set()
    assert "is damaged and starts over: tantivy panicked: a byte turned" in caplog.text
    assert eventually(lambda: found(world), ARCHIVING) == ARCHIVING
    assert "a byte turned" in health(world).broken
    assert health(world).is_well


def test_of_a_large_index_no_request_waits_for_the_merging_that_follows_the_writing(world, monkeypatch):
    assert found(world) == ARCHIVING
    merged, write = threading.Event(), sdk.ItemIndex.apply

    def write_and_merge(*given, **more):
        told = write(*given, **more)
        merged.wait(30)
        return told

    monkeypatch.setattr(module, "LARGE", 1)
    monkeypatch.setattr(sdk.ItemIndex, "apply", write_and_merge)
    register(world, late="archive fails")
    try:
        assert eventually(lambda: found(world), ARCHIVING | {"late"}) == ARCHIVING | {"late"}
        assert not merged.is_set()
    finally:
        merged.set()
        open_index(world.project.pk)._behind.join(30)


def test_a_failure_without_damage_is_no_reason_to_start_over(world, monkeypatch, caplog):
    def failing(*_, **__):
        raise sdk.IndexFailed("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sdk.ItemIndex, "search", failing)
        assert found(world) == set()
    assert "No space left" in caplog.text and "starts over" not in caplog.text
    assert health(world).items_count == 5
    assert found(world) == ARCHIVING


def test_candidates_that_are_sent_along_are_none_while_the_index_fails(world, monkeypatch):
    remote = RemoteSuggester(name="own", candidates_count=3)
    with tenancy(world.project), monkeypatch.context() as patch:
        assert len(asked_of(remote, world.question, world.items["5"])["candidates"]) == 3

        def failing(*_, **__):
            raise sdk.IndexFailed("No space left on device")

        patch.setattr(sdk.LexicalSuggester, "suggest", failing)
        assert asked_of(remote, world.question, world.items["5"])["candidates"] == []


def test_an_index_whose_folder_cannot_be_made_fails_no_request(world, settings, tmp_path):
    (tmp_path / "file").write_text("no folder")
    settings.EARMARK_INDEX_DIR = tmp_path / "file"
    forget_indexes()
    assert found(world) == guessed(world) == set()


def test_what_takes_long_goes_on_behind_and_the_request_does_not_wait(world, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 1)
    monkeypatch.setattr(module, "BATCH_IN_A_REQUEST", 1)
    forget_indexes()
    with tenancy(world.project):
        fresh = open_index(world.project.pk)
        fresh.index.rebuild([], seq=0)
        fresh.follow(look_again_s=0, at_most_s=0.0)
    assert eventually(lambda: health(world).items_count, 5) == 5


def test_health_tells_what_is_there_what_waits_and_for_how_long(world, folder):
    register(world, a="Archive again", b="Zirconium")
    told = health(world, later_s=90)
    assert (told.items_count, told.present_count, told.waiting_count, told.lag_s) == (5, 7, 2, 90)
    assert told.newest_seq - told.applied_seq == 2
    assert told.is_well and not told.damaged
    found(world)
    told = health(world, later_s=90)
    assert (told.items_count, told.waiting_count, told.lag_s, told.applied_seq) == (7, 0, 0, told.newest_seq)
    assert told.bytes_count == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert told.written_by.startswith("process ") and told.written_at is not None
    assert (told.rebuilt_at, told.broken_at) == (None, None)


def test_rebuilding_tells_how_far_it_is_and_leaves_what_should_be_there(world, capsys):
    with tenancy(world.project):
        open_index(world.project.pk).index.rebuild([sdk.Item("stray", "archive of nobody")], seq=10**9)
    call_command("rebuild_index", project=world.project.slug)
    told = capsys.readouterr().out
    assert "forum: 5 of 5 items read" in told
    assert "forum: 5 items in the index" in told
    assert found(world) == ARCHIVING
    assert health(world).rebuilt_at is not None
    register(world, a="Archive again")
    assert "a" in found(world)


def test_readers_keep_the_old_index_until_the_new_one_is_whole_and_changes_meanwhile_are_not_lost(world, root):
    other = FollowedIndex(world.project.pk, root)
    seen = []

    def meanwhile(done, whole):
        seen.append((done, whole, found(world) == ARCHIVING))
        if done == whole and len(seen) == 2:
            register(world, **{"1": "Renamed since", "late": "Archive late"})
            with tenancy(world.project):
                remove_item(item=Item.objects.get(key="2"), now=world.now)

    assert other.rebuild(meanwhile) == 5
    assert seen[:2] == [(0, 5, True), (5, 5, True)]
    assert found(world) == {"3", "5", "late"}
    assert found(world, "renamed") == {"1"}


def test_while_another_process_writes_a_rebuild_waits_and_then_says_so(world, root):
    held = FollowedIndex(world.project.pk, root).index._index.writer(heap_size=index_module.HEAP_BYTES, num_threads=1)
    with pytest.raises(CommandError, match="Another process is writing this index. Try again"):
        call_command("rebuild_index", project=world.project.slug, wait=0.3)
    register(world, a="Archive again")
    assert found(world) == ARCHIVING
    del held
    assert found(world) == ARCHIVING | {"a"}


def test_a_damaged_index_is_rebuilt_too(world, folder, root):
    [positions] = folder.rglob("*.pos")
    positions.unlink()
    assert FollowedIndex(world.project.pk, root).rebuild() == 5
    assert found(world) == ARCHIVING


def test_a_project_that_is_not_there_is_said(world):
    with pytest.raises(CommandError, match="no project 'nobody'"):
        call_command("rebuild_index", project="nobody")


def test_a_removed_item_is_found_no_more_at_once_and_its_words_leave_the_disk(world, folder):
    register(world, x="Zirconium leak")
    assert found(world, "zirconium") == {"x"}
    with tenancy(world.project):
        remove_item(item=Item.objects.get(key="x"), now=world.now)
    assert found(world, "zirconium") == set()
    assert eventually(lambda: left_of(folder, ("title", "zirconium"), ("id", "x")), [0, 0]) == [0, 0]
    assert found(world) == ARCHIVING


def left_of(folder, *words):
    snapshot = sdk.ItemIndex(folder).snapshot()
    return [snapshot._searcher.doc_freq(*word) for word in words]


def test_a_visit_reads_nothing_anew_for_an_item_that_was_removed(world, monkeypatch):
    read = []
    present_items = FollowedIndex._present_items
    monkeypatch.setattr(FollowedIndex, "_forget_words", lambda followed: None)
    monkeypatch.setattr(
        FollowedIndex, "_present_items", lambda followed, keys: read.extend(keys) or present_items(followed, keys)
    )
    with tenancy(world.project):
        remove_item(item=Item.objects.get(key="1"), now=world.now)
    with tenancy(world.project):
        index = index_of(world.project.pk).index
    assert (index.count, index.has_hidden_words, read) == (4, True, [])


def test_of_a_large_index_no_visit_waits_while_words_of_removed_items_are_taken_out(world, monkeypatch):
    is_at_it, may_end, was_let_go = threading.Event(), threading.Event(), []

    def rewrite(index, read):
        is_at_it.set()
        was_let_go.append(may_end.wait(60))
        yield 0

    monkeypatch.setattr(sdk.ItemIndex, "rewrite", rewrite)
    with tenancy(world.project):
        remove_item(item=Item.objects.get(key="1"), now=world.now)
    with tenancy(world.project):
        followed = index_of(world.project.pk)
    assert is_at_it.wait(30)
    monkeypatch.setattr(module, "LARGE", 1)
    register(world, x="Zirconium leak")
    with tenancy(world.project):
        for _ in range(3):
            followed.follow(look_again_s=0, at_most_s=60)
    assert followed.index.search("zirconium", 3) == []
    may_end.set()
    followed._behind.join()
    followed.index.reload()
    assert ([hit.id for hit in followed.index.search("zirconium", 3)], was_let_go) == (["x"], [True])


def test_of_a_small_index_a_visit_waits_for_what_is_new_while_words_of_removed_items_are_taken_out(world, monkeypatch):
    is_at_it = threading.Event()

    def rewrite(index, read):
        is_at_it.set()
        time.sleep(0.3)
        yield 0

    monkeypatch.setattr(sdk.ItemIndex, "rewrite", rewrite)
    with tenancy(world.project):
        remove_item(item=Item.objects.get(key="1"), now=world.now)
    with tenancy(world.project):
        followed = index_of(world.project.pk)
    assert is_at_it.wait(30)
    register(world, x="Zirconium leak")
    with tenancy(world.project):
        followed.follow(look_again_s=0, at_most_s=60)
    assert [hit.id for hit in followed.index.search("zirconium", 3)] == ["x"]


def test_an_item_whose_transaction_is_still_open_is_not_lost_when_others_are_written_anew(world, folder, monkeypatch):
    monkeypatch.setattr(module, "FORGET_AGAIN_S", 0)
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=[NewItem("x", "Zirconium leak")], now=world.now)
        register_items(project_id=world.project.pk, items=[NewItem("y", "Bismuth leak")], now=world.now)
        index_of(world.project.pk)
        remove_item(item=Item.objects.get(key="x"), now=world.now)
        followed = index_of(world.project.pk)
        followed._forgetting.join()
        assert [hit.id for hit in followed.index.search("bismuth", 3)] == ["y"]
    assert found(world, "bismuth") == {"y"}
    left = eventually(lambda: [*left_of(folder, ("title", "zirconium")), len(found(world, "bismuth"))], [0, 1])
    assert left == [0, 1]


def test_what_a_killed_process_left_the_next_visit_of_another_takes_out(world, folder, root, monkeypatch):
    with monkeypatch.context() as killed:
        killed.setattr(FollowedIndex, "_forget_words", lambda followed: None)
        register(world, x="Zirconium leak", y="Bismuth leak")
        found(world)
        with tenancy(world.project):
            remove_item(item=Item.objects.get(key="x"), now=world.now)
        assert found(world, "zirconium") == set()
    assert left_of(folder, ("title", "zirconium")) == [1]
    another = FollowedIndex(world.project.pk, root)
    with tenancy(world.project):
        another.follow(look_again_s=0)
    assert eventually(lambda: left_of(folder, ("title", "zirconium")), [0]) == [0]
    assert another.index.count == 6


def test_a_removed_item_is_not_shown_even_while_the_index_cannot_be_written(world, root):
    held = FollowedIndex(world.project.pk, root).index._index.writer(heap_size=index_module.HEAP_BYTES, num_threads=1)
    with tenancy(world.project):
        remove_item(item=Item.objects.get(key="1"), now=world.now)
    assert found(world) == ARCHIVING - {"1"}
    assert "1" not in guessed(world)
    del held


def page(world):
    user = get_user_model().objects.create(username="analyst", is_staff=True)
    StaffMember.objects.create(user=user, project=world.project)
    client = Client()
    client.force_login(user)
    return client.get(reverse("search-index")).content.decode()


def test_the_page_says_that_all_is_well(world):
    told = page(world)
    assert "It holds all items, as they are now." in told
    assert "5 of 5" in told and "never; it only followed changes" in told and "process " in told


def test_the_page_says_what_waits_and_what_is_damaged(world, folder):
    register(world, a="Archive again")
    [positions] = folder.rglob("*.pos")
    flip(positions)
    assert "Damaged on disk: 1 files." in page(world)


def test_who_may_open_no_project_sees_no_index(world):
    client = Client()
    client.force_login(get_user_model().objects.create(username="nobody", is_staff=True))
    assert client.get(reverse("search-index")).status_code == 404


def test_nothing_of_an_items_text_is_in_the_log(world, folder, caplog):
    caplog.set_level(logging.DEBUG)
    forget_indexes()
    [terms] = folder.rglob("*.term")
    flip(terms)
    found(world)
    assert "archive" not in caplog.text.lower().replace(str(folder).lower(), "")
