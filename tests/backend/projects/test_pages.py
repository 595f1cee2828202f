"""Admin pages are asked in strange ways: each is refused in plain words, and none tells what it does not show."""

import re

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.annotators.models import Annotator
from backend.datasets.models import Dataset, DatasetVersion
from backend.judgements.actions.show import show_suggestions
from backend.judgements.models import RefusedEvent
from backend.projects import pages
from backend.projects.actions.keys import add_api_key
from backend.projects.models import ApiKey, Job, StaffMember
from backend.projects.pages import GuardedRows
from backend.projects.tenancy import tenancy
from backend.questions.models import Question
from backend.suggestions.models import RemoteSuggester

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = "/admin/annotators/annotator/"


@pytest.fixture
def world(make_world):
    made = make_world()
    made.staff = Client(raise_request_exception=False)
    made.staff.force_login(get_user_model().objects.create(username="ann", is_staff=True, is_superuser=True))
    return made


def test_every_list_of_ours_is_guarded():
    ours = [page for model, page in site._registry.items() if model.__module__.startswith("backend.")]
    assert len(ours) > 20 and all(isinstance(page, GuardedRows) for page in ours)


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        (PEOPLE, "subject__startswith=p"),
        (PEOPLE, "subject=person-0"),
        (PEOPLE, "kind__regex=c.*"),
        ("/admin/projects/apikey/", "digest__startswith=a"),
        ("/admin/suggestions/remotesuggester/", "secret__startswith=a"),
        ("/admin/desk/desklink/", "question__project__slug=other"),
        ("/admin/judgements/slot/", "searched__exact=no"),
        ("/admin/judgements/judgement/", "searched=no"),
        (PEOPLE, "kind__exact=%00"),
        (PEOPLE, "q=%00"),
        ("/admin/questions/item/", "created_at__year=99999"),
        ("/admin/datasets/dataset/", "question__id__exact=%00"),
    ],
)
def test_a_filter_that_the_page_does_not_offer_or_that_cannot_be_is_refused(world, address, asked):
    assert world.staff.get(f"{address}?{asked}").status_code in (302, 400)
    assert b"person-0" not in world.staff.get(f"{address}?{asked}").content


@pytest.mark.parametrize("asked", ["kind__exact=customer", "blocked_at__isempty=1", "created_at__year=2026"])
def test_a_filter_that_the_page_offers_filters(world, asked):
    assert world.staff.get(f"{PEOPLE}?{asked}").status_code == 200


@pytest.mark.parametrize("chosen", ["x", "\0", "9" * 40])
def test_a_chosen_row_that_cannot_be_changes_nothing(world, chosen):
    answer = world.staff.post(PEOPLE, {"action": "block", "_selected_action": chosen})
    assert answer.status_code in (302, 400)
    assert not Annotator.objects.exclude(blocked_at=None).exists()


@pytest.mark.parametrize("number", ["²", "٣", "9" * 30, "9" * 5000, "-1", "x", "1\0"])
@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("story-answer", "unit"), ("story-answer", "question"), ("story-gold", "unit"), ("choose-project", "project"),
        ("analyse-rules", "question"),
    ],
)  # fmt: skip
def test_a_number_that_is_none_names_nothing(world, page, field, number):
    about = [world.items["5"].pk] if page.startswith("story") else []
    assert world.staff.post(reverse(page, args=about), {field: number}).status_code in (400, 404)


def test_a_key_with_nul_is_refused_on_a_story(world):
    body = {"question": world.question.pk, "other": "a\0b", "value": "duplicate"}
    assert world.staff.post(reverse("story-answer", args=[world.items["5"].pk]), body).status_code == 400


def test_of_a_page_that_fails_nothing_stays(world, monkeypatch):
    def begun_and_failed(admin, request, **_):
        Annotator.objects.update(kind="expert")
        raise RuntimeError("in the midst of it")

    monkeypatch.setattr("backend.annotators.admin.AnnotatorAdmin.get_queryset", begun_and_failed)
    assert world.staff.get(PEOPLE).status_code == 500
    with tenancy(world.project):
        assert not Annotator.objects.filter(kind="expert").exists()


@pytest.fixture
def staff(world):
    user = get_user_model().objects.create(username="ben", is_staff=True)
    StaffMember.objects.create(user=user, project=world.project)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("kind", ["projects/apikey", "projects/weborigin", "projects/staffmember", "projects/project"])
