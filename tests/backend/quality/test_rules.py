"""How rules do, from their votes on the newest items and from what is settled; and the page that shows it."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from earmark import Item
from earmark.rules import Outcome, rule
from earmark.rules.timebox import Call

from backend.judgements.actions.tell import answer_as_expert
from backend.projects.actions.jobs import drain_jobs
from backend.projects.models import Job, StaffMember
from backend.projects.tenancy import tenancy
from backend.quality.actions.rules import ANALYSE, analyse_later, waiting_analyses
from backend.quality.models import RuleRecord
from backend.questions.actions.units import unit_of_item, unit_of_pair, unit_of_tag
from backend.questions.models import Question
from backend.suggestions import rule_sets
from backend.suggestions.retrieval import guesses_for

pytestmark = pytest.mark.django_db(transaction=True)


@rule(version="1")
def mentions_inbox(item):
    return "Inbox" if "inbox" in item.body else None


@rule(version="1")
def mentions_archive(item):
    return ["Archive", "Inbox"] if "archive" in item.title.lower() else None


@rule(version="1")
def broken(item):
    raise RuntimeError("no")


@rule(version="1")
def shared_archive(a, b):
    return "duplicate" if "archive" in a.title.lower() and "archive" in b.title.lower() else None


@pytest.fixture
def world(make_world, monkeypatch):
    made = make_world()
    monkeypatch.setattr(rule_sets, "discover_rules", lambda: {"threads": [mentions_inbox, mentions_archive, broken]})
    return made


@pytest.fixture
def topics(world, ask_labels):
    return ask_labels(world, suggesters=["rules:threads"])


def answer(world, unit_of, value):
    with tenancy(world.project):
        unit = unit_of()
        answer_as_expert(annotator=world.people[0], unit=unit, item=unit.item, value=value, now=world.now)
    drain_jobs()


def fit(world, topics, item, tag, value="fits"):
    answer(world, lambda: unit_of_tag(question=topics, item=world.items[item], label=tag), value)


def analyse(world, question):
    with tenancy(world.project):
        assert analyse_later(question=question)
    drain_jobs()
    with tenancy(world.project):
        return {record.rule: record for record in RuleRecord.objects.of(world.project).filter(question=question)}


def test_a_rules_votes_are_counted_and_judged_by_what_is_settled(world, topics):
    fit(world, topics, "1", "Inbox")
    fit(world, topics, "2", "Inbox", "does_not_fit")
    fit(world, topics, "1", "Archive")
    found = analyse(world, topics)
    inbox, archive = found["mentions_inbox"], found["mentions_archive"]
    # Items 1, 2, 3 and 5 stay in the inbox; the titles of 1, 2 and 5 say archive, 3 says archiving.
    assert (inbox.asked_count, inbox.voted_count, inbox.overlap_count, inbox.conflict_count) == (5, 4, 3, 0)
    assert (inbox.right_count, inbox.judged_count) == (1, 2)
    assert (archive.voted_count, archive.right_count, archive.judged_count) == (3, 2, 3)
    assert (found["broken"].failed_count, found["broken"].judged_count) == (5, 0)


def test_a_new_version_has_its_own_record_and_the_old_one_keeps_its(world, topics, monkeypatch):
    analyse(world, topics)
    new = rule(name="mentions_inbox", version="2")(lambda item: None)
    monkeypatch.setattr(rule_sets, "discover_rules", lambda: {"threads": [new]})
    analyse(world, topics)
    with tenancy(world.project):
        records = RuleRecord.objects.of(world.project).filter(rule="mentions_inbox")
        assert {(each.version, each.voted_count) for each in records} == {("1", 4), ("2", 0)}


def test_analysing_again_writes_over_what_was_found(world, topics):
    analyse(world, topics)
    fit(world, topics, "1", "Inbox")
    assert analyse(world, topics)["mentions_inbox"].judged_count == 1


def test_rules_over_pairs_are_judged_by_pairs(world, monkeypatch):
    monkeypatch.setattr(rule_sets, "discover_rules", lambda: {"pairs": [shared_archive]})
    with tenancy(world.project):
        world.question.suggesters = ["rules:pairs"]
        world.question.save()
    one, two = world.items["1"], world.items["5"]
    answer(world, lambda: unit_of_pair(question=world.question, first=one, second=two), "duplicate")
    record = analyse(world, world.question)["shared_archive"]
    assert (record.right_count, record.judged_count) == (1, 1)
    assert record.voted_count <= record.asked_count > 0


def test_a_choice_is_judged_by_its_label(world, ask_labels, monkeypatch):
    complains = rule(name="complains", version="1")(lambda item: "Complaint")
    monkeypatch.setattr(rule_sets, "discover_rules", lambda: {"tones": [complains]})
    tone = ask_labels(world, "choice", suggesters=["rules:tones"])
    answer(world, lambda: unit_of_item(question=tone, item=world.items["1"]), "Complaint")
    answer(world, lambda: unit_of_item(question=tone, item=world.items["2"]), "Thanks")
    record = analyse(world, tone)["complains"]
    assert (record.voted_count, record.right_count, record.judged_count) == (5, 1, 2)


def test_one_analysis_waits_at_a_time_and_none_without_rules(world, topics):
    with tenancy(world.project):
        assert analyse_later(question=topics) and analyse_later(question=topics)
        assert not analyse_later(question=world.question)
    assert Job.objects.filter(project=world.project, kind=ANALYSE).count() == 1


def test_a_question_that_is_gone_is_analysed_by_nobody(world, topics):
    with tenancy(world.project):
        analyse_later(question=topics)
        Question.objects.filter(pk=topics.pk).update(suggesters=[])
    drain_jobs()
    assert Job.objects.get(project=world.project, kind=ANALYSE).done_at is not None


def staff_of(*projects):
    user = get_user_model().objects.create(username=f"staff of {projects}", is_staff=True)
    for project in projects:
        StaffMember.objects.create(user=user, project=project)
    client = Client()
    client.force_login(user)
    return client


def test_the_page_draws_each_rule_with_its_interval(world, topics):
    fit(world, topics, "1", "Inbox")
    fit(world, topics, "2", "Inbox", "does_not_fit")
    client = staff_of(world.project)
    assert "not analysed yet" in client.get(reverse("rules")).content.decode()
    answered = client.post(reverse("analyse-rules"), {"question": topics.pk}, follow=True)
    assert "are being analysed" in answered.content.decode()
    drain_jobs()
    page = client.get(reverse("rules")).content.decode()
    row = re.search(r"<tr><th[^>]*><bdi>mentions_inbox.*?</tr>", page)[0]
    assert "80.0\N{NO-BREAK SPACE}%" in row and ".09 to .91" in row and "1 of 2" in row  # Wilson, by hand
    assert "0.09" not in row
    assert 'class="em-whisker"' in row


def test_the_page_says_which_rule_rests_and_for_how_long(world, topics, monkeypatch):
    monkeypatch.setattr(rule_sets, "_boxes", {})
    client = staff_of(world.project)
    assert "Not asked just now" not in client.get(reverse("rules")).content.decode()
    call = Call(broken, (Item("1"),))
    with tenancy(world.project):
        box = rule_sets.rule_sets_of(topics)[0].engine(topics, lambda keys: []).box
    for _ in range(5):
        box.note(call, call.cast(Outcome.LATE))
    page = client.get(reverse("rules")).content.decode()
    assert (
        "Not asked just now, as this web process sees it: broken 1 (late 5 times in a row; asked again in 60 s)" in page
    )


def test_staff_of_another_project_see_and_start_nothing(world, topics, make_world):
    analyse(world, topics)
    client = staff_of(make_world("other").project)
    assert "mentions_inbox" not in client.get(reverse("rules")).content.decode()
    assert client.post(reverse("analyse-rules"), {"question": topics.pk}).status_code == 404
    assert client.get(reverse("analyse-rules")).status_code == 405
    assert Client().get(reverse("rules")).status_code == 302


def test_a_question_without_rules_says_so(world):
    client = staff_of(world.project)
    answered = client.post(reverse("analyse-rules"), {"question": world.question.pk}, follow=True)
    assert "No installed rules are among the suggesters" in answered.content.decode()


def guessed(world, question, item):
    with tenancy(world.project):
        guesses = guesses_for(question=question, item=world.items[item])
        return {guess.label: (round(guess.score, 3), guess.suggester.version) for guess in guesses}


def test_what_people_say_of_a_rules_votes_is_what_they_weigh_from_the_next_analysis_on(world, topics, monkeypatch):
    before = guessed(world, topics, "3")
    assert before["Inbox"][0] == 0.7, "nobody has said anything: the prior"
    for item in ("1", "2", "5"):
        fit(world, topics, item, "Inbox", "does_not_fit")
    assert guessed(world, topics, "3") == before, "an answer alone changes nothing"
    analyse(world, topics)
    assert guessed(world, topics, "3") == before, "what is known may be a minute old"
    monkeypatch.setattr(rule_sets, "LOOK_AGAIN_S", 0)
    after = guessed(world, topics, "3")
    assert after["Inbox"][0] == round((0 + 0.7 * 5) / (3 + 5), 3)
    assert after["Inbox"][1] != before["Inbox"][1], "lists shown name another version"


def test_a_new_version_of_a_rule_and_another_question_begin_with_the_prior(world, topics, ask_labels, monkeypatch):
    monkeypatch.setattr(rule_sets, "LOOK_AGAIN_S", 0)
    fit(world, topics, "1", "Inbox", "does_not_fit")
    analyse(world, topics)
    assert guessed(world, topics, "3")["Inbox"][0] < 0.7
    new = rule(name="mentions_inbox", version="2")(mentions_inbox.function)
    monkeypatch.setattr(rule_sets, "discover_rules", lambda: {"threads": [new]})
    assert guessed(world, topics, "3")["Inbox"][0] == 0.7


def test_new_labels_are_looked_at_within_a_day_and_at_once_when_asked(world, topics):
    fit(world, topics, "1", "Inbox")
    with tenancy(world.project):
        [job] = waiting_analyses(topics)
        assert timedelta(hours=23) < job.due_at - timezone.now() < timedelta(hours=25)
    client = staff_of(world.project)
    assert "being analysed" not in client.get(reverse("rules")).content.decode()
    client.post(reverse("analyse-rules"), {"question": topics.pk})
    assert "being analysed" in client.get(reverse("rules")).content.decode()
    drain_jobs()
    with tenancy(world.project):
        assert RuleRecord.objects.exists() and not waiting_analyses(topics).exists()


def test_the_page_says_what_a_vote_weighs_and_writes_its_head_once_a_table(world, topics, monkeypatch):
    fit(world, topics, "1", "Inbox", "does_not_fit")
    analyse(world, topics)
    monkeypatch.setattr(rule_sets, "discover_rules", lambda: {"threads": [mentions_inbox]})
    analyse(world, topics)
    page = staff_of(world.project).get(reverse("rules")).content.decode()
    now, earlier = page.split("Earlier versions")
    assert now.count("<thead>") == earlier.count("<thead>") == 1
    assert "<td>.58</td>" in re.search(r"<tr><th[^>]*><bdi>mentions_inbox.*?</tr>", now)[0]
    assert "mentions_archive" in earlier and "mentions_archive" not in now
