import html
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from earmark import suggesters as sdk
from earmark.rules import InstalledRules, rule

from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_suggestions
from backend.judgements.events import Judge, Seen
from backend.projects.ids import uuid7
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.quality.overview import overview
from backend.suggestions import catalogue, rule_sets
from backend.suggestions.actions.push import NewSuggestion, push_suggestions
from backend.suggestions.actions.remotes import register_remote
from backend.suggestions.catalogue import catalogue_of, slip_in
from backend.suggestions.known import suggester_row
from backend.suggestions.models import Suggester, TrainedVersion
from backend.suggestions.retrieval import guesses_for

pytestmark = pytest.mark.django_db(transaction=True)


class SameError:
    """As a third party would bring it."""

    name, version = "same-error", "3"

    def suggest(self, item, index, k):
        return [sdk.Suggestion("1", 0.9, ["both name E_2041"])] if item.id != "1" else []


@pytest.fixture
def installed(monkeypatch):
    """A package that brings same-error, and one that is broken."""
    found = [
        sdk.Installed("lexical"),
        sdk.Installed("same-error", "earmark-same-error", "0.1.0"),
        sdk.Installed("torn", "acme", "2", "it cannot be loaded"),
    ]
    monkeypatch.setattr(sdk, "installed", lambda: found)
    monkeypatch.setattr(sdk, "discover", lambda: {"same-error": SameError, "lexical": sdk.LexicalSuggester})
    catalogue._looked_up.cache_clear()
    yield
    catalogue._looked_up.cache_clear()


@pytest.fixture
def world(make_world, installed):
    made = make_world()
    with tenancy(made.project):
        made.question.suggesters = ["same-error", "lexical", "gone", "torn", "ours"]
        made.question.save()
        register_remote(project=made.project, name="ours", url="https://host.example/", secret="s" * 24)
        suggester_row(made.project.pk, "nightly", "1", is_pushed=True)
    return made


def test_each_is_known_by_where_it_runs_and_who_asks_it(world):
    with tenancy(world.project):
        known = catalogue_of(world.project.pk)
    assert {name: (each.where, each.is_missing) for name, each in known.items()} == {
        "lexical": ("built in", False),
        "same-error": ("earmark-same-error 0.1.0", False),
        "ours": ("at the host, asked", False),
        "nightly": ("at the host, which pushes", False),
        "gone": ("not installed here", True),
        "torn": ("left out: it cannot be loaded", True),
    }
    assert [question.slug for question in known["same-error"].asked_by] == ["duplicate"]
    assert known["nightly"].asked_by == ()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("lexcal", "lexical"),
        ("same-eror", "same-error"),
        ("nightely", "nightly"),
        ("lexical", ""),
        ("nightly", ""),
        ("ours", ""),
        ("lexicals", "lexical"),
        ("lexical-2", ""),
        ("our-lexical", ""),
        ("quite-another", ""),
    ],
)
def test_a_slip_is_what_is_nearly_a_known_name_and_no_name_of_its_own(world, name, meant):
    with tenancy(world.project):
        told = slip_in(world.project.pk, [name])
    assert told.startswith(f"There is no suggester '{name}'; did you mean '{meant}'?") if meant else told == ""


def test_what_is_only_asked_for_is_not_known_by_that(world):
    with tenancy(world.project):
        world.question.suggesters = ["gone-for-good"]
        world.question.save()
        assert slip_in(world.project.pk, ["gone-for-goods"]) == ""


def test_a_question_without_names_asks_the_usual_one(world):
    with tenancy(world.project):
        world.question.suggesters = []
        world.question.save()
        assert catalogue_of(world.project.pk)["lexical"].asked_by == (world.question,)


