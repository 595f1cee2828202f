"""Load the sample threads into the forum's store, and register them and the gallery's pictures with Earmark."""

import gzip
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from earmark import Earmark
from earmark.anchors import RegionAnchor
from earmark.types import PushedSuggestion, Suggester

from demo.forum.threads.earmark_door import client
from demo.forum.threads.models import Thread
from demo.forum.threads.pictures import Picture, pictures

LAYOUT = Suggester("layout", "1")
LAYOUT_SCORE = 0.8


class Command(BaseCommand):
    """Load and register; done again, it changes nothing."""

    help = "Loads the sample threads and registers them and the pictures with Earmark through the SDK."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        source = settings.FORUM_DIR / "data" / "threads.jsonl.gz"
        with gzip.open(source, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        threads = [Thread(row["id"], row["title"], row["body"], datetime.fromisoformat(row["created"])) for row in rows]
        Thread.objects.bulk_create(threads, ignore_conflicts=True)
        with client() as earmark:
            result = earmark.items.upsert(
                {
                    "id": thread.key,
                    "kind": "thread",
                    "title": thread.title,
                    "body": thread.body,
                    "url": f"http://localhost:{settings.PORT}/t/{thread.key}",
                    "created_at": thread.created_at.isoformat(),
                }
                for thread in threads
            )
            _register_pictures(earmark)
        self.stdout.write(f"{len(threads)} threads; new to Earmark: {result.created_count}")


def _register_pictures(earmark: Earmark) -> None:
    """Register each picture, and push where a look at its layout found buttons; menus are left for people to find."""
    host = f"http://localhost:{settings.PORT}"
    earmark.items.upsert(_as_item(picture, host) for picture in pictures().values())
    report = earmark.suggestions.push(guess for picture in pictures().values() for guess in _buttons(picture))
    if report.rejected:
        raise CommandError(f"A box of the gallery was not taken: {report.rejected[0]}")


def _buttons(picture: Picture) -> list[PushedSuggestion]:
    size = (picture.width, picture.height)
    boxes = [RegionAnchor.in_pixels(*button, picture=size) for button in picture.buttons]
    reasons = ["The page's layout has a button here."]
    return [
        PushedSuggestion(settings.CONTROLS, picture.item, "Button", LAYOUT_SCORE, LAYOUT, reasons, box) for box in boxes
    ]


def _as_item(picture: Picture, host: str) -> dict[str, Any]:
    image = {
        "url": f"{host}{settings.STATIC_URL}{picture.path}",
        "width": picture.width,
        "height": picture.height,
        "alt": f"Screenshot: {picture.title}",
    }
    return {
        "id": picture.item,
        "kind": "picture",
        "title": picture.title,
        "url": f"{host}/pictures/{picture.key}",
        "metadata": {"image": image},
    }
