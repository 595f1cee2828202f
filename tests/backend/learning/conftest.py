"""A forum in which the words mislead: the same fault is told in the same component, never in the nearest words."""

import random
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import call_command

from backend.annotators.actions.people import meet_staff
from backend.datasets.actions.freeze import ask_for_version, register_dataset
from backend.judgements.actions.tell import answer_as_expert
from backend.projects.actions.jobs import drain_jobs
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items
from backend.questions.actions.units import unit_of_item, unit_of_pair
from backend.questions.models import Item
from backend.suggestions.models import TrainedVersion
from tests.backend.learning.tones import COUNT, believed, titles
from tests.kept import Shelf

FAULTS = 36
WORDS = [
    "paper",
    "tray",
    "ink",
    "toner",
    "screen",
    "menu",
    "button",
    "window",
    "folder",
    "letter",
    "draft",
    "stamp",
    "border",
    "corner",
    "banner",
]


@pytest.fixture
def forum(make_world, now):
    """Each fault is told three times: its first report, a decoy of nearer words elsewhere, and a later same one."""
    world = make_world(suggesters=["learned"])
    draws = random.Random(3)
    items, pairs = [], []
    for fault in range(FAULTS):
        words = draws.sample(WORDS, 6)
        first, decoy, later = f"f{fault}", f"d{fault}", f"l{fault}"
        # the marker ties the three together by words; the decoy shares more of them
        told = [
            (first, f"case{fault} {' '.join(words[:2])}", f"area{fault % 20}", 0),
            (decoy, f"case{fault} {' '.join(words[2:6])}", f"area{(fault + 7) % 20}", 1),
            (later, f"case{fault} {' '.join(words[2:6])}", f"area{fault % 20}", 2),
        ]
        for key, title, area, day in told:
            at = now - timedelta(days=900 - 10 * fault - day)
            items.append(
                NewItem(key, title, "", f"https://forum.example/t/{key}", created_at=at, metadata={"area": area})
            )
        pairs.append((first, later))
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=items, now=now)
        world.items = {item.key: item for item in Item.objects.of(world.project)}
        world.dataset = register_dataset(project_id=world.project.pk, slug="dups", question=world.question)
    world.pairs = pairs
    return world


@pytest.fixture
def label(now):
    """Say as an expert of pairs whether they are the same."""

    def say(world, pairs, value="duplicate"):
        with tenancy(world.project):
            expert = meet_staff(project_id=world.project.pk, user_id=1, now=now)
            for one, other in pairs:
                first, second = world.items[one], world.items[other]
                unit = unit_of_pair(question=world.question, first=first, second=second)
                answer_as_expert(annotator=expert, unit=unit, item=second, value=value, now=now)
        while drain_jobs(seconds=60):
            pass

    return say


@pytest.fixture
def freeze(now):
    """Freeze what is believed."""

    def do(world):
        with tenancy(world.project):
            version = ask_for_version(dataset=world.dataset, asked_by="ann", now=now)
        drain_jobs(seconds=60)
        with tenancy(world.project):
            version.refresh_from_db()
        return version

    return do


@pytest.fixture(scope="session")
def shelf(store, tmp_path_factory) -> Shelf:
    return Shelf(partial(psycopg.connect, store.conninfo(), autocommit=True), tmp_path_factory.mktemp("kept"))


@pytest.fixture
def keep(shelf, tmp_path):
    """Return how a world is made once, by a function of a name of its own, and put back for the tests after."""
    return lambda make: shelf.ask(make.__qualname__, make, tmp_path)


@pytest.fixture
def taught(keep, request) -> SimpleNamespace:
    """A forum whose faults are all labelled, and frozen."""

    def make_taught() -> SimpleNamespace:
        forum, label, freeze = map(request.getfixturevalue, ("forum", "label", "freeze"))
        label(forum, forum.pairs)
        forum.version = freeze(forum)
        return forum

    return keep(make_taught)


@pytest.fixture
def trained_forum(keep, request) -> SimpleNamespace:
    """A taught forum, and the first version that was trained from it."""

    def make_trained_forum() -> SimpleNamespace:
        world = request.getfixturevalue("taught")
        call_command("train_suggester", question="duplicate")
        with tenancy(world.project):
            world.trained = TrainedVersion.objects.select_related("question", "suggester").get()
        return world

    return keep(make_trained_forum)


@pytest.fixture
def complaints(make_world, now):
    """Threads that complain or ask, in words that no dictionary knows."""
    made = make_world()
    items = [
        NewItem(key, told, created_at=now - timedelta(hours=COUNT - at)) for at, (key, told, _) in enumerate(titles())
    ]
    items.append(NewItem("asked", "awful porch", created_at=now))
    with tenancy(made.project):
        register_items(project_id=made.project.pk, items=items, now=now)
        made.items = {item.key: item for item in Item.objects.of(made.project)}
    return made


@pytest.fixture
def tones(keep, request):
    """The tone of each thread, as a choice; settled and frozen."""

    def make_tones() -> SimpleNamespace:
        world, ask_labels = map(request.getfixturevalue, ("complaints", "ask_labels"))
        tone = ask_labels(world, "choice", suggesters=["stacked", "linear"])
        with tenancy(world.project):
            units = [
                (unit_of_item(question=tone, item=world.items[key]), world.items[key], label)
                for key, _, label in titles()
            ]
        return believed(world, tone, units)

    return keep(make_tones)
