"""Who calls: a secret key for servers; a publishable key, a web origin and a signed identity for browsers."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.http import HttpRequest
from jwt.utils import base64url_decode

from backend.annotators.actions.people import meet_annotator
from backend.annotators.models import Annotator
from backend.api.v1.parsers import strict_json
from backend.api.v1.problems import Forbidden, Unauthorized
from backend.projects.composed import Composed, Given
from backend.projects.models import ApiKey, Project, SigningKey, WebOrigin
from backend.projects.secrets import derived_key, digest_of, unseal
from backend.projects.tenancy import opening

SESSION_S = 30 * 60
LONGEST_IDENTITY_S = 15 * 60
LEEWAY_S = 30
"""How far the host's clock may be off; `earmark doctor` warns beyond it."""
LONGEST_TOKEN = 8000
AUDIENCE = "earmark"
_FAULTS: dict[type[Exception], str] = {
    jwt.ExpiredSignatureError: "it has expired; sign a new one for each page, and look at the clocks of both servers",
    jwt.ImmatureSignatureError: "it is signed in the future; the clock of the server that signs is ahead",
    jwt.InvalidIssuerError: "its `iss` is not the slug of this key's project",
    jwt.InvalidAudienceError: "its `aud` is not `earmark`",
    jwt.InvalidAlgorithmError: "its `alg` is not the one of the signing key that `kid` names",
    jwt.InvalidSignatureError: "its signature was made with another key than the one that `kid` names",
}
"""What is wrong with an identity, and what to do."""
SESSION_AUDIENCE = "earmark session"


_key = Composed(lambda: ApiKey.objects.filter(digest=Given("digest")).select_related("project"))
_key_that_opens = Composed(
    lambda: ApiKey.objects.filter(digest=Given("digest")).select_related("project").annotate(door=opening("project_id"))
)


@dataclass(frozen=True)
class Session:
    """What a session token says, verified without a query; `link_id` names the desk link it began with."""

    project_id: int
    annotator_id: int
    epoch: int
    origin: str
    link_id: int | None = None


def project_of_secret_key(request: HttpRequest, *, now: datetime) -> Project:
    """Return the project whose secret key the request carries, its door open until the transaction ends.

    Raises Unauthorized, Forbidden: the transaction must be rolled back then.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Unauthorized("Send the project's secret key: Authorization: Bearer sk_…", code="key_missing")
    return _project_of(_key_that_opens, key.strip(), ApiKey.Kind.SECRET, now)


def project_of_publishable_key(key: str, *, now: datetime) -> Project:
    """Return the project of a publishable key; raises Unauthorized, Forbidden."""
    return _project_of(_key, key, ApiKey.Kind.PUBLISHABLE, now)


def _project_of(keys: Composed[Any], key: str, kind: str, now: datetime) -> Project:
    known: ApiKey | None = keys.first(digest=digest_of(key))
    if known is None or not known.is_valid(now=now):
        raise Unauthorized("This key is not known, revoked or expired.", code="key_invalid")
    if known.kind != kind:
        raise Forbidden(f"This is a {known.kind} key; a {kind} one is needed here.", code="wrong_kind_of_key")
    return known.project


def check_origin(project: Project, request: HttpRequest) -> str:
    """Return the request's web origin, listed exactly for the project; raises Forbidden."""
    origin = request.headers.get("Origin", "")
    if not WebOrigin.objects.filter(project=project, origin=origin).exists():
        raise Forbidden(
            f"The web origin {origin[:200]!r} is not listed for this project; add it in the admin.",
            code="origin_not_listed",
        )
    return origin


def check_own_origin(request: HttpRequest) -> str:
    """Return the request's web origin, which must be a page of ours; raises Forbidden.

    Behind a proxy that ends TLS we see another scheme than the browser; there the browser's own
    word for it, `Sec-Fetch-Site`, is asked.
    """
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site")
    is_ours = origin == f"{request.scheme}://{request.get_host()}"
    if site is not None:
        is_ours = site == "same-origin" and origin.partition("://")[2] == request.get_host()
    if not is_ours:
        raise Forbidden("The desk is opened from its own page.", code="origin_not_listed")
    return origin


