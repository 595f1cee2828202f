import random
import threading
from datetime import timedelta

import pytest
from django.db import connection

from backend.annotators.actions.people import block_annotator, unblock_annotator
from backend.annotators.models import Annotator
from backend.judgements.actions.stand import stand_again
from backend.judgements.actions.tell import answer_as_expert, record_judgement
from backend.judgements.models import Judgement, Withdrawal
from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.webhooks import add_webhook
from backend.projects.ids import uuid7
from backend.projects.models import Job, WebhookDelivery
from backend.projects.tenancy import tenancy
from backend.quality import work
from backend.quality.actions.settle import settle_unit
from backend.quality.models import Cluster, ClusterMember, ConsensusLabel, LabelChange
from backend.questions.actions.ask import update_question
from backend.questions.actions.units import set_gold, unit_of_item, unit_of_pair, unset_gold
from backend.questions.errors import ValueNotAllowed
from backend.questions.models import GoldAnswer, Question, Unit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(make_world):
    return make_world()


def say(world, person, first, second, value="duplicate", *, origin="spontaneous", seconds=0):
    with tenancy(world.project):
        unit = unit_of_pair(question=world.question, first=world.items[first], second=world.items[second])
        record_judgement(
            judgement_id=uuid7(), annotator=world.people[person], unit=unit, item=world.items[first], value=value,
            origin=origin, judged_at=world.now, now=world.now,
        )  # fmt: skip
    drain_jobs()


def belief(world, first, second):
    with tenancy(world.project):
        keys = {first, second}
        for label in ConsensusLabel.objects.select_related("unit__item", "unit__other"):
            if {label.unit.item.key, label.unit.other.key} == keys:
                return label.state, label.value
    return None


def clusters(world):
    with tenancy(world.project):
        return {
            cluster.name: sorted(ClusterMember.objects.filter(cluster=cluster).values_list("item__key", flat=True))
            for cluster in Cluster.objects.all()
        }


def test_a_mark_settles_and_a_dissent_unsettles(world):
    say(world, 0, "5", "1")
    assert belief(world, "5", "1") == ("settled", "duplicate")
    say(world, 1, "5", "1", "different")
    assert belief(world, "5", "1") == ("contested", "")
    with tenancy(world.project):
        assert list(LabelChange.objects.order_by("revision").values_list("state", flat=True)) == [
            "settled",
            "contested",
        ]
        assert Unit.objects.get().settled_value == ""


def test_under_confirm_two_who_were_asked_settle_and_nobody_else(make_world):
    world = make_world("confirming", settling_policy="confirm", overlap=2)
    for person in range(3):
        say(world, person, "5", "1")
    assert belief(world, "5", "1") == ("proposed", "duplicate")
    say(world, 3, "5", "1", origin="assigned")
    say(world, 4, "5", "1", origin="assigned")
    assert belief(world, "5", "1") == ("settled", "duplicate")


def change(world, **policies):
    with tenancy(world.project):
        update_question(question=Question.objects.get(pk=world.question.pk), **policies)
    while drain_jobs():
        pass


def test_what_was_answered_is_settled_anew_when_its_question_settles_otherwise(make_world):
    world = make_world("confirming", settling_policy="confirm", overlap=2)
    for person in (0, 1):
        say(world, person, "5", "1", origin="drawn")
    say(world, 2, "4", "2")
    assert (belief(world, "5", "1"), belief(world, "4", "2")) == (("settled", "duplicate"), ("proposed", "duplicate"))
    change(world, overlap=3)
    assert belief(world, "5", "1") == ("open", "duplicate") and clusters(world) == {}
    change(world, settling_policy="trusting")
    assert belief(world, "4", "2") == ("settled", "duplicate") and clusters(world) == {"1": ["1", "5"], "2": ["2", "4"]}
    change(world, settling_policy="confirm", overlap=2, minimum=3)
    assert (belief(world, "5", "1"), belief(world, "4", "2")) == (("open", "duplicate"), ("proposed", "duplicate"))


