"""What the story of an item says in words, told from answers that were made by hand."""

import pytest

from backend.datasets.story import story_of
from backend.judgements.actions.record import record_events
from backend.judgements.events import Undo
from backend.judgements.models import Judgement
from backend.projects.actions.jobs import drain_jobs
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy
from tests.backend.answered import answer_about_the_first

pytestmark = pytest.mark.django_db(transaction=True)


def told_of_beliefs(world):
    """Return the titles of what was believed, in time."""
    with tenancy(world.project):
        moments = story_of(world.items["5"])["moments"]
    return [each.title for each in moments if each.icon in ("lock", "lock_open")]


def says(world, person, value):
    with tenancy(world.project):
        answer_about_the_first(world, (person, value))
    drain_jobs()


def takes_back(world):
    with tenancy(world.project):
        said = Judgement.objects.select_related("annotator").order_by("pk").last()
        undo = Undo(uuid7(now=world.now), said.exposure_id, 1, 9000, said.pk)
        record_events(annotator=said.annotator, events=[undo], now=world.now)
    drain_jobs()


def test_what_is_open_for_the_first_time_is_not_open_again(make_world):
    world = make_world(settling_policy="trusting", overlap=2)
    says(world, 0, "unsure")
    (title,) = told_of_beliefs(world)
    assert title.startswith("Open: ")


def test_what_stays_open_is_still_open(make_world):
    world = make_world(settling_policy="trusting", overlap=2)
    says(world, 0, "unsure")
    says(world, 1, "unsure")
    assert [title.partition(":")[0] for title in told_of_beliefs(world)] == ["Open", "Still open"]


def test_what_was_settled_and_is_not_any_more_is_open_again(make_world):
    world = make_world()
    says(world, 0, "duplicate")
    takes_back(world)
    assert [title.partition(":")[0] for title in told_of_beliefs(world)] == ["Settled", "Open again"]
