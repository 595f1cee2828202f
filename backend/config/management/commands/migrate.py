"""Bring the tables up to date while requests are served: who changes a table never lets others wait long."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections
from django.utils import timezone
from psycopg.errors import DeadlockDetected, LockNotAvailable

from backend.api.editions import keep_edition

LOCK_MS = 100
PAUSE_S = 1.0
MOST_ATTEMPTS = 300
IN_PART = ("app_label", "plan", "check_unapplied", "prune")
"""Options by which not all is brought up to date."""


class Command(Migrate):
    """Django's own, which steps back where a table is in use and tries again.

    A change waits for a lock LOCK_MS at most, for others wait behind it. What was done is kept: a migration is one
    transaction of new tables, or made of operations that may run again (backend/projects/while_serving.py). Once all is
    up to date, the widget's files are kept, so that each edition outlives the next one's arrival.
    """

    pause: Callable[[float], None] = staticmethod(time.sleep)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and run again while a table is in use."""
        connection = connections[options["database"]]
        for attempt in range(1, MOST_ATTEMPTS + 1):
            with connection.cursor() as cursor:
                cursor.execute(f"set lock_timeout = {LOCK_MS}")
            try:
                super().handle(*args, **options)
                break
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected) or attempt == MOST_ATTEMPTS:
                    raise
                self.stdout.write("\n  a table is in use; trying again")
                connection.close()
            self.pause(PAUSE_S)
        if not any(options.get(name) for name in IN_PART):
            keep_edition(settings.EARMARK_WIDGET_DIR, using=options["database"], now=timezone.now())
