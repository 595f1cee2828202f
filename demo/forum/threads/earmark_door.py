"""All that the forum knows of Earmark: the SDK and the address of the script."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from earmark import Earmark, sign_identity

from demo.forum.threads.models import Left

DAY = timedelta(days=1)


def client() -> Earmark:
    """Return the SDK's client with this forum's secret key."""
    return Earmark(settings.EARMARK["secret_key"], base_url=settings.EARMARK["base_url"])


def script_facts(customer: str | None) -> dict[str, Any]:
    """Return what the script tag needs, or nothing where nobody is signed in; `left` for who wants none of it.

    Their pages hold no element, so no room is kept for what never comes.
    """
    if not customer or not settings.EARMARK:
        return {}
    identity = sign_identity(
        customer,
        project=settings.EARMARK["project"],
        key=settings.EARMARK["signing_key"],
        kid=settings.EARMARK["signing_kid"],
    )
    return {
        "left": Left.objects.filter(customer=customer).exists(),
        "script": f"{settings.EARMARK['base_url']}/w/earmark.js",
        "key": settings.EARMARK["publishable_key"],
        "identity": identity,
        "duplicate": settings.QUESTION,
        "topics": settings.TOPICS,
        "tone": settings.TONE,
        "products": settings.PRODUCTS,
        "controls": settings.CONTROLS,
    }


def desks_of(colleague: str) -> list[dict[str, str]]:
    """Return where a colleague labels: a link to the desk of each question, good for a day."""
    with client() as earmark:
        questions = {question.id: question.prompt for question in earmark.questions.list()}
        wanted = {
            settings.QUESTION: "Duplicates",
            settings.TOPICS: "Topics",
            settings.TONE: "Tone",
            settings.PRODUCTS: "Names in posts",
            settings.CONTROLS: "Buttons and menus",
        }
        return [
            {"name": name, "prompt": questions[key], "url": link.url}
            for key, name in wanted.items()
            if key in questions
            if (link := earmark.desk.link(key, "colleague", annotator=colleague, expires_in=DAY)).url
        ]