def annotator_of_identity(project: Project, token: str, *, now: datetime) -> Annotator:
    """Return the annotator whom the host's signed identity names; raises Unauthorized.

    The caller holds the project's door. HS256 and EdDSA by `kid`; iss, aud, sub, iat and exp are
    required, each once, and exp at most 15 minutes ahead.
    """
    claims = _claims(project, token, now)
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= 200 or "\0" in subject:
        raise _invalid("`sub` must be a text of 1 to 200 characters")
    return meet_annotator(project_id=project.pk, subject=subject, now=now)


def _claims(project: Project, token: str, now: datetime) -> dict[str, Any]:
    if not token:
        raise _invalid("there is none; sign one for whoever is looking, or leave the widget out")
    if len(token) > LONGEST_TOKEN:
        raise _invalid("the token is too long")
    try:
        parts = [base64url_decode(part) for part in token.split(".")[:2]]
        _check(parts)
        header = jwt.get_unverified_header(token)
        signing_key = SigningKey.objects.of(project).filter(kid=str(header.get("kid", ""))[:60]).first()
        if signing_key is None or (signing_key.retired_at and signing_key.retired_at <= now):
            raise _invalid("its `kid` names no signing key of this project")
        claims: dict[str, Any] = jwt.decode(
            token,
            unseal(signing_key.material),
            algorithms=[signing_key.algorithm],
            audience=AUDIENCE,
            issuer=project.slug,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise _invalid(_fault(error)) from None
    if claims["exp"] > now.timestamp() + LONGEST_IDENTITY_S + LEEWAY_S:
        raise _invalid("`exp` is more than 15 minutes ahead")
    return claims


def _check(parts: Iterable[bytes]) -> None:
    """Look whether header and claims are JSON as we take it, and say why not; raises Unauthorized, ValueError."""
    try:
        for part in parts:
            strict_json(part)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise
    except ValueError as error:
        raise _invalid(f"{error}") from None


def _fault(error: Exception) -> str:
    """Return in words what is wrong with an identity that could not be read or does not hold."""
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"it has no `{error.claim}`"
    return next((told for kind, told in _FAULTS.items() if isinstance(error, kind)), "it is no JWT as we take it")


def _invalid(reason: str) -> Unauthorized:
    return Unauthorized(f"The identity does not hold: {reason}.", code="identity_invalid")


def _session_key() -> bytes:
    return derived_key(settings.SECRET_KEY, "earmark session")


def session_token(annotator: Annotator, *, origin: str, now: datetime, link_id: int | None = None) -> str:
    """Return a token that stands for a person's session on one web origin for 30 minutes."""
    claims: dict[str, Any] = {
        "p": annotator.project_id,
        "a": annotator.pk,
        "e": annotator.epoch,
        "o": origin,
        "aud": SESSION_AUDIENCE,
        "exp": now + timedelta(seconds=SESSION_S),
    }
    if link_id is not None:
        claims["l"] = link_id
    return jwt.encode(claims, _session_key(), algorithm="HS256")


def session_of(token: str, request: HttpRequest) -> Session:
    """Return what a session token says, without a query; raises Unauthorized, Forbidden."""
    try:
        claims = jwt.decode(
            token,
            _session_key(),
            algorithms=["HS256"],
            audience=SESSION_AUDIENCE,
            options={"require": ["exp"]},
        )
        session = Session(claims["p"], claims["a"], claims["e"], claims["o"], claims.get("l"))
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        raise Unauthorized("The session has ended; ask for a new one.", code="session_expired") from None
    if request.headers.get("Origin", "") != session.origin:
        raise Forbidden("This session belongs to another web origin.", code="origin_not_listed")
    return session


def utc_now() -> datetime:
    """Return the time: the clock is read at the edge and passed in."""
    return datetime.now(tz=UTC)
