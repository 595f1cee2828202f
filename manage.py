#!/usr/bin/env python
"""Run one of Earmark's commands."""

import os
import sys


def main() -> None:
    """Hand the command line to Django with Earmark's settings; say in words where the database cannot be used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line
    from django.db import Error

    from backend.config.database.faults import what_to_do
    from backend.config.store.server import ensure_running

    place = settings.EARMARK_PLACE
    ensure_running(place)
    try:
        execute_from_command_line(sys.argv)
    except Error as error:
        told = what_to_do(error, where=f"{place.database} at {place.host}:{place.port}")
        if told is None or "--traceback" in sys.argv:
            raise
        sys.exit(told)


if __name__ == "__main__":
    main()
