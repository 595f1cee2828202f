"""What the benchmark runs on: the mock server, the front with the product's asset route, and Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent
BASE = HERE.parents[1]
sys.path.append(str(BASE))
from tests.journeys.flags import CHROMIUM_FLAGS  # noqa: E402  (needs the path)

READY_S = 30


@dataclass(frozen=True)
class Stage:
    """Where everything is while it runs."""

    origin: str
    mock: str
    browser: Browser

    def control(self, key: str, faults: dict[str, Any]) -> None:
        """Set up a project of the mock server."""
        body = json.dumps(faults).encode()
        urllib.request.urlopen(f"{self.origin}/control?key={key}", data=body, timeout=10).close()


@contextmanager
def staged() -> Iterator[Stage]:
    """Start everything with the widget as it is built here, and end by its id what was started."""
    with staged_beside(BASE / "widget" / "dist") as [stage]:
        yield stage


@contextmanager
def staged_beside(*builds: Path) -> Iterator[list[Stage]]:
    """Start the same for each of several builds of the widget, in one browser."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        subprocess.run(["node", "peers/build.mjs", str(folder)], cwd=HERE, check=True)
        mock = stack.enter_context(_running(["node", "tests/widget/mock_server.mjs", "0"], {}))
        assert mock.stdout is not None
        mocked = json.loads(mock.stdout.readline())["origin"]
        origins = [_front(stack, folder, mocked, build) for build in builds]
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        stack.callback(browser.close)
        yield [Stage(origin, mocked, browser) for origin in origins]


def _front(stack: ExitStack, folder: Path, mocked: str, build: Path) -> str:
    port = _free_port()
    told = {
        "BENCH_MOCK": mocked,
        "BENCH_PEERS": str(folder),
        "BENCH_WIDGET": str(build),
        "DJANGO_SETTINGS_MODULE": "backend.config.settings",
        "EARMARK_HOME": str(folder / "home"),
        "EARMARK_DEBUG": "1",
        "PYTHONPATH": os.pathsep.join([str(BASE), os.environ.get("PYTHONPATH", "")]),
    }
    command = [*_gunicorn(folder, port), "--bind", f"127.0.0.1:{port}", "front:application"]
    front = stack.enter_context(_running(command, told))
    _await(f"http://127.0.0.1:{port}/bench/bare", front)
    return f"http://127.0.0.1:{port}"


def _gunicorn(folder: Path, port: int) -> list[str]:
    quiet = ["--log-level", "warning", "--control-socket", str(folder / f"control-{port}")]
    return [sys.executable, "-W", "ignore", "-m", "gunicorn", *quiet, "--threads", "8", "--chdir", str(HERE)]


def chromium() -> str | None:
    """Return the browser of this machine, as the journeys find it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def _running(command: list[str], environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, cwd=BASE, env=os.environ | environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + READY_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)
