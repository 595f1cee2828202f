import json
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.questions.actions.place import place_element
from backend.questions.models import PlacementRule, Question

pytestmark = pytest.mark.django_db(transaction=True)

TRY = "admin:questions_placementrule_try_on_a_page"


@pytest.fixture
def world(make_world):
    return make_world()


def staff_of(*projects):
    user = get_user_model().objects.create(username=f"staff of {projects}", is_staff=True)
    for project in projects:
        StaffMember.objects.create(user=user, project=project)
    client = Client()
    client.force_login(user)
    return client


def add(client, world, **changes):
    fields = {
        "question": world.question.pk, "path": "/t/*", "selector": "article", "where": "after", "item_from": "url",
        "item_key": "/t/{item}", "reserve_px": 0, "is_active": "on",
    }  # fmt: skip
    return client.post(reverse("admin:questions_placementrule_add"), fields | changes)


def rules(world):
    with tenancy(world.project):
        return list(PlacementRule.objects.of(world.project).values_list("selector", flat=True))


def rules_to_try(client):
    page = client.get(reverse(TRY)).content.decode()
    return json.loads(re.search(r'<script id="rules" type="application/json">(.*?)</script>', page)[1])


def test_a_rule_is_added_to_the_chosen_project(world):
    assert add(staff_of(world.project), world).status_code == 302
    assert rules(world) == ["article"]


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"path": "t/*"}, "A path begins with /"),
        ({"selector": "p:has-text(spam)"}, "This is no CSS selector"),
        ({"selector": "</style><script>"}, "A selector has no &lt;"),
        ({"item_key": "/t/"}, "An address has {item} in it once"),
        ({"item_from": "attribute"}, "This is the name of an attribute"),
        ({"reserve_px": 2001}, "from 0 to 2000 px"),
    ],
)
def test_an_impossible_rule_is_refused_at_its_field_in_words(world, part, told):
    answer = add(staff_of(world.project), world, **part)
    assert answer.status_code == 200 and told in answer.content.decode()
    assert rules(world) == []


def test_a_rule_cannot_be_given_to_another_projects_question(world, make_world):
    other = make_world("other")
    assert add(staff_of(other.project), world).status_code == 200
    assert rules(world) == []


def test_a_rule_may_be_deleted(world):
    client = staff_of(world.project)
    add(client, world)
    with tenancy(world.project):
        key = PlacementRule.objects.get().pk
    client.post(reverse("admin:questions_placementrule_delete", args=[key]), {"post": "yes"})
    assert rules(world) == []


def test_rules_are_tried_by_the_staff_of_their_project_alone(world, make_world):
    other = make_world("other")
    with tenancy(world.project):
        place_element(question=world.question, selector="article > .mine", item_key="/t/{item}")
    assert [rule["selector"] for rule in rules_to_try(staff_of(world.project))] == ["article > .mine"]
    assert rules_to_try(staff_of(other.project)) == []
    assert staff_of().get(reverse(TRY)).status_code == 404
    assert Client().get(reverse(TRY)).status_code == 302


def test_a_rule_in_the_page_that_tries_it_is_data_and_not_markup(world):
    with tenancy(world.project):
        place_element(question=world.question, selector="a[b='&\\'>']", item_key="/t/{item}")
    (rule,) = rules_to_try(staff_of(world.project))
    assert rule["selector"] == "a[b='&\\'>']"


def test_a_rule_leads_to_where_it_is_tried(world):
    client = staff_of(world.project)
    add(client, world)
    with tenancy(world.project):
        key = PlacementRule.objects.get().pk
    answer = client.get(reverse("admin:questions_placementrule_try_this_rule", args=[key]))
    assert answer.headers["Location"] == f"{reverse(TRY)}#rule-{key}"


def test_the_paste_has_no_form_that_could_send_it(world):
    page = staff_of(world.project).get(reverse(TRY)).content.decode()
    body = page[page.index('class="em em-try"') : page.index('id="rules"')]
    assert "<form" not in body and "name=" not in body and 'sandbox=""' in body


