"""The supervisor of the embedded PostgreSQL: one process of ours that starts, mends and alone stops it.

On Linux a server whose supervisor was killed is told to stop by the kernel (PR_SET_PDEATHSIG), and what is left of one
is found and ended by the next start. On other systems PostgreSQL's own check of its note decides.
"""

import ctypes
import fcntl
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from backend.config.store.errors import DidNotStart
from backend.config.store.folders import data_folder, make_private, reachable_binaries
from backend.config.store.lease import answers, ensure_running, log_tail, refuses
from backend.config.store.place import SUPERUSER, Place, server_user
from backend.config.store.processes import end_leftovers, forget_stale_note, recovery_done

__all__ = ["Supervisor", "ensure_running"]

logger = logging.getLogger(__name__)

NOBODY_LEFT_S = 4.0
START_S = 60.0
STOP_S = 20.0
PAUSE_S = 0.1
LOCK_S = 1.0
LONGEST_REST_S = 5.0
LOOK_S, STUCK_S = 5.0, 30.0
"""How often a server is asked whether it takes connections, and how long it may refuse them and do nothing else."""

_CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 32MB
max_parallel_workers = 2
max_worker_processes = 4
max_logical_replication_workers = 0
autovacuum_max_workers = 2
autovacuum_naptime = 5s
io_method = sync
wal_level = minimal
max_wal_senders = 0
max_wal_size = 256MB
checkpoint_timeout = 30s
log_line_prefix = '%m '
log_min_messages = warning
log_min_error_statement = panic
log_error_verbosity = terse
lc_messages = 'C'
timezone = 'UTC'
{at_once}
{extra}
"""
#: What a crash leaves to be done grows with the time since the last checkpoint: hence one in 30 s of work.
#: All files, some 1,800, are written out before the server answers: in milliseconds each, one by one; Linux can do it
#: for all at once.
_AT_ONCE = "recovery_init_sync_method = syncfs" if sys.platform.startswith("linux") else ""
_FOR_TESTS = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off"


class Supervisor:
    """Runs PostgreSQL as its direct child for as long as somebody uses it."""

    def __init__(self, place: Place, *, is_for_tests: bool = False) -> None:
        assert place.home is not None
        self.place = place
        self.home = place.home
        self._is_for_tests = is_for_tests
        self._user = server_user()
        self._child: subprocess.Popen[bytes] | None = None
        self._is_ending = False
        self._stuck_s = STUCK_S / 6 if is_for_tests else STUCK_S
        self._done: object = None
        self._done_at = 0.0
        self._log_path = self.home / "logs" / "postgres.log"

    def run(self) -> int:
        """Serve until told to end or until nobody uses the server; returns an exit code."""
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        with (self.home / "store.lock").open("a") as lock, (self.home / "store.users").open("a") as users:
            if not _locked(lock, within_s=LOCK_S):
                return 0
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, self._end)
            try:
                self._prepare()
                self._launch()
                self._await_answer()
                if self._is_ending:
                    return 0
                self._bootstrap()
                (self.home / "store.ready").write_text(str(os.getpid()))
                self._watch(users)
            finally:
                (self.home / "store.ready").unlink(missing_ok=True)
                self._stop()
        return 0

    def _end(self, number: int, frame: object) -> None:
        self._is_ending = True

    def _prepare(self) -> None:
        self._tree, self._data = reachable_binaries(self._user), data_folder(self.home, self._user)
        make_private(Path(self.place.host), self._user)
        make_private(self._data, self._user)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        extra = _FOR_TESTS if self._is_for_tests else ""
        self._configure(_CONFIGURATION.format(socket=self.place.host, at_once=_AT_ONCE, extra=extra))
        self._clear_leftovers()

    def _initialise(self) -> None:
        """Make the data beside their place and move them there in one step: half of them is never taken for all."""
        beside = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(beside, ignore_errors=True)
        make_private(beside, self._user)
        command = [
            str(self._tree / "bin" / "initdb"), "-D", str(beside), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions", "--no-sync",
        ]  # fmt: skip
        with self._log() as log:
            result = subprocess.run(command, stdout=log, stderr=log, **self._as_server(beside))
        if result.returncode:
            raise DidNotStart(log=self.log_tail())
        beside.rename(self._data)

    def _configure(self, text: str) -> None:
        ours, main = self._data / "earmark.conf", self._data / "postgresql.conf"
        ours.write_text(text)
        ours.chmod(0o600)
        os.chown(ours, self._user.pw_uid, self._user.pw_gid)
        if "include = 'earmark.conf'" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude = 'earmark.conf'\n")

    def _as_server(self, folder: Path) -> dict[str, Any]:
        """Return the arguments by which a child runs under the server's account, in a folder it may enter."""
        apart: dict[str, Any] = {"cwd": str(folder), "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:
            apart |= {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return apart

    def _clear_leftovers(self) -> None:
        if not end_leftovers(self._data, patience_s=STOP_S):
            raise DidNotStart(log=f"An earlier server in {self._data} does not stop.")
        forget_stale_note(self._data)

    def _launch(self) -> None:
        command = [str(self._tree / "bin" / "postgres"), "-D", str(self._data)]
        with self._log() as log:
            self._child = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=_stop_with_parent(), **self._as_server(self._data),
            )  # fmt: skip

    def _await_answer(self) -> None:
        """Wait for the server, which after a crash may have its data to mend: as long as it gets on with that."""
        assert self._child is not None
        give_up_at = time.monotonic() + START_S
        self._done_at = time.monotonic()
        while not answers(self.place) and not self._is_ending:
            is_late = time.monotonic() > give_up_at and self._is_stuck() is not False
            if self._child.poll() is not None or is_late:
                raise DidNotStart(log=self.log_tail())
            time.sleep(0.05)

    def _is_stuck(self) -> bool | None:
        """Return whether for long nothing was done to mend the data; None where the system does not tell."""
        done, now = recovery_done(self._data), time.monotonic()
        if done != self._done:
            self._done, self._done_at = done, now
        return None if done is None else now - self._done_at > self._stuck_s

    def _end_stuck(self) -> None:
        """Kill a server that takes no connections and does nothing about it: the next one begins at its checkpoint."""
        if not refuses(self.place):
            self._done, self._done_at = None, time.monotonic()
        elif self._is_stuck() and self._child is not None:
            logger.warning("The server refuses connections and does nothing about it: it is started anew.")
            self._child.kill()
            self._done_at = time.monotonic()

    def _bootstrap(self) -> None:
        """Make roles and database in a process of its own, so that the supervisor stays small."""
        with (self.home / "logs" / "store.log").open("ab") as log:
            done = subprocess.run([sys.executable, "-m", "backend.config.store", "bootstrap"], stdout=log, stderr=log)
        if done.returncode:
            raise DidNotStart(log=log_tail(self.home / "logs" / "store.log"))

    def _watch(self, users: IO[str]) -> None:
        """Mend the server until told to end, or until nobody has used it for a while.

        In the second case `users` stays locked: who comes now waits until the server has stopped, and starts another.
        """
        nobody_since: float | None = None
        launched_at, deaths = time.monotonic(), 0
        look_at = self._done_at = launched_at
        while not self._is_ending:
            now = time.monotonic()
            if self._child is not None and self._child.poll() is not None:
                deaths = deaths + 1 if now - launched_at < 2 * LONGEST_REST_S else 1
                self._rest(min(PAUSE_S * (deaths - 1), LONGEST_REST_S))
                self._clear_leftovers()
                self._launch()
                launched_at = self._done_at = time.monotonic()
            elif now > look_at:
                look_at = now + min(LOOK_S, self._stuck_s / 2)
                self._end_stuck()
            if not _locked(users):
                nobody_since = None
            elif now - (nobody_since := nobody_since or now) > NOBODY_LEFT_S:
                return
            else:
                fcntl.flock(users, fcntl.LOCK_UN)
            time.sleep(PAUSE_S)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._is_ending:
            time.sleep(0.05)

    def _stop(self) -> None:
        if self._child is None or self._child.poll() is not None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self._child.send_signal(number)
            try:
                self._child.wait(STOP_S)
                return
            except subprocess.TimeoutExpired:
                continue

    def _log(self) -> IO[bytes]:
        return self._log_path.open("ab")

    def log_tail(self) -> str:
        """Return the last lines of the server's log."""
        return log_tail(self._log_path)


def _locked(file: IO[str], *, within_s: float = 0) -> bool:
    """Take a file for ourselves; return whether that was possible in time."""
    give_up_at = time.monotonic() + within_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                return False
            time.sleep(0.05)


def _stop_with_parent() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(1, signal.SIGINT, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_the_kernel
