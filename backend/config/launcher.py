"""`python -m backend.config.launcher`: the demo, all processes together, which end with Ctrl-C."""

import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from backend.config.store.errors import HomeClosed, StoreError
from backend.config.store.kept import kept_secret
from backend.config.store.lease import ensure_running, is_served, log_tail
from backend.config.store.place import Place, home_of, locate

BASE = Path(__file__).resolve().parents[2]
READY_S = 60.0
STOP_S = 10.0
PAUSE_S = 0.2
LONGEST_REST_S = 10.0
SOUND_S = 30.0
THREADS = "40"
"""Eight that work, 24 that wait for them, and some that turn others away: see `backend.config.gate`."""


@dataclass
class Child:
    """A process that is started again when it dies."""

    name: str
    command: list[str]
    environ: dict[str, str]
    log: Path
    deaths: int = 0
    start_at: float = 0.0
    started_at: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start, with all that it says in its log, in a session of its own.

        A terminal's Ctrl-C reaches the launcher alone, which ends all: a web process that gets it too, and is then
        ended by its master, waits for itself for ever and keeps the port.
        """
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=BASE, env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=_end_with_parent, start_new_session=True,
            )  # fmt: skip

    def mend(self, now: float) -> None:
        """Start again what died: at once after a sound life, else after growing rests."""
        if self.process is not None and self.process.poll() is not None:
            self.process = None
            self.deaths = self.deaths + 1 if now - self.started_at < SOUND_S else 1
            self.start_at = now + min(PAUSE_S * 2 ** (self.deaths - 1), LONGEST_REST_S)
        elif self.process is None and now >= self.start_at:
            self.start()

    def ask_to_end(self) -> None:
        """Ask it to end in its own time."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, give_up_at: float) -> None:
        """Wait for its end until a time on the monotonic clock; then it ends with all that it started."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, give_up_at - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Trouble(Exception):
    """Something that a person has to mend; the message says what."""


class Demo:
    """Sets up, starts and watches the demo."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.home = home_of(environ, BASE)
        self.port = _port(environ, "EARMARK_PORT", 8000)
        self.forum_port = _port(environ, "EARMARK_DEMO_PORT", 8001)
        self._began = time.monotonic()
        self._children: list[Child] = []
        self._is_ending = False
        self._place: Place | None = None
        self._environ = environ | {
            "EARMARK_HOME": str(self.home),
            "EARMARK_DEBUG": "1",
            "EARMARK_PORT": str(self.port),
            "EARMARK_DEMO_PORT": str(self.forum_port),
            "EARMARK_WEBHOOK_ALLOW": ",".join(
                filter(None, [f"localhost:{self.forum_port}", environ.get("EARMARK_WEBHOOK_ALLOW")])
            ),
            "FORUM_SETTINGS": str(self.home / "demo.json"),
            "FORUM_HOME": str(self.home / "forum"),
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",  # the search index takes paths in UTF-8 alone, whatever the locale
            "PYTHONPATH": str(BASE),
        }

    def run(self) -> int:
        """Run until told to end; returns an exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end)
        try:
            self._set_up()
            self._watch()
        finally:
            self._stop()
        return 0

    def _end(self, number: int, frame: object) -> None:
        if self._is_ending:
            return
        self._is_ending = True
        self.say("ending …")
        raise KeyboardInterrupt

    def say(self, text: str) -> None:
        """Print a line with the seconds since the beginning."""
        print(f"[{time.monotonic() - self._began:5.1f} s] {text}", flush=True)

    def _set_up(self) -> None:
        if self.port == self.forum_port:
            raise Trouble(f"EARMARK_PORT and EARMARK_DEMO_PORT are both {self.port}; they must differ.")
        _refuse_busy("EARMARK_PORT", "127.0.0.1", self.port)
        _refuse_busy("EARMARK_DEMO_PORT", "127.0.0.1", self.forum_port)
        try:
            (self.home / "logs").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeClosed(home=self.home, cause=error) from None
        self._environ["EARMARK_ADMIN_PASSWORD"] = password = kept_secret(self.home / "admin-password", 12)
        secret = self._environ.setdefault("EARMARK_SECRET_KEY", kept_secret(self.home / "secret-key", 48))
        self.say("starting the database")
        self._place = place = locate(self._environ, base=BASE, secret=secret, is_debug=True)
        ensure_running(place)
        if not place.is_embedded:
            from backend.config.store.bootstrap import bootstrap

            bootstrap(place)
        self.say("bringing tables up to date")
        self._do("manage.py", "migrate", "--database", "owner", "--verbosity", "0")
        self._do(
            "manage.py",
            "seed_demo",
            "--write",
            str(self.home / "demo.json"),
            "--forum-port",
            str(self.forum_port),
        )
        self.say("starting web, worker and forum")
        self._start_children()
        self._await_health("web", self.port)
        self.say("loading the sample threads")
        self._do("demo/forum/manage.py", "migrate", "--verbosity", "0")
        self._do("demo/forum/manage.py", "load_threads")
        self._await_health("forum", self.forum_port)
        self.say(f"logs are in {self.home / 'logs'}; Ctrl-C ends all")
        print(f"Earmark demo ready: http://localhost:{self.forum_port}/", flush=True)
        print(f"Earmark admin: http://127.0.0.1:{self.port}/admin/  user admin  password {password}", flush=True)

    def _do(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=BASE, env=self._environ, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=_end_with_parent,
        )  # fmt: skip
        if done.returncode:
            raise Trouble(f"{' '.join(arguments)} failed:\n{done.stdout.decode(errors='replace')[-4000:]}")

    def _start_children(self) -> None:
        gunicorn = [
            sys.executable,
            "-m",
            "gunicorn",
            "--worker-class",
            "gthread",
            "--workers",
            "1",
            "--no-control-socket",
        ]
        keep = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []
        commands = {
            "web": [
                *gunicorn, *keep, "--threads", THREADS, "--bind", f"127.0.0.1:{self.port}",
                "backend.config.wsgi:application",
            ],
            "worker": [
                sys.executable, "-m", "celery", "-A", "backend.config.celery", "worker", "-P", "threads",
                "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat",
                "--loglevel", "WARNING",
            ],
            "forum": [
                *gunicorn, *keep, "--threads", "4", "--bind", f"127.0.0.1:{self.forum_port}",
                "demo.forum.wsgi:application",
            ],
        }  # fmt: skip
        for name, command in commands.items():
            child = Child(name, command, self._environ, self.home / "logs" / f"{name}.log")
            child.start()
            self._children.append(child)

    def _await_health(self, name: str, port: int) -> None:
        child = next(child for child in self._children if child.name == name)
        give_up_at = time.monotonic() + READY_S
        while not _is_healthy(port):
            dead = child.process is not None and child.process.poll() is not None
            if dead or time.monotonic() > give_up_at:
                raise Trouble(f"{name} did not start. The end of {child.log}:\n{log_tail(child.log)}")
            time.sleep(0.1)

    def _watch(self) -> None:
        while not self._is_ending:
            for child in self._children:
                child.mend(time.monotonic())
            self._mend_database()
            time.sleep(PAUSE_S)

    def _mend_database(self) -> None:
        """Bring the database back whose supervisor was killed; the supervisor itself mends all else."""
        place = self._place
        if place is None or place.home is None or is_served(place.home):
            return
        self.say("starting the database again")
        try:
            ensure_running(place)
        except StoreError as error:
            self.say(str(error))

    def _stop(self) -> None:
        self._is_ending = True
        for child in reversed(self._children):
            child.ask_to_end()
        give_up_at = time.monotonic() + STOP_S
        for child in reversed(self._children):
            child.end(give_up_at)


def _end_with_parent() -> None:
    """Let the kernel end a child whose launcher was killed (Linux)."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)


def _port(environ: dict[str, str], name: str, usual: int) -> int:
    given = environ.get(name) or str(usual)
    if not given.isdigit() or not 1 <= int(given) <= 65535:
        raise Trouble(f"{name} must be a port from 1 to 65535, not {given!r}.")
    return int(given)


def _refuse_busy(name: str, host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Trouble(f"Port {port} is busy. Choose another one: {name}={port + 10} make demo") from None


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def main() -> int:
    """Run the demo; a trouble is told in words, without a traceback, in whatever signs the terminal has."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        return Demo(dict(os.environ)).run()
    except KeyboardInterrupt:
        return 0
    except (Trouble, StoreError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
