"""Labels by neighbours: what is settled of the items that are most similar to one."""

from collections.abc import Iterator, Sequence

from earmark import suggesters as sdk

from backend.questions.models import Question
from backend.questions.units import FITS

MOST_UNITS = 2_000
"""How many settled units are looked at for a list: those of the most similar items, at most."""


def neighbour_labels(question: Question) -> sdk.NeighbourLabels:
    """Return the suggester for a question of labels; it looks up in one query what is settled."""
    return sdk.NeighbourLabels(
        look_up=lambda keys: settled_labels(question, keys), one_of=question.kind == Question.Kind.CHOICE
    )


def settled_labels(question: Question, keys: Sequence[str]) -> Iterator[sdk.LabelledItem]:
    """Yield the items with these keys of which labels are settled, with these labels."""
    settled = question.units.filter(item__project=question.project_id, item__key__in=keys, item__removed_at=None)
    rows = settled.exclude(settled_value="").order_by("item_id", "label")
    items: dict[str, sdk.Item] = {}
    fits: dict[str, dict[str, bool]] = {}
    for key, kind, title, body, label, value in rows.values_list(
        "item__key", "item__kind", "item__title", "item__body", "label", "settled_value"
    )[:MOST_UNITS]:
        items[key] = sdk.Item(key, title, body, kind=kind)
        answers = fits.setdefault(key, {})
        answers.update({value: True} if question.kind == Question.Kind.CHOICE else {label: value == FITS})
    for key, item in items.items():
        yield sdk.LabelledItem(item, fits[key])
