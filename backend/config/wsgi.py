"""The door for web servers."""

import gc
import logging
import os
from functools import partial

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from backend.config.database.base import has_answered_lately
from backend.config.gate import Gate
from backend.config.logs import without_what_was_sent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
logging.getLogger("gunicorn.error").addFilter(without_what_was_sent)

application = Gate(
    get_wsgi_application(), at_once=settings.EARMARK_AT_ONCE, is_well=partial(has_answered_lately, "default")
)


def _warm_up() -> None:
    """Let the first nudge leave now, so that no person's mark waits for the broker's client to load."""
    from backend.projects.nudge import nudge

    nudge()


def _spare_what_is_loaded() -> None:
    """Load all endpoints, and let the collector of cycles pass by what stays for good.

    It would go through all of that each time, 60 ms in which nobody is answered.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


_warm_up()
_spare_what_is_loaded()
