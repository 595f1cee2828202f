"""Learn what sharing a field of a project's items speaks for, without labels."""

import hashlib
import json
from datetime import datetime

from earmark import suggesters as sdk
from earmark.suggesters.facets import Facets, likely_pairs

from backend.questions.models import Item
from backend.suggestions.items import StoredItems, as_sdk_item
from backend.suggestions.models import WeighedFields

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
    facts = facets.as_facts()
    checksum = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    weighed, _ = WeighedFields.objects.update_or_create(
        project_id=project_id,
        defaults={"facts": facts, "checksum": checksum, "items_count": len(ids), "weighed_at": now},
    )
    return weighed
