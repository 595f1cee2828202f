"""What the launcher refuses before it starts anything, and how it mends what dies."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.config.launcher import LONGEST_REST_S, SOUND_S, Child, Demo, Trouble


def child(tmp_path: Path, command: list[str]) -> Child:
    return Child("sample", command, dict(os.environ), tmp_path / "sample.log")


def test_two_equal_ports_are_refused_before_anything_starts(tmp_path):
    environ = {"EARMARK_HOME": str(tmp_path / "home"), "EARMARK_PORT": "18999", "EARMARK_DEMO_PORT": "18999"}
    with pytest.raises(Trouble, match="EARMARK_PORT and EARMARK_DEMO_PORT are both 18999"):
        Demo(environ).run()
    assert not (tmp_path / "home").exists()


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
