import random
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef

from backend.annotators.actions.people import meet_annotator
from backend.annotators.models import Annotator
from backend.assignments.actions.queue import answer_assignment, leave, reopen_assignment, take_next
from backend.assignments.errors import LeaseOver
from backend.assignments.models import Assignment
from backend.judgements.actions.tell import record_judgement
from backend.judgements.models import LiveJudgement
from backend.projects.actions.jobs import drain_jobs
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.actions.units import unit_of_item, unit_of_pair, unit_of_tag
from backend.questions.models import Item, Question, Unit

LEASE = timedelta(minutes=15)
PAIRS = [("5", "1"), ("4", "1"), ("3", "1"), ("2", "1")]


@pytest.fixture
def desk(world):
    """A world with four units, oldest first, of which two people each are wanted."""
    Question.objects.update(settling_policy="confirm", overlap=2)
    world.question.refresh_from_db()
    world.units = [
        unit_of_pair(question=world.question, first=world.items[first], second=world.items[second])
        for first, second in PAIRS
    ]
    return world


def take(desk, person=0, *, after=timedelta(), **options):
    return take_next(annotator=desk.people[person], question=desk.question, now=desk.now + after, **options)


def units_taken(desk, person=0, **options):
    """Take and answer until nothing is left; return the units in their order."""
    taken = []
    while (assignment := take(desk, person, **options)) is not None:
        answer_assignment(assignment=assignment, now=desk.now)
        taken.append(assignment.unit)
    return taken


def prefer(unit, priority):
    Unit.objects.filter(pk=unit.pk).update(priority=priority)


def test_the_unit_with_the_highest_priority_comes_first_then_the_oldest(desk):
    prefer(desk.units[2], 1.0)
    prefer(desk.units[3], 0.5)
    assert units_taken(desk) == [desk.units[n] for n in (2, 3, 0, 1)]


def test_a_tag_that_is_no_label_any_more_is_asked_of_nobody_until_it_is_one_again(desk):
    tags = Question.objects.create(
        project=desk.project, slug="topics", kind="tags", labels=["Print", "Mail: in", "ß" * 150], overlap=2
    )
    asked = [unit_of_tag(question=tags, item=desk.items["1"], label=label) for label in tags.labels]
    desk.question = tags
    assert take(desk).unit == asked[0]

    tags.labels = ["MAIL: IN", "ß" * 150]
    assert units_taken(desk) == asked[1:]

    tags.labels = ["print"]
    assert units_taken(desk) == asked[:1]


def test_where_people_name_tags_one_that_left_the_labels_is_asked_still(desk):
    desk.question = Question.objects.create(
        project=desk.project, slug="topics", kind="tags", labels=["Mail"], allows_new_labels=True, overlap=2
    )
    unit = unit_of_tag(question=desk.question, item=desk.items["1"], label="Print")
    assert units_taken(desk) == [unit]


def test_a_unit_is_kept_for_the_length_of_a_lease(desk):
    assert take(desk).lease_until == desk.now + LEASE


def test_who_comes_back_gets_their_unit_back_with_a_new_lease(desk):
    first = take(desk)
    prefer(desk.units[3], 1.0)
    again = take(desk, after=timedelta(minutes=10))
    assert (again.pk, again.lease_until) == (first.pk, desk.now + timedelta(minutes=25))


def test_what_was_answered_is_not_asked_again(desk):
    assert len(units_taken(desk)) == 4
    assert take(desk) is None


def test_no_more_people_get_a_unit_than_are_wanted(desk):
    taken = [take(desk, person) for person in range(6)]
    assert [assignment.unit for assignment in taken] == [desk.units[n] for n in (0, 0, 1, 1, 2, 2)]


def test_a_lease_that_ran_out_gives_the_place_to_another(desk):
    Unit.objects.exclude(pk=desk.units[0].pk).delete()
    take(desk, 0)
    take(desk, 1)
    assert take(desk, 2, after=LEASE - timedelta(seconds=1)) is None
    assert take(desk, 2, after=LEASE).unit == desk.units[0]


def test_an_answer_keeps_its_place_for_ever(desk):
    Unit.objects.exclude(pk=desk.units[0].pk).delete()
    for person in (0, 1):
        answer_assignment(assignment=take(desk, person), now=desk.now)
    assert take(desk, 2, after=timedelta(days=9)) is None


def test_a_dissent_wants_more_people_and_never_the_same(desk):
    Unit.objects.exclude(pk=desk.units[0].pk).delete()
    for person in (0, 1):
        answer_assignment(assignment=take(desk, person), now=desk.now)
    Unit.objects.update(people_wanted_count=4, priority=1.0)
    assert [take(desk, person) for person in (0, 1)] == [None, None]
    assert [take(desk, person).unit for person in (2, 3)] == [desk.units[0]] * 2
    assert take(desk, 4) is None


