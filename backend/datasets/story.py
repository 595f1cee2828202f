"""The story of one item: why do we believe this? What was suggested, shown, answered, withdrawn, believed, exported."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from backend.datasets.models import DatasetVersion, SplitKey
from backend.judgements.models import Exposure, Judgement, LiveJudgement, Withdrawal
from backend.projects.figures import two_places
from backend.projects.models import WebhookDelivery
from backend.quality.models import ClusterMember, ConsensusLabel, LabelChange
from backend.questions.actions.labels import known_labels
from backend.questions.models import GoldAnswer, Item, Question, Unit
from backend.questions.said import in_words
from backend.questions.spots import said_of_candidate, said_of_spot
from backend.questions.units import SPOTS, UNSURE, values_of
from backend.suggestions.models import Suggestion

_OPEN = {None: "Open", "open": "Still open"}
"""What is open is called by what it was before; nothing, where nobody had answered."""


@dataclass(frozen=True)
class Moment:
    """Something that happened: when, what in a few words, more in a few more, and a shown list's places."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    slots: list[Any] = field(default_factory=list)
    belief: float | None = None


def story_of(item: Item) -> dict[str, Any]:
    """Return all that is known of an item, in time, with its labels, cluster and split."""
    labels = list(_labels(item))
    moments = sorted(
        [
            *_arrival(item),
            *_pushed(item),
            *_shown(item),
            *_answers(item),
            *_beliefs(item),
            *_told(item),
            *_frozen(item, labels),
        ],
        key=lambda moment: moment.at,
    )
    beliefs = [moment.belief for moment in moments if moment.belief is not None]
    return {
        "item": item,
        "moments": moments,
        "labels": [_label_facts(label, item) for label in labels],
        "sentence": _sentence(item, labels),
        "beliefs": beliefs,
        "cluster": _cluster(item),
        "splits": SplitKey.objects.filter(item=item).select_related("question").order_by("question"),
        "units": _units(item),
        "unasked": _unasked(item),
    }


def _of(item: Item, prefix: str = "unit__") -> Q:
    return Q(**{f"{prefix}item": item}) | Q(**{f"{prefix}other": item})


def _other(unit: Unit, item: Item) -> Item | None:
    return unit.other if unit.item_id == item.pk else unit.item


def _about(unit: Unit, item: Item) -> str:
    """Return what a unit is about besides the item: another one's title, a tag in quotes, a spot; else its question."""
    other = _other(unit, item)
    if unit.anchor:
        return said_of_spot(unit.anchor)
    return str(other) if other else f"“{unit.label}”" if unit.label else str(unit.question)


def _labels(item: Item) -> Any:
    return (
        ConsensusLabel.objects.of(item.project_id)
        .filter(_of(item))
        .select_related("unit__item", "unit__other", "question")
        .order_by("-settled_at", "-computed_at")
    )


def _sentence(item: Item, labels: list[ConsensusLabel]) -> dict[str, Any]:
    settled = [label for label in labels if label.state == ConsensusLabel.State.SETTLED]
    contested = [label for label in labels if label.state == ConsensusLabel.State.CONTESTED]
    best = max(settled, key=lambda label: (label.value == "duplicate", label.probability or 0), default=None)
    if best is not None:
        return {
            "state": "settled",
            "label": best,
            "other": _other(best.unit, item),
            "about": _about(best.unit, item),
            "said": in_words(best.value, best.question.kind),
        }
    if contested:
        return {"state": "contested", "label": contested[0], "about": _about(contested[0].unit, item)}
    return {"state": "open", "asked": len(labels)}


def _arrival(item: Item) -> Iterator[Moment]:
    before = None
    for snapshot in item.snapshots.order_by("taken_at"):
        text = snapshot.title, snapshot.body
        title = "It arrived" if before is None else "Its picture changed" if text == before else "Its text changed"
        yield Moment(snapshot.taken_at, "inbox", title, f"Snapshot {snapshot.content_hash[:6]}.")
        before = text
    if item.removed_at:
        yield Moment(item.removed_at, "block", "The host took it away")


