"""Links to the desk: make, open, revoke.

The link's token stands in the URL's fragment, which browsers send to nobody: no log and no
Referer holds it. It is signed, not stored, so it can be shown again. What it opens is decided by
the row it names, at each call.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import jwt
from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Value, When

from backend.annotators.actions.people import known_at_desk, meet_annotator, meet_at_desk
from backend.annotators.models import Annotator
from backend.desk.errors import (
    KnownAsAnotherKind,
    LinkExpired,
    LinkFull,
    LinkIncomplete,
    LinkInvalid,
    LinkRevoked,
    TooManyNewcomers,
)
from backend.desk.models import USUAL_PEOPLE, DeskLink
from backend.projects.secrets import derived_key
from backend.questions.models import Question

AUDIENCE = "earmark desk"
LONGEST_TOKEN = 2000
NEWCOMERS_PER_MINUTE = 60


@dataclass(frozen=True)
class LinkName:
    """What a link's token says: whose project's, and which link."""

    project_id: int
    link_id: int


def make_link(
    *,
    question: Question,
    annotator_kind: str,
    subject: str = "",
    expires_at: datetime,
    created_by: str,
    now: datetime,
    most_people: int = USUAL_PEOPLE,
) -> DeskLink:
    """Make a link to a question's desk: with a subject for that person alone, without for `most_people` who have it.

    Raises LinkExpired for an end that is past, KnownAsAnotherKind, SubjectReserved, AnnotatorErased.
    """
    if expires_at <= now:
        raise LinkExpired(expires_at=expires_at)
    if subject:
        meet_for_link(question=question, subject=subject, annotator_kind=annotator_kind, now=now)
    return DeskLink.objects.create(
        project_id=question.project_id,
        question=question,
        annotator_kind=annotator_kind,
        subject=subject,
        created_by=created_by,
        created_at=now,
        expires_at=expires_at,
        most_people=most_people,
    )


def meet_for_link(*, question: Question, subject: str, annotator_kind: str, now: datetime) -> Annotator:
    """Return the one person whom a link is for; raises KnownAsAnotherKind, SubjectReserved, AnnotatorErased."""
    known = meet_annotator(project_id=question.project_id, subject=subject, kind=annotator_kind, now=now)
    if known.kind != annotator_kind:
        raise KnownAsAnotherKind(subject=subject, known_as=known.kind, wanted=annotator_kind)
    return known


def revoke_link(*, link: DeskLink, now: datetime) -> DeskLink:
    """Let nobody in by this link any more; sessions that began with it end. Revoked twice, the first time stands."""
    if link.revoked_at is None:
        link.revoked_at = now
        link.save(update_fields=["revoked_at"])
    return link


def address_of(link: DeskLink) -> str:
    """Return where a link leads, as a path with the signed token in its fragment."""
    claims = {"l": link.pk, "p": link.project_id, "exp": link.expires_at, "aud": AUDIENCE}
    return f"/desk/{link.question.slug}#{jwt.encode(claims, _link_key(), algorithm='HS256')}"


def public_address_of(link: DeskLink, *, asked_at: str) -> str:
    """Return the whole address of a link, on the host that this request asked; `asked_at` is any address there.

    In production that is https, though the process behind the proxy that ends TLS was asked over plain http.
    """
    asked = urlsplit(asked_at)
    scheme = asked.scheme if settings.DEBUG else "https"
    return f"{scheme}://{asked.netloc}{address_of(link)}"


def read_token(token: str) -> LinkName:
    """Return which link a token names, without a query; raises LinkInvalid."""
    try:
        if len(token) > LONGEST_TOKEN:
            raise ValueError("too long")
        claims: dict[str, Any] = jwt.decode(
            token,
            _link_key(),
            algorithms=["HS256"],
            audience=AUDIENCE,
            options={"require": ["exp"], "verify_exp": False},
        )
        return LinkName(int(claims["p"]), int(claims["l"]))
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError):
        raise LinkInvalid("This is not a link that we gave; ask for a new one.") from None


def open_link(*, link_id: int, project_id: int, now: datetime, question_slug: str | None = None) -> DeskLink:
    """Return a link that lets in at `now`; raises LinkInvalid, LinkExpired, LinkRevoked.

    The caller holds the project's door.
    """
    link = DeskLink.objects.of(project_id).select_related("question", "project").filter(pk=link_id).first()
    if link is None or question_slug not in (None, link.question.slug):
        raise LinkInvalid("This is not a link to this desk; ask for a new one.")
    if link.revoked_at is not None:
        raise LinkRevoked("This link was taken back; ask for a new one.")
    if not link.is_open(now=now):
        raise LinkExpired(expires_at=link.expires_at)
    return link


def person_of_link(*, link: DeskLink, person: UUID | None, now: datetime) -> Annotator:
    """Return who comes by a link: its subject, or else one browser, let in where it is new.

    Raises LinkIncomplete, LinkFull, KnownAsAnotherKind, AnnotatorErased. Locks the link's row until the transaction
    ends where somebody is let in.
    """
    return known_by_link(link=link, person=person, now=now) or _let_in(link, _named(person), now)


def known_by_link(*, link: DeskLink, person: UUID | None, now: datetime) -> Annotator | None:
    """Return who comes by a link, None for a browser that was not met before.

    A browser is one person of the project, by whichever links it comes, so that nobody agrees with themselves.
    Raises LinkIncomplete, KnownAsAnotherKind, AnnotatorErased.
    """
    if link.subject:
        return meet_annotator(project_id=link.project_id, subject=link.subject, kind=link.annotator_kind, now=now)
    known = known_at_desk(project_id=link.project_id, person=_named(person))
    if known and known.kind != link.annotator_kind:
        raise KnownAsAnotherKind(subject="This browser", known_as=known.kind, wanted=link.annotator_kind)
    return known


def spend_newcomer(*, link: DeskLink, now: datetime, limit: int = NEWCOMERS_PER_MINUTE) -> None:
    """Count that somebody new comes by a link in this minute; raises TooManyNewcomers past the limit.

    Refused ones count too where the caller commits this before it lets anybody in. Atomic across processes.
    """
    minute = now.replace(second=0, microsecond=0)
    row = DeskLink.objects.of(link.project_id).filter(pk=link.pk)
    one_more = Case(When(minute_at=minute, then=F("newcomers_count") + 1), default=Value(1))
    with transaction.atomic():
        row.update(newcomers_count=one_more, minute_at=minute)
        if row.values_list("newcomers_count", flat=True).get() > limit:
            raise TooManyNewcomers(limit=limit, retry_at=minute + timedelta(minutes=1))


def _let_in(link: DeskLink, person: UUID, now: datetime) -> Annotator:
    """Make a new browser's annotator and count them; the link's row is the lock, so no two take the last place."""
    with transaction.atomic():
        row = DeskLink.objects.of(link.project_id).filter(pk=link.pk)
        has_place = row.filter(people_count__lt=F("most_people")).update(people_count=F("people_count") + 1)
        met = known_by_link(link=link, person=person, now=now)  # by a call of the same browser that was quicker
        if has_place and met:
            row.update(people_count=F("people_count") - 1)
        if met:
            return met
        if not has_place:
            raise LinkFull(most_people=link.most_people)
        return meet_at_desk(project_id=link.project_id, person=person, kind=link.annotator_kind, now=now)


def _named(person: UUID | None) -> UUID:
    if person is None:
        raise LinkIncomplete("This link is for anyone; send `person`, a random UUID that the browser keeps.")
    return person


def _link_key() -> bytes:
    return derived_key(settings.SECRET_KEY, "earmark desk link")