def test_who_may_not_read_rows_is_not_told_which_there_are(world, staff, kind):
    add_api_key(project=world.project, kind=ApiKey.Kind.SECRET)
    model = apps.get_model(*kind.split("/"))
    there = model.objects.order_by("-pk").first()
    told = [staff.get(f"/admin/{kind}/{key}/history/") for key in (there.pk, 99_999_999)]
    assert [answer.status_code for answer in told] == [403, 403]
    assert told[0].content == told[1].content


@pytest.mark.parametrize("chosen", ["1", "x", ""])
def test_a_message_that_cannot_be_is_not_sent_again(world, staff, chosen):
    body = {"action": "send_again", "_selected_action": chosen, "index": 0}
    assert staff.post(reverse("admin:projects_webhookdelivery_changelist"), body).status_code == 400


OFFERED = re.compile(r'href="\?([^"=&]+)=([^"&]*)')


@pytest.mark.parametrize(
    "name", ["judgements_slot", "judgements_judgement", "judgements_exposure", "assignments_assignment"]
)
def test_every_filter_that_a_list_offers_filters(world, staff, name):
    with tenancy(world.project):
        for person in world.people[:2]:
            show_suggestions(
                annotator=person, question=world.question, item=world.items["5"], channel="widget", now=world.now
            )
    address = reverse(f"admin:{name}_changelist")
    offered = dict(OFFERED.findall(staff.get(address).content.decode()))
    assert any("__" in field for field in offered)
    for field, value in offered.items():
        assert staff.get(f"{address}?{field}={value}").status_code == 200, field


@pytest.mark.parametrize("asked", ["exposure__item__body__startswith=M", "exposure__annotator__subject=person-0"])
def test_a_related_field_that_is_no_filter_is_not_guessed(world, staff, asked):
    assert staff.get(f"{reverse('admin:judgements_slot_changelist')}?{asked}").status_code == 400


def test_a_list_of_slots_tells_when_to_whom_and_with_which_chance(world, staff):
    with tenancy(world.project):
        show_suggestions(
            annotator=world.people[0], question=world.question, item=world.items["5"], channel="widget", now=world.now
        )
    page = staff.get(reverse("admin:judgements_slot_changelist")).content.decode()
    assert "24 Nov 2026, 12:00:00" in page and reverse("person", args=[world.people[0].pk]) in page
    assert reverse("story", args=[world.items["5"].pk]) in page
    assert not re.search(r"\d\.\d{4,}", page)  # chances and scores are told to two places


def test_a_person_who_did_nothing_wrong_has_no_cross(world, staff):
    page = staff.get(PEOPLE).content.decode()
    assert world.people[0].pseudonym in page and ">close<" not in page


def dead_job(world, kind="quality.recompute", **arguments):
    return Job.objects.create(
        project=world.project, kind=kind, arguments=arguments, attempts_count=8, died_at=world.now, failure="ValueError"
    )


def choose(staff, name, action, *rows):
    body = {"action": action, "_selected_action": [row.pk for row in rows]}
    return staff.post(reverse(f"admin:{name}_changelist"), body, follow=True).content.decode()


def test_staff_see_why_a_job_of_their_project_was_given_up_and_let_it_be_tried_again(world, staff, make_world):
    job, strange = dead_job(world), dead_job(make_world("other"))
    Job.objects.filter(pk=job.pk).update(losses_count=8)
    page = staff.get(reverse("admin:projects_job_changelist") + "?died_at__isempty=0").content.decode()
    assert "ValueError" in page and page.count("quality.recompute</") == 1
    assert "Tried again: 1." in choose(staff, "projects_job", "try_again", job, strange)
    job.refresh_from_db()
    strange.refresh_from_db()
    assert (job.died_at, job.attempts_count, job.losses_count) == (None, 0, 0) and strange.died_at is not None


def test_a_job_whose_end_was_told_is_not_tried_again(world, staff):
    job = dead_job(world, "datasets.freeze", version_id=1)
    assert "Left as they are: 1." in choose(staff, "projects_job", "try_again", job)
    job.refresh_from_db()
    assert job.died_at is not None


def test_jobs_are_not_deleted_from_their_list(world):
    job = dead_job(world)
    choose(world.staff, "projects_job", "delete_selected", job)
    assert Job.objects.filter(pk=job.pk).exists()


EMPTY = [
    reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
    for model, page in site._registry.items()
    if model.__module__.startswith("backend.") and page.when_empty
]


