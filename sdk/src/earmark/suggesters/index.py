"""An index of items on tantivy: in a folder or in memory, one writer at a time, many readers.

It is a cache. The truth is the host's store or Earmark's database, from which it can be built anew;
only ids, times, short fields and checksums (see `sketch`) are stored in it, the texts only as words that can be
looked up. Changes carry a rising number, and the index remembers the last one it took (`applied_seq`).
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import tantivy

from earmark.errors import IndexFailed, SomeoneElseWrites
from earmark.suggesters.index_folder import IndexFolder
from earmark.suggesters.schema import PLAIN, STEMMED, analyzer, schema_of_items
from earmark.suggesters.sketch import LONGEST_BODY, is_robbed, sketched
from earmark.suggesters.snapshot import (
    BODY,
    FACT,
    SKETCH,
    TITLE,
    TYPED,
    Hit,
    LookedUp,
    Snapshot,
    Where,
    as_microseconds,
    facts_of,
    named_errors,
)
from earmark.suggesters.words import words_of
from earmark.types import Item

if TYPE_CHECKING:
    from earmark.suggesters.likeness import Rarities

HEAP_BYTES = 30_000_000
REBUILT_HEAP_BYTES = 150_000_000
"""What is held in memory before a segment of it is written: the fewer segments, the less is searched anew in each."""
MERGES_AT_MOST = 5
WORDS_KEPT = 200_000
GROWN = 1.05
"""How rare words are is looked up anew once there are so many times the items, or so many times fewer."""
REWRITTEN_AT_ONCE = 500
"""So many items are written anew in one commit, and compared with what they were before at once."""


class ItemIndex:
    """An index of items; `folder` None keeps it in memory.

    Reading is safe from many threads and processes. A change is one commit: it is there wholly or
    not at all, and only while it is written does it hold the writer's lock; whoever comes then gets
    SomeoneElseWrites. A folder that cannot be read is emptied, with a warning in the log, so `applied_seq`
    is 0 again; what is broken and can be read all the same, `damaged_files` finds.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self._folder = IndexFolder(folder) if folder is not None else None
        self._lock, self._counting = threading.Lock(), threading.Lock()
        self._stemmed = analyzer(tantivy.Filter.stemmer("english"))
        self._plain = analyzer()
        self._schema = schema_of_items()
        self._applied_seq = 0
        self._rarities: Rarities | None = None
        self._looked_up = LookedUp()
        self._seen: bytes | None = None
        self._index = self._open()
        self.reload()

    @property
    def applied_seq(self) -> int:
        """Return the number of the last change that readers of this object see, 0 for none."""
        return self._applied_seq

    @property
    def seen(self) -> Hashable:
        """Return what is other with each commit that readers of this object see, also one that takes no change."""
        return self._applied_seq, self._seen

    @property
    def count(self) -> int:
        """Return how many items can be found."""
        return self.snapshot().count

    def count_of(self, kind: str) -> int:
        """Return how many items are of a kind; those deleted of late count."""
        return self.snapshot().count_of(kind)

    def snapshot(self) -> Snapshot:
        """Return the index as it was last reloaded, which stays the same while others write."""
        searcher = self._index.searcher()
        known = self._looked_up
        if known.count != searcher.num_docs or len(known.used) > WORDS_KEPT:
            known = self._looked_up = LookedUp(searcher.num_docs)
        return Snapshot(searcher, self._schema, stemmed=self._stemmed, plain=self._plain, looked_up=known)

    def rarities(self, snapshot: Snapshot) -> Rarities:
        """Return how rare words of bodies are, as it was when there were about as many items as in a snapshot.

        One thread at a time looks it up anew; to others the old figures are good enough meanwhile.
        """
        known, count = self._rarities, snapshot.count
        if known is not None:
            is_near = known.count == count or known.count / GROWN < count < known.count * GROWN
            if is_near or self._counting.locked():
                return known
        with self._counting:
            if self._rarities is None or self._rarities is known:
                from earmark.suggesters.likeness import Rarities

                self._rarities = Rarities(snapshot.said_by(BODY), count)
            return self._rarities

    def search(
        self,
        query: str,
        k: int,
        *,
        before: datetime | None = None,
        without: str | Collection[str] = (),
        where: Where | None = None,
    ) -> list[Hit]:
        """Return the k best items for words as they are typed; see `Snapshot.search`."""
        return self.snapshot().search(query, k, before=before, without=without, where=where)

    def reload(self) -> None:
        """See what another process wrote since; where it wrote nothing, that costs a look at one small file."""
        seq = self._folder.applied_seq if self._folder else self._applied_seq
        told = self._folder.told() if self._folder else None
        if told is None or told != self._seen:
            with named_errors():
                self._index.reload()
            self._seen = told
        self._applied_seq = seq

    def apply(self, items: Iterable[Item] = (), removed: Iterable[str] = (), *, seq: int | None = None) -> bool:
        """Take items away, write items (replacing those with the same ids), and commit it all under `seq`.

        Returns False, having done nothing, where this or a later change was already taken (so a late
        follower cannot write old texts over new ones). Raises SomeoneElseWrites, IndexFailed. The
        words of what was replaced or removed may stay in the files until they are merged: see `erase`. Where an
        item's author is another one or a field of its metadata has gone, `rewrite` takes out what it was before.
        """
        with self._writing(seq) as writer:
            if seq is not None and seq <= self._applied_seq:
                return False
            for key in removed:
                self._drop(writer, key)
            rest = iter(items)
            while some := list(islice(rest, REWRITTEN_AT_ONCE)):
                self._replace(writer, some)
        return True

    def erase(self, ids: Iterable[str], read: Callable[[list[str]], Iterable[Item]], *, seq: int | None = None) -> None:
        """Take items away so that none of their words is left in the files: `hide` and `rewrite` in one go."""
        self.hide(ids, seq=seq)
        for _ in self.rewrite(read):
            pass

    def hide(self, ids: Iterable[str], *, seq: int | None = None) -> None:
        """Take items away at once, and note in which segments their words are left until `rewrite` is done.

        Raises SomeoneElseWrites, IndexFailed.
        """
        hidden = set(ids)
        with self._writing(seq) as writer:
            self._note_stale_of(hidden)
            for key in hidden:
                self._drop(writer, key)

    @property
    def has_hidden_words(self) -> bool:
        """Return whether words of hidden items may be left in the files, whoever hid them."""
        return bool(self._stale)

    def rewrite(self, read: Callable[[list[str]], Iterable[Item]]) -> Iterator[int]:
        """Write anew what stands in a segment with hidden words, and yield after each batch how many items are left.

        `read` is asked for items by id, and gives those that still exist. The index can be written by others between
        batches. What was not finished goes on at the next call, by any process. Raises SomeoneElseWrites, IndexFailed.
        """
        while stale := self._stale:
            with self._writing(None):
                names = self._segment_names()
                left = self.snapshot().ids_in({at for at, name in enumerate(names) if name in stale})
            for start in range(0, len(left), REWRITTEN_AT_ONCE):
                some = dict.fromkeys(left[start : start + REWRITTEN_AT_ONCE])
                with self._writing(None) as writer:
                    for key in some:
                        self._drop(writer, key)
                    self._replace(writer, [item for item in read(list(some)) if item.id in some])
                yield len(left) - start - len(some)
            with self._writing(None):
                self._note_stale(self._stale - stale)

    def rebuild(self, items: Iterable[Item], *, seq: int = 0) -> None:
        """Put these items in place of all there is; readers see the old state until it is done.

        Raises SomeoneElseWrites, IndexFailed.
        """
        with self._writing(seq, lower=True, heap_bytes=REBUILT_HEAP_BYTES) as writer:
            writer.delete_all_documents()
            for item in items:
                self._put(writer, item)
        with suppress(SomeoneElseWrites):
            self._merge()

    def _merge(self) -> None:
        """Let tantivy merge what it would merge at the next changes, which should not wait for that."""
        for _ in range(MERGES_AT_MOST):
            before = self._index.searcher().num_segments
            with self._writing(None):
                pass
            if self._index.searcher().num_segments == before:
                return

    def damaged_files(self) -> list[str]:
        """Return the names of files that are not as they were written, by their checksums; reads all of them."""
        return self._folder.damaged_files() if self._folder else []

    def start_over(self) -> None:
        """Put an empty index in place of one that is damaged; `applied_seq` is 0 then. Raises SomeoneElseWrites."""
        if not self._folder:
            raise IndexFailed("An index in memory is not damaged; make a new one.")
        if not self._lock.acquire(blocking=False):
            raise SomeoneElseWrites("Another thread is writing this index.")
        try:
            writer = self._writer_or_none()
            aside = self._folder.put_aside()
            self._index, self._seen = self._open(), None
            self._rarities = None
            del writer
            shutil.rmtree(aside, ignore_errors=True)
            self.reload()
        finally:
            self._lock.release()

    def _writer_or_none(self) -> tantivy.IndexWriter | None:
        """Return the writer, so that no other process writes meanwhile; None where the damage forbids one."""
        try:
            with named_errors():
                return self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
        except SomeoneElseWrites:
            raise
        except IndexFailed:
            return None

    def _segment_names(self) -> list[str]:
        """Return the names of the segments in the order of their numbers, as of the last reload; in memory none."""
        return self._folder.segment_names() if self._folder else []

    @property
    def _stale(self) -> set[str]:
        """Return the names of the segments in which words of hidden items are left; in memory nothing is."""
        return self._folder.stale if self._folder else set()

    def _note_stale(self, names: Collection[str]) -> None:
        if self._folder:
            self._folder.stale = set(names)

    @contextmanager
    def _writing(
        self, seq: int | None, *, lower: bool = False, heap_bytes: int = HEAP_BYTES
    ) -> Iterator[tantivy.IndexWriter]:
        """Hold the writer; commit at the end, or leave all as it was if something is raised."""
        if not self._lock.acquire(blocking=False):
            raise SomeoneElseWrites("Another thread is writing this index.")
        try:
            with named_errors():
                writer = self._index.writer(heap_size=heap_bytes, num_threads=1)
            self.reload()
            try:
                yield writer
                if lower and seq is not None and seq < self._applied_seq:
                    self._note_seq(seq)
                with named_errors():
                    writer.commit()
                    writer.garbage_collect_files()
                if seq is not None and (lower or seq > self._applied_seq):
                    self._note_seq(seq)
            except BaseException:
                with suppress(Exception):
                    writer.rollback()
                raise
            finally:
                with suppress(Exception):
                    writer.wait_merging_threads()
            self.reload()
        finally:
            self._lock.release()

    def _note_stale_of(self, ids: Collection[str]) -> None:
        """Note the segments in which items are, or were before they were replaced."""
        names, segments = self._segment_names(), self.snapshot().segments_of(ids)
        self._note_stale(self._stale | {name for at, name in enumerate(names) if at in segments})

    def _replace(self, writer: tantivy.IndexWriter, items: Sequence[Item]) -> None:
        """Write items in place of those with the same ids; note where an author or a field that is gone is left."""
        if self._folder:
            before = self.snapshot().sketches([item.id for item in items])
            if robbed := {item.id for item in items if item.id in before and is_robbed(item, before[item.id])}:
                self._note_stale_of(robbed)
        for item in items:
            self._drop(writer, item.id)
            self._put(writer, item)

    def _drop(self, writer: tantivy.IndexWriter, key: str) -> None:
        with named_errors():
            writer.delete_documents_by_term("id", key)

    def _put(self, writer: tantivy.IndexWriter, item: Item) -> None:
        title_words, body_words = list(words_of(item.title)), list(words_of(item.body))
        title, body = (" ".join(word for word, _ in words) for words in (title_words, body_words))
        if len(item.body) > LONGEST_BODY:
            body_words = list(words_of(item.body[:LONGEST_BODY]))
        sketch = sketched(item, self._as_indexed(title_words), self._as_indexed(body_words))
        with named_errors():
            document = tantivy.Document()
            document.add_text("id", item.id)
            if item.created_at is not None:
                document.add_integer("created", as_microseconds(item.created_at))
            document.add_text(TITLE, title)
            document.add_text(TYPED, title)
            document.add_text(BODY, body)
            document.add_bytes(SKETCH, sketch)
            for fact in facts_of(item):
                document.add_text(FACT, fact)
            writer.add_document(document)

    def _as_indexed(self, words: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return words as the index has them, each as spelt."""
        stems = self._stemmed.analyze(" ".join(word for word, _ in words))
        return [(stem, spelt) for stem, (_, spelt) in zip(stems, words, strict=True)]

    def _open(self) -> tantivy.Index:
        index = self._folder.open() if self._folder else tantivy.Index(self._schema)
        index.register_tokenizer(STEMMED, self._stemmed)
        index.register_tokenizer(PLAIN, self._plain)
        index.config_reader(reload_policy="manual")
        return index

    def _note_seq(self, seq: int) -> None:
        if self._folder:
            self._folder.applied_seq = seq
        else:
            self._applied_seq = seq
