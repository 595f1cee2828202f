"""`python -m backend.config.settings_documented`: every variable that the settings read is in docs/settings.md."""

import re
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
NAMES = re.compile(r'["\'](EARMARK_[A-Z_]+)["\']')


def undocumented() -> set[str]:
    """Return the environment variables of the backend that the page does not name."""
    sources = [*(BASE / "backend" / "config").rglob("*.py")]
    used = {
        name
        for path in sources
        for line in path.read_text().splitlines()
        if "environ" in line
        for name in NAMES.findall(line)
    }
    return used - set(re.findall(r"EARMARK_[A-Z_]+", (BASE / "docs" / "settings.md").read_text()))


if __name__ == "__main__":
    missing = sorted(undocumented())
    for name in missing:
        print(f"docs/settings.md does not say what {name} does.")
    sys.exit(bool(missing))
