"""What the launcher refuses before it starts anything, and how it mends what dies."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.config.launcher import LONGEST_REST_S, SOUND_S, Child, Demo, Trouble
from tests.ports import free_port

BASE = Path(__file__).resolve().parents[3]


def child(tmp_path: Path, command: list[str]) -> Child:
    return Child("sample", command, dict(os.environ), tmp_path / "sample.log")


def test_two_equal_ports_are_refused_before_anything_starts(tmp_path):
    environ = {"EARMARK_HOME": str(tmp_path / "home"), "EARMARK_PORT": "18999", "EARMARK_DEMO_PORT": "18999"}
    with pytest.raises(Trouble, match="EARMARK_PORT and EARMARK_DEMO_PORT are both 18999"):
        Demo(environ).run()
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("given", "allowed"),
    [({}, "localhost:18002"), ({"EARMARK_WEBHOOK_ALLOW": "127.0.0.1:5000"}, "localhost:18002,127.0.0.1:5000")],
)
def test_addresses_that_may_be_told_are_the_forum_s_and_one_s_own(tmp_path, given, allowed):
    demo = Demo({"EARMARK_HOME": str(tmp_path / "home"), "EARMARK_DEMO_PORT": "18002"} | given)
    assert demo._environ["EARMARK_WEBHOOK_ALLOW"] == allowed


def launch(home: Path, script: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    ports = {"EARMARK_PORT": str(free_port()), "EARMARK_DEMO_PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, "-c", f"import sys; from backend.config import launcher\n{script}\nsys.exit(launcher.main())"],
        cwd=BASE, env=os.environ | ports | {"EARMARK_HOME": str(home)} | environ, capture_output=True, text=True,
    )  # fmt: skip


def test_a_home_that_can_be_no_folder_is_told_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    done = launch(tmp_path / "file" / "home")
    [line] = done.stderr.splitlines()
    assert done.returncode == 1 and line.endswith("Choose another folder with EARMARK_HOME.")


def test_a_home_without_room_is_told_in_one_line(tmp_path):
    """What may not be written at all stands for what there is no room for."""
    done = launch(tmp_path, "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))")
    [line] = done.stderr.splitlines()
    assert done.returncode == 1 and line.endswith("Choose another folder with EARMARK_HOME.")


def test_a_terminal_that_lacks_our_signs_is_told_all_the_same(tmp_path):
    said = "launcher.Demo.run = lambda demo: demo.say('ending \\u2026') or 0"
    done = launch(tmp_path, said, PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and done.stdout.endswith("ending ?\n")


def test_what_it_starts_reads_paths_as_utf_8_whatever_the_locale(tmp_path):
    demo = Demo(os.environ | {"EARMARK_HOME": str(tmp_path), "LC_ALL": "C", "PYTHONUTF8": "0"})
    demo._do("-c", "import sys; assert sys.getfilesystemencoding() == 'utf-8'")


def test_a_child_that_died_after_a_sound_life_is_back_at_once(tmp_path):
    died = child(tmp_path, [sys.executable, "-c", ""])
    died.start()
    died.process.wait()
    died.deaths, died.started_at = 50, time.monotonic() - SOUND_S - 1
    now = time.monotonic()
    died.mend(now)
    died.mend(now + 0.3)
    assert died.deaths == 1 and isinstance(died.process, subprocess.Popen)
    died.process.wait()


def test_a_child_that_dies_again_and_again_rests_ever_longer_up_to_a_limit(tmp_path):
    dying, rests = child(tmp_path, [sys.executable, "-c", ""]), []
    for _ in range(9):
        dying.start()
        dying.process.wait()
        now = time.monotonic()
        dying.mend(now)
        rests.append(dying.start_at - now)
    assert rests == sorted(rests) and rests[0] < 1 and rests[-1] == pytest.approx(LONGEST_REST_S)


STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(other.pid, flush=True)
time.sleep(60)
"""


def started(tmp_path: Path) -> tuple[Child, int]:
    """Return a child that does not end when it is asked to, and the process that it started."""
    stubborn = child(tmp_path, [sys.executable, "-c", STUBBORN])
    stubborn.start()
    while not (told := stubborn.log.read_text()).strip():
        time.sleep(0.02)
    return stubborn, int(told)


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().split()[2] != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at in /proc")
def test_a_child_that_does_not_end_is_ended_with_all_that_it_started(tmp_path):
    stubborn, other = started(tmp_path)
    assert is_running(other)
    stubborn.ask_to_end()
    stubborn.end(time.monotonic() + 0.2)
    assert stubborn.process.poll() is not None
    give_up_at = time.monotonic() + 10
    while is_running(other) and time.monotonic() < give_up_at:
        time.sleep(0.02)
    assert not is_running(other)


def test_a_ctrl_c_in_the_terminal_reaches_the_launcher_alone(tmp_path):
    stubborn, _ = started(tmp_path)
    assert os.getpgid(stubborn.process.pid) != os.getpgid(0)
    stubborn.end(time.monotonic())
