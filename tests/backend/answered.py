"""People who were shown a list and answered about its first candidate."""

from types import SimpleNamespace

from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_suggestions
from backend.judgements.events import Judge, Seen
from backend.projects.ids import uuid7


def answer_about_the_first(world: SimpleNamespace, *said: tuple[int, str], at_ms: int = 4200) -> None:
    """Show each of some people, by their number, suggestions for item 5, and record what they say of the first one."""
    for person, value in said:
        shown = show_suggestions(
            annotator=world.people[person], question=world.question, item=world.items["5"], channel="widget",
            now=world.now,
        )  # fmt: skip
        first = shown.slots.get(rank=1).candidate.key
        record_events(
            annotator=world.people[person],
            now=world.now,
            events=[
                Seen(uuid7(now=world.now), shown.pk, 0, 100, first),
                Judge(uuid7(now=world.now), shown.pk, 0, at_ms, first, "pair", value, world.now),
            ],
        )
