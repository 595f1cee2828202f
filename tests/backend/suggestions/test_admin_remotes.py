import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from earmark.suggesters import Suggestion
from earmark.suggesters.serving import Served

from backend.projects.models import StaffMember
from backend.projects.secrets import unseal
from backend.projects.tenancy import tenancy
from backend.suggestions.actions.remotes import register_remote
from backend.suggestions.models import RemoteSuggester
from tests.backend.suggestions.test_remote import SECRET, answers, serve  # noqa: F401  serve is a fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(make_world):
    return make_world()


@pytest.fixture
def staff(world):
    user = get_user_model().objects.create(username="analyst", is_staff=True)
    StaffMember.objects.create(user=user, project=world.project)
    client = Client()
    client.force_login(user)
    return client


def add(staff, address, **fields):
    usual = {"name": "own", "url": address, "timeout_ms": 300, "candidates_count": 0, "is_enabled": "on"}
    return staff.post(reverse("admin:suggestions_remotesuggester_add"), usual | fields, follow=True)


def only(world):
    with tenancy(world.project):
        return RemoteSuggester.objects.get()


def page(staff, name, *args):
    return staff.get(reverse(f"admin:suggestions_remotesuggester_{name}", args=args)).content.decode()


@pytest.fixture
def address(serve):  # noqa: F811
    served = Served(lambda asked: [Suggestion("4", 0.75, ["<b>bold</b>"])], name="own", version="9", secrets=SECRET)
    return serve(served.wsgi)


def test_a_secret_is_made_shown_once_and_sealed(world, staff, address):
    shown = re.search(r"shown this once: (whsec_[\w-]{32})", add(staff, address).content.decode())[1]
    made = only(world)
    assert unseal(made.secret).decode() == shown
    assert shown.encode() not in bytes(made.secret)
    assert made.previous_secret is None
    assert shown not in page(staff, "changelist") + page(staff, "change", made.pk)


def test_a_secret_may_be_given_and_a_new_one_leaves_the_old_one_signing_until_it_is_ended(world, staff, address):
    add(staff, address, given_secret=SECRET)
    made = only(world)
    assert unseal(made.secret).decode() == SECRET
    chosen = {"_selected_action": [made.pk]}
    staff.post(reverse("admin:suggestions_remotesuggester_changelist"), chosen | {"action": "make_new_secret"})
    rotated = only(world)
    assert unseal(rotated.previous_secret).decode() == SECRET
    assert unseal(rotated.secret).decode().startswith("whsec_")
    staff.post(reverse("admin:suggestions_remotesuggester_changelist"), chosen | {"action": "end_with_old_secret"})
    assert only(world).previous_secret is None


def test_a_change_without_a_secret_keeps_the_secret(world, staff, address):
    add(staff, address, given_secret=SECRET)
    change = reverse("admin:suggestions_remotesuggester_change", args=[only(world).pk])
    fields = {"name": "own", "url": address, "timeout_ms": 500, "candidates_count": 5}
    assert staff.post(change, fields).status_code == 302
    made = only(world)
    assert (made.timeout_ms, made.candidates_count, made.is_enabled) == (500, 5, False)
    assert unseal(made.secret).decode() == SECRET


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "http://169.254.169.254/"}, "it leads to an address that is not public"),
        ({"url": "http://no-such-name.invalid/"}, "its host name is not known"),
        ({"name": "lexical"}, "lexical is installed here"),
        ({"name": "rules:shop"}, "rules:shop is installed here, or may be"),
        ({"timeout_ms": 5000}, "Give it 50 to 2,000 ms."),
        ({"timeout_ms": 10}, "Give it 50 to 2,000 ms."),
        ({"candidates_count": 51}, "At most 50 are sent along."),
        ({"given_secret": "short"}, "at least 24"),
    ],
)
def test_what_cannot_be_registered_is_said(world, staff, address, fields, said):
    assert said in add(staff, address, **fields).content.decode()
    with tenancy(world.project):
        assert not RemoteSuggester.objects.exists()