def test_installed_rules_that_cannot_be_loaded_say_why(world, monkeypatch):
    torn = InstalledRules("torn", fault="they cannot be loaded (SystemExit: 4)")
    monkeypatch.setattr(catalogue, "installed_rules", lambda: [torn])
    catalogue._rules_left_out.cache_clear()
    with tenancy(world.project):
        world.question.suggesters = ["rules:torn"]
        world.question.save()
        known = catalogue_of(world.project.pk)["rules:torn"]
    catalogue._rules_left_out.cache_clear()
    assert (known.where, known.is_missing) == ("left out: they cannot be loaded (SystemExit: 4)", True)


def test_installed_rules_are_known_and_not_missing(world, monkeypatch):
    monkeypatch.setattr(rule_sets, "discover_rules", lambda: {"shop": [rule(version="1")(lambda item: None)]})
    with tenancy(world.project):
        world.question.suggesters = ["rules:shop", "rules:gone"]
        world.question.save()
        known = catalogue_of(world.project.pk)
    assert (known["rules:shop"].where, known["rules:shop"].is_missing) == ("one rule, installed here", False)
    assert known["rules:shop"].asked_by == (world.question,)
    assert known["rules:gone"].is_missing


def judge_first(world, person, value):
    shown = show_suggestions(
        annotator=world.people[person], question=world.question, item=world.items["5"], channel="widget", now=world.now
    )
    first = shown.slots.get(candidate__key="1")
    events = [
        Seen(uuid7(now=world.now), shown.pk, 0, 100, "1"),
        Judge(uuid7(now=world.now), shown.pk, 0, 200, "1", "pair", value, world.now),
    ]
    record_events(annotator=world.people[person], now=world.now, events=events)
    return first


def test_a_third_partys_suggester_has_its_figures_on_the_overview(world):
    with tenancy(world.project):
        slots = [
            judge_first(world, person, value) for person, value in enumerate(["duplicate", "duplicate", "different"])
        ]
        assert {str(slot.suggester) for slot in slots} == {"same-error 3"}
        told = overview(project=world.project, now=world.now)
    rows = {row["name"]: row for row in told["suggesters"]}
    row = rows["same-error"]
    assert (row["version"], row["runs"], row["state"]) == ("3", "earmark-same-error 0.1.0", "live")
    assert (row["shown"], row["accepted"], row["rejected"], row["share"]) == (3, 2, 1, ".67")
    assert row["interval"] == ".21 to .94"  # Wilson, 2 of 3, by hand
    assert (rows["gone"]["state"], rows["gone"]["shown"], rows["gone"]["runs"]) == ("missing", 0, "not installed here")
    assert rows["ours"]["state"] == rows["nightly"]["state"] == "not shown"
    assert {need["title"] for need in told["needs"] if "vain" in need["title"]} == {
        "duplicate asks for the suggester gone in vain",
        "duplicate asks for the suggester torn in vain",
    }


@pytest.fixture
def staff(world):
    user = get_user_model().objects.create(username="analyst", is_staff=True)
    StaffMember.objects.create(user=user, project=world.project)
    client = Client()
    client.force_login(user)
    return client


def test_the_admin_lists_it_says_where_it_runs_and_names_what_is_missing(world, staff):
    with tenancy(world.project):
        judge_first(world, 0, "duplicate")
    page = html.unescape(staff.get(reverse("admin:suggestions_suggester_changelist")).content.decode())
    assert "same-error" in page and "earmark-same-error 0.1.0" in page
    assert "duplicate asks for gone, which gives nothing: not installed here." in page
    assert "duplicate asks for torn, which gives nothing: left out: it cannot be loaded." in page
    assert "Known by name, and not shown here yet:" in page and "ours (at the host, asked)" in page
    front = staff.get("/admin/").content.decode()
    assert "asks for the suggester gone in vain" in front and "earmark-same-error 0.1.0" in front


def act(staff, action, suggester):
    chosen = {"_selected_action": [suggester.pk], "action": action}
    return html.unescape(
        staff.post(reverse("admin:suggestions_suggester_changelist"), chosen, follow=True).content.decode()
    )


def guessing(world):
    return {guess.suggester.name for guess in guesses_for(question=world.question, item=world.items["5"])}


