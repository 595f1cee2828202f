"""Using the embedded server: a lease keeps it running, and the last one to leave lets it stop."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from backend.config.store.errors import DidNotStart, HomeClosed, InUse
from backend.config.store.folders import binaries, data_folders
from backend.config.store.place import SUPERUSER, Place
from backend.config.store.processes import end_leftovers

START_S = 60.0
STOP_S = 60.0
EXIT_S = 2.0
FREE_S = 10.0
PAUSE_S = 0.1
READY, REFUSING = 0, 1
"""What `pg_isready` tells by its exit code."""

_leases: dict[Path, IO[str]] = {}


def ensure_running(place: Place, *, is_for_tests: bool = False) -> None:
    """Make sure that the embedded server runs, and hold a lease on it until this process ends.

    May be called again to bring back a server whose supervisor was killed. Raises DidNotStart and HomeClosed. Does
    nothing for an outside server.
    """
    if place.home is None:
        return
    _take_lease(place.home)
    give_up_at = time.monotonic() + START_S
    helper: subprocess.Popen[bytes] | None = None
    while not (is_served(place.home) and answers(place)):
        code = None if helper is None else helper.poll()
        if helper is None or code == 0:
            helper = _spawn_supervisor(place.home, is_for_tests)
        elif code is not None:
            raise DidNotStart(log=log_tail(place.home / "logs" / "store.log"))
        if time.monotonic() > give_up_at:
            raise DidNotStart(log=log_tail(place.home / "logs" / "postgres.log"))
        time.sleep(PAUSE_S)


def _take_lease(home: Path) -> None:
    try:
        (home / "logs").mkdir(parents=True, exist_ok=True)
        if home not in _leases:
            _leases[home] = (home / "store.users").open("a")
    except OSError as error:
        raise HomeClosed(home=home, cause=error) from None
    fcntl.flock(_leases[home], fcntl.LOCK_SH)


def answers(place: Place) -> bool:
    """Return whether the embedded server takes connections now."""
    return _readiness(place) == READY


def refuses(place: Place) -> bool:
    """Return whether the embedded server is there, but takes no connections: it begins, mends its data, or ends."""
    return _readiness(place) == REFUSING


def _readiness(place: Place) -> int:
    command = [
        str(binaries() / "bin" / "pg_isready"), "-q", "-t", "2", "-h", place.host, "-p", str(place.port),
        "-U", SUPERUSER, "-d", "postgres",
    ]  # fmt: skip
    return subprocess.run(command, stderr=subprocess.DEVNULL).returncode


def is_served(home: Path) -> bool:
    """Return whether a supervisor lives and has said that its server is ready."""
    try:
        return supervisor_of(home) == int((home / "store.ready").read_text())
    except (OSError, ValueError):
        return False


def supervisor_of(home: Path) -> int | None:
    """Return the process id of the living supervisor, or None; its lock tells that it lives, never its number."""
    try:
        with (home / "store.lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read() or 0) or None
    except (OSError, ValueError):
        return None
    return None


def stop(place: Place) -> None:
    """Ask the supervisor of an embedded server to end, and wait until its server has stopped.

    Raises InUse where it has not after a minute.
    """
    give_up_at = time.monotonic() + STOP_S
    asked: int | None = None
    while place.home is not None and (pid := supervisor_of(place.home)) is not None:
        if pid != asked:
            os.kill(pid, signal.SIGTERM)
            asked = pid
        if time.monotonic() > give_up_at:
            raise InUse(home=place.home)
        time.sleep(PAUSE_S)
    if asked is not None:
        _await_exit(asked)


def _await_exit(pid: int) -> None:
    """Wait until a process that let go of its lock is gone; at most EXIT_S, for its number may be another's by now."""
    give_up_at = time.monotonic() + EXIT_S
    while time.monotonic() < give_up_at:
        try:
            os.kill(pid, 0)
        except OSError:
            return
        time.sleep(PAUSE_S)


def forget(place: Place) -> None:
    """Stop the embedded server and remove its home with all data, also those that lie apart from it.

    Raises InUse, and removes nothing, where some process still uses the server.
    """
    if place.home is None or not place.home.exists():
        return
    with (place.home / "store.users").open("a") as users:
        _wait_until_free(users, place.home)
        stop(place)
        for data in data_folders(place.home):
            if not end_leftovers(data, patience_s=STOP_S):
                raise InUse(home=place.home)
            for folder in (data, data.with_name(f"{data.name}.new")):
                shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(place.host, ignore_errors=True)
        shutil.rmtree(place.home)


def _wait_until_free(users: IO[str], home: Path) -> None:
    """Take the lock of all who use a home; the supervisor, which looks for users with it, lets go of it soon."""
    give_up_at = time.monotonic() + FREE_S
    while True:
        try:
            return fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up_at:
                raise InUse(home=home) from None
        time.sleep(PAUSE_S)


def log_tail(path: Path, *, lines: int = 12) -> str:
    """Return the last lines of a log, or a note that there is none."""
    if not path.exists():
        return "(no log yet)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def _spawn_supervisor(home: Path, is_for_tests: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "backend.config.store", "serve", *(["--for-tests"] if is_for_tests else [])]
    root = Path(__file__).resolve().parents[3]
    with (home / "logs" / "store.log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=root, env=os.environ | {"EARMARK_HOME": str(home), "EARMARK_DEBUG": "1"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