def test_a_label_names_the_policy_by_which_it_is_believed_now_though_it_says_the_same(world):
    say(world, 0, "5", "1", origin="drawn")
    with tenancy(world.project):
        before = ConsensusLabel.objects.get()
    change(world, settling_policy="confirm", overlap=1)
    with tenancy(world.project):
        after = ConsensusLabel.objects.get()
    assert (before.policy, after.policy) == ("trusting", "confirm")
    assert (after.state, after.revision, after.settled_at) == ("settled", before.revision, before.settled_at)


def test_one_label_more_to_choose_among_makes_what_was_chosen_less_probable(world, ask_labels):
    tone = ask_labels(world, "choice")
    with tenancy(world.project):
        record_judgement(
            judgement_id=uuid7(), annotator=world.people[0], item=world.items["5"], value=tone.labels[0],
            unit=unit_of_item(question=tone, item=world.items["5"]), origin="drawn", judged_at=world.now, now=world.now,
        )  # fmt: skip
    drain_jobs()
    chances = []
    for labels in (tone.labels, [*tone.labels, "Wish"]):
        world.question = tone
        change(world, labels=labels)
        with tenancy(world.project):
            chances.append(ConsensusLabel.objects.get().probability)
    count = len(tone.labels)
    assert chances == [pytest.approx(2 / (1 + count)), pytest.approx(2 / (2 + count))]


def test_many_units_are_settled_anew_some_at_a_time_and_words_alone_settle_nothing_anew(world, monkeypatch):
    monkeypatch.setattr(work, "UNITS_AT_ONCE", 2)
    for other in "1234":
        say(world, 0, "5", other)
    with tenancy(world.project):
        update_question(question=world.question, guideline="Look twice.", epsilon=0.5)
    assert not Job.objects.waiting().filter(project=world.project).exclude(kind="quality.analyse_rules").exists()
    change(world, settling_policy="confirm")
    with tenancy(world.project):
        assert list(ConsensusLabel.objects.values_list("state", flat=True)) == ["proposed"] * 4
        assert not Unit.objects.exclude(settled_value="").exists()
    done = Job.objects.filter(project=world.project, kind=work.SETTLE_ANEW).order_by("pk")
    assert len(done) == 3, "two, two, and none left"


def test_clusters_merge_and_split_again(world):
    say(world, 0, "2", "1")
    say(world, 0, "5", "3")
    assert sorted(clusters(world).values()) == [["1", "2"], ["3", "5"]]
    say(world, 0, "3", "2")
    assert clusters(world) == {"1": ["1", "2", "3", "5"]}
    say(world, 1, "3", "2", "different")
    assert sorted(clusters(world).values()) == [["1", "2"], ["3", "5"]]


def test_blocking_recomputes_what_a_person_touched_and_unblocking_brings_it_back(world):
    say(world, 0, "5", "1")
    with tenancy(world.project):
        block_annotator(annotator=world.people[0], now=world.now)
    drain_jobs()
    assert belief(world, "5", "1") == ("open", "")
    assert clusters(world) == {}
    with tenancy(world.project):
        unblock_annotator(annotator=world.people[0])
    drain_jobs()
    assert belief(world, "5", "1") == ("settled", "duplicate")


def test_what_a_blocked_person_touched_is_recomputed_some_at_a_time_each_unit_once(world, monkeypatch):
    monkeypatch.setattr(work, "UNITS_AT_ONCE", 2)
    for other in "1234":
        say(world, 0, "5", other)
    Job.objects.filter(project=world.project, kind=work.SETTLE).delete()
    with tenancy(world.project):
        block_annotator(annotator=world.people[0], now=world.now)
    while drain_jobs():
        pass
    with tenancy(world.project):
        assert list(ConsensusLabel.objects.values_list("state", flat=True)) == ["open"] * 4
        units = sorted(Unit.objects.values_list("pk", flat=True))
    done = Job.objects.filter(project=world.project).exclude(done_at=None)
    assert done.filter(kind=work.RECOMPUTE).count() == 3, "two, two, and none left"
    assert sorted(job.arguments["unit_id"] for job in done.filter(kind=work.SETTLE)) == units


