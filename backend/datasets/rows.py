"""The rows of a dataset version, in a fixed order, with all that is known about how each came to be."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from backend.datasets.splits import Pair, split_of_pair
from backend.datasets.spots import SPOT_COLUMNS, Texts, anchor_told, spot_facts
from backend.judgements.models import Exposure, Judgement, LiveJudgement, Slot, Withdrawal
from backend.quality.models import ClusterMember, ConsensusLabel
from backend.questions.models import Item, Question
from backend.questions.spots import place_of
from backend.questions.units import DUPLICATE

LABEL_COLUMNS = {
    "question": "VARCHAR", "kind": "VARCHAR", "item": "VARCHAR", "other": "VARCHAR", "label": "VARCHAR",
    "value": "VARCHAR", "probability": "DOUBLE", "policy": "VARCHAR", "votes": "JSON", "votes_count": "INTEGER",
    "answers_count": "INTEGER", "cluster": "VARCHAR", "split": "VARCHAR", "is_stale": "BOOLEAN",
    "item_title": "VARCHAR", "item_body": "VARCHAR", "item_hash": "VARCHAR", "other_title": "VARCHAR",
    "other_body": "VARCHAR", "other_hash": "VARCHAR", "revision": "INTEGER", "settled_at": "TIMESTAMPTZ",
} | SPOT_COLUMNS  # fmt: skip

JUDGEMENT_COLUMNS = {
    "record": "VARCHAR", "judgement": "VARCHAR", "annotator": "VARCHAR", "annotator_kind": "VARCHAR",
    "question": "VARCHAR", "item": "VARCHAR", "candidate": "VARCHAR", "value": "VARCHAR", "outcome": "VARCHAR",
    "origin": "VARCHAR", "is_live": "BOOLEAN", "was_withdrawn": "BOOLEAN", "counts": "BOOLEAN",
    "judged_at": "TIMESTAMPTZ", "via": "VARCHAR", "at_ms": "INTEGER", "seen_at_ms": "INTEGER", "seen_ms": "INTEGER",
    "exposure": "VARCHAR", "channel": "VARCHAR", "shown_at": "TIMESTAMPTZ", "policy": "VARCHAR",
    "policy_version": "INTEGER", "epsilon": "DOUBLE", "candidates_hash": "VARCHAR", "rank": "INTEGER",
    "pool_rank": "INTEGER", "score": "DOUBLE", "propensity": "DOUBLE", "suggester": "VARCHAR",
    "suggester_version": "VARCHAR", "reasons": "JSON", "was_asked": "BOOLEAN", "ask_probability": "DOUBLE",
    "item_hash": "VARCHAR", "other_hash": "VARCHAR", "split": "VARCHAR", "anchor": "JSON",
}  # fmt: skip

CHUNK = 2000


def labelled_pairs(question: Question) -> list[Pair]:
    """Return every pair of items with a settled label, by the hosts' keys.

    An item that is labelled by itself, with a tag, a choice or at a spot, is paired with itself: it needs a side too.
    """
    settled = ConsensusLabel.objects.of(question.project_id).on(question).settled()
    found = settled.values_list("unit__item__key", "unit__other__key", "value").order_by("unit")
    pairs = (
        Pair(first, second or first, is_same=second is None or value == DUPLICATE)
        for first, second, value in found.iterator(CHUNK)
    )
    return list(dict.fromkeys(pairs))


def label_rows(
    question: Question,
    splits: Mapping[str, str],
    *,
    elsewhere: AbstractSet[int],
    see: Callable[[ConsensusLabel, Mapping[str, Any]], None],
) -> Iterator[dict[str, Any]]:
    """Yield one row a settled unit, ordered by unit; each is shown with its label to `see` too.

    Of a span `start` and `end` count in `text`, the text that was marked, which is null where it is not kept any more;
    of a region `x`, `y`, `width` and `height` are pixels, null where nobody told the picture's size, and
    `image` is null where its unit is `elsewhere`: on a picture that was replaced since, whose size the pixels are of.

    Of an item that the host has removed a row holds its key, its hash and what was said of it, and null for its texts.
    """
    texts = Texts()
    clusters = dict(
        ClusterMember.objects.of(question.project_id).filter(question=question).values_list("item", "cluster__name")
    )
    settled = ConsensusLabel.objects.of(question.project_id).on(question).settled()
    for label in settled.select_related("unit__item", "unit__other").order_by("unit").iterator(CHUNK):
        item, other = label.unit.item, label.unit.other
        row = {
            "question": question.slug,
            "kind": question.kind,
            "item": item.key,
            "other": other.key if other else None,
            "label": label.unit.label or None,
            "value": label.value,
            "probability": label.probability,
            "policy": label.policy,
            "votes": label.evidence["counts"],
            "votes_count": label.evidence["votes_count"],
            "answers_count": label.evidence["answers_count"],
            "cluster": clusters.get(item.pk) if other and label.value == DUPLICATE else None,
            "split": _split_of(splits, item.key, other.key if other else None),
            "is_stale": label.is_stale or label.unit_id in elsewhere,
            "item_title": _kept(item, item.title),
            "item_body": _kept(item, item.body),
            "item_hash": item.content_hash,
            "other_title": _kept(other, other.title) if other else None,
            "other_body": _kept(other, other.body) if other else None,
            "other_hash": other.content_hash if other else None,
            "revision": label.revision,
            "settled_at": _utc(label.settled_at),
            **spot_facts(label, texts, is_elsewhere=label.unit_id in elsewhere),
        }
        see(label, row)
        yield row


def _kept(item: Item, text: str) -> str | None:
    """Return a text of an item; None of one that is gone."""
    return None if item.removed_at else text


def judgement_rows(question: Question, splits: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield one row a judgement, then one for each slot of a list that nobody answered, ordered by id.

    `pool_rank` is the candidate's place before the list was shuffled or cut: with `epsilon` and `propensity` it
    says how likely it was to be shown at all. A field that cannot exist is null: a judgement without an exposure
    was told by the host or the staff (`origin` imported or assigned), one without a rank answered something
    beside the list, such as a tag that the person named, and a slot without a judgement has no value, only an
    outcome; it `counts` where an answer would have. What people added in their own words stays out, and so do words of
    an item that the host has removed: the anchor of a span in it, and the reasons of what was suggested about it.
    """
    project = question.project_id
    undone = Withdrawal.objects.filter(project=project, judgement_key=OuterRef("pk"), annotator=OuterRef("annotator"))
    live = LiveJudgement.objects.filter(project=project, judgement=OuterRef("pk"))
    said = (
        Judgement.objects.of(project)
        .on(question)
        .annotate(was_withdrawn=Exists(undone), is_live=Exists(live))
        .select_related(
            "annotator", "item", "unit__item", "unit__other", "exposure", "slot__suggester", "slot__exposure"
        )
        .defer(*_texts_of("item", "unit__item", "unit__other"))
        .order_by("pk")
    )
    for judgement in said.iterator(CHUNK):
        yield _judgement_row(question, judgement, splits)
    answered = Judgement.objects.filter(project=project, slot=OuterRef("pk"))
    silent = (
        Slot.objects.of(project)
        .filter(~Exists(answered), exposure__question=question)
        .select_related("exposure__annotator", "exposure__item", "candidate", "suggester")
        .defer(*_texts_of("exposure__item", "candidate"))
        .order_by("exposure", "rank")
    )
    for slot in silent.iterator(CHUNK):
        yield _slot_row(question, slot, splits)


