"""A third party's suggester, from examples/suggester, installed into a folder apart as pip installs it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).parents[3]
ITEMS = [
    {"id": "1", "title": "Crash", "body": "NullPointerException", "created": "2026-03-01T12:00:00Z"},
    {"id": "2", "title": "Slow", "body": "It takes long", "created": "2026-03-02T12:00:00Z"},
    {"id": "3", "title": "It fails", "body": "NullPointerException again", "created": "2026-03-03T12:00:00Z"},
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of packages in which the example is installed."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", folder, BASE / "examples" / "suggester"], check=True, timeout=120)
    return folder


@pytest.fixture
def run(site):
    def python(code, *arguments, folder=site):
        paths = os.pathsep.join([str(BASE / "sdk" / "src"), str(folder)])
        command = [sys.executable, "-c", code, *map(str, arguments)]
        environment = os.environ | {"PYTHONPATH": paths, "EARMARK_KEY": "", "EARMARK_URL": ""}
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)

    return python


EARMARK = "import sys; from earmark.cli import main; sys.exit(main(sys.argv[1:]))"


def test_it_is_found_by_its_name_with_the_package_that_brings_it(run):
    found = run(
        "from earmark.suggesters import discover, installed;"
        "print(discover()['same-error'].__name__, [each for each in installed() if each.package][-1])"
    )
    assert "SameError" in found.stdout, found.stderr
    assert "package='earmark-same-error', version='0.1.0', fault=''" in found.stdout


def test_it_is_measured_by_its_name(run, tmp_path):
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in ITEMS))
    (tmp_path / "dev.jsonl").write_text('{"query": "3", "positives": ["1"]}\n')
    files = ["--items", tmp_path / "items.jsonl", "--queries", tmp_path / "dev.jsonl", "--out", tmp_path / "run.jsonl"]
    done = run(EARMARK, "evaluate", "suggester", *files, "--suggester", "same-error")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run.jsonl").read_text() == '{"query": "3", "ranked": ["1"]}\n'
    facts = json.loads(done.stdout)
    assert (facts["suggester"], facts["version"], facts["MRR@10"]) == ("same-error", "1", 100)


def test_where_it_is_not_installed_that_is_said(run, tmp_path):
    (tmp_path / "items.jsonl").write_text(json.dumps(ITEMS[0]) + "\n")
    (tmp_path / "dev.jsonl").write_text('{"query": "1", "positives": []}\n')
    files = ["--items", tmp_path / "items.jsonl", "--queries", tmp_path / "dev.jsonl", "--out", tmp_path / "run.jsonl"]
    done = run(EARMARK, "evaluate", "suggester", *files, "--suggester", "same-error", folder=tmp_path)
    assert done.returncode == 1
    assert "There is no suggester same-error of items; there are " in done.stderr


def test_the_doctor_lists_it(run):
    done = run(EARMARK, "doctor", "--url", "http://127.0.0.1:9", "--key", "sk_x")
    assert "same-error (earmark-same-error 0.1.0)" in done.stdout


def test_the_examples_own_tests_pass(run, site):
    done = run("import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))", "-q", BASE / "examples" / "suggester")
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout


def test_the_guide_shows_the_example_as_it_is_and_what_it_shows_runs():
    guide = (BASE / "docs" / "suggesters.md").read_text()
    example = (BASE / "examples" / "suggester" / "same_error.py").read_text()
    without_docstrings = re.sub(r'^ *""".*"""\n\n?', "", example, flags=re.MULTILINE)
    shown, serving, *_ = re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)
    assert shown.strip() == without_docstrings.strip()
    names = {}
    exec(shown + serving, names)
    assert callable(names["application"])
