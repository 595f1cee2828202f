"""All that the forum knows of Earmark: the SDK and the address of the script."""

from typing import Any

from django.conf import settings
from earmark import Earmark, sign_identity


def client() -> Earmark:
    """Return the SDK's client with this forum's secret key."""
    return Earmark(settings.EARMARK["secret_key"], base_url=settings.EARMARK["base_url"])


def script_facts(customer: str | None) -> dict[str, Any]:
    """Return what the script tag needs, or nothing where nobody is signed in."""
    if not customer or not settings.EARMARK:
        return {}
    identity = sign_identity(
        customer,
        project=settings.EARMARK["project"],
        key=settings.EARMARK["signing_key"],
        kid=settings.EARMARK["signing_kid"],
    )
    return {
        "script": f"{settings.EARMARK['base_url']}/w/earmark.js",
        "key": settings.EARMARK["publishable_key"],
        "identity": identity,
        "question": settings.QUESTION,
    }
