"""Hosts check their code against the SDK's types; tests/sdk/typed_host.py is such a host."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_a_host_that_points_into_texts_and_pictures_is_checked_strictly(tmp_path):
    """What may not be written is marked there, and a mark that is not needed is an error too."""
    (tmp_path / "mypy.ini").write_text("[mypy]\nfollow_imports = silent\n")  # as of an installed package
    told = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=mypy.ini", f"--cache-dir={tmp_path}/cache",
         f"{HERE}/typed_host.py"],
        cwd=tmp_path, env={"MYPYPATH": f"{HERE.parents[1]}/sdk/src"}, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
