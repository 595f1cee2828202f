"""Bring the tables up to date while requests are served: who changes a table never lets others wait long."""

import time
from collections.abc import Callable
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections
from psycopg.errors import DeadlockDetected, LockNotAvailable

LOCK_MS = 100
PAUSE_S = 1.0
MOST_ATTEMPTS = 300


class Command(Migrate):
    """Django's own, which steps back where a table is in use and tries again.

    A change waits for a lock LOCK_MS at most, for others wait behind it. What was done is kept: a migration is one
    transaction of new tables, or made of operations that may run again (backend/projects/while_serving.py).
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
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected) or attempt == MOST_ATTEMPTS:
                    raise
                self.stdout.write("\n  a table is in use; trying again")
                connection.close()
            self.pause(PAUSE_S)