def test_gold_vets_those_who_answered_before_and_after_it_was_set(world):
    say(world, 0, "5", "1")
    with tenancy(world.project):
        set_gold(unit=Unit.objects.get(), value="duplicate", set_by="ann", now=world.now)
    drain_jobs()
    say(world, 1, "5", "1", "different")
    with tenancy(world.project):
        shares = {a.subject: a.share_right_on_gold for a in Annotator.objects.filter(gold_answers_count__gt=0)}
    assert shares == {"person-0": 1.0, "person-1": 0.0}


def test_an_author_who_marks_their_own_item_settles_nothing(world):
    with tenancy(world.project):
        world.items["5"].author = "person-0"
        world.items["5"].save()
    say(world, 0, "5", "1")
    assert belief(world, "5", "1") == ("open", "")


def test_an_expert_of_the_staff_is_asked_out_of_context(make_world):
    from backend.annotators.actions.people import meet_staff

    world = make_world("experts", settling_policy="expert")
    say(world, 0, "5", "1")
    assert belief(world, "5", "1") == ("proposed", "duplicate")
    with tenancy(world.project):
        expert = meet_staff(project_id=world.project.pk, user_id=7, now=world.now)
        answer_as_expert(
            annotator=expert, unit=Unit.objects.get(), item=world.items["5"], value="different", now=world.now
        )
    drain_jobs()
    assert belief(world, "5", "1") == ("settled", "different")


def test_the_host_is_told_of_each_change_with_a_rising_revision(world):
    with tenancy(world.project):
        add_webhook(project=world.project, url="http://127.0.0.1:9/none", secret="s" * 32)
    say(world, 0, "5", "1")
    say(world, 1, "5", "1", "different")
    with tenancy(world.project):
        told = WebhookDelivery.objects.order_by("created_at", "pk")
        assert [delivery.kind for delivery in told] == ["label.settled", "label.unsettled"]
        assert [delivery.body["data"]["revision"] for delivery in told] == [1, 2]
        assert told[0].body["data"]["unit"]["items"] == ["1", "5"]


def test_settling_twice_changes_nothing(world):
    say(world, 0, "5", "1")
    with tenancy(world.project):
        before = LabelChange.objects.count()
        settle_unit(unit_id=Unit.objects.get().pk, now=world.now)
        assert LabelChange.objects.count() == before


def test_a_label_knows_when_its_item_changed_and_when_it_was_judged_anew(world):
    from backend.questions.actions.items import NewItem, register_items

    def is_stale() -> bool:
        with tenancy(world.project):
            return ConsensusLabel.objects.get().is_stale

    say(world, 0, "5", "1")
    assert not is_stale()
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=[NewItem("5", "Quite another question", "")], now=world.now)
        world.items["5"].refresh_from_db()
    drain_jobs()
    assert is_stale()
    say(world, 1, "5", "1")
    assert not is_stale()


def test_a_label_stays_stale_where_only_somebody_who_is_blocked_says_it_of_the_new_text(world):
    from backend.questions.actions.items import NewItem, register_items

    say(world, 0, "5", "1")
    say(world, 1, "5", "1")
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=[NewItem("5", "Quite another question", "")], now=world.now)
        world.items["5"].refresh_from_db()
    say(world, 1, "5", "1", seconds=1)
    with tenancy(world.project):
        assert not ConsensusLabel.objects.get().is_stale
        block_annotator(annotator=world.people[1], now=world.now)
    drain_jobs()
    with tenancy(world.project):
        label = ConsensusLabel.objects.get()
    assert (label.state, label.is_stale) == ("settled", True)


