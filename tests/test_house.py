"""The house itself: what no import contract can see."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[1]
LAW = [
    "projects", "annotators", "questions", "suggestions", "assignments", "judgements", "quality", "datasets",
    "learning", "desk", "api", "config",
]  # fmt: skip
LATER_WORDS = {
    "questions": ["judgement", "exposure", "slot", "consensus_label", "cluster_memberships", "split_keys", "live_judgements"],
    "annotators": ["judgement", "exposure", "live_judgements", "assignment"],
    "suggestions": ["judgement", "exposure", "slots", "consensus_label", "cluster_memberships"],
    "assignments": ["judgement", "exposure", "consensus_label"],
    "judgements": ["consensus_label", "cluster_memberships", "split_keys", "datasets"],
    "quality": ["split_keys", "datasets"],
}  # fmt: skip
ROOMS_WE_DO_NOT_HAVE = {"utils", "helpers", "common", "core", "services", "selectors", "base"}


def python_files(folder: str) -> list[Path]:
    return [path for path in (BASE / folder).rglob("*.py") if "migrations" not in path.parts]


def test_every_chapter_of_the_law_has_its_place_and_says_what_it_holds():
    found = {path.parent.name for path in (BASE / "backend").glob("*/__init__.py")}
    assert found == set(LAW)
    for app in LAW:
        assert ast.get_docstring(ast.parse((BASE / "backend" / app / "__init__.py").read_text()))


@pytest.mark.parametrize("app", LATER_WORDS)
def test_no_look_up_string_reaches_into_a_later_chapter(app):
    for path in python_files(f"backend/{app}"):
        for node in ast.walk(ast.parse(path.read_text())):
            words = []
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = re.findall(r"\b(\w+?)__", node.value)
            elif isinstance(node, ast.keyword) and node.arg:
                words = re.findall(r"(\w+?)__", node.arg)
            assert not set(words) & set(LATER_WORDS[app]), f"{path}: {words}"


NAMED_BY_OTHERS = {
    BASE / "backend/config/database/base.py",  # Django wants that name
    BASE / "backend/config/templates/unfold/helpers",  # and Unfold this one, of what stands in place of its own
}


def test_no_file_is_a_room_for_odds_and_ends():
    for folder in ("backend", "sdk/src", "demo", "widget/src"):
        paths = set((BASE / folder).rglob("*")) - NAMED_BY_OTHERS
        names = {path.stem for path in paths if path.suffix in (".py", ".ts") or path.is_dir()}
        allowed = {"core"} if folder == "widget/src" else set()
        assert not names & (ROOMS_WE_DO_NOT_HAVE - allowed)


def test_the_demo_imports_only_the_sdk_and_its_own_framework():
    allowed = {"earmark", "django", "demo", "__future__", "gzip", "json", "os", "pathlib", "sys", "typing", "datetime"}
    allowed |= {"collections", "dataclasses", "functools"}  # of Python itself, as those before
    for path in python_files("demo"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            assert {name.split(".")[0] for name in names} <= allowed, path


def test_tasks_are_three_lines_and_take_more_than_they_know():
    for path in (BASE / "backend").rglob("tasks.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                assert node.args.kwarg is not None
                assert node.end_lineno - node.lineno <= 3


@pytest.mark.parametrize("folder", ["tests", "benchmarks"])
def test_every_browser_is_started_with_the_flags_of_the_journeys(folder):
    launched = {
        f"{path}: {ast.unparse(node)}"
        for path in python_files(folder)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".launch")
    }
    assert launched
    assert {call for call in launched if "CHROMIUM_FLAGS" not in call} == set()


def test_no_lock_file_names_a_host():
    locks = [*BASE.glob("*.lock"), BASE / "widget/package-lock.json", *BASE.glob("examples/*/package-lock.json")]
    for path in locks:
        assert not re.findall(r"https?://(?:registry|pypi|files)\.", path.read_text()), path


def test_every_public_word_is_written_the_house_way():
    for path in [*python_files("backend"), *python_files("sdk/src"), *(BASE / "widget/src").rglob("*.ts")]:
        assert not re.search(r"judgment", path.read_text(), re.IGNORECASE), path


def test_what_make_demo_installs_can_train_and_serve_what_learned():
    extras = tomllib.loads((BASE / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    locked = set(re.findall(r"^([\w.-]+)==", (BASE / "requirements.lock").read_text(), re.MULTILINE))
    assert {re.split(r"[<>=]", each)[0] for each in extras["learned"]} <= locked
