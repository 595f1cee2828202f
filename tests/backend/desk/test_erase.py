"""Whoever is erased leaves no trace but a digest; what others said stands as if they had said it alone."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from threading import Event

import psycopg
import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.annotators.actions.people import meet_annotator
from backend.annotators.errors import AnnotatorErased
from backend.annotators.models import Annotator, Tombstone
from backend.assignments.models import Assignment
from backend.datasets.actions import freeze as freezing
from backend.datasets.actions.freeze import ask_for_version, folder_of, freeze_version, register_dataset
from backend.datasets.models import DatasetVersion
from backend.desk.actions import erase as erasing
from backend.desk.actions.erase import begin_erasure, continue_erasure, erase_annotator
from backend.desk.actions.links import make_link
from backend.desk.models import Erasure
from backend.desk.work import erase_work
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_suggestions
from backend.judgements.errors import SessionRevoked
from backend.judgements.events import Judge, Seen, Undo
from backend.judgements.models import Exposure, Judgement
from backend.projects.actions.jobs import claim_job, drain_jobs, enqueue
from backend.projects.ids import uuid7
from backend.projects.models import Job, StaffMember
from backend.projects.tenancy import tenancy
from backend.quality.models import ConsensusLabel
from backend.quality.work import SETTLE
from backend.questions.actions.items import NewItem, register_items
from backend.questions.models import Item, NamedLabel, Unit

pytestmark = pytest.mark.django_db(transaction=True)

WRITES_THE_LIST = '"units_left" = '
TABLES = "select tablename from pg_tables where schemaname = 'public' order by tablename"


@pytest.fixture
def world(make_world, ask_labels):
    made = make_world()
    made.topics = ask_labels(made, allows_new_labels=True)
    return made


def answer(world, person, candidate, value="duplicate", question=None, note=""):
    """Let a person be shown thread 5 and answer about a candidate, or name a tag."""
    kind = question.kind if question else "pair"
    with tenancy(world.project):
        shown = show_suggestions(
            annotator=person, question=question or world.question, item=world.items["5"], channel="widget",
            now=world.now,
        )  # fmt: skip
        known = [slot.candidate_key for slot in shown.slots.all()]
        seen = [Seen(uuid7(now=world.now), shown.pk, 0, 500, key) for key in known[:1]]
        judge = Judge(uuid7(now=world.now), shown.pk, 0, 900, candidate, kind, value, world.now, "mouse", note)
        verdicts = record_events(annotator=person, events=[*seen, judge], now=world.now)
        assert {each.status for each in verdicts} == {"ok"}
    while drain_jobs(seconds=60):
        pass
    return judge


def erase(world, person):
    with tenancy(world.project):
        erase_annotator(annotator=person, now=world.now)
    while drain_jobs(seconds=60):
        pass


def whole_dump(project):
    """Return all rows of a project that the product can read, as text."""
    with tenancy(project), connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        told = []
        for table in tables:
            try:
                with transaction.atomic():
                    cursor.execute(f'select row_to_json(t)::text from "{table}" t')
                    told += [f"{table}: {row}" for (row,) in cursor.fetchall()]
            except DatabaseError:
                continue  # a table of the queue, which the product itself cannot read
        return told


def believed(world):
    with tenancy(world.project):
        labels = ConsensusLabel.objects.of(world.project).exclude(state="open")
        return sorted(labels.values_list("unit__key", "state", "value", "probability"))


def test_nothing_of_the_person_is_left_but_a_digest(world):
    with tenancy(world.project):
        gone = meet_annotator(project_id=world.project.pk, subject="the-subject-of-ann", now=world.now)
        item = NewItem("by-ann", "Of hers", author="the-subject-of-ann", created_at=world.now)
        register_items(project_id=world.project.pk, items=[item], now=world.now)
        make_link(
            question=world.question, annotator_kind="colleague", subject="the-subject-of-bo", created_by="ann",
            expires_at=world.now + timedelta(days=1), now=world.now,
        )  # fmt: skip
        colleague = Annotator.objects.get(subject="the-subject-of-bo")
    said = answer(world, gone, "1", note="the note of ann")
    answer(world, gone, "her own words", "fits", world.topics)
    with tenancy(world.project):
        record_events(annotator=gone, events=[Undo(uuid7(), said.exposure, 0, 990, said.id)], now=world.now)
    for person, words in (
        (gone, ["the-subject-of-ann", gone.pseudonym, "the note of ann", "her own words"]),
        (colleague, ["the-subject-of-bo", colleague.pseudonym]),
    ):
        before = whole_dump(world.project)
        assert all(any(word in row for row in before) for word in words)
        erase(world, person)
        assert [row for row in whole_dump(world.project) for word in words if word in row] == []
    with tenancy(world.project):
        assert Tombstone.objects.count() == 2
        for subject in ("the-subject-of-ann", "the-subject-of-bo"):
            with pytest.raises(AnnotatorErased):
                meet_annotator(project_id=world.project.pk, subject=subject, now=world.now)


def test_the_admins_own_history_of_a_link_that_was_made_for_them_goes_too(world):
    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(project=world.project, user=user)
    staff = Client()
    staff.force_login(user)
    about = {"question": world.question.pk, "annotator_kind": "colleague", "days_valid": "3", "most_people": "50"}
    for subject in ("the-subject-of-bo", "the-subject-of-cy"):
        staff.post("/admin/desk/desklink/add/", about | {"subject": subject})
    told = LogEntry.objects.filter(object_repr__contains="the-subject-of")
    assert told.count() == 2
    with tenancy(world.project):
        bo = Annotator.objects.get(subject="the-subject-of-bo")
    erase(world, bo)
    assert "the-subject-of-cy" in told.get().object_repr
    assert [row for row in whole_dump(world.project) if "the-subject-of-bo" in row] == []


def test_many_units_are_settled_some_at_a_time_and_what_was_done_is_kept(world, monkeypatch):
    monkeypatch.setattr(erasing, "UNITS_AT_ONCE", 1)
    for candidate in ("1", "2", "3"):
        answer(world, world.people[0], candidate)
        answer(world, world.people[1], candidate, "related")
    with tenancy(world.project):
        begun = begin_erasure(annotator=world.people[0], now=world.now)
    counts, lists_written = [], []
    while True:
        with tenancy(world.project), CaptureQueriesContext(connection) as asked:
            is_left = continue_erasure(erasure_id=begun.pk, now=world.now)
            lists_written += [len(Erasure.objects.get().units_left) for each in asked if WRITES_THE_LIST in each["sql"]]
            begun.refresh_from_db()
            counts.append((begun.state, begun.settled_count, begun.units_count))
        if not is_left:
            break
    assert counts == [("settling", 0, 3), ("settling", 1, 3), ("settling", 2, 3), ("done", 3, 3)]
    assert [row for row in lists_written if row] == [3]  # and none of the rest
    with tenancy(world.project):
        assert not continue_erasure(erasure_id=begun.pk, now=world.now)
        told = ConsensusLabel.objects.of(world.project).values_list("value", "evidence__answers_count")
        assert list(told) == [("related", 1)] * 3


def assert_named_and_followed(world, begun, version):
    """Let the erasure end, and check that it names the version and that another was frozen after it."""
    while drain_jobs(seconds=60):
        pass
    with tenancy(world.project):
        begun.refresh_from_db()
        assert (begun.state, begun.versions) == ("done", [version.pk])
        assert [each.number for each in version.dataset.versions.exclude(pk=version.pk)] == [2]


def test_a_version_that_is_frozen_while_somebody_is_erased_is_named_and_followed_by_another(world):
    answer(world, world.people[0], "1")
    with tenancy(world.project):
        dataset = register_dataset(project_id=world.project.pk, slug="dups", question=world.question)
        begun = begin_erasure(annotator=world.people[0], now=world.now)
        assert continue_erasure(erasure_id=begun.pk, now=world.now)
        between = ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
        freeze_version(version_id=between.pk, now=world.now + timedelta(seconds=1))
    assert_named_and_followed(world, begun, between)


def test_a_version_that_looked_at_the_answers_just_before_they_went_is_waited_for_and_named(world, monkeypatch):
    answer(world, world.people[0], "1")
    with tenancy(world.project):
        dataset = register_dataset(project_id=world.project.pk, slug="dups", question=world.question)
        begun = begin_erasure(annotator=world.people[0], now=world.now)
    has_looked, goes_on = Event(), Event()
    listed, written = erasing.versions_that_hold, freezing._write_labels

    def freeze():
        try:
            with tenancy(world.project):
                between = ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
            with tenancy(world.project):
                return freeze_version(version_id=between.pk, now=world.now + timedelta(seconds=1))
        finally:
            connection.close()

    def write_once_told(*facts):
        has_looked.set()
        assert goes_on.wait(30)
        return written(*facts)

    monkeypatch.setattr(freezing, "_write_labels", write_once_told)
    with ThreadPoolExecutor(1) as elsewhere:

        def list_and_let_freeze(**facts):
            found = listed(**facts)
            frozen.append(elsewhere.submit(freeze))
            assert has_looked.wait(30)
            return found

        frozen: list[Future[DatasetVersion]] = []
        monkeypatch.setattr(erasing, "versions_that_hold", list_and_let_freeze)
        with tenancy(world.project):
            assert continue_erasure(erasure_id=begun.pk, now=world.now)
        try:
            with pytest.raises(OperationalError, match="lock timeout"), tenancy(world.project):
                with connection.cursor() as cursor:
                    cursor.execute("set local lock_timeout = 200")
                continue_erasure(erasure_id=begun.pk, now=world.now)
        finally:
            goes_on.set()
        between = frozen[0].result(timeout=60)
    assert world.people[0].pseudonym in (folder_of(between) / "judgements.jsonl").read_text()
    assert_named_and_followed(world, begun, between)


def test_a_task_with_another_projects_id_erases_nobody(world, make_world):
    other = make_world("other")
    with tenancy(other.project):
        begun = begin_erasure(annotator=other.people[0], now=world.now)
    with tenancy(world.project):
        erase_work(project_id=world.project.pk, now=world.now, erasure_id=begun.pk)
    with tenancy(other.project):
        assert Annotator.objects.filter(pk=other.people[0].pk).exists()


def test_an_import_does_not_bring_the_person_back_as_an_author(world):
    items = [NewItem("hers", "Of hers", author="person-0"), NewItem("his", "Of his", author="person-1")]
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=items, now=world.now)
    erase(world, world.people[0])
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=[*items, replace(items[0], key="new")], now=world.now)
        told = dict(Item.objects.filter(key__in=["hers", "his", "new"]).values_list("key", "author"))
    assert told == {"hers": "", "his": "person-1", "new": ""}
    assert [row for row in whole_dump(world.project) if "person-0" in row] == []


def test_an_import_waits_for_an_erasure_that_is_under_way(world):
    hers = NewItem("hers", "Of hers", author="person-0")

    def bring():
        try:
            with tenancy(world.project):
                register_items(project_id=world.project.pk, items=[hers], now=world.now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with tenancy(world.project):
            erase_annotator(annotator=world.people[0], now=world.now)
            brought = other.submit(bring)
            wait([brought], timeout=0.5)
        brought.result(timeout=30)
    with tenancy(world.project):
        assert Item.objects.get(key="hers").author == ""


def test_what_others_said_stands_as_if_they_had_said_it_alone(make_world, world):
    alone = make_world("alone")
    answer(world, world.people[0], "1", "duplicate")
    answer(world, world.people[0], "2", "duplicate")
    for each in (world, alone):
        answer(each, each.people[1], "1", "duplicate")
        answer(each, each.people[1], "3", "related")
    assert believed(world) != believed(alone)
    erase(world, world.people[0])
    told, wanted = (
        [(state, value, probability) for _, state, value, probability in believed(each)] for each in (world, alone)
    )
    assert told == wanted != []
    with tenancy(world.project):
        assert Judgement.objects.count() == 2 and Exposure.objects.count() == 2
        assert Unit.objects.get(judgements__isnull=True).settled_value == ""


def test_an_answer_that_comes_late_is_refused_and_nothing_of_it_kept(world):
    said = answer(world, world.people[0], "1")
    erase(world, world.people[0])
    with tenancy(world.project):
        with pytest.raises(SessionRevoked):
            record_events(annotator=world.people[0], events=[said], now=world.now)
        assert not Judgement.objects.exists()


def test_what_waits_to_be_settled_of_a_label_that_only_they_named_is_done_with(world):
    answer(world, world.people[0], "Only mine", "fits", world.topics)
    with tenancy(world.project):
        unit = Unit.objects.get(question=world.topics)
        waiting = enqueue(project=world.project, kind=SETTLE, unit_id=unit.pk)
    erase(world, world.people[0])
    with tenancy(world.project):
        waiting.refresh_from_db()
        assert waiting.done_at is not None and not Unit.objects.filter(pk=unit.pk).exists()


def test_a_label_that_others_named_or_answered_too_stays(world):
    for person in world.people[:2]:
        answer(world, person, "Paper jam", "fits", world.topics)
    answer(world, world.people[0], "Only mine", "fits", world.topics)
    erase(world, world.people[0])
    with tenancy(world.project):
        assert list(NamedLabel.objects.values_list("label", flat=True)) == ["Paper jam"]
        assert list(Unit.objects.filter(question=world.topics).values_list("label", flat=True)) == ["Paper jam"]


def test_a_person_of_another_project_is_not_reached(world, make_world):
    other = make_world("other")
    answer(other, other.people[0], "1")
    with tenancy(world.project), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select earmark_erase_annotator(%s)", [other.people[0].pk])
    with tenancy(other.project):
        assert Judgement.objects.count() == 1 and Annotator.objects.filter(pk=other.people[0].pk).exists()


def test_the_command_erases_by_either_name_and_says_who_is_not_there(world, capsys):
    call_command("erase_annotator", project="forum", annotator="person-0")
    call_command("erase_annotator", project="forum", annotator=world.people[1].pseudonym)
    assert "Labels are settled anew" in capsys.readouterr().out
    with tenancy(world.project):
        assert not Annotator.objects.filter(pk__in=[person.pk for person in world.people[:2]]).exists()
    with pytest.raises(CommandError, match="Nobody of forum goes by that name"):
        call_command("erase_annotator", project="forum", annotator="person-0")
    with pytest.raises(CommandError, match="no project 'nowhere'"):
        call_command("erase_annotator", project="nowhere", annotator="person-0")


def mark(spots, person, words, value="Product", *, ago_s=0):
    judged_at = spots.now - timedelta(seconds=ago_s)
    with tenancy(spots.project):
        shown = show_suggestions(
            annotator=person, question=spots.question, item=spots.item, channel="widget", now=spots.now
        )
        anchor = spots.span(words)
        told = Judge(spots.new_id(), shown.pk, 0, 900, None, "span", value, judged_at, "mouse", anchor=anchor)
        assert [each.status for each in record_events(annotator=person, events=[told], now=spots.now)] == ["ok"]
    while drain_jobs(seconds=60):
        pass


def test_spots_that_they_alone_marked_go_and_those_of_others_are_as_if_they_had_marked_them_alone(
    make_world, ask_spots
):
    with_them, without = ask_spots(make_world()), ask_spots(make_world("other"))
    gone, *others = with_them.people
    mark(with_them, gone, "The new Vector 9")
    mark(with_them, gone, "Inverness", "Place")
    for spots, people in ((with_them, others), (without, without.people)):
        mark(spots, people[0], "new Vector 9")
        mark(spots, people[1], "new Vector 9")
    erase(with_them, gone)

    def spots_of(world):
        with tenancy(world.project):
            units = list(Unit.objects.of(world.project))
            keys = [unit.key.partition(":")[2] for unit in units]
            return keys, [(unit.anchor, unit.boundaries, unit.settled_value) for unit in units]

    assert spots_of(with_them) == spots_of(without)
    assert not [row for row in whole_dump(with_them.project) if "The new Vector 9" in row and "unit" in row]


def test_a_believed_boundary_stays_where_who_goes_had_taken_their_mark_back(make_world, ask_spots):
    spots = ask_spots(make_world())
    gone, *others = spots.people
    mark(spots, gone, "Vector 9")
    with tenancy(spots.project):
        said = Judgement.objects.get()
        undo = Undo(spots.new_id(), said.shown_in_id, 0, 950, said.pk)
        record_events(annotator=gone, events=[undo], now=spots.now)
    mark(spots, others[0], "Vector 9", ago_s=60)
    mark(spots, others[1], "new Vector 9")
    mark(spots, others[2], "new Vector 9")
    erase(spots, gone)
    with tenancy(spots.project):
        unit = Unit.objects.of(spots.project).get()
        assert (unit.settled_value, unit.anchor["quote"]["exact"]) == ("Product", "new Vector 9")


def test_a_spot_that_somebody_is_asked_about_stays_without_its_answer(make_world, ask_spots):
    spots = ask_spots(make_world())
    mark(spots, spots.people[0], "Inverness", "Place")
    with tenancy(spots.project):
        unit = Unit.objects.of(spots.project).get()
        Assignment.objects.create(project=spots.project, unit=unit, annotator=spots.people[1])
    erase(spots, spots.people[0])
    with tenancy(spots.project):
        assert Unit.objects.of(spots.project).get().settled_value == ""


def test_an_erasure_that_a_process_of_the_version_before_began_goes_on_where_that_left_it(world, monkeypatch):
    monkeypatch.setattr(erasing, "UNITS_AT_ONCE", 1)
    for candidate in ("1", "2", "3"):
        answer(world, world.people[0], candidate)
        answer(world, world.people[1], candidate, "related")
    with tenancy(world.project):
        begun = begin_erasure(annotator=world.people[0], now=world.now)
        for _ in range(2):
            continue_erasure(erasure_id=begun.pk, now=world.now)
        begun.refresh_from_db()
        assert begun.settled_count == 1
        begun.units_left = begun.units_left[
            1:
        ]  # that one took what it settled out of the list, first of all what we did
        begun.save()
        assert begun.settled_count == 1
        while continue_erasure(erasure_id=begun.pk, now=world.now):
            pass
        told = ConsensusLabel.objects.of(world.project).values_list("value", "evidence__answers_count")
        assert list(told) == [("related", 1)] * 3


def test_an_erasure_comes_before_what_waited_longer_and_waits_for_a_freeze_however_long(world):
    answer(world, world.people[0], "1")
    with tenancy(world.project):
        unit = Unit.objects.first()
        enqueue(project=world.project, kind=SETTLE, unit_id=unit.pk)
        begin_erasure(annotator=world.people[0], now=world.now)
    assert claim_job(now=timezone.now()).kind == erasing.ERASE
    Job.objects.update(leased_until=None, attempts_count=0)
    with psycopg.connect(settings.EARMARK_PLACE.conninfo()) as freezing, transaction.atomic():
        freezing.execute("select 1 from desk_erasure for update")
        for _ in range(10):
            Job.objects.update(due_at=timezone.now())
            with connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '20ms'")
            drain_jobs()
    assert not Job.objects.dead().exists()
    Job.objects.update(due_at=timezone.now())
    while drain_jobs(seconds=60):
        pass
    with tenancy(world.project):
        assert Erasure.objects.get().state == "done"
