"""The product as it is launched, in a home of its own: its processes, their memory, and how each is ended."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from backend.config.store.lease import supervisor_of

BASE = Path(__file__).resolve().parents[2]
READY_S = 240.0
PAGES_KB = os.sysconf("SC_PAGE_SIZE") // 1024
KINDS = {
    "backend.config.wsgi": "web",
    "celery": "worker",
    "demo.forum.wsgi": "forum",
    "backend.config.store": "supervisor",
    "postgres": "database",
    "backend.config.launcher": "launcher",
}
"""What a process is by a word of its command: the first that fits."""


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """The demo's launcher with all that it starts."""

    def __init__(self, home: Path, environ: dict[str, str]) -> None:
        self.home = home
        self.log = home / "launcher.log"
        self.environ = environ | {"EARMARK_PORT": str(free_port()), "EARMARK_DEMO_PORT": str(free_port())}
        self.port = int(self.environ["EARMARK_PORT"])
        self.most_mb: dict[str, dict[str, float]] = {}
        self._is_over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start all, and begin to look at the memory; raises RuntimeError with what the launcher said."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "backend.config.launcher"], cwd=BASE, env=self.environ,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        give_up_at = time.monotonic() + READY_S
        while "Earmark demo ready" not in (told := self.log.read_text()):
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(told[-3000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """End all that was started."""
        self._is_over.set()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)

    @property
    def connection(self) -> dict[str, Any]:
        """Return the keys and the address of the demo's project."""
        found: dict[str, Any] = json.loads((self.home / "demo.json").read_text())
        return found

    def watch(self, phase: Callable[[], str]) -> None:
        """Keep, by phase, the most memory in MB that a process of each kind had; of the database all together."""
        threading.Thread(target=self._watch, args=[phase], daemon=True).start()

    def _watch(self, phase: Callable[[], str]) -> None:
        while not self._is_over.wait(1.0):
            most = self.most_mb.setdefault(phase(), {})
            for kind, mb in self.memory_mb().items():
                most[kind] = max(most.get(kind, 0.0), mb)

    def memory_mb(self) -> dict[str, float]:
        """Return the resident memory of the largest process of each kind, of the database its own memory in all."""
        found: dict[str, float] = {}
        for pid, kind in self.processes().items():
            with suppress(OSError, ValueError):
                _, resident, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
                if kind == "database":
                    found[kind] = found.get(kind, 0.0) + (resident - shared) * PAGES_KB / 1024
                else:
                    found[kind] = max(found.get(kind, 0.0), resident * PAGES_KB / 1024)
        return found

    def processes(self) -> dict[int, str]:
        """Return the kind of each process below the launcher and below the database's supervisor."""
        parents, commands = {}, {}
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit():
                    told = (entry / "cmdline").read_bytes().decode(errors="replace")
                    parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                    commands[int(entry.name)] = next((kind for word, kind in KINDS.items() if word in told), "other")
        ours = {self._process.pid} if self._process else set()
        ours |= {pid for pid in [supervisor_of(self.home)] if pid}
        while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
            ours |= more
        return {pid: commands[pid] for pid in ours if pid in commands}

    def end(self, kind: str, number: int = signal.SIGKILL) -> None:
        """End all processes of a kind by a signal; of the database its server, which ends the rest."""
        found = sorted(pid for pid, its in self.processes().items() if its == kind)
        for pid in found[:1] if kind == "database" else found:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
