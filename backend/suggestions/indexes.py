"""The search indexes that are open in this process: one for each project that was asked about of late."""

import logging
import threading
from collections import OrderedDict
from pathlib import Path

from django.conf import settings

from backend.suggestions.followed import FollowedIndex

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.5
INDEXES_KEPT = 64

_open: OrderedDict[int, FollowedIndex] = OrderedDict()
"""The one that was asked last comes last."""
_opening = threading.Lock()
_doors: dict[int, threading.Lock] = {}
"""A lock for each project: opening an index reads its files, and nobody waits for another project's."""


def index_of(project_id: int) -> FollowedIndex:
    """Return the open index of a project, brought up to date."""
    followed = open_index(project_id)
    followed.follow(look_again_s=LOOK_AGAIN_S)
    return followed


def open_index(project_id: int) -> FollowedIndex:
    """Return the open index of a project as it is; of more than INDEXES_KEPT the one longest not asked is closed."""
    with _opening:
        door = _doors.setdefault(project_id, threading.Lock())
    with door:
        followed = _open.get(project_id) or FollowedIndex(project_id, Path(settings.EARMARK_INDEX_DIR))
        with _opening:
            _open[project_id] = followed
            _open.move_to_end(project_id)
            while len(_open) > INDEXES_KEPT:
                _open.popitem(last=False)
    return followed


def mend_index(project_id: int, error: Exception) -> None:
    """Mend an open index that failed; one that could not even be opened is tried again at the next request."""
    if followed := _open.get(project_id):
        followed.mend(error)
    else:
        logger.warning("The index of project %s cannot be opened: %s", project_id, error)


def forget_indexes() -> None:
    """Forget every open index of this process; they are opened anew at the next request."""
    with _opening:
        _open.clear()
