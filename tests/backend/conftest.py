"""A small world to test in: a project, a question, some threads, and people."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

THREADS = {
    "1": ("Archive function does not work", "Messages stay in the inbox when I press archive."),
    "2": ("Archive shortcut broken", "The archive shortcut does nothing, messages stay in the inbox."),
    "3": ("Archiving messages fails", "Archive a message: it stays in the inbox, nothing is archived."),
    "4": ("Printing cuts the last line", "The printer omits the last line of each page."),
    "5": ("Archive messages stay in inbox", "When I archive messages they stay in the inbox."),
}


@pytest.fixture
def now() -> datetime:
    """The time at which tests happen."""
    return NOW


@pytest.fixture(autouse=True)
def drained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what drains jobs or follows items end when none is left, however slow the machine: tests look at what became of all."""
    from backend.projects.actions import jobs
    from backend.suggestions.followed import FollowedIndex

    monkeypatch.setattr(jobs, "DRAIN_S", 120.0)
    monkeypatch.setitem(FollowedIndex.follow.__kwdefaults__, "at_most_s", 120.0)


@pytest.fixture
def make_world(now: datetime) -> Callable[..., SimpleNamespace]:
    """Return a maker of projects with a pair question, five threads and people."""
    from backend.annotators.actions.people import meet_annotator
    from backend.projects.actions.keys import register_project
    from backend.projects.tenancy import tenancy
    from backend.questions.actions.ask import ask_question
    from backend.questions.actions.items import NewItem, register_items
    from backend.questions.models import Item

    def make(slug: str = "forum", **policies: Any) -> SimpleNamespace:
        project = register_project(slug=slug, name=slug.title(), web_origins=[f"https://{slug}.example"])
        with tenancy(project):
            register_items(
                project_id=project.pk,
                items=[
                    NewItem(
                        key,
                        title,
                        body,
                        f"https://{slug}.example/t/{key}",
                        created_at=now - timedelta(days=30 - int(key)),
                    )
                    for key, (title, body) in THREADS.items()
                ],
                now=now,
            )
            question = ask_question(
                project_id=project.pk,
                slug="duplicate",
                **{"settling_policy": "trusting", "overlap": 1} | policies,
            )
            items = {item.key: item for item in Item.objects.of(project)}
            people = [meet_annotator(project_id=project.pk, subject=f"person-{n}", now=now) for n in range(6)]
        return SimpleNamespace(project=project, question=question, items=items, people=people, now=now)

    return make


TOPICS = {
    "Archive": ["archive", "archiving"],
    "Printing": ["printer", "printing"],
    "Inbox": ["inbox"],
    "Shortcuts": ["shortcut"],
}
TONES = {"Complaint": ["broken", "fails", "does not work"], "Question": ["how do i"], "Thanks": ["thank you"]}


@pytest.fixture
def ask_labels() -> Callable[..., Any]:
    """Return an asker of a second question in a world: topics as tags, or the tone as a choice."""
    from backend.projects.tenancy import tenancy
    from backend.questions.actions.ask import ask_question

    def ask(world: SimpleNamespace, kind: str = "tags", **policies: Any) -> Any:
        words = TOPICS if kind == "tags" else TONES
        usual = {"kind": kind, "labels": list(words), "dictionary": words, "settling_policy": "trusting"}
        with tenancy(world.project):
            return ask_question(
                project_id=world.project.pk,
                slug={"tags": "topics", "choice": "tone"}[kind],
                **usual | policies,
            )

    return ask


@pytest.fixture
def world(make_world: Callable[..., SimpleNamespace], db: None) -> Iterator[SimpleNamespace]:
    """A world whose door is open for the whole test."""
    from backend.projects.tenancy import tenancy

    made = make_world()
    with tenancy(made.project):
        yield made


@pytest.fixture(autouse=True)
def apart(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep indexes and datasets of each test in a folder of its own, and nudges away from any broker.

    Draws come out in the middle, so lists keep their ranked order; test_show.py is about real draws.
    """
    from backend.projects.nudge import send_nudges_by
    from backend.suggestions.fusion import forget_engines
    from backend.suggestions.indexes import forget_indexes
    from backend.suggestions.kept import forget_guesses
    from backend.suggestions.remote import forget_remotes
    from backend.suggestions.rule_sets import forget_estimates
    from backend.suggestions.taught import forget_taught
    from backend.suggestions.troubles import forget_troubles

    send_nudges_by(lambda: None)
    monkeypatch.setattr("backend.judgements.actions.show.uniform", lambda *facts: 0.5)
    settings.EARMARK_INDEX_DIR = tmp_path / "index"
    settings.EARMARK_DATASETS_DIR = tmp_path / "datasets"
    settings.EARMARK_TRAINED_DIR = tmp_path / "trained"
    settings.EARMARK_MODELS = settings.EARMARK_EMBEDDER = ""
    forget_indexes()
    forget_engines()
    forget_guesses()
    forget_taught()
    forget_estimates()
    yield
    forget_indexes()
    forget_remotes()
    forget_troubles()
    forget_engines()
    forget_guesses()
    forget_taught()
    forget_estimates()


REVIEW = "The new Vector 9 sheds water, but the Vector 9 zip froze after two days in the hills above Inverness."
SPOT_LABELS = {"span": ["Product", "Fault", "Place"], "region": ["Zip", "Logo"]}


@pytest.fixture
def ask_spots() -> Callable[..., SimpleNamespace]:
    """Return an asker of a question about spots in a world, with one item to mark: a review with a picture."""
    from earmark.anchors import Region, describe, look_elsewhere

    from backend.projects.ids import uuid7
    from backend.projects.tenancy import tenancy
    from backend.questions.actions.ask import ask_question
    from backend.questions.actions.items import NewItem, register_items
    from backend.questions.models import Item

    def span(words: str, text: str = REVIEW, *, more: int = 0) -> dict[str, Any]:
        start = text.index(words)
        return describe(text, start, start + len(words) + more).wire

    def kept(words: str) -> dict[str, Any]:
        """Return words of the review as they are kept once somebody marked them: with what else stands in it."""
        return look_elsewhere(describe(REVIEW, start := REVIEW.index(words), start + len(words)), REVIEW).wire

    def region(*box: float, size: tuple[int, int] = (1280, 720)) -> dict[str, Any]:
        return {"region": str(Region(*box)), "width": size[0], "height": size[1]}

    def ask(world: SimpleNamespace, kind: str = "span", **policies: Any) -> SimpleNamespace:
        def register(body: str = REVIEW) -> Item:
            picture = {"url": "/jacket.png", "width": 1280, "height": 720, "alt": "A jacket"}
            items = [NewItem("review", "Vector 9", body, metadata={"image": picture}, created_at=world.now)]
            register_items(project_id=world.project.pk, items=items, now=world.now)
            return Item.objects.get(project=world.project, key="review")

        usual = {"kind": kind, "labels": SPOT_LABELS[kind], "settling_policy": "trusting", "overlap": 2}
        with tenancy(world.project):
            question = ask_question(project_id=world.project.pk, slug="marks", **usual | policies)
            item = register()
        facts = {"question": question, "item": item, "register": register}
        anchors = {"span": span, "kept": kept, "region": region}
        return SimpleNamespace(**vars(world) | facts | anchors | {"new_id": lambda: uuid7(now=world.now)})

    return ask
