from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backend.judgements.actions.show import show_found
from backend.projects.actions.jobs import drain_jobs, enqueue
from backend.projects.actions.keys import register_project
from backend.projects.actions.webhooks import DeliveryFailed, add_webhook, announce
from backend.projects.models import Job, RestingLane, StaffMember
from backend.projects.tenancy import tenancy
from backend.quality.models import ConsensusLabel
from backend.quality.overview import overview
from backend.questions.actions.units import unit_of_pair
from backend.questions.models import Item
from tests.backend.answered import answer_about_the_first

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(make_world):
    """The overview after one person accepted the first candidate and another rejected it, and a search."""
    world = make_world()
    with tenancy(world.project):
        answer_about_the_first(world, (0, "duplicate"), (1, "different"), at_ms=200)
        show_found(
            annotator=world.people[2], question=world.question, item=world.items["5"], query="archive",
            channel="widget", now=world.now,
        )  # fmt: skip
    drain_jobs()
    with tenancy(world.project):
        return overview(project=world.project, now=world.now + timedelta(hours=1))


def test_the_legend_adds_up_to_what_was_shown_and_leaves_searches_out(page):
    counts = {row["part"]: row["count"] for row in page["legend"]}
    assert counts == {"accepted": 1, "rejected": 1, "passed": 0, "ignored": 0, "unseen": 4}


def test_the_sentence_and_the_figures_are_those_of_the_rows(page):
    assert (page["sentence"]["answered"], page["sentence"]["seen"], page["sentence"]["right"]) == (2, 2, None)
    figures = {figure.name: figure.value for figure in page["figures"]}
    assert figures["Answered when seen"] == "100 %"
    assert (figures["Settled labels"], figures["Contested labels"], figures["Right when checked"]) == ("0", "1", "–")


def test_each_suggester_has_its_row(page):
    (row,) = page["suggesters"]
    assert (row["name"], row["state"], row["shown"], row["share"]) == ("lexical", "live", 6, ".50")


def test_slots_and_labels_are_counted_at_one_look_each_and_only_lists_of_these_days(make_world):
    world = make_world()
    with tenancy(world.project), CaptureQueriesContext(connection) as asked:
        overview(project=world.project, now=world.now)
    said = [each["sql"] for each in asked.captured_queries]
    (slots,) = [sql for sql in said if 'FROM "judgements_slot"' in sql]
    assert len([sql for sql in said if "COUNT" in sql and 'FROM "quality_consensuslabel"' in sql]) == 1
    with connection.cursor() as cursor:
        cursor.execute("select indexdef from pg_indexes where indexname = 'exposures_by_time'")
        assert "(project_id, shown_at)" in cursor.fetchone()[0] and '"shown_at" >= ' in slots


def test_a_new_project_is_told_what_it_lacks_until_it_is_there(make_world):
    new = register_project(slug="new", name="New", web_origins=["https://new.example"])
    with tenancy(new):
        found = overview(project=new, now=timezone.now())
    assert [need["title"] for need in found["needs"]] == ["Nothing is asked yet", "No items yet"]
    assert not found["is_asked"]
    assert found["needs"][1]["url"] == reverse("admin:projects_apikey_changelist")
    with tenancy(new):
        needs = overview(project=new, now=timezone.now(), sees_keys=False)["needs"]
    assert needs[1]["url"] == reverse("admin:questions_item_changelist"), "who may not see keys is not led to them"
    begun = make_world()
    with tenancy(begun.project):
        found = overview(project=begun.project, now=timezone.now())
    assert (found["needs"], found["is_asked"]) == ([], True)


def test_a_contested_label_asks_for_somebody_to_decide(page):
    (need,) = page["needs"]
    assert (need["verb"], need["title"]) == ("Decide", "People disagree")
    assert "/admin/story/" in need["url"]


def test_titles_are_told_apart_from_the_words_around_them_and_cut_where_they_are_long(make_world):
    world = make_world()
    with tenancy(world.project):
        one, other = world.items["1"], world.items["2"]
        Item.objects.filter(pk=one.pk).update(title="<b>\u202edeltit")
        Item.objects.filter(pk=other.pk).update(title="x" * 300)
        unit = unit_of_pair(question=world.question, first=one, second=other)
        ConsensusLabel.objects.create(
            project=world.project, question=world.question, unit=unit, state="contested", policy="confirm",
            computed_at=world.now,
        )  # fmt: skip
        (need,) = overview(project=world.project, now=world.now)["needs"]
    assert sorted(need["text"].split(" and ")) == sorted(
        ["“<bdi>&lt;b&gt;\u202edeltit</bdi>”", f"“<bdi>{'x' * 119}…</bdi>”"]
    )


