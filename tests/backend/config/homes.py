"""Homes of an embedded PostgreSQL, each with a process that uses its server."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from backend.config.store.place import Place, locate, name_of

BASE = Path(__file__).resolve().parents[3]
PYTHONPATH = os.pathsep.join([str(BASE), *(path for path in sys.path if path.endswith("site-packages"))])
PRELUDE = """
import os, sys, time
from pathlib import Path
from backend.config.store.place import locate
from backend.config.store.server import ensure_running
place = locate(os.environ, base=Path.cwd(), secret="s" * 40, is_debug=True)
ensure_running(place, is_for_tests=True)
"""
KEEP = PRELUDE + "print('ready', flush=True)\ntime.sleep(600)\n"
MEND = (
    PRELUDE
    + "print('ready', flush=True)\nwhile True:\n    ensure_running(place, is_for_tests=True)\n    time.sleep(.1)\n"
)


class Home:
    """A home folder with a process that uses its server."""

    def __init__(self, folder: Path, *, user: str | None = None) -> None:
        self.folder = folder
        self._user = user
        self.interpreter = sys.executable
        self._process: subprocess.Popen[str] | None = None

    @property
    def place(self) -> Place:
        return locate({"EARMARK_HOME": str(self.folder)}, base=BASE, secret="s" * 40, is_debug=True)

    def use(self, script: str = KEEP, **more: object) -> "Home":
        apart = dict(more)
        if self._user:
            account = pwd.getpwnam(self._user)
            apart |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": PYTHONPATH, "EARMARK_HOME": str(self.folder)}
        environ |= apart.pop("env", {})
        self._process = subprocess.Popen(
            [self.interpreter, "-c", script], cwd=BASE, env=environ, stdout=subprocess.PIPE, text=True, **apart
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        return self

    def place_of(self, user: str) -> str:
        """Return where the server of another user listens, for the app role."""
        account = pwd.getpwnam(user)
        return f"host=/tmp/earmark-{account.pw_uid}-{name_of(self.folder)} port=5432 user=earmark_app dbname=earmark"

    def end(self) -> None:
        """End the supervisor at once, and wait until it has."""
        ready = self.folder / "store.ready"
        if ready.exists():
            os.kill(int(ready.read_text()), signal.SIGTERM)
            eventually(lambda: not ready.exists())

    def leave(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def supervisor(self) -> int:
        return int((self.folder / "store.ready").read_text())

    def server(self) -> int:
        with self.ask() as connection:
            (backend,) = connection.execute("select pg_backend_pid()").fetchone()
            return int(Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()[1])

    def data(self) -> Path:
        with self.ask() as connection:
            return Path(connection.execute("show data_directory").fetchone()[0])

    def ask(self, role: str | None = None) -> psycopg.Connection:
        return psycopg.connect(self.place.conninfo(role), autocommit=True)


def eventually(found: Callable[[], object], *, within_s: float = 20) -> None:
    give_up_at = time.monotonic() + within_s
    while not found():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.05)


def answers(home: Home) -> bool:
    try:
        home.ask().close()
    except psycopg.Error:
        return False
    return True


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
