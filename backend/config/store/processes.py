"""Who works in a data folder: told by the kernel, so that a recycled process id is never believed."""

import os
import signal
import time
from pathlib import Path

PAUSE_S = 0.05
_PROCESSES = Path("/proc")
_RECOVERS = (b"postgres: startup", b"postgres: checkpointer")


def server_processes(data: Path) -> list[int]:
    """Return the ids of the PostgreSQL processes, leader and backends, whose working folder is `data`.

    Empty where the system has no /proc; a dead process that nobody has reaped does not count.
    """
    found = []
    entries = _PROCESSES.iterdir() if (_PROCESSES / "self").exists() else iter(())
    for entry in entries:
        if entry.name.isdigit() and _works_in(entry, data.resolve()):
            found.append(int(entry.name))
    return found


def recovery_done(data: Path) -> dict[int, list[str]] | None:
    """Return by process what those who bring a server's data up to date did so far: processor ticks, and bytes.

    It stays the same while they do nothing, and is empty where none of them lives; None where the system has no /proc.
    """
    if not (_PROCESSES / "self").exists():
        return None
    found = {}
    for pid in server_processes(data):
        process = _PROCESSES / str(pid)
        try:
            title = (process / "cmdline").read_bytes().split(b"\0", 1)[0]
            if title.startswith(_RECOVERS):
                ticks = (process / "stat").read_text().rsplit(")", 1)[1].split()[11:13]
                found[pid] = ticks
                found[pid] += (process / "io").read_text().split()[1:4:2]
        except OSError:
            continue
    return found


def end_leftovers(data: Path, *, patience_s: float) -> bool:
    """End every PostgreSQL process of a data folder; return whether none is left.

    A leader is asked to stop in order. Backends without a leader are killed: the server below them has crashed, and
    as long as one of them lives no new server may start on the same data.
    """
    began = time.monotonic()
    while found := server_processes(data):
        waited_s = time.monotonic() - began
        if waited_s > patience_s:
            return False
        leader = _noted_leader(data)
        if leader in found and waited_s < patience_s / 2:
            _send(leader, signal.SIGINT)
        else:
            for pid in found:
                _send(pid, signal.SIGKILL)
        time.sleep(PAUSE_S)
    return True


def forget_stale_note(data: Path) -> None:
    """Remove the note of a server that is gone; without /proc that is left to PostgreSQL's own check."""
    if (_PROCESSES / "self").exists() and not server_processes(data):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder and (process / "exe").readlink().name.startswith("postgres")
    except OSError:
        return False


def _noted_leader(data: Path) -> int:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
