"""Tests that run side by side are handed out so that nobody idles and the product starts once."""

import os
import subprocess
from pathlib import Path

from tests.lanes import next_unit, unit_of

WAITING = ["tests/backend/test_a.py", "tests/journeys/test_b.py", "tests/sdk/test_c.py", "tests/journeys/test_d.py"]


def test_a_file_is_handed_out_whole() -> None:
    assert unit_of("tests/backend/api/test_wire.py::test_one[a/b::c]") == "tests/backend/api/test_wire.py"
    assert unit_of("tests/journeys/widget/test_manners.py::test_one") == "tests/journeys/widget/test_manners.py"


def test_all_journeys_in_the_product_stay_together() -> None:
    first, second = (unit_of(f"tests/journeys/{name}.py::test_one") for name in ("test_the_desk", "test_a_mark"))
    assert first == second


def test_every_other_worker_begins_with_journeys() -> None:
    chosen = [next_unit(WAITING, worker) for worker in range(4)]
    assert chosen == [WAITING[1], WAITING[0], WAITING[1], WAITING[0]]


def test_who_finds_none_of_their_kind_helps_the_others() -> None:
    assert next_unit(WAITING[:1], worker=0) == WAITING[0]
    assert next_unit(WAITING[1:2], worker=1) == WAITING[1]


def test_make_lets_the_processes_that_tests_start_keep_what_they_compiled(tmp_path: Path) -> None:
    (tmp_path / "more.mk").write_text('tell:\n\t@echo "forbidden: <$$PYTHONDONTWRITEBYTECODE>"\n')
    told = subprocess.run(
        ["make", "--no-print-directory", "-f", "Makefile", "-f", str(tmp_path / "more.mk"), "tell"],
        cwd=Path(__file__).resolve().parents[1], env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == "forbidden: <>\n"
