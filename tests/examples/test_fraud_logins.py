"""Tests of examples/fraud_logins: it runs as its README says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples/fraud_logins"


@pytest.fixture(autouse=True)
def apart():
    """Take the place of the backend's fixture of this name: the example knows no Django."""


def python(*arguments):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environ, timeout=240)


def test_without_a_server_it_says_how_rules_do_and_what_a_model_gains():
    done = python(str(FOLDER / "run.py"), "--offline", "--answers", "600")
    assert done.returncode == 0, done.stderr
    [far_away] = [line for line in done.stdout.splitlines() if line.startswith("far_away")]
    assert re.search(r"\d+ of \d+\)", far_away)
    gain = re.search(r"gains ([+-]\.?\d*\.\d+) over", done.stdout)
    assert gain and float(gain[1]) > 0, done.stdout


def test_without_a_key_it_says_what_is_missing():
    done = python(str(FOLDER / "run.py"))
    assert done.returncode == 1
    assert "secret key" in done.stderr and "Traceback" not in done.stderr


def test_its_files_are_what_the_command_takes(tmp_path):
    assert python(str(FOLDER / "write_files.py"), str(tmp_path)).returncode == 0
    given = ["--items", str(tmp_path / "items.jsonl"), "--answers", str(tmp_path / "answers.jsonl")]
    call = "from earmark.cli import main; raise SystemExit(main())"
    done = python("-c", call, "rules", "analyse", "--rules", str(FOLDER / "rules.py"), *given)
    assert {each["rule"] for each in json.loads(done.stdout)["rules"]} >= {"far_away", "known_device"}
