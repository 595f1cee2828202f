"""Tests of earmark.suggesters.index, on the real tantivy."""

import itertools
import json
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime

import pytest
import tantivy
from earmark.errors import IndexFailed, SomeoneElseWrites
from earmark.suggesters import Item, ItemIndex
from earmark.suggesters.index import HEAP_BYTES
from earmark.suggesters.index_folder import FORMAT, KINDS_OF_FILES
from earmark.suggesters.snapshot import named_errors


def found(index, query, k=10):
    return [hit.id for hit in index.search(query, k)]


def grep(folder, word):
    """The files under a folder that hold a word."""
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def segments(folder):
    """The segments whose files lie under a folder; a term dictionary is packed, so that grep cannot see into it."""
    return {path.stem.partition(".")[0] for path in folder.rglob("*.term")}


def uses(folder, *words):
    """How many documents, deleted ones too, use words in the files under a folder."""
    snapshot = ItemIndex(folder).snapshot()
    return sum(snapshot._searcher.doc_freq(field, word) for word in words for field in ("id", "title", "body", "typed"))


def kept_with(folder, word):
    """How many documents, deleted ones too, are stored with a word in the files under a folder.

    Blocks of stored documents are packed, which may cut a word in two, so that grep cannot be relied on here.
    """
    assert {path.stem for path in folder.rglob("*.store")} == segments(folder)
    searcher = ItemIndex(folder).snapshot()._searcher
    assert searcher.num_segments == len(segments(folder))
    return sum(
        word in fields["id"] or any(word.encode() in sketch for sketch in fields["sketch"])
        for segment in range(searcher.num_segments)
        for fields in stored_in(searcher, segment)
    )


def stored_in(searcher, segment):
    """The stored fields of each document of a segment, the deleted ones too."""
    for number in itertools.count():
        try:
            yield searcher.doc(tantivy.DocAddress(segment, number)).to_dict()
        except ValueError:  # there are no more
            return


def another_process(code, folder):
    script = f"from earmark.suggesters import Item, ItemIndex\nindex = ItemIndex({str(folder)!r})\n{code}"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)


def test_what_is_applied_is_found_and_its_number_kept(index):
    assert index.count == 5
    assert index.applied_seq == 5
    assert found(index, "calendar") == ["2"]


def test_an_item_written_again_is_there_once_with_its_new_words(index, threads):
    index.apply([replace(threads[1], title="Printing envelopes")], seq=6)
    assert index.count == 5
    assert found(index, "envelopes") == ["2"]
    assert found(index, "calendar") == []


def test_of_one_item_twice_in_a_change_the_last_counts():
    index = ItemIndex()
    index.apply([Item("1", "first"), Item("1", "second")])
    assert (index.count, found(index, "first"), found(index, "second")) == (1, [], ["1"])


def test_a_removed_item_is_not_found(index):
    index.apply(removed=["2", "never there"], seq=6)
    assert index.count == 4
    assert found(index, "calendar") == []


def test_an_item_without_text_or_time_is_kept():
    index = ItemIndex()
    index.apply([Item("1"), Item("2", created_at=datetime(1901, 1, 1))])
    assert index.count == 2


def test_an_id_is_taken_as_it_is():
    index = ItemIndex()
    keys = ["A b", "a/b?c", "ä", "a b", "x" * 200, "0"]
    index.apply([Item(key, "same words") for key in keys])
    assert sorted(found(index, "same")) == sorted(keys)
    index.apply(removed=["a b"])
    assert index.count == 5


def test_a_late_change_is_not_written_over_a_newer_one(index, threads):
    assert not index.apply([replace(threads[1], title="an old title")], seq=5)
    assert not index.apply(removed=["1"], seq=3)
    assert (index.count, index.applied_seq, found(index, "old")) == (5, 5, [])