def _texts_of(*items: str) -> Iterator[str]:
    """Yield what is long of some items, and in no row of what people answered."""
    return (f"{item}__{name}" for item in items for name in ("title", "body", "metadata"))


def _judgement_row(question: Question, judgement: Judgement, splits: Mapping[str, str]) -> dict[str, Any]:
    unit = judgement.unit
    other = unit.other if unit.item_id == judgement.item_id else unit.item
    candidate = other.key if other else (_spot(judgement) or unit.label or None)
    annotator = judgement.annotator
    facts = {
        "record": "judgement",
        "judgement": str(judgement.pk),
        "annotator": annotator.pseudonym,
        "annotator_kind": annotator.kind,
        "question": question.slug,
        "item": judgement.item.key,
        "candidate": candidate,
        "value": judgement.value,
        "outcome": judgement.slot.outcome if judgement.slot else None,
        "origin": judgement.origin,
        "is_live": judgement.is_live,  # type: ignore[attr-defined]
        "was_withdrawn": judgement.was_withdrawn,  # type: ignore[attr-defined]
        "counts": not annotator.is_blocked and not judgement.has_conflict_of_interest,
        "judged_at": _utc(judgement.judged_at),
        "via": judgement.via,
        "at_ms": judgement.at_ms,
        "item_hash": judgement.item_hash,
        "other_hash": judgement.other_hash or None,
        "split": _split_of(splits, judgement.item.key, other.key if other else None),
        "anchor": anchor_told(judgement.anchor, of=judgement.item),
    }
    if judgement.item.removed_at or (other and other.removed_at):
        facts["reasons"] = None
    return dict.fromkeys(JUDGEMENT_COLUMNS) | _list_facts(judgement.shown_in) | _slot_facts(judgement.slot) | facts


