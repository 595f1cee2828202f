"""A project's search index on this machine's disk: a cache that follows the project's changes, and mends itself."""

import fcntl
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Min
from django.utils import timezone
from earmark import suggesters as sdk

from backend.projects.composed import Composed, Given
from backend.projects.tenancy import tenancy
from backend.questions.models import Item
from backend.suggestions.items import as_sdk_item

logger = logging.getLogger(__name__)

BATCH = 2000
BATCH_IN_A_REQUEST = 500
LOOK_AGAIN_S = 0.5
FOLLOW_AT_MOST_S = 1.0
REBUILD_BATCH = 1000
FORGET_AGAIN_S = 5.0
REWRITE_PAUSE_S = 0.2
"""Between batches of items that are written anew, so that followers come in between."""
CHECK_AGAIN_S = 10.0
CHECKED_AT_ONCE_BYTES = 32_000_000
"""How large an index may be for its checksums to be looked at before it is used; of a larger one it is done behind."""
LARGE = 20_000
"""Of so many items on, a request leaves the writing to a thread: merging what was written may take many seconds."""
LOOK_FOR_IT_S = 0.005
NEVER = float("-inf")
"""When a clock that began with the machine has not told anything yet."""
_newest = Composed(lambda: Item.objects.of(Given("project")).order_by("-change_seq").values_list("change_seq")[:1])


@dataclass(frozen=True)
class IndexHealth:
    """How the index of a project stands on this machine. `lag_s` is the age of the oldest change not yet taken."""

    folder: str
    items_count: int
    present_count: int
    applied_seq: int
    newest_seq: int
    waiting_count: int
    lag_s: float
    bytes_count: int
    damaged: list[str]
    written_at: datetime | None
    written_by: str
    rebuilt_at: datetime | None
    rebuilt_s: float | None
    broken_at: datetime | None
    broken: str

    @property
    def is_well(self) -> bool:
        """Return whether it holds what it should, as far as it came."""
        return not self.damaged and (self.waiting_count > 0 or self.items_count == self.present_count)


class _NotThereYet(Exception):
    """An item of the index was registered in a transaction that is still open: written anew now, it would be lost."""