def _pushed(item: Item) -> Iterator[Moment]:
    for guess in Suggestion.objects.of(item.project_id).filter(item=item).select_related("candidate", "suggester"):
        what = guess.candidate or said_of_candidate(guess.anchor, guess.label)
        text = f"{what} with {two_places(guess.score)}. {' '.join(guess.reasons)}"
        yield Moment(guess.pushed_at, "lightbulb", f"{guess.suggester} suggested", text)


def _shown(item: Item) -> Iterator[Moment]:
    lists = Exposure.objects.of(item.project_id).filter(item=item).select_related("annotator", "question")
    for exposure in lists:
        slots = exposure.in_order()
        title = f"Shown to {exposure.annotator}: {exposure.question}"
        yield Moment(exposure.shown_at, "visibility", title, _how_shown(exposure), slots)


def _how_shown(exposure: Exposure) -> str:
    match exposure.policy:
        case "search":
            return "They searched; what they found has no chances of its own."
        case "host":
            return "The host chose and ordered this list."
        case "assigned":
            return "Asked at the desk, out of context."
        case "shuffled":
            how = "Shuffled by lot"
        case _:
            how = "In ranked order"
    asked = "asked" if exposure.was_asked else "not asked"
    return (
        f"{how}, ε {exposure.epsilon:g}, policy {exposure.policy_version}; {asked} with chance"
        f" {exposure.ask_probability or 0:g}."
    )


def _answers(item: Item) -> Iterator[Moment]:
    said = (
        Judgement.objects.of(item.project_id)
        .filter(_of(item))
        .select_related("annotator", "unit__item", "unit__other", "unit__question")
    )
    live = set(LiveJudgement.objects.of(item.project_id).filter(judgement__in=said).values_list("judgement", flat=True))
    by_key = {judgement.pk: judgement for judgement in said}
    for judgement in by_key.values():
        yield Moment(judgement.judged_at, "check", _who_said(judgement, item), _how_said(judgement, live))
    for undone in Withdrawal.objects.of(item.project_id).filter(judgement_key__in=by_key):
        judgement = by_key[undone.judgement_key]
        text = (
            f"It was: {in_words(judgement.value, judgement.unit.question.kind)}, about {_about(judgement.unit, item)}."
        )
        yield Moment(undone.withdrawn_at, "undo", f"{judgement.annotator} took it back", text)


def _who_said(judgement: Judgement, item: Item) -> str:
    about = said_of_spot(judgement.anchor) or _about(judgement.unit, item)
    return f"{judgement.annotator} said: {in_words(judgement.value, judgement.unit.question.kind)}, about {about}"


def _how_said(judgement: Judgement, live: set[Any]) -> str:
    parts = [{"drawn": "Asked by us", "assigned": "Asked by us, out of context", "spontaneous": "Own mark"}.get(
        judgement.origin, judgement.get_origin_display())]  # fmt: skip
    if judgement.annotator.is_blocked:
        parts.append("blocked, does not count")
    if judgement.has_conflict_of_interest:
        parts.append("wrote one of them, does not count")
    if judgement.pk not in live:
        parts.append("does not stand any more")
    share = judgement.annotator.share_right_on_gold
    if share is not None:
        parts.append(
            f"{judgement.annotator.gold_right_count} of {judgement.annotator.gold_answers_count} right on gold"
        )
    return " · ".join(parts)


def _beliefs(item: Item) -> Iterator[Moment]:
    changes = (
        LabelChange.objects.of(item.project_id)
        .filter(_of(item, "label__unit__"))
        .select_related("label__unit__item", "label__unit__other", "label__unit__question")
        .order_by("label", "revision")
    )
    before: dict[int, str] = {}
    for change in changes:
        title = _belief_title(change, _about(change.label.unit, item), before.get(change.label_id))
        before[change.label_id] = change.state
        settled = change.state == "settled"
        belief = None
        if change.label.unit.other_id:
            belief = (change.probability or 0.0) if settled and change.value == "duplicate" else 0.0
        yield Moment(change.changed_at, "lock" if settled else "lock_open", title, _votes(change), belief=belief)


def _belief_title(change: LabelChange, about: str, state_before: str | None) -> str:
    match change.state:
        case "settled":
            return _settled_title(change, about)
        case "contested":
            return f"Contested: people disagree about {about}"
        case "proposed":
            return f"Proposed: {in_words(change.value, change.label.unit.question.kind)}, about {about}"
        case _:
            return f"{_OPEN.get(state_before, 'Open again')}: {about}"


