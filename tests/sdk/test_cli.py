"""Tests of earmark.cli."""

import gzip
import os
import subprocess
import sys

import pytest
from earmark import __version__, cli
from earmark.client import Earmark
from earmark.doctor import Finding

from tests.ports import free_port


@pytest.fixture
def reached(network, monkeypatch):
    """Let the command reach the network that is not there."""
    monkeypatch.setattr(cli, "Earmark", lambda key, url: Earmark(key, url, transport=network, retries=0))
    return network


def test_the_doctor_prints_what_is_well_and_what_to_do(monkeypatch, capsys):
    findings = [Finding("address", True, "answers"), Finding("key", False, "none was given", "Give one.")]
    monkeypatch.setattr(cli, "examine", lambda *, url, key: findings)
    assert cli.main(["doctor"]) == 1
    assert capsys.readouterr().out == "ok    address: answers\nFAIL  key: none was given\n      → Give one.\n"


def test_a_terminal_that_lacks_our_signs_is_told_all_the_same():
    """Nothing listens there, so the doctor has something to advise; cp1252 is what Windows writes files in."""
    asked = [sys.executable, "-m", "earmark", "doctor", "--url", f"http://127.0.0.1:{free_port()}", "--key", "sk_1"]
    told = subprocess.run(asked, env=os.environ | {"PYTHONIOENCODING": "cp1252"}, capture_output=True)
    assert told.returncode == 1 and b"Traceback" not in told.stderr
    assert b"FAIL" in told.stdout and b"\n      ? " in told.stdout


def test_the_package_is_run_as_the_command_is():
    told = subprocess.run([sys.executable, "-m", "earmark", "--version"], capture_output=True, text=True, check=True)
    assert told.stdout == f"earmark {__version__}\n"


def test_a_healthy_house_is_0(monkeypatch):
    monkeypatch.setattr(cli, "examine", lambda *, url, key: [Finding("address", True, "answers")])
    assert cli.main(["doctor"]) == 0


def test_address_and_key_come_from_the_surroundings(monkeypatch):
    asked = {}
    monkeypatch.setenv("EARMARK_URL", "http://there.test")
    monkeypatch.setenv("EARMARK_KEY", "sk_env")
    monkeypatch.setattr(cli, "examine", lambda **facts: asked.update(facts) or [])
    cli.main(["doctor"])
    assert asked == {"url": "http://there.test", "key": "sk_env"}
    cli.main(["doctor", "--url", "http://here.test", "--key", "sk_arg"])
    assert asked == {"url": "http://here.test", "key": "sk_arg"}


def test_an_import_ends_with_its_counts(reached, tmp_path, capsys):
    reached.on("POST", "/v1/items", json={"created_count": 1})
    path = tmp_path / "items.jsonl"
    path.write_text('{"id": "1", "created": "2026-03-01T12:00:00Z"}\nnonsense\n')
    assert cli.main(["items", "import", str(path), "--key", "sk_test", "--rename", "created=created_at"]) == 1
    out, err = capsys.readouterr()
    assert out == "1 created, 0 updated, 0 unchanged, 1 not taken\n"
    assert "line 2: not JSON" in err
    assert reached.requests[0].json == {"items": [{"id": "1", "created_at": "2026-03-01T12:00:00Z"}]}


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "No key was given; servers take the project's secret key, which begins with sk_."),
        ("pk_test", "This is a publishable key (pk_…), which is for pages; servers take the secret key, sk_…."),
        ("other", "The client for servers takes a secret key, which begins with sk_."),
    ],
)
def test_a_key_that_is_none_is_one_line_not_a_traceback(key, told, tmp_path, capsys):
    assert cli.main(["items", "import", str(tmp_path / "x"), "--key", key]) == 1
    assert capsys.readouterr().err == f"earmark: {told}\n"


def test_so_is_a_file_that_is_not_there(reached, tmp_path, capsys):
    assert cli.main(["items", "import", str(tmp_path / "none.jsonl"), "--key", "sk_test"]) == 1
    assert "none.jsonl" in capsys.readouterr().err


def test_so_is_a_file_that_is_cut_off(reached, tmp_path, capsys):
    import gzip

    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": "1"}\n' * 1000)[:40])
    assert cli.main(["items", "import", str(path), "--key", "sk_test"]) == 1
    assert capsys.readouterr().err.startswith("earmark: ")


def test_so_is_a_server_that_refuses(reached, tmp_path, capsys):
    reached.fail("POST", "/v1/items", status=401, detail="This key is not known.")
    path = tmp_path / "items.jsonl"
    path.write_text('{"id": "1"}\n')
    assert cli.main(["items", "import", str(path), "--key", "sk_test"]) == 1
    assert "This key is not known. (status 401, request" in capsys.readouterr().err


def test_the_command_is_installed_and_tells_its_version():
    command = [sys.executable, "-c", "from earmark.cli import main; main(['--version'])"]
    assert subprocess.run(command, capture_output=True, text=True).stdout == f"earmark {__version__}\n"


def test_without_a_command_it_says_how_it_is_called(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert ended.value.code == 2


@pytest.mark.parametrize("pair", ["created", "created=", "=created_at"])
def test_a_renaming_names_both_sides(reached, tmp_path, capsys, pair):
    (tmp_path / "items.jsonl").write_text('{"id": "1", "created": "2026-03-01"}\n')
    with pytest.raises(SystemExit):
        cli.main(["items", "import", str(tmp_path / "items.jsonl"), "--key", "sk_test", "--rename", pair])
    assert "is not THEIRS=OURS" in capsys.readouterr().err
    assert not reached.requests


def test_a_packed_file_that_is_damaged_is_one_line(tmp_path, capsys):
    packed = bytearray(gzip.compress(b"".join(b'{"id": "%d"}\n' % at for at in range(10_000))))
    packed[20:40] = bytes(20)
    path = tmp_path / "items.jsonl.gz"
    path.write_bytes(packed)
    assert cli.main(["items", "import", str(path), "--key", "sk_test"]) == 1
    assert capsys.readouterr().err.startswith(f"earmark: {path} is damaged")
