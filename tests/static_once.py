"""The static files of Django's clients: looked through once for all clients that tests make."""

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

_look = WhiteNoiseMiddleware.add_files_from_finders
_found: dict[tuple[str, str], dict[str, Any]] = {}


def look_once() -> None:
    """Let each client of a process know the files that its first one found.

    Every `Client()` makes the middleware anew, and its look through some 190 files takes longer than most requests.
    """
    WhiteNoiseMiddleware.add_files_from_finders = _add_known_files


def _add_known_files(self: WhiteNoiseMiddleware) -> None:
    place = (self.static_prefix, str(self.static_root))
    if place not in _found:
        _look(self)
        _found[place] = dict(self.files)
    self.files.update(_found[place])
