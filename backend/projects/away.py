"""What is said while the database does not answer."""

import errno
import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

logger = logging.getLogger(__name__)

AGAIN_S = 2
NOT_NOW = "The store does not answer just now; try again."
AWAY = (OperationalError, InterfaceError)
"""What is raised where the database is gone, is full, or took too long."""
PASSING = ("08", "40", "53", "55P03", "57P", "58")
"""PostgreSQL's codes that tell of its state: connection, deadlock, memory and disk, a lock, a shutdown, a file."""
LOST = ("08", "57P01", "57P02")
"""Of these, a connection that broke."""
TOO_MUCH = {"53200": "StoreOutOfMemory", "53400": "StoreLimitReached"}
"""Of these, what a single statement that asks for too much may bring about."""
NEVER_MET = (PoolClosed, PoolTimeout, TooManyRequests)
FULL = (errno.ENOSPC, errno.EDQUOT)


def will_pass(error: Exception) -> bool:
    """Return whether the same may go well later, as the store is away, full or busy."""
    if isinstance(error, AWAY):
        code = getattr(error.__cause__, "sqlstate", None)
        return code is None or code.startswith(PASSING)
    return isinstance(error, OSError) and error.errno in FULL


def own_doing(error: Exception) -> str:
    """Return the name of what work may itself have brought about, though it may pass: "" of all else.

    A connection that breaks in the midst of work may have met a server that restarts, or a backend that the work's own
    statement brought down. Nobody can tell from once; who meets it each time is the one.
    """
    if not isinstance(error, AWAY) or isinstance(error.__cause__, NEVER_MET):
        return ""
    code = getattr(error.__cause__, "sqlstate", None)
    return "StoreLost" if code is None or code.startswith(LOST) else TOO_MUCH.get(code, "")


def not_now(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return a 503 in plain text, and say in the log which request did not go through, and nothing of what it held."""
    logger.warning("The store did not answer %s: %s", request.path, type(error).__name__)
    headers = {"Retry-After": str(AGAIN_S)}
    return HttpResponse(NOT_NOW, status=503, headers=headers, content_type="text/plain; charset=utf-8")
