"""The gallery: pictures of our own pages, and what a look at their layout says about buttons."""

import json
from typing import NamedTuple

from django.conf import settings


class Picture(NamedTuple):
    """A picture with its size in px, and the boxes (x, y, width, height in px) in which buttons are guessed."""

    key: str
    title: str
    width: int
    height: int
    buttons: tuple[tuple[int, int, int, int], ...]

    @property
    def item(self) -> str:
        """Return the id by which Earmark knows the picture."""
        return f"picture-{self.key}"

    @property
    def path(self) -> str:
        """Return where the picture lies among the static files."""
        return f"gallery/{self.key}.png"


def pictures() -> dict[str, Picture]:
    """Return the gallery's pictures by their keys, in their order."""
    rows = json.loads((settings.FORUM_DIR / "data" / "pictures.json").read_text(encoding="utf-8"))
    found = [
        Picture(
            row["key"], row["title"], row["width"], row["height"],
            tuple((box["x"], box["y"], box["width"], box["height"]) for box in row["buttons"]),
        )
        for row in rows
    ]  # fmt: skip
    return {picture.key: picture for picture in found}
