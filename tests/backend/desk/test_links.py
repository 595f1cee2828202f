import base64
import json
from datetime import timedelta
from uuid import UUID, uuid4

import jwt
import pytest
from django.db import IntegrityError

from backend.annotators.actions.people import meet_annotator
from backend.annotators.errors import SubjectReserved
from backend.annotators.models import Annotator
from backend.desk.actions.links import address_of, make_link, open_link, person_of_link, read_token, revoke_link
from backend.desk.errors import KnownAsAnotherKind, LinkExpired, LinkIncomplete, LinkInvalid, LinkRevoked
from backend.desk.models import DeskLink
from backend.projects.tenancy import tenancy

PERSON = UUID("9b2c6c1c-6f0e-4f6e-9d5b-2f6b1c0a7e11")


def made(world, **changes):
    usual = {"annotator_kind": "colleague", "expires_at": world.now + timedelta(days=14), "created_by": "ann"}
    return make_link(question=world.question, now=world.now, **usual | changes)


def token_of(link):
    return address_of(link).partition("#")[2]


def opened(world, link, *, after=timedelta(), slug=None):
    name = read_token(token_of(link))
    return open_link(link_id=name.link_id, project_id=name.project_id, now=world.now + after, question_slug=slug)


def test_a_link_leads_to_its_question_and_keeps_its_token_in_the_fragment(world):
    path, _, token = address_of(made(world)).partition("#")
    assert path == "/desk/duplicate"
    assert token.count(".") == 2


def test_a_link_can_be_shown_again(world):
    link = made(world)
    assert address_of(DeskLink.objects.get(pk=link.pk)) == address_of(link)


def test_an_open_link_lets_in_until_its_time_is_over(world):
    link = made(world, expires_at=world.now + timedelta(hours=1))
    assert opened(world, link, after=timedelta(minutes=59)) == link
    with pytest.raises(LinkExpired):
        opened(world, link, after=timedelta(hours=1))


def test_a_revoked_link_lets_nobody_in_and_the_first_revocation_stands(world):
    link = revoke_link(link=made(world), now=world.now)
    with pytest.raises(LinkRevoked):
        opened(world, link)
    assert revoke_link(link=link, now=world.now + timedelta(days=1)).revoked_at == world.now


def test_a_link_opens_its_own_question_alone(world):
    link = made(world)
    assert opened(world, link, slug="duplicate") == link
    with pytest.raises(LinkInvalid):
        opened(world, link, slug="tone")


def test_a_link_of_another_project_is_none_here(world, make_world):
    other = make_world("other")
    link = made(world)
    with tenancy(other.project), pytest.raises(LinkInvalid):
        open_link(link_id=link.pk, project_id=other.project.pk, now=world.now)


def forged(link):
    head, claims, mark = token_of(link).split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    pay = {name: value for name, value in told.items() if name != "exp"}
    changed = base64.urlsafe_b64encode(json.dumps(told | {"l": 1}).encode()).decode().rstrip("=")
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    from backend.desk.actions.links import _link_key

    def signed(**more):
        return jwt.encode(told | more, _link_key(), algorithm="HS256")

    return {
        "tampered": f"{head}.{changed}.{mark}",
        "unsigned": f"{unsigned}.{claims}.",
        "another key": jwt.encode(told, "z" * 40, algorithm="HS256"),
        "another audience": signed(aud="earmark session"),
        "without an end": jwt.encode(pay, _link_key(), algorithm="HS256"),
        "a link that is no number": signed(l="x"),
        "a link that is a list": signed(l=[1]),
        "cut": token_of(link)[:-4],
        "empty": "",
        "no token": "hello",
        "long": "a" * 9000,
    }


def test_no_other_token_is_taken(world):
    for name, token in forged(made(world)).items():
        with pytest.raises(LinkInvalid):
            pytest.fail(f"{name}: {read_token(token)}")


def test_a_link_with_a_subject_is_one_persons_whatever_the_browser(world):
    link = made(world, subject="colleague-7", annotator_kind="expert")
    people = {person_of_link(link=link, person=person, now=world.now).pk for person in (None, uuid4(), uuid4())}
    assert len(people) == 1
    person = Annotator.objects.get(pk=people.pop())
    assert (person.subject, person.kind) == ("colleague-7", "expert")


def test_under_a_link_for_anyone_each_browser_is_its_own_person(world):
    link = made(world, annotator_kind="crowd")
    first = person_of_link(link=link, person=PERSON, now=world.now)
    assert person_of_link(link=link, person=PERSON, now=world.now) == first
    assert person_of_link(link=link, person=uuid4(), now=world.now) != first
    assert (first.subject, first.kind) == (f"desk:{link.pk}:{PERSON}", "crowd")
    with pytest.raises(LinkIncomplete):
        person_of_link(link=link, person=None, now=world.now)


def test_one_browser_is_another_person_under_another_link(world):
    first, second = made(world), made(world)
    assert person_of_link(link=first, person=PERSON, now=world.now) != person_of_link(
        link=second, person=PERSON, now=world.now
    )


def test_nobody_becomes_another_kind_by_a_link(world):
    with pytest.raises(KnownAsAnotherKind, match="is known as customer"):
        made(world, subject="person-0", annotator_kind="expert")
    assert not DeskLink.objects.exists()


def test_subjects_of_browsers_at_the_desk_are_reserved(world):
    for subject in ("desk:1:x", "earmark-staff:1"):
        with pytest.raises(SubjectReserved):
            made(world, subject=subject)
        with pytest.raises(SubjectReserved):
            meet_annotator(project_id=world.project.pk, subject=subject, now=world.now)


def test_a_link_that_would_be_over_at_once_is_not_made(world):
    with pytest.raises(LinkExpired):
        made(world, expires_at=world.now)


def test_a_link_makes_no_customers(world):
    with pytest.raises(IntegrityError, match="a_desk_link_is_not_for_customers"):
        made(world, annotator_kind="customer")
