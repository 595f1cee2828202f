"""A notice board in FastAPI whose readers mark duplicates: `python board.py`, as README.md says."""

import logging
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from earmark import Earmark, Item, sign_identity, webhooks
from earmark.errors import EarmarkError, WebhookNotGenuine
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, StringConstraints
from starlette.middleware.sessions import SessionMiddleware

NEEDED = [
    "EARMARK_URL", "EARMARK_KEY", "EARMARK_PUBLISHABLE_KEY", "EARMARK_PROJECT",
    "EARMARK_SIGNING_KEY", "EARMARK_SIGNING_KID", "EARMARK_WEBHOOK_SECRET",
]  # fmt: skip
if missing := [name for name in NEEDED if not os.environ.get(name)]:
    sys.exit(f"Not set in the environment: {', '.join(missing)}. README.md says where each comes from.")
URL, KEY, PUBLISHABLE_KEY, PROJECT, SIGNING_KEY, SIGNING_KID, WEBHOOK_SECRET = (os.environ[name] for name in NEEDED)
client = Earmark(KEY, base_url=URL, timeout=3.0, retries=1)  # one for the process: all its threads use it
QUESTION = "duplicate"
PEOPLE = {"reader-1": "Ada", "reader-2": "Ben", "reader-3": "Cleo"}  # Earmark gets the opaque ids, never a name
POLICY = f"""default-src 'none'; script-src 'nonce-%(nonce)s' {client.base_url}; style-src 'nonce-%(nonce)s';
    img-src data:; connect-src 'self' {client.base_url}; base-uri 'none'; form-action 'self'; frame-ancestors 'none';
    require-trusted-types-for 'script'; trusted-types 'none'"""


def post(id: str, title: str, body: str, author: str, created_at: datetime) -> Item:
    """Return a post; this board keeps it as the very item that Earmark gets."""
    return Item(id, title, body, created_at, kind="post", url=f"/posts/{id}", author=author)


march = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = [
    post("1", "The archive key is gone", "Shift+A used to archive mail.", "reader-1", march),
    post("2", "Cannot archive mail by key", "Shift+A does nothing.", "reader-2", march.replace(day=2)),
    post("3", "Pictures print black", "On paper alone.", "reader-2", march.replace(day=3)),
]
posts = {each.id: each for each in FIRST}
told: dict[frozenset[str], tuple[int, bool]] = {}  # of each pair the highest revision, and whether it is the same
log = logging.getLogger("uvicorn.error")
templates = Jinja2Templates(Path(__file__).parent)
board = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
board.add_middleware(SessionMiddleware, secret_key=secrets.token_urlsafe(32), session_cookie="board", same_site="lax")


class Written(BaseModel):
    """What a reader sends to save."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    body: Annotated[str, StringConstraints(max_length=5000)] = ""


class Person(BaseModel):
    """Who signs in; an empty one signs out."""

    reader: str = ""


def register(*saved: Item) -> None:
    """Register posts as items; what Earmark does not take stays saved here, and is told in the log."""
    try:
        for refused in client.items.upsert(saved).rejected:
            log.warning("not registered: %s", refused)
    except EarmarkError as error:
        log.warning("not registered: %s", error)


def sign(who: str) -> str:
    """Return what says to Earmark who is looking, for ten minutes."""
    return sign_identity(who, project=PROJECT, key=SIGNING_KEY, kid=SIGNING_KID)


def found(id: str) -> Item:
    """Return a post, or answer 404."""
    if id not in posts:
        raise HTTPException(404)
    return posts[id]


def reader(request: Request) -> str:
    """Return who is signed in, or answer 403."""
    if "reader" not in request.session:
        raise HTTPException(403)
    return str(request.session["reader"])


Found = Annotated[Item, Depends(found)]
Reader = Annotated[str, Depends(reader)]


def same_as(id: str) -> list[Item]:
    """Return the posts that people found to be the same as this one."""
    others = [pair - {id} for pair, (_, is_same) in list(told.items()) if is_same and id in pair]
    return [posts[other] for each in others for other in each if other in posts]


@board.middleware("http")
async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Let the page run its own script and Earmark's alone, and let nobody keep it, since it holds an identity."""
    request.state.nonce = secrets.token_urlsafe(16)
    answer = await go_on(request)
    answer.headers["Content-Security-Policy"] = " ".join(POLICY.split()) % {"nonce": request.state.nonce}
    answer.headers["Cache-Control"] = "no-store"
    return answer


def page(request: Request, **facts: Any) -> HTMLResponse:
    """Return a page for whoever is signed in."""
    who = request.session.get("reader")
    earmark = (
        {"url": client.base_url, "key": PUBLISHABLE_KEY, "identity": sign(who), "question": QUESTION} if who else None
    )
    facts |= {"nonce": request.state.nonce, "who": who, "people": PEOPLE, "earmark": earmark}
    return templates.TemplateResponse(request, "board.html", facts)


@board.get("/")
def all_posts(request: Request) -> HTMLResponse:
    """Show all posts."""
    return page(request, posts=list(posts.values()))


@board.get("/posts/{id}")
def one_post(request: Request, post: Found) -> HTMLResponse:
    """Show a post, and below it what may be the same."""
    return page(request, post=post, same=same_as(post.id))


@board.get("/posts/{id}/same")
def same(post: Found) -> list[dict[str, str]]:
    """Tell which posts are the same; the page asks after each mark."""
    return [{"url": each.url, "title": each.title} for each in same_as(post.id)]


@board.post("/posts")
def save(written: Written, who: Reader) -> dict[str, str]:
    """Save a post, then register it; its id is new for ever, since marks belong to it."""
    made = post(uuid4().hex, written.title, written.body, who, datetime.now(UTC))
    posts[made.id] = made
    register(made)
    return {"go": made.url}


@board.post("/posts/{id}/delete")
def delete(post: Found, who: Reader) -> dict[str, str]:
    """Delete one's own post, and take it out of all that is suggested."""
    if post.author != who:
        raise HTTPException(403)
    posts.pop(post.id, None)
    try:
        client.items.remove(post.id)
    except EarmarkError as error:
        log.warning("not removed: %s", error)
    return {"go": "/"}


@board.post("/sign-in")
def sign_in(request: Request, person: Person) -> dict[str, str]:
    """Sign in without a password, or out: this is a sample."""
    request.session.clear()
    if person.reader in PEOPLE:
        request.session["reader"] = person.reader
    return {"go": "/"}


@board.post("/identity")
def identity(who: Reader) -> dict[str, str]:
    """Sign anew for who is signed in: a page asks that outlived what was signed for it."""
    return {"identity": sign(who)}


@board.post("/earmark/webhook")
async def webhook(request: Request) -> dict[str, str]:
    """Keep what Earmark tells of a pair unless something newer is known: messages may come twice and late.

    It awaits the raw body, which alone is signed, and calls nothing that waits; all that asks Earmark is plain `def`.
    """
    try:
        event = webhooks.verify(await request.body(), request.headers, WEBHOOK_SECRET)
    except WebhookNotGenuine as error:
        raise HTTPException(400, str(error)) from error
    if event.type.startswith("label.") and event.data["question"] == QUESTION:
        pair = frozenset(event.data["unit"]["items"])
        is_same = event.data["state"] == "settled" and event.data["value"] == "duplicate"
        if event.revision > told.get(pair, (-1, False))[0]:
            told[pair] = event.revision, is_same
    return {"taken": event.id}  # of what this board does not know, too


if __name__ == "__main__":
    import uvicorn

    register(*FIRST)
    uvicorn.run(board, host="localhost", port=int(os.environ.get("PORT", "5051")))
