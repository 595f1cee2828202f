"""What one person may be told, by the very same words whether they count or not."""

import pytest

from backend.annotators.actions.people import block_annotator
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_suggestions
from backend.judgements.events import Judge
from backend.projects.ids import uuid7
from backend.quality.actions.company import company_of
from backend.quality.actions.settle import settle_unit
from backend.quality.models import ConsensusLabel
from backend.questions.models import Unit


def say(world, question, person, value, tag="Archive"):
    exposure = show_suggestions(
        annotator=world.people[person], question=question, item=world.items["2"], channel="widget", now=world.now
    )
    kind = question.kind
    event = Judge(uuid7(now=world.now), exposure.pk, 0, 9, tag if kind == "tags" else None, kind, value, world.now)
    (verdict,) = record_events(annotator=world.people[person], events=[event], now=world.now)
    assert verdict.status == "ok"
    return Unit.objects.get(question=question)


def told(world, unit, person=0):
    company = company_of(annotator=world.people[person], units=[unit])[unit.pk]
    return company.belief.state, company.settled_value, company.agree_count, company.belief.votes_count


def test_what_a_mark_did_is_told_at_once_as_it_will_settle(world, ask_labels):
    topics = ask_labels(world, settling_policy="confirm", overlap=2)
    unit = say(world, topics, 0, "fits")
    assert told(world, unit) == ("open", "", 1, 1)
    say(world, topics, 1, "fits")
    assert told(world, unit) == ("settled", "fits", 2, 2)
    settle_unit(unit_id=unit.pk, now=world.now)
    label = ConsensusLabel.objects.get()
    assert (label.state, label.value) == ("settled", "fits")


def test_a_dissent_contests(world, ask_labels):
    topics = ask_labels(world, settling_policy="confirm", overlap=2)
    for person, value in enumerate(["fits", "fits", "does_not_fit"]):
        unit = say(world, topics, person, value)
    assert told(world, unit) == ("contested", "", 2, 3)


def test_a_mark_that_nobody_asked_for_proposes(world, ask_labels):
    unit = say(world, ask_labels(world, settling_policy="confirm", ask_probability=0.0), 0, "fits")
    assert told(world, unit) == ("proposed", "", 0, 0)


def test_others_and_people_are_counted_by_value(world, ask_labels):
    tone = ask_labels(world, "choice")
    for person, value in enumerate(["Thanks", "Thanks", "Complaint"]):
        unit = say(world, tone, person, value)
    company = company_of(annotator=world.people[0], units=[unit])[unit.pk]
    assert (company.others, company.people) == ({"Thanks": 1, "Complaint": 1}, {"Thanks": 2, "Complaint": 1})


@pytest.mark.parametrize("policy", ["confirm", "trusting", "expert"])
@pytest.mark.parametrize("kind", ["tags", "choice"])
def test_people_who_do_not_count_are_told_what_they_would_be_told_if_they_did(world, ask_labels, kind, policy):
    question = ask_labels(world, kind, settling_policy=policy, overlap=2)
    value = {"tags": "fits", "choice": "Thanks"}[kind]
    say(world, question, 0, value)
    unit = say(world, question, 1, value)
    before = told(world, unit), told(world, unit, 1)
    block_annotator(annotator=world.people[0], now=world.now)
    world.people[0].refresh_from_db()
    assert told(world, unit) == before[0]
    assert told(world, unit, 2)[3] == max(0, before[0][3] - 1)


def test_an_author_is_told_the_same_as_anybody(world, ask_labels):
    topics = ask_labels(world, settling_policy="trusting", overlap=1)
    unit = say(world, topics, 1, "fits")
    world.items["2"].author = world.people[0].subject
    world.items["2"].save()
    as_stranger = told(world, unit, 1)
    assert as_stranger == ("settled", "fits", 1, 1)
    say(world, topics, 0, "fits")
    assert told(world, unit, 0) == ("settled", "fits", 2, 2)
    assert told(world, unit, 1) == ("settled", "fits", 1, 1)