def test_the_overview_leads_from_a_suggester_that_was_shown_to_where_its_versions_are_retired(world, staff):
    with tenancy(world.project):
        judge_first(world, 0, "duplicate")
    page = html.unescape(staff.get(reverse("admin:index")).content.decode())
    [address] = re.findall(r'<a href="([^"]+)">same-error</a>', page)
    there = staff.get(address).content.decode()
    assert 'value="retire' in there and "same-error" in there and "nightly" not in there


def test_a_retired_version_computed_or_pushed_shows_nothing_until_it_is_shown_again(world, staff):
    with tenancy(world.project):
        nightly = Suggester.objects.get(name="nightly")
        guess = NewSuggestion(world.question, world.items["5"], world.items["4"], 0.8, ["read last night"], nightly)
        push_suggestions(project_id=world.project.pk, suggestions=[guess], now=world.now)
        assert {"nightly", "same-error"} <= guessing(world)
        same_error = Suggester.objects.get(name="same-error")
    for suggester in (nightly, same_error):
        assert f"{suggester} is retired: nothing of it is shown any more." in act(staff, "retire_these", suggester)
        with tenancy(world.project):
            assert suggester.name not in guessing(world)
        assert f"{suggester} is shown again" in act(staff, "show_these_again", suggester)
        with tenancy(world.project):
            assert suggester.name in guessing(world)


def test_what_was_trained_is_promoted_and_stepped_back_and_not_shown_from_the_list(world, staff):
    with tenancy(world.project):
        trained = Suggester.objects.create(project=world.project, name="learned", version="1-1", state="shadow")
        TrainedVersion.objects.create(
            project=world.project, question=world.question, number=1, state="shadow", suggester=trained, checksum="c",
            dataset="d", dataset_number=1, dataset_checksum="c", asked_at=world.now,
        )  # fmt: skip
    assert "promote or step back under Trained versions" in act(staff, "show_these_again", trained)
    with tenancy(world.project):
        trained.refresh_from_db()
    assert trained.state == "shadow"


def test_another_projects_suggester_is_not_retired(world, staff, make_world):
    other = make_world("other")
    with tenancy(other.project):
        theirs = suggester_row(other.project.pk, "theirs", "1")
    act(staff, "retire_these", theirs)
    with tenancy(other.project):
        theirs.refresh_from_db()
    assert theirs.state == "live"


def test_a_guess_that_may_not_be_stored_is_left_out_and_the_others_show(world, monkeypatch, caplog):
    odd = [sdk.Suggestion("1", 0.5), sdk.Suggestion("2", float("nan")), sdk.Suggestion("3", 7), sdk.Suggestion("", 0.5)]
    monkeypatch.setattr(SameError, "suggest", lambda *_: odd)
    with tenancy(world.project):
        world.question.suggesters = ["same-error"]
        found = guesses_for(question=world.question, item=world.items["5"])
    assert [guess.candidate_key for guess in found] == ["1"]
    assert caplog.text.count("A guess of the suggester same-error 3 is left out") == 3


def test_who_saves_a_question_is_told_at_once_which_names_it_asks_in_vain(world):
    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(project=world.project, user=user)
    staff, at = Client(), reverse("admin:questions_question_change", args=[world.question.pk])
    staff.force_login(user)
    form = staff.get(at).context["adminform"].form
    as_shown = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    as_shown = {name: "on" if value is True else value for name, value in as_shown.items()}

    def told(names):
        page = staff.post(at, as_shown | {"suggesters": names}, follow=True)
        return {str(each) for each in page.context["messages"] if each.level_tag == "warning"}

    assert told('["lexcal", "lexical", "torn", "neighbours"]') == {
        "lexcal gives nothing: not installed here.",
        "torn gives nothing: left out: it cannot be loaded.",
        "neighbours guesses nothing for a question of kind pair.",
    }
    assert told('["same-error", "lexical"]') == set()