def _votes(change: LabelChange) -> str:
    kind = change.label.unit.question.kind
    counts = ", ".join(f"{count} {in_words(value, kind)}" for value, count in change.evidence.get("counts", {}).items())
    differing = change.evidence.get("boundaries", []) if change.state == "open" else []
    return (
        f"Votes: {counts or 'none'}."
        + (f" {len(differing)} boundaries differ." if differing else "")
        + (f" Believed with {two_places(change.probability)}." if change.probability else "")
    )


def _settled_title(change: LabelChange, about: str) -> str:
    words = in_words(change.value, change.label.unit.question.kind)
    if change.label.unit.other_id:
        return f"Settled: {words} {'from' if change.value == 'different' else 'as'} {about}"
    return f"Settled: {about} {words}" if change.label.unit.label else f"Settled, {about}: {words}"


def _told(item: Item) -> Iterator[Moment]:
    deliveries = WebhookDelivery.objects.of(item.project_id).filter(delivered_at__isnull=False)
    for delivery in deliveries.filter(body__data__unit__items__contains=item.key).select_related("webhook"):
        tries = f"after {delivery.attempts_count} tries" if delivery.attempts_count > 1 else "at once"
        text = f"{delivery.kind}, taken {tries}."
        yield Moment(delivery.delivered_at or delivery.created_at, "send", "The host was told", text)


def _frozen(item: Item, labels: list[ConsensusLabel]) -> Iterator[Moment]:
    """Yield the versions that hold this item: its label was settled when the version was frozen."""
    for label in labels:
        changes = list(label.changes.order_by("changed_at"))
        frozen = DatasetVersion.objects.of(item.project_id).filter(
            dataset__question=label.question, state=DatasetVersion.State.FROZEN
        )
        for version in frozen.select_related("dataset"):
            before = [change for change in changes if version.frozen_at and change.changed_at <= version.frozen_at]
            if before and before[-1].state == ConsensusLabel.State.SETTLED and version.frozen_at:
                text = f"As {in_words(before[-1].value, label.question.kind)}, about {_about(label.unit, item)}."
                yield Moment(version.frozen_at, "inventory_2", f"Frozen: {version}", text)


def _cluster(item: Item) -> dict[str, Any] | None:
    member = ClusterMember.objects.of(item.project_id).filter(item=item).select_related("cluster").first()
    if member is None:
        return None
    items = Item.objects.filter(cluster_memberships__cluster=member.cluster).order_by("created_at")
    return {"name": member.cluster.name, "items": list(items)}


def _label_facts(label: ConsensusLabel, item: Item) -> dict[str, Any]:
    return {
        "label": label,
        "other": _other(label.unit, item),
        "about": _about(label.unit, item),
        "said": in_words(label.value, label.question.kind),
    }


def _units(item: Item) -> list[dict[str, Any]]:
    gold = dict(GoldAnswer.objects.of(item.project_id).filter(_of(item)).values_list("unit", "value"))
    units = Unit.objects.of(item.project_id).filter(_of(item, "")).select_related("question", "item", "other")
    return [
        {
            "unit": unit,
            "about": _about(unit, item),
            "gold": gold.get(unit.pk, ""),
            "values": answers_to(unit.question),
        }
        for unit in units.order_by("pk")
    ]


def answers_to(question: Question) -> list[tuple[str, str]]:
    """Return each value that may be answered to a question, with the words for it."""
    return [(value, in_words(value, question.kind)) for value in (*values_of(question.kind, question.labels), UNSURE)]


def _unasked(item: Item) -> list[dict[str, Any]]:
    """Return the tags and choice questions that an expert may still answer for an item, with their labels."""
    asked = Question.objects.of(item.project_id).exclude(kind__in=[Question.Kind.PAIR, *SPOTS]).order_by("pk")
    done = set(
        Unit.objects.of(item.project_id).filter(item=item, label="", other=None).values_list("question", flat=True)
    )
    return [
        {"question": question, "labels": list(known_labels(question=question).values()), "values": answers_to(question)}
        for question in asked
        if question.pk not in done
    ]
