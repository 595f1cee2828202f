"""The widget's files: under names that never change and may be kept for ever, and under stable names."""

import json
from functools import lru_cache
from pathlib import Path

import zopfli.gzip
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from backend.api.editions import kept

STABLE_S = 300
FOR_EVER = "public, max-age=31536000, immutable"
#: How often zopfli tries: 15 times, as it does unasked, leave five bytes more of a page, and beyond 50 gain little.
TRIES = 50


@lru_cache(maxsize=4)
def _manifest(folder: Path, changed_at: float) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / "manifest.json").read_text())
    return found


@lru_cache(maxsize=96)
def small(content: bytes) -> bytes:
    """Return a file as small as gzip can make it: the same bytes each time, made once a process in some 100 ms."""
    return bytes(zopfli.gzip.compress(content, numiterations=TRIES))


def asset(request: HttpRequest, name: str) -> HttpResponse:
    """Return a file of the widget: `earmark.js` for five minutes, hashed names, of older editions too, for ever."""
    folder: Path = settings.EARMARK_WIDGET_DIR
    note = folder / "manifest.json"
    manifest = _manifest(folder, note.stat().st_mtime) if note.exists() else {}
    is_stable = name in manifest
    actual = manifest.get(name, name)
    content = (folder / actual).read_bytes() if actual in manifest.values() else kept(name)
    if content is None:
        raise Http404
    may_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(small(content) if may_gzip else content, content_type="text/javascript")
    if may_gzip:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = f"public, max-age={STABLE_S}" if is_stable else FOR_EVER
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response