def test_a_list_with_nothing_in_it_says_how_rows_come_and_offers_to_show_all_only_where_something_is_hidden(staff):
    assert len(EMPTY) > 15
    for at in EMPTY:
        page = staff.get(at).content.decode()
        assert "yielded" not in page
        if "Nothing is here yet" in page:
            assert "Show all" not in page and "Reset filters" not in page


def test_every_list_that_the_menu_names_says_how_rows_come(staff):
    menu = set(re.findall(r'href="(/admin/[a-z]+/[a-z]+/)"', staff.get("/admin/").content.decode()))
    assert len(menu) > 20 and menu <= set(EMPTY)


def test_what_is_known_only_of_a_row_that_is_there_does_not_stand_where_one_is_added(staff):
    added = [at for at in (f"{at}add/" for at in EMPTY) if staff.get(at).status_code == 200]
    assert len(added) > 5
    for at in added:
        assert "object at 0x" not in staff.get(at).content.decode(), at


def test_a_search_that_finds_nothing_offers_to_show_all(staff):
    page = staff.get(f"{PEOPLE}?q=nobody-is-called-so").content.decode()
    assert "Nothing matches" in page and "Show all" in page and "Nothing is here yet" not in page


def add_refused_events(world, number):
    RefusedEvent.objects.create(project=world.project, annotator=world.people[number % 6], code="malformed")


def add_datasets(world, number):
    dataset = Dataset.objects.create(project=world.project, question=world.question, slug=f"set-{number}")
    for version in (1, 2):
        DatasetVersion.objects.create(project=world.project, dataset=dataset, number=version, asked_at=world.now)


def add_remotes(world, number):
    url = f"https://forum.example.org/{number}"
    RemoteSuggester.objects.create(project=world.project, name=f"own-{number}", url=url, secret=b"")


def seen(world, address):
    with CaptureQueriesContext(connection) as asked:
        page = world.staff.get(address)
    assert page.status_code == 200
    return len(asked), page.content.decode()


@pytest.mark.parametrize(
    ("address", "add"),
    [
        ("/admin/judgements/refusedevent/", add_refused_events),
        ("/admin/datasets/dataset/", add_datasets),
        ("/admin/suggestions/remotesuggester/", add_remotes),
    ],
)
def test_a_list_asks_as_much_of_many_rows_as_of_few(world, address, add):
    counts = []
    for numbers in (range(2), range(2, 9)):
        with tenancy(world.project):
            for number in numbers:
                add(world, number)
        seen(world, address)
        counts.append(seen(world, address)[0])
    assert counts[0] == counts[1]


def test_a_list_of_datasets_leads_to_the_latest_version_of_each(world):
    with tenancy(world.project):
        add_datasets(world, 1)
        Dataset.objects.create(project=world.project, question=world.question, slug="empty")
        version = DatasetVersion.objects.get(number=2)
    _, page = seen(world, "/admin/datasets/dataset/")
    assert f'/admin/datasets/datasetversion/{version.pk}/change/">2 (' in page
    assert page.count("none yet: tick the row and freeze") == 1


def test_a_list_of_suggesters_at_the_host_says_which_questions_ask_each(world):
    with tenancy(world.project):
        for number in (1, 2):
            add_remotes(world, number)
        Question.objects.filter(pk=world.question.pk).update(suggesters=["lexical", "own-2"])
    _, page = seen(world, "/admin/suggestions/remotesuggester/")
    asked = re.findall(r'class="field-asked_by[^>]*>\s*([^<]*?)\s*<', page)
    assert sorted(asked) == ["duplicate", "no question yet"]


def test_a_filter_offers_the_newest_rows_and_the_one_that_is_chosen(world, monkeypatch):
    monkeypatch.setattr(pages, "MOST_CHOICES", 3)
    with tenancy(world.project):
        for number in range(6):
            add_datasets(world, number)
        oldest = Dataset.objects.earliest("pk")
    address = "/admin/datasets/datasetversion/?dataset__id__exact="
    offered = re.compile(r"dataset__id__exact=(\d+)")
    _, page = seen(world, address.partition("?")[0])
    newest = {str(each) for each in range(oldest.pk + 3, oldest.pk + 6)}
    assert set(offered.findall(page)) == newest and "newest 3" in page
    _, page = seen(world, f"{address}{oldest.pk}")
    assert set(offered.findall(page)) == newest | {str(oldest.pk)}