def test_where_fewer_people_are_wanted_than_the_overlap_fewer_are_asked(desk):
    Unit.objects.update(people_wanted_count=1)
    assert [take(desk, person).unit for person in (0, 1)] == desk.units[:2]
    Unit.objects.update(people_wanted_count=0)
    assert take(desk, 2) is None


def test_the_maximum_caps_the_overlap(desk):
    Question.objects.update(overlap=5, maximum=2)
    desk.question.refresh_from_db()
    assert [take(desk, person).unit for person in range(3)] == [desk.units[n] for n in (0, 0, 1)]


def test_a_unit_that_is_left_goes_to_others_at_once_and_comes_back_last(desk):
    left = take(desk)
    leave(assignment=left, now=desk.now)
    assert take(desk, 1).unit == desk.units[0]
    assert units_taken(desk) == [desk.units[n] for n in (1, 2, 3, 0)]


def test_who_leaves_a_unit_may_be_spared_it(desk):
    leave(assignment=take(desk), now=desk.now)
    assert len(units_taken(desk, again=False)) == 3
    assert take(desk, again=False) is None


def test_what_was_just_answered_is_not_given_again_while_the_answer_is_on_its_way(desk):
    first = take(desk)
    assert take(desk, but=[first.pk]).unit == desk.units[1]


def test_what_was_just_left_is_not_given_again_even_where_nothing_else_is(desk):
    Unit.objects.exclude(pk=desk.units[0].pk).delete()
    left = take(desk)
    leave(assignment=left, now=desk.now)
    assert take(desk, but=[left.pk]) is None
    assert take(desk).pk == left.pk


def test_leaving_what_is_answered_changes_nothing(desk):
    assignment = take(desk)
    answer_assignment(assignment=assignment, now=desk.now)
    leave(assignment=assignment, now=desk.now + timedelta(minutes=1))
    assignment.refresh_from_db()
    assert (assignment.answered_at, assignment.lease_until) == (desk.now, desk.now + LEASE)


def test_settled_units_and_removed_items_are_not_asked_about(desk):
    Unit.objects.filter(pk=desk.units[0].pk).update(settled_value="duplicate")
    remove_item(item=desk.items["4"], now=desk.now)
    assert units_taken(desk) == desk.units[2:]
    remove_item(item=desk.items["1"], now=desk.now)
    assert take(desk, 1) is None


def test_a_unit_that_settled_meanwhile_is_not_resumed(desk):
    held = take(desk)
    Unit.objects.filter(pk=held.unit_id).update(settled_value="duplicate")
    assert take(desk).unit == desk.units[1]


def test_nobody_is_asked_about_what_they_wrote(desk):
    Item.objects.filter(key__in=["4", "3"]).update(author="person-0")
    assert units_taken(desk) == [desk.units[0], desk.units[3]]
    Item.objects.filter(key="1").update(author="person-1")
    assert take(desk, 1) is None


def test_a_condition_of_a_later_chapter_spares_units(desk):
    record_judgement(
        judgement_id=uuid7(), annotator=desk.people[0], unit=desk.units[0], item=desk.items["5"], value="duplicate",
        origin="spontaneous", judged_at=desk.now, now=desk.now,
    )  # fmt: skip
    judged = Exists(LiveJudgement.objects.filter(annotator=desk.people[0], unit=OuterRef("pk")))
    assert units_taken(desk, unless=judged) == desk.units[1:]


def test_other_questions_and_other_projects_are_left_alone(desk, make_world):
    other = make_world("other")
    with tenancy(other.project):
        unit_of_pair(question=other.question, first=other.items["5"], second=other.items["1"])
    tone = Question.objects.create(project=desk.project, slug="tone", kind="choice", labels=["calm"])
    unit_of_item(question=tone, item=desk.items["5"])
    assert {unit.question_id for unit in units_taken(desk)} == {desk.question.pk}


def test_a_late_answer_is_taken_while_there_is_a_place(desk):
    late = take(desk)
    answer_assignment(assignment=late, now=desk.now + timedelta(hours=5))
    late.refresh_from_db()
    assert late.answered_at == desk.now + timedelta(hours=5)


def test_a_late_answer_comes_too_late_when_others_have_the_places(desk):
    Unit.objects.exclude(pk=desk.units[0].pk).delete()
    first = take(desk, 0)
    for person in (1, 2):
        answer_assignment(assignment=take(desk, person, after=LEASE), now=desk.now + LEASE)
    with pytest.raises(LeaseOver):
        answer_assignment(assignment=first, now=desk.now + LEASE)
    assert Assignment.objects.filter(answered_at__isnull=False).count() == 2


