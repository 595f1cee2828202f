"""Items as suggesters see them, read from the database when they are asked about."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TypeVar

from earmark import suggesters as sdk

from backend.questions.models import Item

BATCH = 5_000
Key = TypeVar("Key")


def batched(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Yield keys in batches that one query takes."""
    left = iter(keys)
    while some := list(islice(left, BATCH)):
        yield some


def as_sdk_item(item: Item) -> sdk.Item:
    """Return an item as suggesters see it."""
    return sdk.Item(item.key, item.title, item.body, item.created_at, item.kind, item.metadata)


class StoredItems(Mapping[str, sdk.Item]):
    """The present items of a project by key. Reading needs an open door; nothing is remembered."""

    def __init__(self, project_id: int) -> None:
        self.project_id = project_id

    def get_many(self, keys: Collection[str]) -> dict[str, sdk.Item]:
        """Return by key those of these items that are there, in one query."""
        known = Item.objects.of(self.project_id).present().filter(key__in=list(keys))
        return {item.key: as_sdk_item(item) for item in known}

    def times(self, keys: Collection[str]) -> dict[str, datetime | None]:
        """Return by key when each of these items that are there came to be."""
        known = Item.objects.of(self.project_id).present()
        return {
            key: created_at
            for some in batched(keys)
            for key, created_at in known.filter(key__in=some).values_list("key", "created_at")
        }

    def __getitem__(self, key: str) -> sdk.Item:
        return self.get_many([key])[key]

    def __iter__(self) -> Iterator[str]:
        return Item.objects.of(self.project_id).present().values_list("key", flat=True).iterator()

    def __len__(self) -> int:
        return Item.objects.of(self.project_id).present().count()
