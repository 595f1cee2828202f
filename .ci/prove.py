"""Break contracts and central rules on purpose in a scratch copy: each must be reported (`make prove`)."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BASE = Path(__file__).resolve().parents[1]

CONTRACTS = {
    "The one law": ("backend/questions/models.py", "import backend.judgements.models  # noqa\n"),
    "Layers inside an app": ("backend/quality/models.py", "import backend.quality.actions.settle  # noqa\n"),
    "HTTP stays in the api": ("backend/quality/trust.py", "import rest_framework  # noqa\n"),
    "Pure mathematics": ("backend/quality/consensus.py", "import django.db  # noqa\n"),
    "The SDK knows": ("sdk/src/earmark/ids.py", "import django  # noqa\n"),
    "The demo knows only": ("demo/forum/threads/answers.py", "import backend.projects.models  # noqa\n"),
    "Suggesters come in": ("backend/judgements/showing.py", "import earmark.suggesters  # noqa\n"),
}

RULES = {
    "a tie settles nothing": (
        "backend/quality/consensus.py",
        "return top > dissent",
        "return top >= dissent",
        "tests/backend/quality/test_consensus.py",
    ),
    "an event is stored once": (
        "backend/judgements/actions/record.py",
        "if batch.known[event.id] == digest:",
        "if True:",
        "tests/backend/judgements/test_record.py",
    ),
    "undo gives back what was": (
        "backend/judgements/models.py",
        "return self.filter(~Exists(undone))",
        "return self.all()",
        "tests/backend/judgements/test_record.py",
    ),
    "only what was asked for votes": (
        "backend/quality/consensus.py",
        "return mark.origin in ASKED_ORIGINS",
        "return True",
        "tests/backend/quality/test_consensus.py",
    ),
    "nothing goes from test to train": (
        "backend/datasets/splits.py",
        "STRICTEST_FIRST = (TEST, DEV, TRAIN)",
        "STRICTEST_FIRST = (TRAIN, DEV, TEST)",
        "tests/backend/datasets/test_splits.py",
    ),
    "propensities are frequencies": (
        "backend/judgements/showing.py",
        "(1.0 - epsilon) if base == rank",
        "1.0 if base == rank",
        "tests/backend/judgements/test_showing.py",
    ),
}


def copied(folder: Path) -> Path:
    """Return a copy of the tree without what is made."""
    made = (".git", ".venv", ".earmark*", "node_modules", "__pycache__", ".*_cache", "test-results")
    return Path(shutil.copytree(BASE, folder / "tree", ignore=shutil.ignore_patterns(*made)))


def run(tree: Path, *command: str) -> tuple[int, str]:
    """Run one of the tools in the copy."""
    environ = os.environ | {"PYTHONPATH": f"{tree}:{tree}/sdk/src", "EARMARK_TEST_HOME": str(tree / ".earmark-test")}
    done = subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def prove_contracts(tree: Path) -> list[str]:
    """Break each contract in turn; return those that nobody reported."""
    silent = []
    for name, (path, line) in CONTRACTS.items():
        file = tree / path
        whole = file.read_text()
        file.write_text(whole + "\n" + line)
        code, told = run(tree, str(BASE / ".venv/bin/lint-imports"), "--no-cache")
        file.write_text(whole)
        is_told = code != 0 and any(name in row and "BROKEN" in row for row in told.replace("\n", " ").split("KEPT"))
        print(f"{'reported' if is_told else 'SILENT  '}  contract: {name}", flush=True)
        silent += [] if is_told else [name]
    return silent


def prove_rules(tree: Path) -> list[str]:
    """Break each rule in turn; return those that no test caught."""
    silent = []
    for name, (path, right, wrong, tests) in RULES.items():
        file = tree / path
        whole = file.read_text()
        assert whole.count(right) == 1, f"{path} does not say {right!r} once"
        file.write_text(whole.replace(right, wrong))
        code, told = run(tree, sys.executable, "-m", "pytest", "-q", "-x", tests)
        file.write_text(whole)
        is_caught = code == 1 and " failed" in told
        caught_by = next(
            (row.split("::")[1].split(" ")[0] for row in told.splitlines() if row.startswith("FAILED")), ""
        )
        print(f"{'caught  ' if is_caught else 'SILENT  '}  rule: {name} ({caught_by})", flush=True)
        silent += [] if is_caught else [name]
    return silent


def main() -> int:
    """Break all, and fail if anything stayed silent."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(Path(folder))
        silent = prove_contracts(tree) + prove_rules(tree)
        run(tree, sys.executable, "-m", "backend.config.store", "stop")
    return len(silent)


if __name__ == "__main__":
    sys.exit(main())
