from typing import Any

import pytest
from earmark import Earmark

from tests.journeys.conftest import Product, eventually, is_settled

pytestmark = pytest.mark.journey


def shown_with(client: Earmark, item: str) -> Any:
    """Return what is shown beside mail-2 and the candidate of an item, once the index has followed up to it."""
    shown = client.suggest("mail-2", "duplicate", annotator="reader-1")
    return next(((shown, candidate) for candidate in shown.candidates if candidate.id == item), None)


@pytest.mark.usefixtures("five_shown")
def test_a_host_without_any_widget_suggests_logs_settles_and_loads_the_dataset(product: Product) -> None:
    client = product.client
    client.items.upsert(
        [
            {"id": "mail-1", "title": "Frobnicator stalls at startup", "body": "It stalls.", "created_at": "2026-01-01T00:00:00Z"},
            {"id": "mail-2", "title": "Frobnicator stalls when started", "body": "Stalls.", "created_at": "2026-01-02T00:00:00Z"},
        ]
    )  # fmt: skip
    shown, best = eventually(lambda: shown_with(client, "mail-1"), within_s=60, why="the index never held it")
    assert max(shown.slots, key=lambda slot: slot.score).candidate == best
    shown.seen(best)
    first = shown.accept(best)
    eventually(lambda: is_settled(client, "mail-1", "mail-2"))
    shown.undo(first)
    eventually(lambda: not is_settled(client, "mail-1", "mail-2"))
    shown.reject(best)
    eventually(lambda: is_settled(client, "mail-1", "mail-2", "different"))

    client.datasets.create("by-sdk", question="duplicate")
    version = client.datasets.freeze("by-sdk")
    rows = list(client.datasets.load("by-sdk", number=version.number))
    assert [row["value"] for row in rows if {row["item"], row["other"]} == {"mail-1", "mail-2"}] == ["different"]