def test_the_page_that_tries_rules_has_one_heading_of_the_first_rank(world):
    text = staff_of(world.project).get(reverse(TRY)).content.decode()
    headings = re.findall(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert [" ".join(re.sub(r"<[^>]+>", "", heading).split()) for heading in headings] == [
        "Try placement rules on a page"
    ]


def test_what_shows_otherwise_has_another_policy_version_and_odd_weights_are_refused_at_their_field(world):
    client = staff_of(world.project)
    at = reverse("admin:questions_question_change", args=[world.question.pk])
    form = client.get(at).context["adminform"].form
    fields = {
        name: value if isinstance(value, str | int | float) else json.dumps(value)
        for name, value in form.initial.items()
        if name in form.fields and value is not False
    }
    told = client.post(at, fields | {"weights": '{"colour": 1}'}).content.decode()
    assert "is no weight" in told and "words, title, meaning, fields, time" in told
    client.post(at, fields | {"weights": '{"fields": 2}'})
    with tenancy(world.project):
        world.question.refresh_from_db()
    assert (world.question.weights, world.question.policy_version) == ({"fields": 2}, 2)
    client.post(at, fields | {"weights": '{"fields": 2}', "guideline": "Look twice."})
    with tenancy(world.project):
        world.question.refresh_from_db()
    assert (world.question.guideline, world.question.policy_version) == ("Look twice.", 2)


def asked(client, **changes):
    """Ask a question of spans by the form, and return the answer."""
    form = client.get(reverse("admin:questions_question_add")).context["adminform"].form
    usual = {name: "" if value is None else value for name, value in form.initial.items()}
    fields = {name: field.initial for name, field in form.fields.items() if field.initial not in (None, "", False)}
    given = {"slug": "faults", "kind": "span", "labels": '["Fault"]', "suggesters": "[]", "dictionary": "{}"}
    given |= {"weights": "{}", "is_active": "on"} | changes
    made = {name: getattr(value, "value", value) for name, value in (fields | usual).items() if not callable(value)}
    return client.post(reverse("admin:questions_question_add"), made | given)


@pytest.mark.parametrize("kind", ["span", "region"])
def test_a_question_of_spots_is_asked_by_the_form(world, kind):
    assert asked(staff_of(world.project), kind=kind).status_code == 302
    with tenancy(world.project):
        assert Question.objects.get(slug="faults").kind == kind


def test_a_question_of_spots_without_labels_is_refused_in_words(world):
    answer = asked(staff_of(world.project), labels="[]")
    assert answer.status_code == 200 and "needs 1 to 12 labels" in answer.content.decode()


QUESTION = {
    "slug": "spam", "kind": "choice", "prompt": "", "labels": '["Spam", "Ham"]', "dictionary": "{}",
    "suggesters": "[]", "weights": "{}", "settling_policy": "confirm", "overlap": 2, "minimum": 1, "maximum": 7,
    "candidates_from": "earlier", "shown_count": 3, "pool_count": 5, "epsilon": 0.1, "ask_probability": 1,
    "lease_s": 900, "most_spots": 200, "is_active": "on", "guideline": "", "item_kind": "",
}  # fmt: skip


def add_question(world, client=None, **changes):
    return (client or staff_of(world.project)).post(reverse("admin:questions_question_add"), QUESTION | changes)


def question_named(world, slug):
    with tenancy(world.project):
        return Question.objects.of(world.project).get(slug=slug)


def test_a_question_without_words_of_its_own_is_asked_in_those_of_its_kind(world):
    assert add_question(world).status_code == 302
    assert question_named(world, "spam").prompt == "Which of these is it?"


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"slug": "duplicate"}, "There is a question “duplicate” already; take another name."),
        ({"epsilon": 7}, "From 0.1 to 1: at least a tenth of the lists is shuffled."),
        ({"ask_probability": -1}, "From 0, nobody is asked, to 1, everybody is."),
        ({"minimum": 9}, "the maximum is no less than the minimum."),
        ({"shown_count": 8}, "the pool holds at least as many as are shown."),
        ({"most_spots": 0}, "From 1 to 2,000."),
        ({"lease_s": 0}, "greater than or equal to 30"),
        ({"lease_s": 86_401}, "less than or equal to 86400"),
        ({"kind": "pair"}, "A pair has no labels"),
        ({"labels": "[]"}, "A choice needs 2 to 12 labels."),
        ({"labels": "[oops"}, "A choice needs 2 to 12 labels."),
        ({"suggesters": '"lexical"'}, "Suggesters are a list of their names"),
        ({"suggesters": '{"lexical": 1}'}, "Suggesters are a list of their names"),
        ({"suggesters": '["lexical", null]'}, "Suggesters are a list of their names"),
    ],
)
def test_a_question_that_cannot_be_is_refused_in_words_where_it_is_wrong(world, part, told):
    answer = add_question(world, **part)
    assert answer.status_code == 200 and told in answer.content.decode()
    assert "Constraint" not in answer.content.decode()
    with tenancy(world.project):
        assert Question.objects.of(world.project).count() == 1


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"dictionary": '{"Spam": "buy"}'}, "dictionary"),
        ({"dictionary": '{"Eggs": ["buy"]}'}, "dictionary"),
        ({"kind": "span", "dictionary": '{"Spam": ["/(/"]}'}, "dictionary"),
        ({"labels": "Spam", "dictionary": '{"Eggs": ["buy"]}'}, "labels"),
        ({"kind": "pair", "dictionary": '{"Eggs": ["buy"]}'}, "labels"),
    ],
)
def test_what_is_wrong_in_the_dictionary_is_told_at_the_dictionary(world, part, field):
    answer = add_question(world, **part)
    assert list(answer.context["adminform"].form.errors) == [field]


