import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[3]
OUTSIDE = "postgresql://boss@db.example/marks"


def start(**environ: str) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(BASE)}
    return subprocess.run(
        [sys.executable, "-c", "import backend.config.settings"],
        cwd=BASE, env=kept | environ, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("secret", ["", "change-me", "placeholder", "short"])
def test_production_does_not_start_with_a_placeholder_for_a_secret(secret):
    done = start(EARMARK_DEBUG="0", EARMARK_DATABASE_URL=OUTSIDE, EARMARK_SECRET_KEY=secret)
    assert done.returncode != 0 and "EARMARK_SECRET_KEY" in done.stderr


def test_production_does_not_start_on_the_embedded_database():
    done = start(EARMARK_DEBUG="0", EARMARK_SECRET_KEY="s" * 40)
    assert done.returncode != 0 and "EARMARK_DATABASE_URL" in done.stderr


def test_production_starts_with_a_secret_and_a_database_of_its_own(tmp_path):
    done = start(
        EARMARK_DEBUG="0", EARMARK_DATABASE_URL=OUTSIDE, EARMARK_SECRET_KEY="s" * 40, EARMARK_HOME=str(tmp_path)
    )
    assert done.returncode == 0, done.stderr


def test_every_setting_is_documented():
    from backend.config.settings_documented import undocumented

    assert undocumented() == set()


def test_a_launcher_names_the_variable_of_a_port_that_is_none(tmp_path):
    from backend.config.launcher import Demo, Trouble

    with pytest.raises(Trouble, match="EARMARK_DEMO_PORT must be a port"):
        Demo({"EARMARK_HOME": str(tmp_path), "EARMARK_DEMO_PORT": "ninety"})
