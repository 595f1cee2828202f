"""Secrets that are made once: whole or not there."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend.config.store import kept
from backend.config.store.errors import DidNotStart, HomeClosed

BASE = Path(__file__).resolve().parents[3]
FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
"""What may not be written at all stands for a disk that takes names, but no content."""


def run(script: str, *given: object, **environ: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(BASE)} | environ
    command = [sys.executable, "-c", script, *map(str, given)]
    return subprocess.run(command, cwd=BASE, env=environ, capture_output=True, text=True)


def test_a_secret_is_made_once_and_kept_for_the_owner_alone(tmp_path):
    secret = kept.kept_secret(tmp_path / "home" / "secret-key", 48)
    assert len(secret) == 64 and kept.kept_secret(tmp_path / "home" / "secret-key", 48) == secret
    [file] = (tmp_path / "home").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_disk_that_was_full_leaves_no_empty_secret(tmp_path):
    done = run(f"{FULL}; import backend.config.settings", EARMARK_HOME=str(tmp_path))
    [line] = done.stderr.splitlines()
    assert done.returncode != 0 and line.endswith("Choose another folder with EARMARK_HOME.")
    assert not list(tmp_path.iterdir())


def test_an_empty_secret_is_none(tmp_path):
    (tmp_path / "secret-key").touch()
    script = "import backend.config.settings as s; print(len(s.SECRET_KEY))"
    assert run(script, EARMARK_HOME=str(tmp_path)).stdout == "64\n"
    assert len((tmp_path / "secret-key").read_text()) == 64


@pytest.mark.parametrize("has_links", [True, False])
def test_a_secret_that_another_made_meanwhile_is_everyone_s(tmp_path, monkeypatch, has_links):
    path = tmp_path / "secret-key"

    def link(beside: str, to: str) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    def make(size: int) -> str:
        if has_links:
            path.write_text("the other one's")
        return "ours"

    monkeypatch.setattr(kept.secrets, "token_urlsafe", make)
    if not has_links:
        monkeypatch.setattr(kept.os, "link", link)
    assert kept.kept_secret(path, 48) == path.read_text() == ("the other one's" if has_links else "ours")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_keeps_what_it_held(tmp_path):
    path = tmp_path / "demo.json"
    kept.keep(path, "before")
    script = f"{FULL}; import sys, pathlib; from backend.config.store.kept import keep"
    assert run(f"{script}; keep(pathlib.Path(sys.argv[1]), 'after')", path).returncode != 0
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_to_be_given_room():
    told = str(HomeClosed(home=Path("/home/anna/.earmark"), cause=OSError(errno.ENOSPC, "No space left on device")))
    assert told == (
        "The disk of /home/anna/.earmark is full. Make room there, or choose another folder with EARMARK_HOME."
    )


def test_a_server_that_found_no_room_is_told_so_once():
    inner = DidNotStart(log="FATAL:  could not write to file: No space left on device")
    told = str(DidNotStart(log=str(inner)))
    assert told.count("The disk is full: make room there, or choose another folder with EARMARK_HOME.") == 1
    assert "begins anew" not in told


def test_a_server_that_gave_up_is_told_of_the_way_back_once():
    told = str(DidNotStart(log=str(DidNotStart(log="PANIC:  could not locate a valid checkpoint record"))))
    assert told.count("`make reset` begins anew") == 1
