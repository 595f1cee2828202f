import re

import pytest
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from backend.annotators.models import Annotator
from backend.assignments.models import Assignment
from backend.datasets.actions.freeze import ask_for_version, register_dataset
from backend.datasets.admin import DatasetVersionAdmin
from backend.datasets.models import Dataset, DatasetVersion
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_assigned, show_suggestions
from backend.judgements.events import Seen
from backend.judgements.models import Judgement, RefusedEvent
from backend.projects.actions.jobs import drain_jobs
from backend.projects.ids import uuid7
from backend.projects.models import StaffMember
from backend.projects.spreadsheets import harmless
from backend.projects.tenancy import tenancy
from backend.quality.models import ConsensusLabel
from backend.questions.actions.units import unit_of_tag
from backend.questions.models import GoldAnswer, Question, Unit
from backend.suggestions.actions.push import NewSuggestion, push_suggestions
from backend.suggestions.guesses import Guess
from backend.suggestions.known import suggester_row

pytestmark = pytest.mark.django_db(transaction=True)


def staff_of(*projects, superuser=False):
    user = get_user_model().objects.create(username="ann", is_staff=True, is_superuser=superuser)
    for project in projects:
        StaffMember.objects.create(user=user, project=project)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def world(make_world):
    return make_world()


def test_who_signs_in_without_a_page_in_mind_comes_to_the_overview(db):
    get_user_model().objects.create_superuser("ann", password="a long word")
    answer = Client().post("/admin/login/", {"username": "ann", "password": "a long word"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def story(world, key="5"):
    return reverse("story", args=[world.items[key].pk])


def answer(client, world, value="duplicate", other="1"):
    body = {"question": world.question.pk, "other": other, "value": value}
    return client.post(story(world) + "answer", body, follow=True)


def test_staff_answer_as_experts_out_of_context(world):
    client = staff_of(world.project)
    assert b"Your answer is recorded" in answer(client, world).content
    with tenancy(world.project):
        judgement = Judgement.objects.get()
        assert (judgement.origin, judgement.annotator.kind, judgement.assignment is not None) == (
            "assigned",
            "expert",
            True,
        )
    drain_jobs()
    page = client.get(story(world)).content.decode()
    assert "Believed with" in page and "Archive function does not work" in page and "Its cluster" in page


def test_gold_is_set_and_taken_away_on_the_story_page(world):
    client = staff_of(world.project)
    answer(client, world)
    drain_jobs()
    with tenancy(world.project):
        unit = Unit.objects.get()
    client.post(story(world) + "gold", {"unit": unit.pk, "value": "duplicate"})
    drain_jobs()
    with tenancy(world.project):
        assert GoldAnswer.objects.get().set_by == "ann"
        assert Annotator.objects.get(kind="expert").share_right_on_gold == 1.0
    client.post(story(world) + "gold", {"unit": unit.pk, "value": ""})
    drain_jobs()
    with tenancy(world.project):
        assert not GoldAnswer.objects.exists()
        assert Annotator.objects.get(kind="expert").share_right_on_gold is None


def test_a_bad_answer_is_told_in_words_and_stores_nothing(world):
    client = staff_of(world.project)
    assert b"is not an answer" in answer(client, world, "perhaps").content
    assert b"cannot be paired with itself" in answer(client, world, other="5").content
    assert "There is no item “nobody”" in answer(client, world, other="nobody").content.decode()
    with tenancy(world.project):
        assert Judgement.objects.count() == 0


def test_titles_are_text_in_the_admin(world):
    with tenancy(world.project):
        item = world.items["5"]
        item.title = "<img src=x onerror=alert(1)>"
        item.save()
    page = staff_of(world.project).get(story(world)).content.decode()
    assert "<img src=x" not in page and "&lt;img src=x" in page


def test_staff_of_one_project_find_nothing_of_another(world, make_world):
    other = make_world("other")
    client = staff_of(other.project)
    assert client.get(story(world)).status_code == 404
    assert answer(client, world).status_code == 404
    assert client.post(reverse("choose-project"), {"project": world.project.pk}).status_code == 404
    page = client.get(reverse("admin:questions_item_changelist")).content.decode()
    assert f"/admin/story/{other.items['5'].pk}/" in page
    assert f"/admin/story/{world.items['5'].pk}/" not in page


def test_staff_of_two_projects_choose_in_which_they_work(world, make_world):
    other = make_world("other")
    client = staff_of(world.project, other.project)
    client.post(reverse("choose-project"), {"project": other.project.pk})
    assert client.get(story(other)).status_code == 200
    assert client.get(story(world)).status_code == 404


def test_who_is_no_staff_is_sent_to_sign_in(world):
    assert Client().get(story(world)).status_code == 302
    assert Client().get("/admin/").status_code == 302


def test_staff_without_a_project_are_told_so(world):
    assert b"no project that you may open" in staff_of().get("/admin/").content


LISTS = [
    "annotators_annotator", "annotators_hiddenquestion", "assignments_assignment", "assignments_prompt",
    "assignments_promptpolicy", "datasets_dataset",
    "datasets_datasetversion", "datasets_splitkey", "judgements_exposure", "judgements_judgement",
    "judgements_ledgerevent", "judgements_refusedevent", "judgements_slot", "judgements_withdrawal", "projects_apikey",
    "projects_job", "projects_signingkey", "projects_weborigin", "projects_webhook", "projects_webhookdelivery", "quality_cluster",
    "quality_consensuslabel", "questions_goldanswer", "questions_item", "questions_placementrule", "questions_question", "questions_unit",
    "suggestions_remotesuggester", "suggestions_suggester", "suggestions_suggestion",
]  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_every_table_opens_and_can_be_searched(world, name):
    client = staff_of(world.project, superuser=True)
    answer(client, world)
    drain_jobs()
    for query in ("", "?q=archive"):
        assert client.get(reverse(f"admin:{name}_changelist") + query).status_code == 200


def test_what_was_recorded_cannot_be_edited_in_the_admin(world):
    client = staff_of(world.project, superuser=True)
    answer(client, world)
    with tenancy(world.project):
        judgement = Judgement.objects.get()
    address = reverse("admin:judgements_judgement_change", args=[judgement.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"value": "different"}).status_code == 403
    assert (
        client.post(reverse("admin:judgements_judgement_delete", args=[judgement.pk]), {"post": "yes"}).status_code
        == 403
    )


def test_chosen_labels_are_exported_as_a_file_that_no_spreadsheet_runs(world):
    client = staff_of(world.project, superuser=True)
    with tenancy(world.project):
        world.items["1"].key = "=cmd()"
        world.items["1"].save()
    answer(client, world, other="=cmd()")
    drain_jobs()
    with tenancy(world.project):
        label = ConsensusLabel.objects.get()
    body = {"action": "export_csv", "_selected_action": [label.pk]}
    told = client.post(reverse("admin:quality_consensuslabel_changelist"), body).content.decode()
    assert "duplicate,'=cmd(),5,,settled,duplicate" in told


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_begins_like_a_formula_is_made_harmless(cell):
    assert harmless(cell) == f"'{cell}"


def test_files_of_a_version_are_downloaded_by_its_own_staff_alone(world, make_world):
    with tenancy(world.project):
        dataset = register_dataset(project_id=world.project.pk, slug="dups", question=world.question)
        ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
    drain_jobs()
    with tenancy(world.project):
        version = DatasetVersion.objects.get()
    client = staff_of(world.project)
    answer_ = client.get(reverse("version-file", args=[version.pk, "manifest.json"]))
    assert b'"dataset": "dups"' in b"".join(answer_.streaming_content)
    assert client.get(reverse("version-file", args=[version.pk, "passwd"])).status_code == 404
    get_user_model().objects.all().delete()
    stranger = staff_of(make_world("other").project)
    assert stranger.get(reverse("version-file", args=[version.pk, "manifest.json"])).status_code == 404


def test_the_admin_may_not_be_framed(world):
    assert staff_of(world.project).get(story(world))["X-Frame-Options"] == "DENY"


# Tags and choices


def expert_says(client, world, question, value, **named):
    return client.post(story(world, "2") + "answer", {"question": question.pk, "value": value} | named, follow=True)


def test_staff_answer_tags_and_choices_and_the_story_tells_it(world, ask_labels):
    topics, tone = ask_labels(world), ask_labels(world, "choice")
    client = staff_of(world.project)
    page = client.get(story(world, "2")).content.decode()
    assert "Another tag of topics" in page and '<option value="Archive">' in page and ">Complaint</button>" in page
    assert b"Your answer is recorded" in expert_says(client, world, topics, "fits", label="archive").content
    assert b"Your answer is recorded" in expert_says(client, world, tone, "Complaint").content
    assert b"is not an answer" in expert_says(client, world, topics, "fits", label="Toolbar").content
    assert b"is not an answer" in expert_says(client, world, tone, "Joke").content
    drain_jobs()
    with tenancy(world.project):
        assert set(ConsensusLabel.objects.values_list("unit__label", "value")) == {
            ("Archive", "fits"),
            ("", "Complaint"),
        }
    page = client.get(story(world, "2")).content.decode()
    assert "Settled: “Archive” fits" in page and "Settled, tone: Complaint" in page and "Believed with" in page


def test_gold_of_a_tag_and_of_a_choice_is_set_on_the_story_page(world, ask_labels):
    client = staff_of(world.project)
    expert_says(client, world, ask_labels(world), "fits", label="Archive")
    expert_says(client, world, ask_labels(world, "choice"), "Complaint")
    drain_jobs()
    with tenancy(world.project):
        units = {unit.label: unit.pk for unit in Unit.objects.all()}
    client.post(story(world, "2") + "gold", {"unit": units["Archive"], "value": "fits"})
    client.post(story(world, "2") + "gold", {"unit": units[""], "value": "Thanks"})
    assert b"is not an answer" in client.post(
        story(world, "2") + "gold", {"unit": units[""], "value": "duplicate"}, follow=True
    ).content  # fmt: skip
    with tenancy(world.project):
        assert set(GoldAnswer.objects.values_list("unit__label", "value")) == {("Archive", "fits"), ("", "Thanks")}


def test_lists_of_labels_are_shown_on_every_page_of_the_admin(world, ask_labels):
    topics = ask_labels(world)
    client = staff_of(world.project, superuser=True)
    expert_says(client, world, topics, "does_not_fit", label="Printing")
    with tenancy(world.project):
        exposure = show_suggestions(
            annotator=world.people[0], question=topics, item=world.items["2"], channel="widget", now=world.now
        )
        seen = Seen(uuid7(now=world.now), exposure.pk, 0, 9, "Archive")
        record_events(annotator=world.people[0], events=[seen], now=world.now)
        host = suggester_row(world.project.pk, "host", "1", is_pushed=True)
        guess = NewSuggestion(topics, world.items["2"], "Shortcuts", 0.5, ["said so"], host)
        push_suggestions(project_id=world.project.pk, suggestions=[guess], now=world.now)
    drain_jobs()
    for page in (
        "judgements_slot", "judgements_exposure", "judgements_ledgerevent", "judgements_judgement",
        "suggestions_suggestion", "questions_unit", "questions_question", "quality_consensuslabel",
    ):  # fmt: skip
        told = client.get(reverse(f"admin:{page}_changelist"))
        assert told.status_code == 200, page
    assert client.get(reverse("admin:judgements_exposure_change", args=[exposure.pk])).status_code == 200
    told = client.get(story(world, "2")).content.decode()
    assert "Archive" in told and "Shortcuts with .50" in told and client.get("/admin/").status_code == 200


def test_a_list_of_the_desk_has_its_place_in_the_story(world, ask_labels):
    topics = ask_labels(world)
    with tenancy(world.project):
        unit = unit_of_tag(question=topics, item=world.items["2"], label="Archive")
        assignment = Assignment.objects.create(project=world.project, unit=unit, annotator=world.people[0])
        show_assigned(
            annotator=world.people[0], question=topics, item=world.items["2"], guesses=[Guess.of_label("Archive")],
            assignment=assignment, now=world.now,
        )  # fmt: skip
    assert "Asked at the desk" in staff_of(world.project).get(story(world, "2")).content.decode()


def test_the_admin_refuses_labels_that_a_kind_cannot_have(world, ask_labels):
    tone = ask_labels(world, "choice")
    client = staff_of(world.project, superuser=True)
    address = reverse("admin:questions_question_change", args=[tone.pk])
    form = client.get(address).context["adminform"].form
    body = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    body |= {"labels": '["one"]', "dictionary": "{}"}
    told = client.post(address, {name: value for name, value in body.items() if value is not False})
    assert told.status_code == 200 and b"2 to 12 labels" in told.content


def test_a_dataset_keeps_its_slug(world):
    with tenancy(world.project):
        dataset = register_dataset(project_id=world.project.pk, slug="dups", question=world.question)
    page = reverse("admin:datasets_dataset_change", args=[dataset.pk])
    staff_of(world.project).post(page, {"slug": "other", "title": "Duplicates", "question": world.question.pk})
    with tenancy(world.project):
        dataset.refresh_from_db()
    assert (dataset.slug, dataset.title) == ("dups", "Duplicates")


def test_a_dataset_whose_slug_is_taken_is_refused_in_words(world):
    client = staff_of(world.project)
    fields = {"slug": "dups", "title": "", "question": world.question.pk}
    address = reverse("admin:datasets_dataset_add")
    assert client.post(address, fields).status_code == 302
    refused = client.post(address, fields)
    assert refused.status_code == 200
    assert "There is a dataset “dups” already; take another name." in refused.content.decode()
    refused = client.post(address, fields | {"slug": "100%s"})
    assert refused.status_code == 200  # no slug, and no server error


def test_a_version_page_is_a_card(world):
    client = staff_of(world.project)
    answer(client, world)
    drain_jobs()
    with tenancy(world.project):
        dataset = register_dataset(project_id=world.project.pk, slug="dups", question=world.question)
        ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
        version = ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
    drain_jobs()
    page = client.get(reverse("admin:datasets_datasetversion_change", args=[version.pk])).content.decode()
    assert "<bdi>the same problem</bdi>: 1" in page and "1 by 1 person" in page
    assert "0 new, 0 gone, 0 changed since 1" in page and "labels.parquet" in page
    assert "labels.csv</a>: the labels for a spreadsheet, in which no text is a formula</div>" in page


@pytest.mark.parametrize("names", [["labels.jsonl", "manifest.json"], ["labels.jsonl", "labels.of-later.form"]])
def test_a_version_with_fewer_files_or_others_is_shown_with_those_it_has(world, names):
    with tenancy(world.project):
        version = DatasetVersion.objects.create(
            project=world.project, number=1, state="frozen", frozen_at=world.now, asked_at=world.now, checksum="c",
            dataset=register_dataset(project_id=world.project.pk, slug="old", question=world.question),
            files=[{"name": name, "sha256": "s", "bytes_count": 1} for name in names],
        )  # fmt: skip
    client = staff_of(world.project)
    page = client.get(reverse("admin:datasets_datasetversion_change", args=[version.pk])).content.decode()
    assert re.findall(rf'href="/admin/versions/{version.pk}/([^"]+)"', page) == names
    assert "labels.jsonl</a>: what is believed, a line for each settled unit</div>" in page and ".csv" not in page


def test_the_labels_of_a_card_add_up_where_pairs_are_on_two_sides():
    dataset = Dataset(question=Question(kind="pair"))
    version = DatasetVersion(dataset=dataset, card={"values": {"different": {"crosses": 2, "none": 1, "train": 3}}})
    told = DatasetVersionAdmin(DatasetVersion, site).labels_told(version)
    assert "<bdi>different</bdi>: 6 (3 train, 0 dev, 0 test, 2 across two of them, 1 in none)" in told


def test_a_version_in_the_list_leads_to_its_labels_and_to_the_page_of_all_its_files(world):
    client = staff_of(world.project)
    answer(client, world)
    drain_jobs()
    with tenancy(world.project):
        dataset = register_dataset(project_id=world.project.pk, slug="dups", question=world.question)
        version = ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
    drain_jobs()
    with tenancy(world.project):
        version.refresh_from_db()
    page = client.get(reverse("admin:datasets_datasetversion_changelist")).content.decode()
    assert page.count(reverse("version-file", args=[version.pk, "labels.jsonl"])) == 1
    assert f">{len(version.files) - 1} more</a>" in page and "labels.parquet" not in page


def test_a_label_in_the_list_leads_to_its_story_and_to_its_history(world):
    client = staff_of(world.project)
    answer(client, world)
    drain_jobs()
    with tenancy(world.project):
        label = ConsensusLabel.objects.select_related("unit").get()
    page = client.get(reverse("admin:quality_consensuslabel_changelist")).content.decode()
    history = reverse("admin:quality_consensuslabel_change", args=[label.pk])
    assert page.count(f'href="{history}') == 1 and f'href="{reverse("story", args=[label.unit.item_id])}"' in page
    assert not re.search(r"<a [^>]*></?a", page.replace("\n", ""))  # no link lies in another
    assert "the same problem 1" in page


def test_no_page_shows_a_code_for_what_was_answered(world, ask_labels):
    topics = ask_labels(world)
    client = staff_of(world.project, superuser=True)
    expert_says(client, world, topics, "does_not_fit", label="Printing")
    drain_jobs()
    with tenancy(world.project):
        judgement, label = Judgement.objects.get(), ConsensusLabel.objects.get()
        GoldAnswer.objects.create(
            project=world.project, unit=label.unit, value="does_not_fit", set_by="ann", set_at=world.now
        )
        RefusedEvent.objects.create(project=world.project, code="unknown_exposure")
        dataset = register_dataset(project_id=world.project.pk, slug="topics", question=topics)
        version = ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
    drain_jobs()
    pages = [
        *(reverse(f"admin:{name}_changelist") for name in (
            "judgements_judgement", "quality_consensuslabel", "questions_unit", "questions_goldanswer",
            "judgements_refusedevent", "projects_job",
        )),
        reverse("admin:judgements_judgement_change", args=[judgement.pk]),
        reverse("admin:quality_consensuslabel_change", args=[label.pk]),
        reverse("admin:datasets_datasetversion_change", args=[version.pk]),
        reverse("person", args=[judgement.annotator_id]),
        story(world, "2"),
    ]  # fmt: skip
    for page in pages:
        told = re.sub(r"<[^>]*>", " ", client.get(page).content.decode())
        assert not re.search(r"\b(does_not_fit|unknown_exposure|quality\.\w+|datasets\.freeze)\b", told), page
        assert re.search(r"does not fit|No such list was shown|Freeze a version", told), page