def test_a_label_is_stale_no_more_once_the_same_person_says_the_same_of_the_new_text(world):
    from backend.questions.actions.items import NewItem, register_items

    say(world, 0, "5", "1")
    later = world.now + timedelta(minutes=1)
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=[NewItem("5", "Quite another question", "")], now=later)
        world.items["5"].refresh_from_db()
    drain_jobs()
    world.now = later
    say(world, 0, "5", "1")
    with tenancy(world.project):
        assert not ConsensusLabel.objects.get().is_stale


def take_back(world, person, value="duplicate"):
    """Take back the latest judgement of a person, as an undo in the page does."""
    with tenancy(world.project):
        annotator = world.people[person]
        judgement = Judgement.objects.filter(annotator=annotator, value=value).latest("judged_at", "id")
        Withdrawal.objects.create(
            id=uuid7(), project=world.project, judgement_key=judgement.pk, annotator=annotator, withdrawn_at=world.now
        )
        stand_again(annotator=annotator, units=[judgement.unit])
    drain_jobs()


def test_a_mark_taken_back_unsettles_and_the_host_is_told(world):
    with tenancy(world.project):
        add_webhook(project=world.project, url="http://127.0.0.1:9/none", secret="s" * 32)
    say(world, 0, "5", "1")
    assert clusters(world) == {"1": ["1", "5"]}
    take_back(world, 0)
    assert belief(world, "5", "1") == ("open", "")
    assert clusters(world) == {}
    with tenancy(world.project):
        told = [row.body["data"] for row in WebhookDelivery.objects.order_by("created_at", "pk")]
    assert [(facts["state"], facts["value"]) for facts in told] == [("settled", "duplicate"), ("open", None)]


def test_the_history_of_a_label_keeps_each_step_with_its_evidence(world):
    for person, value in enumerate(("duplicate", "different", "duplicate")):
        say(world, person, "5", "1", value)
    with tenancy(world.project):
        steps = LabelChange.objects.order_by("revision")
        assert [(step.revision, step.state, step.value) for step in steps] == [
            (1, "settled", "duplicate"), (2, "contested", ""), (3, "settled", "duplicate"),
        ]  # fmt: skip
        assert [step.evidence["counts"] for step in steps] == [
            {"duplicate": 1}, {"duplicate": 1, "different": 1}, {"duplicate": 2, "different": 1},
        ]  # fmt: skip
        assert [step.probability for step in steps] == [pytest.approx(2 / 4), None, pytest.approx(3 / 6)]


def test_what_is_believed_is_written_down_where_earlier_chapters_read_it(world):
    say(world, 0, "5", "1")
    with tenancy(world.project):
        unit = Unit.objects.get()
        assert (unit.settled_value, unit.answers_count, unit.priority) == ("duplicate", 1, 0.0)
    say(world, 1, "5", "1", "different")
    with tenancy(world.project):
        unit.refresh_from_db()
        assert (unit.settled_value, unit.answers_count, unit.priority) == ("", 2, 1.0)


def test_how_many_people_are_wanted_at_the_desk_is_written_down_with_each_answer(make_world):
    world = make_world("other", settling_policy="confirm", overlap=2)

    def answer_at_the_desk(person: int, value: str, *, seconds: int = 0) -> int:
        now = world.now + timedelta(seconds=seconds)
        with tenancy(world.project):
            unit = unit_of_pair(question=world.question, first=world.items["5"], second=world.items["1"])
            answer_as_expert(annotator=world.people[person], unit=unit, item=world.items["5"], value=value, now=now)
        drain_jobs()
        with tenancy(world.project):
            return Unit.objects.get().people_wanted_count

    assert answer_at_the_desk(0, "duplicate") == 2
    assert answer_at_the_desk(1, "different") == 4
    assert answer_at_the_desk(1, "duplicate", seconds=9) == 2


def test_a_message_of_a_change_is_written_in_the_transaction_of_the_change(world, monkeypatch):
    with tenancy(world.project):
        add_webhook(project=world.project, url="http://127.0.0.1:9/none", secret="s" * 32)
    monkeypatch.setattr("backend.quality.actions.settle.announce", lambda **_: 1 / 0)
    say(world, 0, "5", "1")
    with tenancy(world.project):
        assert (ConsensusLabel.objects.count(), LabelChange.objects.count()) == (0, 0)
        assert WebhookDelivery.objects.count() == 0


