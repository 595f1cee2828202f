#!/usr/bin/env python
"""Run one of Earmark's commands."""

import os
import sys


def main() -> None:
    """Hand the command line to Django with Earmark's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from backend.config.store.server import ensure_running

    ensure_running(settings.EARMARK_PLACE)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
