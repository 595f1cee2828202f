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
from backend.desk.actions.links import (
    address_of,
    make_link,
    open_link,
    person_of_link,
    public_address_of,
    read_token,
    revoke_link,
    spend_newcomer,
)
from backend.desk.errors import (
    KnownAsAnotherKind,
    LinkExpired,
    LinkFull,
    LinkIncomplete,
    LinkInvalid,
    LinkRevoked,
    TooManyNewcomers,
)
from backend.desk.models import DeskLink
from backend.projects.tenancy import tenancy

PERSON = UUID("9b2c6c1c-6f0e-4f6e-9d5b-2f6b1c0a7e11")


def made(world, **changes):
    usual = {"annotator_kind": "colleague", "expires_at": world.now + timedelta(days=14), "created_by": "ann"}
    return make_link(now=world.now, **{"question": world.question} | usual | changes)


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
    assert (first.subject, first.kind) == (f"desk:{PERSON}", "crowd")
    with pytest.raises(LinkIncomplete):
        person_of_link(link=link, person=None, now=world.now)


def test_one_browser_is_one_person_by_whichever_links_it_comes(world, ask_labels):
    tone = ask_labels(world, "choice")
    first, second, elsewhere = made(world), made(world), made(world, question=tone)
    met = {person_of_link(link=link, person=PERSON, now=world.now).pk for link in (first, second, elsewhere)}
    assert len(met) == 1
    assert [count_of(link) for link in (first, second, elsewhere)] == [1, 0, 0]


def test_a_renewed_link_finds_whom_the_old_one_let_in(world):
    old = made(world)
    before = person_of_link(link=old, person=PERSON, now=world.now)
    revoke_link(link=old, now=world.now)
    assert person_of_link(link=made(world), person=PERSON, now=world.now) == before


def test_one_browser_is_no_second_person_by_a_link_for_another_kind(world):
    met = person_of_link(link=made(world), person=PERSON, now=world.now)
    assert met.kind == "colleague"
    expert = made(world, annotator_kind="expert")
    with pytest.raises(KnownAsAnotherKind, match="This browser is known as colleague"):
        person_of_link(link=expert, person=PERSON, now=world.now)
    assert Annotator.objects.filter(subject__contains=str(PERSON)).count() == 1
    assert count_of(expert) == 0


def test_one_browser_is_another_person_in_another_project(world, make_world):
    met = person_of_link(link=made(world), person=PERSON, now=world.now)
    other = make_world("other")
    with tenancy(other.project):
        assert person_of_link(link=made(other), person=PERSON, now=world.now) != met


def count_of(link):
    return DeskLink.objects.get(pk=link.pk).people_count


def test_a_full_link_lets_in_nobody_new_and_those_it_let_in_go_on(world):
    link = made(world, most_people=2)
    people = [uuid4(), uuid4()]
    met = [person_of_link(link=link, person=person, now=world.now) for person in people]
    for _ in range(2):
        with pytest.raises(LinkFull, match="lets in 2 people.*ask whoever sent it for a new one"):
            person_of_link(link=link, person=uuid4(), now=world.now)
    assert [person_of_link(link=link, person=person, now=world.now) for person in people] == met
    assert (count_of(link), Annotator.objects.filter(subject__startswith="desk:").count()) == (2, 2)


def test_who_was_met_by_another_link_takes_no_place(world):
    person_of_link(link=made(world), person=PERSON, now=world.now)
    small = made(world, most_people=1)
    person_of_link(link=small, person=PERSON, now=world.now)
    person_of_link(link=small, person=uuid4(), now=world.now)
    with pytest.raises(LinkFull):
        person_of_link(link=small, person=uuid4(), now=world.now)


def test_the_database_lets_no_link_have_more_people_than_it_may(world):
    link = made(world, most_people=1)
    with pytest.raises(IntegrityError, match="a_desk_link_lets_in_no_more_than_it_may"):
        DeskLink.objects.filter(pk=link.pk).update(people_count=2)


def test_newcomers_of_a_link_are_few_in_a_minute_and_the_next_minute_begins_anew(world):
    link, other = made(world), made(world)
    for _ in range(3):
        spend_newcomer(link=link, now=world.now, limit=3)
    with pytest.raises(TooManyNewcomers) as refused:
        spend_newcomer(link=link, now=world.now + timedelta(seconds=59), limit=3)
    assert refused.value.retry_at == world.now + timedelta(minutes=1)
    spend_newcomer(link=other, now=world.now, limit=3)
    spend_newcomer(link=link, now=world.now + timedelta(minutes=1), limit=3)


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


@pytest.mark.parametrize(("is_debug", "scheme"), [(True, "http"), (False, "https")])
def test_in_production_a_link_leads_over_https_though_a_proxy_asks_over_http(world, settings, is_debug, scheme):
    settings.DEBUG = is_debug
    link = made(world)
    asked_at = "http://earmark.example/v1/desk-links?page=2"
    assert public_address_of(link, asked_at=asked_at) == f"{scheme}://earmark.example{address_of(link)}"
