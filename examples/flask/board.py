"""A notice board in Flask whose readers mark duplicates: `python board.py`, as README.md says."""

import os
import secrets
import sys
import threading
from datetime import UTC, datetime
from uuid import uuid4

from earmark import Earmark, Item, sign_identity, webhooks
from earmark.errors import EarmarkError, WebhookNotGenuine
from flask import Flask, Response, abort, g, jsonify, redirect, render_template, request, session
from werkzeug.wrappers import Response as Answer

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
telling = threading.Lock()
board = Flask(__name__, template_folder=".")
board.config.update(SECRET_KEY=secrets.token_bytes(32), SESSION_COOKIE_NAME="board", SESSION_COOKIE_SAMESITE="Lax")


def register(*saved: Item) -> None:
    """Register posts as items; what Earmark does not take stays saved here, and is told in the log."""
    try:
        for refused in client.items.upsert(saved).rejected:
            board.logger.warning("not registered: %s", refused)
    except EarmarkError as error:
        board.logger.warning("not registered: %s", error)


def sign(who: str) -> str:
    """Return what says to Earmark who is looking, for ten minutes."""
    return sign_identity(who, project=PROJECT, key=SIGNING_KEY, kid=SIGNING_KID)


def found(id: str) -> Item:
    """Return a post, or answer 404."""
    return posts[id] if id in posts else abort(404)


def reader() -> str:
    """Return who is signed in, or answer 403."""
    return str(session["reader"]) if "reader" in session else abort(403)


def same_as(id: str) -> list[Item]:
    """Return the posts that people found to be the same as this one."""
    others = [pair - {id} for pair, (_, is_same) in list(told.items()) if is_same and id in pair]
    return [posts[other] for each in others for other in each if other in posts]


@board.after_request
def guard(answer: Response) -> Response:
    """Let the page run its own script and Earmark's alone, and let nobody keep it, since it holds an identity."""
    answer.headers["Content-Security-Policy"] = " ".join(POLICY.split()) % {"nonce": g.get("nonce", "")}
    answer.headers["Cache-Control"] = "no-store"
    return answer


@board.get("/")
@board.get("/posts/<id>")
def show(id: str | None = None) -> str:
    """Show all posts, or one, and below it what may be the same."""
    g.nonce, who = secrets.token_urlsafe(16), session.get("reader")
    facts = {"post": found(id), "same": same_as(id)} if id else {"posts": posts.values()}
    earmark = (
        {"url": client.base_url, "key": PUBLISHABLE_KEY, "identity": sign(who), "question": QUESTION} if who else None
    )
    return render_template("board.html", nonce=g.nonce, earmark=earmark, who=who, people=PEOPLE, **facts)


@board.get("/posts/<id>/same")
def same(id: str) -> Response:
    """Tell which posts are the same; the page asks after each mark."""
    return jsonify([{"url": each.url, "title": each.title} for each in same_as(found(id).id)])


@board.post("/posts")
def save() -> Answer:
    """Save a post, then register it; its id is new for ever, since marks belong to it."""
    title, body = request.form["title"].strip()[:200], request.form["body"].strip()[:5000]
    made = post(uuid4().hex, title or abort(400), body, reader(), datetime.now(UTC))
    posts[made.id] = made
    register(made)
    return redirect(made.url, 303)


@board.post("/posts/<id>/delete")
def delete(id: str) -> Answer:
    """Delete one's own post, and take it out of all that is suggested."""
    if found(id).author != reader():
        abort(403)
    del posts[id]
    try:
        client.items.remove(id)
    except EarmarkError as error:
        board.logger.warning("not removed: %s", error)
    return redirect("/", 303)


@board.post("/sign-in")
def sign_in() -> Answer:
    """Sign in without a password, or out: this is a sample."""
    session.clear()
    if (chosen := request.form.get("reader")) in PEOPLE:
        session["reader"] = chosen
    return redirect("/", 303)


@board.post("/identity")
def identity() -> Response:
    """Sign anew for who is signed in: a page asks that outlived what was signed for it."""
    return jsonify(identity=sign(reader()))


@board.post("/earmark/webhook")
def webhook() -> tuple[Response, int]:
    """Keep what Earmark tells of a pair unless something newer is known: messages may come twice and late."""
    try:
        event = webhooks.verify(request.get_data(), request.headers, WEBHOOK_SECRET)
    except WebhookNotGenuine as error:
        return jsonify(detail=str(error)), 400
    if event.type.startswith("label.") and event.data["question"] == QUESTION:
        pair = frozenset(event.data["unit"]["items"])
        is_same = event.data["state"] == "settled" and event.data["value"] == "duplicate"
        with telling:
            if event.revision > told.get(pair, (-1, False))[0]:
                told[pair] = event.revision, is_same
    return jsonify(taken=event.id), 200  # of what this board does not know, too


if __name__ == "__main__":
    register(*FIRST)
    board.run("localhost", int(os.environ.get("PORT", "5050")))
