"""Load the sample threads into the forum's store, and register them with Earmark."""

import gzip
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from demo.forum.threads.earmark_door import client
from demo.forum.threads.models import Thread


class Command(BaseCommand):
    """Load and register; done again, it changes nothing."""

    help = "Loads the sample threads and registers them with Earmark through the SDK."

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
        self.stdout.write(f"{len(threads)} threads; new to Earmark: {result.created_count}")
