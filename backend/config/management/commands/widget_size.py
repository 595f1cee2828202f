"""Weigh the widget as it is served: each chunk, and each page that brings some of them."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from backend.api.assets import small

KB = 1024
#: What may be brought together, and how much of it in bytes; None is only told.
BUDGETS: dict[str, tuple[list[str], int | None]] = {
    "the loader": (["earmark"], 1 * KB),
    "the core": (["core"], 5 * KB),
    "the core and answers": (["core", "answers"], None),
    "three kinds": (["duplicates", "tags", "choice"], 4 * KB),
    "words of a text": (["span"], 6 * KB),
    "marking words": (["chooser"], 5 * KB),
    "boxes of a picture": (["region"], 6 * KB),
    "marking a box": (["draw"], 4 * KB),
    "German": (["de"], int(1.5 * KB)),
    "Spanish": (["es"], int(1.5 * KB)),
    "Arabic": (["ar"], int(1.5 * KB)),
    "a duplicates page": (["earmark", "with_duplicates"], 10 * KB),
    "a tags page": (["earmark", "with_tags"], None),
    "a choice page": (["earmark", "with_choice"], None),
    "a span page": (["earmark", "with_span"], None),
    "a region page": (["earmark", "with_region"], None),
    "a page of all three": (["earmark", "with_duplicates", "tags", "choice"], None),
}


def weigh(folder: Path) -> dict[str, int]:
    """Return the bytes that each chunk of a bundle takes on the wire."""
    manifest: dict[str, str] = json.loads((folder / "manifest.json").read_text())
    return {name.removesuffix(".js"): len(small((folder / actual).read_bytes())) for name, actual in manifest.items()}


class Command(BaseCommand):
    """Fails where a sum is over its budget."""

    help = "Prints the bytes that each chunk and page of the widget takes, gzipped as served; exits 1 over budget."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        weights = weigh(settings.EARMARK_WIDGET_DIR)
        for name, weight in weights.items():
            self.stdout.write(f"{name + '.js':<21} {weight:>6}")
        is_over = False
        for what, (names, budget) in BUDGETS.items():
            total = sum(weights[name] for name in names)
            is_over |= budget is not None and total > budget
            self.stdout.write(f"{what:<21} {total:>6}" + (f" of {budget}" if budget else ""))
        if is_over:
            self.stderr.write("The widget is over its budget.")
            raise SystemExit(1)