def test_gold_that_is_taken_away_vets_nobody_any_more(world):
    say(world, 0, "5", "1")
    with tenancy(world.project):
        set_gold(unit=Unit.objects.get(), value="different", set_by="ann", now=world.now)
    drain_jobs()
    with tenancy(world.project):
        assert Annotator.objects.get(subject="person-0").share_right_on_gold == 0.0
        unset_gold(unit=Unit.objects.get())
    drain_jobs()
    with tenancy(world.project):
        assert Annotator.objects.get(subject="person-0").share_right_on_gold is None


def test_gold_must_be_an_answer_and_not_sure_is_none(world):
    with tenancy(world.project):
        unit = unit_of_pair(question=world.question, first=world.items["5"], second=world.items["1"])
        for value in ("unsure", "maybe", ""):
            with pytest.raises(ValueNotAllowed):
                set_gold(unit=unit, value=value, set_by="ann", now=world.now)
        assert GoldAnswer.objects.count() == 0


def test_four_workers_that_settle_one_unit_at_once_take_its_steps_one_after_the_other(world):
    with tenancy(world.project):
        unit = unit_of_pair(question=world.question, first=world.items["5"], second=world.items["1"])
        for person in range(4):
            record_judgement(
                judgement_id=uuid7(), annotator=world.people[person], unit=unit, item=world.items["5"],
                value="duplicate", origin="drawn", judged_at=world.now, now=world.now,
            )  # fmt: skip
    failures: list[Exception] = []

    def settle() -> None:
        try:
            with tenancy(world.project):
                settle_unit(unit_id=unit.pk, now=world.now)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=settle) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    with tenancy(world.project):
        assert LabelChange.objects.get().revision == 1
    assert clusters(world) == {"1": ["1", "5"]}


@pytest.mark.parametrize("seed", range(4))
def test_beliefs_and_clusters_do_not_depend_on_the_order_of_the_marks(make_world, seed):
    """The same marks, told in another order with settling in between, end in the same beliefs."""
    chance = random.Random(seed)
    pairs = [("2", "1"), ("3", "2"), ("4", "3"), ("5", "4"), ("5", "1")]
    marks = [
        (person, *pair, chance.choice(["duplicate", "duplicate", "different"]))
        for person in range(4)
        for pair in chance.sample(pairs, 3)
    ]
    ends = []
    for slug, order in (("one", marks), ("other", chance.sample(marks, len(marks)))):
        world = make_world(slug)
        for person, first, second, value in order:
            say(world, person, first, second, value)
        ends.append(([belief(world, *pair) for pair in pairs], clusters(world)))
    assert ends[0] == ends[1]


def test_what_is_settled_anew_from_the_raw_rows_is_what_was_believed(world):
    for person, (first, second), value in (
        (0, ("5", "1"), "duplicate"), (1, ("5", "1"), "duplicate"), (2, ("3", "1"), "duplicate"),
        (3, ("3", "2"), "different"), (4, ("5", "1"), "different"), (2, ("3", "1"), "related"),
    ):  # fmt: skip
        say(world, person, first, second, value)
    before = everything_believed(world)
    with tenancy(world.project):
        ClusterMember.objects.all().delete()
        Cluster.objects.all().delete()
        ConsensusLabel.objects.all().update(state="open", value="", probability=None, evidence={}, settled_at=None)
        for unit in Unit.objects.order_by("-pk"):
            settle_unit(unit_id=unit.pk, now=world.now)
    assert everything_believed(world) == before


def everything_believed(world):
    with tenancy(world.project):
        labels = ConsensusLabel.objects.order_by("unit").values_list(
            "unit", "state", "value", "probability", "evidence"
        )
        units = Unit.objects.order_by("pk").values_list("pk", "settled_value", "answers_count", "priority")
        return list(labels), list(units), clusters(world)
