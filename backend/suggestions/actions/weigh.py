"""Learn what sharing a field of a project's items speaks for, without labels; forget what is gone."""

import hashlib
import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db.models import Q
from earmark import suggesters as sdk
from earmark.errors import EarmarkError
from earmark.suggesters.facets import Facets, likely_pairs
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.pool import CandidatePool

from backend.questions.models import Item
from backend.suggestions.artefacts import load_trained, scrub_trained
from backend.suggestions.items import StoredItems, as_sdk_item
from backend.suggestions.models import TrainedVersion, WeighedFields

SAMPLE = 4_000
"""Items that are looked at, spread evenly over all in the order they were registered in."""


def weigh_fields(*, project_id: int, index: sdk.ItemIndex, now: datetime) -> WeighedFields:
    """Weigh a project's fields by a sample of its items, and write it down in place of what was known."""
    present = Item.objects.of(project_id).present().order_by("pk")
    ids = list(present.values_list("pk", flat=True))
    sample = [as_sdk_item(item) for item in present.filter(pk__in=ids[:: max(1, len(ids) // SAMPLE)])]
    lexical = sdk.LexicalSuggester()

    def nearest(item: sdk.Item) -> tuple[str, float] | None:
        found = lexical.suggest(item, index, 1)
        return (found[0].candidate_id, found[0].score) if found else None

    facets = Facets().fit(sample, likely_pairs(sample, nearest, StoredItems(project_id)))
    weighed, _ = WeighedFields.objects.update_or_create(
        project_id=project_id, defaults=_told(facets) | {"items_count": len(ids), "weighed_at": now}
    )
    return weighed


def forget_values(*, project_id: int, item_ids: Collection[int]) -> None:
    """Take the values of removed items that no item has any more out of what was weighed and of trained versions.

    No item that is there weighs otherwise afterwards. An artefact that is not whole here is left as it is: it serves
    nobody.
    """
    removed = list(Item.objects.of(project_id).filter(pk__in=item_ids, removed_at__isnull=False))
    items = [as_sdk_item(item) for item in removed]
    is_gone = _Gone(project_id)
    weighed = WeighedFields.objects.of(project_id).select_for_update().first()
    if weighed is not None:
        facets = Facets.from_facts(weighed.facts)
        if gone := is_gone.of(facets, items):
            WeighedFields.objects.filter(pk=weighed.pk).update(**_told(facets.without(gone)))
    trained = (
        TrainedVersion.objects.of(project_id)
        .filter(name=LearnedReranker.name)
        .exclude(checksum="")
        .select_for_update(of=["self"])
        .order_by("pk")
    )
    for each in trained:
        with suppress(EarmarkError, OSError):
            if gone := is_gone.of(load_trained(each, CandidatePool()).hybrid.pool.facets, items):
                TrainedVersion.objects.filter(pk=each.pk).update(checksum=scrub_trained(each, gone))


class _Gone:
    """Says which values of fields no item of a project has any more; each is looked for once."""

    def __init__(self, project_id: int) -> None:
        self._present = Item.objects.of(project_id).present()
        self._known: dict[tuple[str, str], bool] = {}

    def of(self, facets: Facets, items: Iterable[sdk.Item]) -> set[tuple[str, str]]:
        """Return those values of some items that are kept, and that no item has."""
        return {key for item in items for key in facets.kept_values(item) if self._is_gone(key, item)}

    def _is_gone(self, key: tuple[str, str], item: sdk.Item) -> bool:
        if key not in self._known:
            name, told = key[0], item.metadata[key[0]]
            each = next(one for one in (told if isinstance(told, list) else [told]) if str(one) == key[1])
            having = Q(metadata__contains={name: each}) | Q(metadata__contains={name: [each]})
            self._known[key] = not self._present.filter(having).exists()
        return self._known[key]


def _told(facets: Facets) -> dict[str, Any]:
    facts = facets.as_facts()
    return {"facts": facts, "checksum": hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()}
