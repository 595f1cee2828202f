"""One web origin: the product's own asset route, hosts' pages, the peers' bundles and stubs of their servers.

gunicorn runs it; the widget's calls and its test pages are handed on to tests/widget/mock_server.mjs.
"""

import http.client
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application

# Not backend.config.wsgi, which is this and a first nudge to a store that does not run here.
django = get_wsgi_application()
from backend.api.assets import small  # noqa: E402  (needs the settings)

MOCK = os.environ["BENCH_MOCK"]
PEERS = Path(os.environ["BENCH_PEERS"])
HERE = Path(__file__).parent
settings.EARMARK_WIDGET_DIR = Path(os.environ["BENCH_WIDGET"])

WORDS = (
    "In SeaMonkey 2.53.8 moving messages to archive does not work. I noticed this after upgrading from 2.53.6. "
    "This affects both IMAP and POP3 accounts. After some unsuccessful testing I reverted to 2.53.7.1."
)
LOADER = '<script async src="/w/earmark.js" data-key="{key}" data-identity="someone"></script>'
ELEMENTS = {
    "duplicates": '<earmark-duplicates item="asked" question="duplicate"></earmark-duplicates>',
    "tags": '<earmark-tags item="asked" question="topics"></earmark-tags>',
    "choice": '<earmark-choice item="asked" question="tone"></earmark-choice>',
    "span": '<earmark-span item="asked" question="products" for="post"></earmark-span>',
    "region": '<earmark-region item="asked" question="parts" for="picture"></earmark-region>',
}
#: What spans and regions are marked in; it stands on each page that is compared with them.
POST = f'<article id="post">{f"<p>{WORDS}</p>" * 4}</article>'
DRAWN = """%3Csvg xmlns='http://www.w3.org/2000/svg' width='640' height='344'%3E%3Crect width='640' height='344'
 fill='%23dde'/%3E%3Crect x='20' y='20' width='120' height='40'/%3E%3C/svg%3E""".replace("\n", "")
PICTURE = f'<img id="picture" alt="A box" width="640" height="344" src="data:image/svg+xml,{DRAWN}">'
BASES = {"text": POST, "span": POST, "recogito": POST, "picture": PICTURE, "region": PICTURE, "annotorious": PICTURE}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A thread</title>
<link rel="icon" href="data:,">
<style>main{{max-width:720px;margin:2rem auto;font:16px/1.5 sans-serif}}</style>{head}</head>
<body><main><h1>Message archiving does not work</h1>{paragraphs}{elements}</main></body></html>"""

STYLED = ("recogito", "annotorious")
PEERS_SHOWN = ("sentry", "posthog", *STYLED)
Start = Callable[..., Any]
Environ = dict[str, Any]


def page(variant: str) -> str:
    """Return a thread's page: `bare`, `loader`, a kind, `three`, `rules`, `text`, `picture` or a peer.

    `span` is `text` with our element, `region` is `picture`; `…-more` is a page of duplicates with that element too.
    """
    variant, _, more = variant.partition("-")
    kinds = ["duplicates", "tags", "choice"] if variant == "three" else [variant] if variant in ELEMENTS else []
    kinds = ["duplicates", *kinds] if more else kinds
    if variant in PEERS_SHOWN:
        style = f'<link rel="stylesheet" href="/peers/{variant}.css">' if variant in STYLED else ""
        head = f'{style}<script {"defer" if style else "async"} src="/peers/{variant}.js"></script>'
    elif variant in ("bare", "text", "picture"):
        head = ""
    else:
        head = LOADER.format(key="bench")
    if variant == "rules":
        head = head.replace("bench", "rules").replace("<script", "<script data-rules")
    base = BASES.get(variant, f"<p>{WORDS}</p>" * 4)
    return PAGE.format(head=head, paragraphs=base, elements="".join(map(ELEMENTS.__getitem__, kinds)))


SURVEY = json.loads((HERE / "peers" / "survey.json").read_text())
CONFIG = {
    "token": "phc_bench", "supportedCompression": ["gzip-js"], "hasFeatureFlags": False, "surveys": True,
    "captureDeadClicks": False, "capturePerformance": False, "autocapture_opt_out": False, "heatmaps": False,
    "sessionRecording": False, "elementsChainAsString": True, "siteApps": [], "isAuthenticated": False,
}  # fmt: skip
#: What the peers' servers answer, by the beginning of the path.
STUBS: dict[str, object] = {
    "/array/phc_bench/config": CONFIG,
    "/flags": {"flags": {}, "errorsWhileComputingFlags": False, "surveys": True},
    "/api/surveys": {"surveys": [SURVEY]},
    "/surveys": {"surveys": [SURVEY]},
    "/": {},
}  # fmt: skip


def application(environ: Environ, start: Start) -> Iterable[bytes]:
    """Answer a request."""
    path = environ["PATH_INFO"]
    if path.startswith("/w/") and path.endswith(".js"):
        found: Iterable[bytes] = django(environ, start)
        return found
    if path.startswith("/bench/"):
        return _say(start, "text/html; charset=utf-8", page(path.removeprefix("/bench/")).encode())
    if path.startswith("/peers/") or path.endswith("/surveys.js"):
        kind = "text/css" if path.endswith(".css") else "text/javascript"
        return _say(start, kind, small((PEERS / Path(path).name).read_bytes()), ("Content-Encoding", "gzip"))
    if path == "/array/phc_bench/config.js":
        code = f"window._POSTHOG_REMOTE_CONFIG={json.dumps({'phc_bench': {'config': CONFIG, 'siteApps': []}})}"
        return _say(start, "text/javascript", code.encode())
    if path.startswith(("/static/", "/array/", "/flags", "/api/", "/surveys", "/e/", "/i/")):
        stub = next(answer for prefix, answer in STUBS.items() if path.startswith(prefix))
        return _say(start, "application/json", json.dumps(stub).encode())
    return _hand_on(environ, start)


def _say(start: Start, content_type: str, content: bytes, *more: tuple[str, str]) -> list[bytes]:
    start(
        "200 OK",
        [
            ("Content-Type", content_type),
            ("Content-Length", str(len(content))),
            ("Cross-Origin-Opener-Policy", "same-origin"),  # for a clock of 5 µs
            ("Cross-Origin-Embedder-Policy", "require-corp"),
            *more,
        ],
    )
    return [content]


def _hand_on(environ: Environ, start: Start) -> list[bytes]:
    to = http.client.HTTPConnection(urlsplit(MOCK).netloc, timeout=30)
    query = environ["QUERY_STRING"]
    address = environ["PATH_INFO"] + (f"?{query}" if query else "")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    headers = {"Content-Type": environ.get("CONTENT_TYPE") or "text/plain"}
    try:
        to.request(environ["REQUEST_METHOD"], address, body or None, headers)
        answer = to.getresponse()
        content = answer.read()
    finally:
        to.close()
    left_out = {"connection", "keep-alive", "transfer-encoding", "content-length", "date"}
    kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in left_out]
    start(f"{answer.status} {answer.reason or 'Answer'}", [*kept, ("Content-Length", str(len(content)))])
    return [content]