def test_a_change_that_fails_leaves_all_as_it_was(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply(threads, seq=5)

    def breaking():
        yield Item("6", "half a change")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        index.apply(breaking(), seq=6)
    assert (index.count, index.applied_seq) == (5, 5)
    assert index.apply([Item("6", "a whole change")], seq=6)


def test_an_error_of_the_givers_keeps_its_name(index):
    def breaking():
        yield from ()
        raise ValueError("of the host")

    with pytest.raises(ValueError, match="of the host"):
        index.apply(breaking())


def test_an_id_that_is_no_text_is_an_error_of_ours(index):
    with pytest.raises(IndexFailed):
        index.apply([Item("\ud800", "half a sign")])
    assert index.count == 5


def test_a_folder_remembers(tmp_path, threads):
    ItemIndex(tmp_path).apply(threads, seq=5)
    again = ItemIndex(tmp_path)
    assert (again.count, again.applied_seq) == (5, 5)


def test_an_index_of_an_earlier_format_is_deleted_and_of_a_later_one_left(tmp_path):
    for name in ("format-1", "format-99", "notes"):
        (tmp_path / name).mkdir()
    ItemIndex(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"format-{FORMAT}", "format-99", "notes"]


def test_of_texts_only_checksums_are_stored(tmp_path):
    index = ItemIndex(tmp_path)
    index.apply([Item("id-1", "Some words", "in this very order")])
    [document] = [index._index.searcher().doc(a) for _, a in index._index.searcher().search(everything()).hits]
    told = document.to_dict()
    assert told.pop("id") == ["id-1"]
    [[sketch]] = told.values()
    assert not any(word in sketch for word in (b"some", b"words", b"order"))
    assert not grep(tmp_path, "very order")


def everything():
    import tantivy

    return tantivy.Query.all_query()


def test_another_process_sees_a_change_when_it_looks_again(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply(threads, seq=5)
    told = another_process("index.apply([Item('6', 'from afar')], removed=['1'], seq=7); print(index.count)", tmp_path)
    assert told.stdout.split() == ["5"], told.stderr
    assert index.applied_seq == 5
    index.reload()
    assert (index.applied_seq, found(index, "afar"), found(index, "gone")) == (7, ["6"], [])


def test_who_comes_while_another_process_writes_is_told_and_may_read(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply(threads, seq=5)
    told = []

    def meanwhile():
        code = """
try:
    index.apply([Item("6", "x")], seq=6)
except Exception as error:
    print(type(error).__name__, index.count)
"""
        told.append(another_process(code, tmp_path))
        yield Item("7", "seven")

    index.apply(meanwhile(), seq=7)
    assert told[0].stdout.split() == ["SomeoneElseWrites", "5"], told[0].stderr
    assert index.applied_seq == 7


def test_who_comes_while_another_thread_writes_is_told(index):
    def meanwhile():
        with pytest.raises(SomeoneElseWrites):
            index.apply([Item("8")])
        yield Item("7", "seven")

    index.apply(meanwhile())
    assert index.count == 6


def test_the_writers_lock_is_free_after_a_kill(tmp_path):
    code = """
import os, signal
def killed():
    yield Item("1", "never committed")
    os.kill(os.getpid(), signal.SIGKILL)
index.apply(killed(), seq=1)
"""
    assert another_process(code, tmp_path).returncode == -9
    index = ItemIndex(tmp_path)
    assert (index.count, index.applied_seq) == (0, 0)
    assert index.apply([Item("1", "committed")], seq=1)


def test_many_threads_read_while_one_writes(index):
    stop, errors = threading.Event(), []

    def read():
        while not stop.is_set():
            try:
                assert "1" in found(index, "archive")
            except Exception as error:
                errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for seq in range(6, 36):
        index.apply([Item(f"n{seq}", "another word")], seq=seq)
    stop.set()
    for reader in readers:
        reader.join()
    assert (errors, index.count) == ([], 35)


def test_a_snapshot_stays_as_it_was(index):
    before = index.snapshot()
    index.apply(removed=["2"])
    assert [hit.id for hit in before.search("calendar", 3)] == ["2"]
    assert found(index, "calendar") == []


def test_an_erased_item_leaves_no_word_in_the_folder(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply([*threads, Item("secret-id", "canaryword", "unheardof")], seq=6)
    old = segments(tmp_path)
    index.apply([Item("later", "elsewhere")], seq=7)
    assert kept_with(tmp_path, "secret-id")
    assert uses(tmp_path, "secret-id", "canaryword", "unheardof") == 4
    asked = []

    def read(ids):
        asked.extend(ids)
        return [thread for thread in threads if thread.id in ids]

    index.erase(["secret-id"], read, seq=8)
    assert not old & segments(tmp_path)
    assert kept_with(tmp_path, "secret-id") == 0
    assert grep(tmp_path, "secret-id") == grep(tmp_path, "canaryword") == []
    assert uses(tmp_path, "secret-id", "canaryword", "unheardof") == 0
    assert (index.count, index.applied_seq, found(index, "calendar")) == (6, 8, ["2"])
    assert sorted(asked) == ["1", "2", "3", "4", "5"]


def test_what_an_erased_item_said_before_is_gone_too(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply([*threads, Item("6", "canaryword")])
    index.apply([Item("6", "harmless")])
    index.apply([Item("7", "secondcanary")])
    index.apply(removed=["7"])
    assert uses(tmp_path, "canaryword", "secondcanary") > 0
    index.erase(["6", "7"], lambda ids: [thread for thread in threads if thread.id in ids])
    assert uses(tmp_path, "6", "7", "canaryword", "secondcanari", "secondcanary") == 0
    assert index.count == 5


def test_hidden_items_are_found_no_more_at_once_and_rewriting_goes_on_where_it_stopped(tmp_path, threads, monkeypatch):
    monkeypatch.setattr("earmark.suggesters.index.REWRITTEN_AT_ONCE", 2)
    index = ItemIndex(tmp_path)
    index.apply([*threads, Item("secret-id", "canaryword")])
    index.hide(["secret-id"], seq=8)
    assert (found(index, "canaryword"), index.count, index.applied_seq) == ([], 5, 8)
    assert uses(tmp_path, "canaryword") > 0

    def read(ids):
        assert len(ids) <= 2
        return [thread for thread in threads if thread.id in ids]

    assert next(index.rewrite(read)) == 3
    index.apply([Item("6", "written in between")])
    again = ItemIndex(tmp_path)
    assert again.has_hidden_words
    assert list(again.rewrite(read))[-1] == 0
    assert not again.has_hidden_words and uses(tmp_path, "secret-id", "canaryword") == 0
    assert (again.count, found(again, "between")) == (6, ["6"])


def test_what_is_removed_while_others_are_written_anew_leaves_no_word_either(tmp_path, threads, monkeypatch):
    monkeypatch.setattr("earmark.suggesters.index.REWRITTEN_AT_ONCE", 1)
    index = ItemIndex(tmp_path)
    index.apply([*threads, Item("secret-id", "canaryword")])
    index.hide(["secret-id"])
    there = {thread.id: thread for thread in threads}
    for _ in index.rewrite(lambda ids: [there[key] for key in ids if key in there]):
        if "1" in there:
            del there["1"]
            index.hide(["1"])
    assert uses(tmp_path, "1", "secret-id", "canaryword") == 0 and index.count == 4


ANN = Item("6", "Printer", author="ann-4711", metadata={"mail": "ann@forum.example", "status": "open"})


@pytest.mark.parametrize(
    "after",
    [
        replace(ANN, author="", metadata={"status": "open"}),
        replace(ANN, author="nobody", metadata={"mail": "", "status": "done"}),
        replace(ANN, author="", metadata={"mail": None}),
    ],
)
def test_a_person_who_was_taken_out_of_an_item_is_taken_out_of_the_files(tmp_path, threads, after):
    index = ItemIndex(tmp_path)
    index.apply([*threads, ANN])
    index.apply([replace(ANN, title="Printers")])
    index.apply([after])
    assert kept_with(tmp_path, "ann-4711") and kept_with(tmp_path, "ann@forum.example")
    assert index.has_hidden_words
    there = {item.id: item for item in [*threads, after]}
    assert list(index.rewrite(lambda ids: [there[key] for key in ids]))[-1] == 0
    assert kept_with(tmp_path, "ann-4711") == kept_with(tmp_path, "ann@forum.example") == 0
    assert grep(tmp_path, "ann-4711") == grep(tmp_path, "ann@forum.example") == []
    assert (index.has_hidden_words, index.count, found(index, "printers")[0]) == (False, 6, "6")


def test_a_person_who_is_taken_out_while_others_are_written_anew_is_taken_out_too(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply([*threads, ANN])
    index.apply([replace(ANN, title="Printers"), Item("7", "to be removed")])
    index.hide(["7"])
    there = {item.id: item for item in [*threads, replace(ANN, author="", metadata={})]}
    list(index.rewrite(lambda ids: [there[key] for key in ids]))
    assert kept_with(tmp_path, "ann-4711") == 0


def test_what_only_changes_lets_nothing_be_written_anew(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply([*threads, ANN])
    index.apply([replace(ANN, title="Broken", metadata={**ANN.metadata, "status": "done", "tags": []})])
    assert not index.has_hidden_words


def test_erasing_asks_only_for_what_still_exists(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply(threads)
    index.erase(["1"], lambda ids: [])
    assert index.count == 0


def test_erasing_never_brings_the_erased_back(index, threads):
    index.erase(["1"], lambda ids: threads)
    assert sorted(found(index, "archive printing crash spell")) == ["2", "3", "4", "5"]


def test_an_index_is_rebuilt_while_others_still_read_the_old_one(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply(threads, seq=50)
    counts = []

    def items():
        counts.append(ItemIndex(tmp_path).count)
        yield Item("9", "new")

    index.rebuild(items(), seq=3)
    assert counts == [5]
    assert (index.count, index.applied_seq, found(index, "new")) == (1, 3, ["9"])
    assert ItemIndex(tmp_path).applied_seq == 3


def test_a_rebuild_that_fails_keeps_the_old_index(index):
    def breaking():
        yield Item("9")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        index.rebuild(breaking(), seq=9)
    assert (index.count, index.applied_seq) == (5, 5)


@pytest.mark.parametrize("damage", ["cut meta", "no segment", "no meta"])
def test_a_broken_folder_becomes_an_empty_index_to_be_built_anew(tmp_path, threads, damage):
    ItemIndex(tmp_path).apply(threads, seq=5)
    [meta] = tmp_path.rglob("meta.json")
    match damage:
        case "cut meta":
            meta.write_text(meta.read_text()[:50])
        case "no meta":
            meta.unlink()
        case "no segment":
            for path in tmp_path.rglob("*.idx"):
                path.unlink()
    index = ItemIndex(tmp_path)
    assert (index.count, index.applied_seq) == (0, 0)
    assert index.apply(threads, seq=5)
    assert index.count == 5


def test_a_note_that_cannot_be_read_means_beginning_anew(tmp_path, threads):
    ItemIndex(tmp_path).apply(threads, seq=5)
    [note] = tmp_path.rglob("applied-seq")
    note.write_text("nonsense")
    assert ItemIndex(tmp_path).applied_seq == 0


def test_two_processes_may_make_the_folder_at_once(tmp_path):
    folder = tmp_path / "a long path" / "with spaces"
    script = f"""
import json, sys
from earmark.suggesters import Item, ItemIndex, SomeoneElseWrites
index = ItemIndex({str(folder)!r})
done = False
while not done:
    try:
        done = index.apply([Item(sys.argv[1], "made at once")])
    except SomeoneElseWrites:
        pass
"""
    both = [subprocess.Popen([sys.executable, "-c", script, key]) for key in "ab"]
    assert [process.wait(60) for process in both] == [0, 0]
    assert sorted(found(ItemIndex(folder), "made")) == ["a", "b"]
    assert [path.name for path in folder.iterdir()] == [f"format-{FORMAT}"]


def test_a_panic_of_tantivys_is_an_error_that_can_be_caught():
    class PanicException(BaseException):
        pass

    def panics():
        raise PanicException("index out of bounds")

    with pytest.raises(IndexFailed, match="panicked"), named_errors():
        panics()


def damage(path, at=0.5):
    """Turn the bits of one byte, as a failing disk does."""
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    path.write_bytes(content)


def test_a_whole_index_has_no_damaged_files(tmp_path, threads):
    index = ItemIndex(tmp_path)
    assert index.damaged_files() == ItemIndex().damaged_files() == []
    for seq, thread in enumerate(threads, 1):
        index.apply([thread], seq=seq)
    index.apply(removed=["2"], seq=9)
    assert index.damaged_files() == []


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_a_byte_that_turned_is_found_by_the_checksum(tmp_path, threads, kind):
    index = ItemIndex(tmp_path)
    index.apply(threads, seq=5)
    [file] = tmp_path.rglob("*" + kind)
    damage(file, at=0.01)
    assert index.damaged_files() == [file.name]
    file.unlink()
    assert index.damaged_files() == [file.name]


def test_an_index_that_starts_over_is_empty_and_takes_all_again_in_every_process(tmp_path, threads):
    index, other = ItemIndex(tmp_path), ItemIndex(tmp_path)
    index.apply(threads, seq=5)
    for file in tmp_path.rglob("*.pos"):
        file.write_bytes(b"")
    index.start_over()
    other.reload()
    assert (index.applied_seq, index.count, other.applied_seq, other.count) == (0, 0, 0, 0)
    assert other.apply(threads, seq=5)
    index.reload()
    assert found(index, "calendar") == found(other, "calendar") == ["2"]
    assert [path.name for path in tmp_path.iterdir()] == [f"format-{FORMAT}"]


def test_nobody_starts_over_while_another_process_writes(tmp_path, threads):
    index = ItemIndex(tmp_path)
    index.apply(threads, seq=5)
    held = index._index.writer(heap_size=HEAP_BYTES, num_threads=1)
    with pytest.raises(SomeoneElseWrites):
        ItemIndex(tmp_path).start_over()
    del held
    assert index.count == 5


def test_a_damaged_index_says_so_when_it_is_searched_with_an_error_of_ours(tmp_path, threads):
    ItemIndex(tmp_path).apply(threads, seq=5)
    [positions] = tmp_path.rglob("*.pos")
    positions.unlink()
    with pytest.raises(IndexFailed):
        ItemIndex(tmp_path).search("calendar", 5)


def test_a_folder_that_cannot_be_read_is_emptied_with_a_warning(tmp_path, threads, caplog):
    ItemIndex(tmp_path).apply(threads, seq=5)
    [terms] = tmp_path.rglob("*.term")
    terms.write_bytes(b"no index")
    assert ItemIndex(tmp_path).count == 0
    assert "cannot be read and is built anew" in caplog.text


def test_what_is_stored_is_packed_in_small_blocks_so_that_one_item_is_read_without_a_hundred_others(tmp_path):
    index = ItemIndex(tmp_path)
    index.apply([Item(str(at), f"number{at}") for at in range(300)])
    [meta] = tmp_path.rglob("meta.json")
    assert json.loads(meta.read_text())["index_settings"]["docstore_blocksize"] == 2048
    assert [hit.id for hit in ItemIndex(tmp_path).search("number7", 1)] == ["7"]


class Watched:
    """An index of tantivy's that notes how much memory writers were given."""

    def __init__(self, inner):
        self.inner, self.given = inner, []

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def writer(self, *, heap_size, num_threads):
        self.given.append(heap_size)
        return self.inner.writer(heap_size=heap_size, num_threads=num_threads)


def test_who_builds_anew_holds_more_in_memory_so_that_there_are_fewer_segments_to_search(tmp_path):
    index = ItemIndex(tmp_path)
    index._index = Watched(index._index)
    index.apply([Item("1", "lamp")])
    index.rebuild([Item("1", "lamp"), Item("2", "door")])
    change, rebuilt, *merges = index._index.given
    assert rebuilt >= 4 * change
    assert set(merges) <= {change}
    assert index.count == 2


def test_each_commit_of_another_is_seen_however_soon_it_follows_and_however_alike_it_looks(tmp_path):
    reader, writer = ItemIndex(tmp_path), ItemIndex(tmp_path)
    for at in range(20):
        writer.apply([Item("changing", f"word{at:02}")])
        reader.reload()
        assert [hit.id for hit in reader.search(f"word{at:02}", 1)] == ["changing"]