@pytest.mark.parametrize("labels", ["Spam\r\n Ham \r\n\r\n", '["Spam", "Ham"]'])
def test_labels_and_suggesters_are_written_one_a_line_or_as_json(world, labels):
    client = staff_of(world.project)
    assert add_question(world, client, labels=labels, suggesters="dictionary").status_code == 302
    made = question_named(world, "spam")
    assert (made.labels, made.suggesters) == (["Spam", "Ham"], ["dictionary"])
    change = client.get(reverse("admin:questions_question_change", args=[made.pk]))
    assert change.context["adminform"].form["labels"].value() == "Spam\nHam"


@pytest.mark.parametrize(
    ("written", "labels", "shown"),
    [
        ("[new]\nold", ["[new]", "old"], "[new]\nold"),
        ('"quoted" word\nother', ['"quoted" word', "other"], '"quoted" word\nother'),
        ('["[1]", "old"]', ["[1]", "old"], "[1]\nold"),
    ],
)
def test_labels_that_begin_as_json_does_are_lines_all_the_same(world, written, labels, shown):
    client = staff_of(world.project)
    assert add_question(world, client, labels=written).status_code == 302
    made = question_named(world, "spam")
    assert made.labels == labels
    change = client.get(reverse("admin:questions_question_change", args=[made.pk]))
    assert change.context["adminform"].form["labels"].value() == shown


def test_all_that_is_wrong_is_told_at_once_each_at_its_field_in_words(world):
    wrong = {"labels": "One", "maximum": 2, "minimum": 5, "epsilon": 0, "weights": '{"sound": 1}'}
    client = staff_of(world.project)
    page = add_question(world, client, **wrong)
    assert set(page.context["adminform"].form.errors) == {"labels", "maximum", "epsilon", "weights"}
    assert "Constraint" not in page.content.decode()
    unread = add_question(world, client, weights="[oops").context["adminform"].form.errors
    assert {field: list(told) for field, told in unread.items()} == {"weights": ["Enter a valid JSON."]}


def test_the_same_slug_is_free_in_another_project(world, make_world):
    other = make_world("other")
    assert add_question(world).status_code == add_question(other).status_code == 302


def test_a_question_that_is_there_keeps_its_slug_and_kind(world):
    address = reverse("admin:questions_question_change", args=[world.question.pk])
    asked = QUESTION | {"slug": "renamed", "kind": "tags", "labels": "[]", "prompt": "The same?"}
    assert staff_of(world.project).post(address, asked).status_code == 302
    kept = question_named(world, "duplicate")
    assert (kept.kind, kept.prompt) == ("pair", "The same?")


def test_two_tabs_that_edit_one_question_keep_what_each_changed(world):
    client, address = staff_of(world.project), reverse("admin:questions_question_change", args=[world.question.pk])
    shown = client.get(address).context["adminform"].form
    as_shown = {field.html_name: field.value() for field in shown if field.value() not in (None, False)}
    as_shown |= {name: "on" for name, value in as_shown.items() if value is True}
    initial = {field.html_initial_name: field.value() for field in shown}
    for change in ({"guideline": "From the first tab."}, {"prompt": "From the second?"}):
        assert client.post(address, as_shown | initial | change).status_code == 302
    kept = question_named(world, "duplicate")
    assert (kept.guideline, kept.prompt) == ("From the first tab.", "From the second?")
    assert kept.is_active and kept.is_blind and kept.overlap == world.question.overlap


def test_a_tab_whose_numbers_no_longer_fit_what_another_saved_is_refused_in_words(world):
    client, address = staff_of(world.project), reverse("admin:questions_question_change", args=[world.question.pk])
    shown = client.get(address).context["adminform"].form
    as_shown = {field.html_name: field.value() for field in shown if field.value() not in (None, False)}
    as_shown |= {name: "on" for name, value in as_shown.items() if value is True}
    initial = {field.html_initial_name: field.value() for field in shown}
    first = {"shown_count": 8, "pool_count": 10}
    assert client.post(address, as_shown | initial | first).status_code == 302
    answer = client.post(address, as_shown | initial | {"pool_count": 4})
    assert answer.status_code == 200
    assert "the pool holds at least as many as are shown" in answer.content.decode()
    kept = question_named(world, "duplicate")
    assert (kept.shown_count, kept.pool_count) == (8, 10)


@pytest.mark.parametrize("emptied", ["labels", "dictionary", "suggesters", "weights"])
def test_a_field_that_is_emptied_holds_nothing(world, emptied):
    changes = {"kind": "pair", "labels": "[]"} | {emptied: ""}
    client, address = staff_of(world.project), reverse("admin:questions_question_change", args=[world.question.pk])
    for at in (reverse("admin:questions_question_add"), address):
        assert client.post(at, QUESTION | changes).status_code == 302
    for slug in ("spam", "duplicate"):
        assert getattr(question_named(world, slug), emptied) in ([], {})
