"""The door for web servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

application = get_wsgi_application()


def _warm_up() -> None:
    """Let the first nudge leave now, so that no person's mark waits for the broker's client to load."""
    from backend.projects.nudge import nudge

    nudge()


_warm_up()
