"""Suggesters at the host: register one, change its secret while the old one still signs, and open its door."""

from contextlib import suppress

from cryptography.fernet import InvalidToken

from backend.projects.models import Project
from backend.projects.secrets import seal, unseal
from backend.suggestions.errors import RemoteFailed
from backend.suggestions.models import RemoteSuggester
from backend.suggestions.remote import Door


def register_remote(*, project: Project, name: str, url: str, secret: str, **how: int) -> RemoteSuggester:
    """Register an address where a suggester of the host is asked; `how` is timeout_ms and candidates_count."""
    return RemoteSuggester.objects.create(project=project, name=name, url=url, secret=seal(secret.encode()), **how)


def rotate_secret(*, remote: RemoteSuggester, secret: str) -> None:
    """Sign with a new secret from now on, and with the one before it too until `end_rotation`."""
    remote.previous_secret, remote.secret = remote.secret or None, seal(secret.encode())
    if remote.pk:
        remote.save(update_fields=["secret", "previous_secret"])


def end_rotation(*, remote: RemoteSuggester) -> None:
    """Sign with the newest secret alone."""
    remote.previous_secret = None
    remote.save(update_fields=["previous_secret"])


def door_of(remote: RemoteSuggester) -> Door:
    """Return how a remote suggester is reached, with its secrets, the newest first.

    Raises RemoteFailed where the newest cannot be read any more; an older one that cannot is left out.
    """
    try:
        signing = [unseal(remote.secret)]
    except InvalidToken:
        raise RemoteFailed("its secret cannot be read under this EARMARK_SECRET_KEY; give it a new secret") from None
    if remote.previous_secret:
        with suppress(InvalidToken):
            signing.append(unseal(remote.previous_secret))
    return Door(remote.pk, remote.project_id, remote.name, remote.url, signing, remote.timeout_ms / 1000)