def test_an_answer_given_anew_is_always_taken(desk):
    Unit.objects.exclude(pk=desk.units[0].pk).delete()
    first = take(desk, 0)
    answer_assignment(assignment=first, now=desk.now)
    Unit.objects.update(people_wanted_count=1)
    answer_assignment(assignment=first, now=desk.now + timedelta(days=1))
    first.refresh_from_db()
    assert first.answered_at == desk.now


def test_an_answer_taken_back_leaves_the_unit_with_its_annotator_for_a_lease(desk):
    Unit.objects.exclude(pk=desk.units[0].pk).delete()
    first = take(desk, 0)
    answer_assignment(assignment=first, now=desk.now)
    answer_assignment(assignment=take(desk, 1), now=desk.now)
    reopen_assignment(assignment=first, now=desk.now + timedelta(hours=1))
    assert take(desk, 2, after=timedelta(hours=1)) is None
    assert take(desk, 0, after=timedelta(hours=1)).pk == first.pk
    assert take(desk, 2, after=timedelta(hours=1) + LEASE).unit == desk.units[0]


# -- at once ----------------------------------------------------------------------------------------


@pytest.fixture
def crowd(make_world, transactional_db):
    """A world with forty units of a choice, and eight people."""
    world = make_world("crowd", kind="choice", labels=["calm", "angry"], settling_policy="confirm", overlap=2)
    with tenancy(world.project):
        register_items(
            project_id=world.project.pk, items=[NewItem(f"c{n}", f"Item {n}") for n in range(40)], now=world.now
        )
        for item in Item.objects.filter(key__startswith="c"):
            unit_of_item(question=world.question, item=item)
        world.people += [meet_annotator(project_id=world.project.pk, subject=f"p{n}", now=world.now) for n in range(2)]
    return world


def work_off(crowd, person, say, failures, *, chance=None):
    """Take and answer in transactions of their own, until nothing is left for this person."""
    try:
        while True:
            with tenancy(crowd.project):
                held = take_next(annotator=crowd.people[person], question=crowd.question, now=crowd.now)
            if held is None:
                return
            if chance and chance.random() < 0.2:
                continue  # a killed browser, which comes back
            with tenancy(crowd.project):
                annotator = Annotator.objects.select_for_update().get(pk=crowd.people[person].pk)
                answer_assignment(assignment=held, now=crowd.now)
                record_judgement(
                    judgement_id=uuid7(), annotator=annotator, unit=held.unit, item=held.unit.item,
                    value=say(person, held.unit), origin="assigned", judged_at=crowd.now, now=crowd.now, assignment=held,
                )  # fmt: skip
    except Exception as error:
        failures.append(error)
    finally:
        connection.close()


def all_at_once(crowd, people, say, **options):
    failures, done = [], threading.Event()

    def settle():
        while not done.is_set():
            drain_jobs()
        connection.close()

    settling = threading.Thread(target=settle)
    working = [
        threading.Thread(target=work_off, args=(crowd, person, say, failures), kwargs=options) for person in people
    ]
    for thread in [settling, *working]:
        thread.start()
    for thread in working:
        thread.join()
    done.set()
    settling.join()
    drain_jobs()
    assert failures == []


def test_eight_people_at_once_answer_each_unit_exactly_twice(crowd):
    all_at_once(crowd, range(8), lambda person, unit: "calm", chance=random.Random(1))
    with tenancy(crowd.project):
        counts = Counter(Assignment.objects.values_list("unit", flat=True))
        assert (len(counts), set(counts.values())) == (40, {2})
        assert not Assignment.objects.filter(answered_at=None).exists()
        assert set(Unit.objects.values_list("settled_value", flat=True)) == {"calm"}


def test_two_people_who_disagree_leave_units_for_others_and_each_is_asked_once(crowd):
    def say(person, unit):
        return "angry" if person == 0 and unit.pk % 4 == 0 else "calm"

    all_at_once(crowd, (0, 1), say)
    with tenancy(crowd.project):
        assert set(Counter(Assignment.objects.values_list("unit", flat=True)).values()) == {2}
        assert Unit.objects.filter(settled_value="").count() == 10
    all_at_once(crowd, range(2, 8), say)
    with tenancy(crowd.project):
        assert not Unit.objects.filter(settled_value="").exists()
        counts = Counter(Assignment.objects.values_list("unit", flat=True))
        assert sorted(Counter(counts.values()).items()) == [(2, 30), (4, 10)]