class FollowedIndex:
    """A project's index on local disk, and what it knows of the project's changes."""

    def __init__(self, project_id: int, root: Path) -> None:
        self.project_id = project_id
        self.folder = root / str(project_id)
        self.index = sdk.ItemIndex(self.folder)
        self._notes = _Notes(self.folder / "notes.json")
        self._lock = threading.Lock()
        self._behind: threading.Thread | None = None
        self._forgetting: threading.Thread | None = None
        self._forget_after = NEVER
        self._looked_at = NEVER
        self._checked_at = -CHECK_AGAIN_S
        if _size_of(self.folder) <= CHECKED_AT_ONCE_BYTES:
            self._check(self._start_over)
        else:
            threading.Thread(
                target=self._check, args=[self._start_over_behind], name="check-index", daemon=True
            ).start()

    def follow(self, *, look_again_s: float = LOOK_AGAIN_S, at_most_s: float = FOLLOW_AT_MOST_S) -> None:
        """Take what changed since the last look; what takes longer than `at_most_s` goes on behind, in a thread.

        Where another thread or process writes, read what it wrote; while words of removed items are taken out, which
        merges, leave the rest to the thread, and of a large index wait for nothing. A damaged index starts over.
        """
        if time.monotonic() - self._looked_at < look_again_s:
            return
        if self._is_going_on() or not self._lock.acquire(timeout=0 if self._is_forgetting() else at_most_s):
            self.index.reload()
            if self._is_forgetting() and (newest := self._newest_here()) > self.index.applied_seq:
                self._go_on()
                if self.index.count < LARGE:  # whose batches are short
                    self._wait_for(newest, until=time.monotonic() + at_most_s)
            return
        try:
            until = time.monotonic() + at_most_s
            is_left_behind = self.index.count >= LARGE and self._newest_here() > self.index.applied_seq
            if is_left_behind or not self._take_all(until=until):
                self._go_on()
            if self.index.has_hidden_words:
                self._forget_words()
            self.index.reload()
            self._looked_at = time.monotonic()
        finally:
            self._lock.release()
        if is_left_behind:
            self._wait_for(self._newest_here(), until=until)

    def catch_up(self) -> None:
        """Take all that changed, however long it takes, which no request should."""
        with self._lock:
            self._take_all(until=float("inf"))
            self.index.reload()

    def mend(self, error: Exception) -> None:
        """After a failure start over where files are damaged, and fill the index again behind.

        Readers find what is there so far. A failure of whole files, such as a full disk, is logged alone.
        """
        with self._lock:
            if self._starts_over_after(error):
                self._looked_at = NEVER
                self._go_on()

    def rebuild(self, say: Callable[[int, int], None] = lambda done, whole: None) -> int:
        """Build the index anew from all items, and return how many; readers see the old one until it is done.

        `say` hears how many of how many are read. What changes meanwhile is followed at the end. Raises
        SomeoneElseWrites where a follower or another rebuild writes just now, IndexFailed.
        """
        began = time.monotonic()
        newest = self._newest()
        try:
            self.index.rebuild(self._all_items(newest, say), seq=newest)
        except sdk.SomeoneElseWrites:
            raise
        except sdk.IndexFailed as error:
            if not self._starts_over_after(error):
                raise
            self.index.rebuild(self._all_items(newest, say), seq=newest)
        self._notes.write(rebuilt_at=_now(), rebuilt_s=round(time.monotonic() - began, 2), **_me())
        with tenancy(self.project_id):
            self.catch_up()
        return self.index.count

    def health(self, *, now: datetime) -> IndexHealth:
        """Return how the index stands, without following first; reads all its files."""
        self.index.reload()
        items = Item.objects.of(self.project_id)
        waiting = items.filter(change_seq__gt=self.index.applied_seq)
        oldest = waiting.aggregate(oldest=Min("updated_at"))["oldest"]
        notes = self._notes.read()
        return IndexHealth(
            folder=str(self.folder),
            items_count=self.index.count,
            present_count=items.present().count(),
            applied_seq=self.index.applied_seq,
            newest_seq=self._newest_here(),
            waiting_count=waiting.count(),
            lag_s=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
            bytes_count=_size_of(self.folder),
            damaged=self.index.damaged_files(),
            written_at=_moment(notes.get("written_at")),
            written_by=str(notes.get("written_by", "")),
            rebuilt_at=_moment(notes.get("rebuilt_at")),
            rebuilt_s=notes.get("rebuilt_s"),
            broken_at=_moment(notes.get("broken_at")),
            broken=str(notes.get("broken", "")),
        )

    def _take_all(self, *, until: float) -> bool:
        """Take batches until none waits; return False where the time was over before."""
        newest = self._newest_here()
        for _ in range(2):
            try:
                while self.index.applied_seq < newest:
                    if time.monotonic() > until:
                        return False
                    if not self._take_batch(BATCH if until == float("inf") else BATCH_IN_A_REQUEST):
                        break
                return True
            except sdk.SomeoneElseWrites:
                return True
            except sdk.IndexFailed as error:
                if not self._starts_over_after(error):
                    return True
        return True

    def _take_batch(self, most: int) -> bool:
        changed = list(Item.objects.of(self.project_id).changed_after(self.index.applied_seq)[:most])
        if not changed:
            return False
        present = [as_sdk_item(item) for item in changed if item.removed_at is None]
        removed = [item.key for item in changed if item.removed_at is not None]
        if removed:
            self.index.hide(removed)
        self.index.apply(present, seq=changed[-1].change_seq)
        self._notes.write(**_me())
        return True

    def _present_items(self, keys: list[str]) -> list[sdk.Item]:
        """Return those of these items that are there; raises _NotThereYet where one is not even known to be removed."""
        with tenancy(self.project_id):
            known = list(Item.objects.of(self.project_id).filter(key__in=keys))
        if len(known) < len(keys):
            raise _NotThereYet
        return [as_sdk_item(item) for item in known if item.removed_at is None]

    def _forget_words(self) -> None:
        """Take the words of removed items out of the files, in a thread; a process that is killed leaves it to others.

        Between batches others may write. One process of a machine does it at a time.
        """
        if not self._is_forgetting() and time.monotonic() > self._forget_after:
            self._forgetting = threading.Thread(target=self._rewrite, name="rewrite-index", daemon=True)
            self._forgetting.start()

    def _is_forgetting(self) -> bool:
        return self._forgetting is not None and self._forgetting.is_alive()

    def _rewrite(self) -> None:
        try:
            with (self.folder / "rewriting").open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                batches = self.index.rewrite(self._present_items)
                while self._next_of(batches):
                    time.sleep(REWRITE_PAUSE_S)
        except (BlockingIOError, sdk.SomeoneElseWrites, _NotThereYet):
            self._forget_after = time.monotonic() + FORGET_AGAIN_S  # if it is still to be done then
        except Exception as error:
            self._forget_after = time.monotonic() + FORGET_AGAIN_S
            logger.warning("Words of removed items stay in the index of project %s: %s", self.project_id, error)
        finally:
            connection.close()

    def _next_of(self, batches: Iterator[int]) -> bool:
        with self._lock:
            return next(batches, None) is not None

    def _starts_over_after(self, error: Exception) -> bool:
        """Start over if files are damaged, which is looked at now and then only; return whether it did."""
        logger.warning("The index of project %s failed: %s", self.project_id, error)
        if time.monotonic() < self._checked_at + CHECK_AGAIN_S:
            return False
        self._checked_at = time.monotonic()
        return bool(self.index.damaged_files()) and self._start_over(str(error))

    def _check(self, start_over: Callable[[str], object]) -> None:
        if damaged := self.index.damaged_files():
            start_over(f"{len(damaged)} files are not as they were written")

    def _start_over_behind(self, why: str) -> None:
        with self._lock:
            if self._start_over(why):
                self._looked_at = NEVER
                self._go_on()

    def _start_over(self, why: str) -> bool:
        """Put an empty index in place of a damaged one and say so; return False where it must be left as it is."""
        logger.warning("The index of project %s is damaged and starts over: %s", self.project_id, why)
        try:
            self.index.start_over()
        except (sdk.IndexFailed, OSError) as error:
            logger.warning("The index of project %s cannot start over yet: %s", self.project_id, error)
            return False
        self._notes.write(broken_at=_now(), broken=why[:500])
        return True

    def _wait_for(self, seq: int, *, until: float) -> None:
        """Wait until the thread behind has written a change, whatever it does afterwards; not beyond a time."""
        while self.index.applied_seq < seq and self._is_going_on() and time.monotonic() < until:
            time.sleep(LOOK_FOR_IT_S)
            self.index.reload()

    def _is_going_on(self) -> bool:
        return self._behind is not None and self._behind.is_alive()

    def _go_on(self) -> None:
        """Take the rest in a thread, a batch at a time, each in a transaction of its own."""
        if not self._is_going_on():
            self._behind = threading.Thread(target=self._take_rest, name="follow-index", daemon=True)
            self._behind.start()

    def _take_rest(self) -> None:
        try:
            while True:
                with self._lock, tenancy(self.project_id):  # so that no transaction is open while it waits
                    if not self._take_batch(BATCH):
                        return
        except sdk.SomeoneElseWrites:
            pass
        except Exception as error:
            logger.warning("The index of project %s is not filled: %s", self.project_id, type(error).__name__)
        finally:
            connection.close()

    def _all_items(self, newest: int, say: Callable[[int, int], None]) -> Iterator[sdk.Item]:
        """Yield all items that are there, as of a change; read in small transactions, so that none lasts long."""
        last, done_count = 0, 0
        with tenancy(self.project_id):
            whole = Item.objects.of(self.project_id).present().filter(change_seq__lte=newest).count()
        say(0, whole)
        while True:
            with tenancy(self.project_id):
                rows = Item.objects.of(self.project_id).present().changed_after(last).filter(change_seq__lte=newest)
                batch = list(rows[:REBUILD_BATCH])
            if not batch:
                return
            yield from map(as_sdk_item, batch)
            last = batch[-1].change_seq
            done_count += len(batch)
            say(done_count, whole)

    def _newest(self) -> int:
        with tenancy(self.project_id):
            return self._newest_here()

    def _newest_here(self) -> int:
        return next((seq for (seq,) in _newest.columns(project=self.project_id)), 0)


class _Notes:
    """A small file beside an index: who wrote it last, when it was rebuilt, and what was wrong with it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Any]:
        try:
            told = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def write(self, **facts: Any) -> None:
        """Add facts; one that cannot be written is no reason to fail."""
        beside = self._path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        with suppress(OSError):
            beside.write_text(json.dumps(self.read() | facts))
            beside.replace(self._path)


def _now() -> str:
    return timezone.now().isoformat()


def _me() -> dict[str, str]:
    return {"written_at": _now(), "written_by": f"process {os.getpid()} on {socket.gethostname()}"}


def _moment(told: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None


def _size_of(folder: Path) -> int:
    size = 0
    for at, _, names in os.walk(folder):  # which passes over folders that vanish meanwhile
        for name in names:
            with suppress(OSError):
                size += (Path(at) / name).stat().st_size
    return size
