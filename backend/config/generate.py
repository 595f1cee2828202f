"""`python -m backend.config.generate [--check]`: openapi.yaml from the serializers, and both sides' types from it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
SCHEMA = BASE / "openapi.yaml"
TYPESCRIPT = BASE / "widget" / "src" / "protocol.ts"
PYTHON = BASE / "sdk" / "src" / "earmark" / "_protocol.py"

HEADER = '"""The wire as TypedDicts. Generated from openapi.yaml by `make openapi`; do not edit."""'


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=BASE, capture_output=True, text=True, env=os.environ)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def write_to(schema: Path, typescript: Path, python: Path) -> None:
    """Write the three files."""
    _run(sys.executable, "manage.py", "spectacular", "--file", str(schema), "--validate", "--fail-on-warn")
    _run("widget/node_modules/.bin/openapi-typescript", str(schema), "-o", str(typescript))
    _run(
        sys.executable, "-m", "datamodel_code_generator",
        "--input", str(schema), "--input-file-type", "openapi", "--output", str(python),
        "--output-model-type", "typing.TypedDict", "--target-python-version", "3.11",
        "--use-standard-collections", "--use-union-operator", "--disable-timestamp", "--enum-field-as-literal", "all",
        "--custom-file-header", HEADER,
    )  # fmt: skip


def main() -> int:
    """Write the files, or with --check say which of them are not what they should be."""
    if "--check" not in sys.argv:
        write_to(SCHEMA, TYPESCRIPT, PYTHON)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        made = [Path(folder) / path.name for path in (SCHEMA, TYPESCRIPT, PYTHON)]
        write_to(*made)
        stale = [
            kept.relative_to(BASE)
            for kept, new in zip((SCHEMA, TYPESCRIPT, PYTHON), made, strict=True)
            if not kept.exists() or kept.read_bytes() != new.read_bytes()
        ]
    for path in stale:
        print(f"{path} is not what the serializers say; run `make openapi` and commit it.")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
