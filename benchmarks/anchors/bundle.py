"""The widget's anchors as one script for a page of a benchmark."""

import subprocess
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
ENTRY = """
export { read, offsets, ends } from "./src/anchors/text";
export { describe } from "./src/anchors/anchor";
export { find } from "./src/anchors/find";
"""


def bundle() -> str:
    """Return a script that sets `anchors`."""
    made = subprocess.run(
        ["node_modules/.bin/esbuild", "--bundle", "--minify", "--format=iife", "--global-name=anchors"],
        cwd=BASE / "widget", input=ENTRY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return made.stdout
