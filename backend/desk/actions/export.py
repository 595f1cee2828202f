"""Export a person: every row that is theirs, and no other's: lines of JSON for hosts, one object for themselves."""

import json
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from backend.annotators.models import Annotator
from backend.desk.models import DeskLink
from backend.judgements.models import Exposure, Judgement, Slot
from backend.questions.models import Item, NamedLabel, Question, Unit

IN_MEMORY_BYTES = 4 * 1024 * 1024
CHUNK = 1000
NOT_THEIRS = ("project", "annotator", "created_by")
"""Fields of a person's rows that say where they lie, or whom of the staff they come from."""
KNOWN_BY_ID = (Exposure, Judgement)
"""What is told by its own id where another row names it, and need not be read for that."""

TOLD_THEMSELVES = {
    "record", "id", "kind", "subject", "pseudonym", "created_at", "last_seen_at", "opted_out_at", "minute_at",
    "calls_count", "question_slug", "hidden_at", "question", "unit", "item", "assigned_at", "answered_at", "asked_at",
    "dismissed_at", "started_at", "last_at", "channel", "was_asked", "shown_at", "exposure", "value", "anchor", "via",
    "at_ms", "note", "judged_at", "received_at", "candidate", "label", "judgement", "judgement_key", "withdrawn_at",
    "event_key", "code", "events_count", "refused_at", "named", "is_first", "named_at", "rank", "seen_at_ms",
    "seen_ms", "outcome", "expires_at",
}  # fmt: skip
"""What of their rows people are told in the page: what they did and were shown, nothing by which marks are weighed.

Scores, chances, gold answers and who is blocked stay with the host; so does a field that comes later, until it is
named here.
"""


def export_person(*, annotator: Annotator) -> IO[bytes]:
    """Return an open file of a person's rows, one JSON object a line, each with its `record`; memory stays bounded."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - whoever sends it closes it
    for row in rows_of(annotator):
        file.write(json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    file.seek(0)
    return file


def export_for_themselves(*, annotator: Annotator) -> IO[bytes]:
    """Return an open file of one JSON object: its `records` are a person's rows as they may see them.

    Memory stays bounded.
    """
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - whoever sends it closes it
    between = b'{"records": [\n'
    for row in rows_of(annotator):
        told = {name: value for name, value in row.items() if name in TOLD_THEMSELVES}
        file.write(between + json.dumps(told, ensure_ascii=False, sort_keys=True).encode())
        between = b",\n"
    file.write(b"\n]}\n")
    file.seek(0)
    return file


def rows_of(annotator: Annotator) -> Iterator[dict[str, Any]]:
    """Yield the person, then all rows that name them, table by table, each by its own order."""
    project = annotator.project_id
    yield _told("person", annotator)
    for model in models_of_people():
        rows = model._default_manager.filter(project=project, annotator=annotator).select_related(*_named_by(model))
        for row in rows.order_by("pk").iterator(CHUNK):
            yield _told(str(model._meta.model_name), row)
    shown = Slot.objects.of(project).filter(exposure__annotator=annotator).select_related("candidate", "suggester")
    for slot in shown.order_by("exposure", "rank").iterator(CHUNK):
        yield _told("slot", slot)
    links = DeskLink.objects.of(project).filter(subject=annotator.subject).select_related("question")
    for link in links.order_by("pk"):
        yield _told("desklink", link)
    written = Item.objects.of(project).filter(author=annotator.subject).order_by("pk")
    for key in written.values_list("key", flat=True).iterator(CHUNK):
        yield {"record": "authored", "item": key}


def models_of_people() -> list[type[Model]]:
    """Return the tables whose rows are one person's, by name."""
    named = [model for model in apps.get_models() if any(f.related_model is Annotator for f in model._meta.fields)]
    return sorted(named, key=lambda model: model._meta.label)


def _named_by(model: type[Model]) -> list[str]:
    """Return what the rows of a table name, to be read along with them."""
    names = [field.name for field in _fields(model) if field.is_relation and field.related_model not in KNOWN_BY_ID]
    return names + (["unit__item", "unit__other"] if "unit" in names else [])


def _fields(model: Model | type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.name not in NOT_THEIRS]


def _told(record: str, row: Model) -> dict[str, Any]:
    named = {field.name: field.attname if field.related_model in KNOWN_BY_ID else field.name for field in _fields(row)}
    return {"record": record} | {name: _plain(getattr(row, told)) for name, told in named.items()}


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it; what is named elsewhere is told by the name that the host knows."""
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case Item():
            return value.key
        case Question():
            return value.slug
        case NamedLabel():
            return value.label
        case Unit():
            return {"item": value.item.key, "other": value.other.key if value.other else None, "label": value.label}
        case Model():
            return str(value)
        case _:
            return value
