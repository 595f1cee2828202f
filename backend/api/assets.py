"""The widget's files: under names that never change and may be kept for ever, and under stable names."""

import json
from functools import lru_cache
from pathlib import Path

import zopfli.gzip
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

STABLE_S = 300
FOR_EVER = "public, max-age=31536000, immutable"


@lru_cache(maxsize=4)
def _manifest(folder: Path, changed_at: float) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / "manifest.json").read_text())
    return found


@lru_cache(maxsize=32)
def _gzip(path: Path, changed_at: float) -> bytes:
    return bytes(zopfli.gzip.compress(path.read_bytes()))


def small(path: Path) -> bytes:
    """Return a file as small as gzip can make it: the same bytes each time, made once a process in some 30 ms."""
    return _gzip(path, path.stat().st_mtime)


def asset(request: HttpRequest, name: str) -> HttpResponse:
    """Return a file of the widget's bundle: `earmark.js` for five minutes, hashed names for ever."""
    folder: Path = settings.EARMARK_WIDGET_DIR
    note = folder / "manifest.json"
    if not note.exists():
        raise Http404
    manifest = _manifest(folder, note.stat().st_mtime)
    is_stable = name in manifest
    actual = manifest.get(name, name)
    if actual not in manifest.values():
        raise Http404
    may_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    path = folder / actual
    response = HttpResponse(small(path) if may_gzip else path.read_bytes(), content_type="text/javascript")
    if may_gzip:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = f"public, max-age={STABLE_S}" if is_stable else FOR_EVER
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response