def test_the_table_holds_the_same_numbers_as_the_picture(page):
    (row,) = page["table"]
    assert (row["shown"], sum(row["counts"])) == (6, 6)


def test_the_first_day_is_whole_so_that_picture_table_and_legend_hold_the_same(make_world):
    world = make_world()
    with tenancy(world.project):
        answer_about_the_first(world, (0, "duplicate"), at_ms=200)
        for days, hours in ((13, -1), (13, 1), (14, -1)):
            asked_at = world.now + timedelta(days=days, hours=hours)
            found = overview(project=world.project, now=asked_at)
            told = sum(part["count"] for part in found["legend"])
            drawn = sum(row["shown"] for row in found["table"])
            is_within = asked_at.date() - world.now.date() < timedelta(days=14)
            assert told == drawn == (3 if is_within else 0), asked_at
            assert found["since"].date() == (asked_at - timedelta(days=13)).date()


def test_a_job_that_was_given_up_is_told_with_its_reason(make_world):
    world = make_world()
    with tenancy(world.project):
        for failure in ("KeyError", "StoreLost"):
            told = {"died_at": timezone.now(), "failure": failure}
            Job.objects.create(project=world.project, kind="learning.train", **told)
        page = overview(project=world.project, now=world.now)
    (need,) = page["needs"]
    assert need["title"] == "2 jobs given up"
    assert need["text"] == (
        "Tried eight times, or due for days to a host that took nothing. "
        "The last one: Train a suggester (StoreLost). Try again there."
    )


def test_each_number_leads_to_the_rows_behind_it(page):
    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(user=user, project=page["project"])
    client = Client()
    client.force_login(user)

    def rows(address):
        listed = client.get(address)
        assert listed.status_code == 200, address
        return len(listed.context["cl"].result_list)

    accepted = next(part for part in page["legend"] if part["part"] == "accepted")
    assert rows(accepted["url"]) == accepted["count"] == 1
    unseen = next(part for part in page["legend"] if part["part"] == "unseen")
    assert rows(unseen["url"]) == unseen["count"] == 4, "what somebody searched for is no suggestion"
    (suggester,) = page["suggesters"]
    assert rows(suggester["url"]) == suggester["shown"] == 6
    figures = {figure.name: figure for figure in page["figures"]}
    assert rows(figures["Contested labels"].url) == 1 and rows(figures["Settled labels"].url) == 0
    assert client.get("/admin/").status_code == client.get(figures["Right when checked"].url).status_code == 200


def test_work_that_nobody_begins_is_told_first(world):
    enqueue(project=world.project, kind="quality.recompute_annotator")
    now = timezone.now()
    assert overview(project=world.project, now=now + timedelta(minutes=1))["needs"] == []
    (need,) = overview(project=world.project, now=now + timedelta(minutes=10))["needs"]
    assert need["title"] == "1 job due and not begun for 5 minutes" and "a worker runs" in need["text"]


def test_what_waits_in_a_lane_for_a_host_is_no_sign_that_no_worker_runs(world):
    enqueue(project=world.project, kind="projects.deliver_webhook", lane="1", delivery_id="1")
    assert overview(project=world.project, now=timezone.now() + timedelta(minutes=10))["needs"] == []


def test_what_was_given_up_leads_to_where_it_is_tried_again(world):
    enqueue(project=world.project, kind="quality.recompute_annotator")
    Job.objects.update(died_at=world.now)
    (need,) = overview(project=world.project, now=timezone.now())["needs"]
    assert need["title"] == "1 job given up" and need["url"].endswith("died_at__isempty=0")


def test_a_host_that_takes_nothing_is_told_though_no_message_had_its_second_turn_yet(world, monkeypatch):
    def dead(message):
        raise DeliveryFailed("the host was not reached")

    monkeypatch.setattr("backend.projects.actions.webhooks.pinned_address", dead)
    hook = add_webhook(project=world.project, url="https://forum.example.org/hook", secret="whsec_" + "s" * 30)
    for _ in range(5):
        announce(project_id=world.project.pk, kind="label.settled", data={}, now=world.now)

    def told():
        return [need["title"] for need in overview(project=world.project, now=timezone.now())["needs"]]

    drain_jobs()
    assert "5 messages not delivered" not in told(), "it may have been a moment"
    RestingLane.objects.update(rests_until=timezone.now())
    drain_jobs()
    assert "5 messages not delivered" in told()
    hook.is_active = False
    hook.save()
    assert "5 messages not delivered" not in told()