def _spot(judgement: Judgement) -> str:
    """Return the spot that an answer is about: as it was shown, else where its unit lies; "" of other kinds."""
    if judgement.slot and judgement.slot.anchor:
        return judgement.slot.label
    return place_of(judgement.unit.anchor) if judgement.unit.anchor else ""


def _slot_row(question: Question, slot: Slot, splits: Mapping[str, str]) -> dict[str, Any]:
    exposure = slot.exposure
    facts = {
        "record": "slot",
        "annotator": exposure.annotator.pseudonym,
        "annotator_kind": exposure.annotator.kind,
        "question": question.slug,
        "item": exposure.item.key,
        "candidate": slot.candidate_key,
        "outcome": slot.outcome,
        "counts": _would_count(exposure, slot),
        "split": _split_of(splits, exposure.item.key, slot.candidate.key if slot.candidate else None),
        "anchor": slot.anchor if slot.anchor is None else anchor_told(slot.anchor, of=exposure.item),
    }
    if exposure.item.removed_at or (slot.candidate and slot.candidate.removed_at):
        facts["reasons"] = None
    return dict.fromkeys(JUDGEMENT_COLUMNS) | _list_facts(exposure) | _slot_facts(slot) | facts


def _would_count(exposure: Exposure, slot: Slot) -> bool:
    """Return whether an answer would count: whom the slot was shown to is not blocked, and wrote none of the items."""
    is_own = any(item.is_by(exposure.annotator) for item in (exposure.item, slot.candidate) if item)
    return not exposure.annotator.is_blocked and not is_own


def _list_facts(exposure: Exposure | None) -> dict[str, Any]:
    if exposure is None:
        return {}
    return {
        "exposure": str(exposure.pk),
        "channel": exposure.channel,
        "shown_at": _utc(exposure.shown_at),
        "policy": exposure.policy,
        "policy_version": exposure.policy_version,
        "epsilon": exposure.epsilon,
        "candidates_hash": exposure.candidates_hash,
        "was_asked": exposure.was_asked,
        "ask_probability": exposure.ask_probability,
    }


def _slot_facts(slot: Slot | None) -> dict[str, Any]:
    if slot is None:
        return {}
    suggester = slot.suggester
    pool = [each["candidate"] for each in slot.exposure.pool]
    return {
        "rank": slot.rank,
        "pool_rank": pool.index(slot.candidate_key) + 1 if slot.candidate_key in pool else None,
        "score": slot.score,
        "propensity": slot.propensity,
        "suggester": suggester.name if suggester else None,
        "suggester_version": suggester.version if suggester else None,
        "reasons": slot.reasons,
        "seen_at_ms": slot.seen_at_ms,
        "seen_ms": slot.seen_ms,
    }


def _split_of(splits: Mapping[str, str], first: str, second: str | None) -> str | None:
    one = splits.get(first)
    if second is None:
        return one
    two = splits.get(second)
    if one is None or two is None:
        return None
    return split_of_pair(one, two)


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