def test_a_name_is_registered_once_in_a_project_and_may_stay_when_its_row_is_changed(world, staff, address, make_world):
    other = make_world("other")
    with tenancy(other.project):
        register_remote(project=other.project, name="own", url="https://host.example/", secret=SECRET)
    assert add(staff, address).status_code == 200
    with tenancy(world.project):
        made = RemoteSuggester.objects.get()
    again = add(staff, address)
    assert again.status_code == 200 and "A suggester own is registered already" in again.content.decode()
    change = reverse("admin:suggestions_remotesuggester_change", args=[made.pk])
    fields = {"name": "own", "url": address, "timeout_ms": 500, "candidates_count": 0}
    assert staff.post(change, fields).status_code == 302


def test_a_secret_that_cannot_be_read_is_said_and_what_to_do(world, staff, address, settings):
    add(staff, address, given_secret=SECRET)
    settings.SECRET_KEY = "another key of this installation, 32 signs"
    staff.force_login(get_user_model().objects.get())
    assert "give it a new secret" in page(staff, "change", only(world).pk)
    assert "give it a new secret" in try_it(staff, world)


def try_it(staff, world, **fields):
    address = reverse("admin:suggestions_remotesuggester_try_it", args=[only(world).pk])
    return staff.post(address, {"question": "duplicate", "item": "5"} | fields).content.decode()


def test_trying_it_shows_the_answer_and_what_was_asked(world, staff, address):
    add(staff, address, given_secret=SECRET)
    assert "Ask</button>" in page(staff, "try_it", only(world).pk)
    tried = try_it(staff, world)
    assert "Version 9, after" in tried
    assert "Printing cuts the last line" in tried
    assert ".75" in tried and "0.75" not in tried
    assert "&lt;b&gt;bold&lt;/b&gt;" in tried and "<b>bold</b>" not in tried
    assert "Messages stay" not in tried and "Archive messages stay in inbox" in tried


def test_trying_it_says_in_words_what_is_wrong(world, staff, serve):  # noqa: F811
    add(staff, serve(answers(503)), given_secret=SECRET)
    assert "No answer that can be used: it answered with status 503." in try_it(staff, world)
    assert "There is no item 77." in try_it(staff, world, item="77")


def test_another_projects_remote_suggester_is_not_there(world, staff, address, make_world):
    add(staff, address)
    other = make_world("other")
    user = get_user_model().objects.create(username="stranger", is_staff=True)
    StaffMember.objects.create(user=user, project=other.project)
    stranger = Client()
    stranger.force_login(user)
    assert stranger.get(reverse("admin:suggestions_remotesuggester_try_it", args=[only(world).pk])).status_code == 404
    assert address not in page(stranger, "changelist")


def test_health_is_told_with_the_questions_that_ask(world, staff, serve):  # noqa: F811
    from backend.suggestions.retrieval import guesses_for

    add(staff, serve(answers(503)), given_secret=SECRET)
    assert "not asked yet" in page(staff, "changelist")
    assert "no question yet" in page(staff, "changelist")
    with tenancy(world.project):
        world.question.suggesters = ["own"]
        world.question.save()
        for _ in range(5):
            guesses_for(question=world.question, item=world.items["5"])
    told = page(staff, "changelist")
    assert "left alone for" in told and "5 of 5 failed" in told and "it answered with status 503" in told
    assert "duplicate" in told and "each process asks and counts for itself" in told


def test_a_suggester_whose_host_is_gone_can_be_switched_off(world, staff, address, settings):
    add(staff, address)
    settings.EARMARK_WEBHOOK_ALLOW = []
    form = {"name": "own", "url": address, "timeout_ms": 300, "candidates_count": 0}
    staff.post(reverse("admin:suggestions_remotesuggester_change", args=[only(world).pk]), form)
    assert only(world).is_enabled is False
