"""From rows to the wire's shapes and from the wire's shapes to what actions take."""

from collections.abc import Sequence
from typing import Any

from backend.datasets.models import Dataset, DatasetVersion
from backend.judgements import events
from backend.judgements.events import Event, Verdict
from backend.judgements.models import Exposure, Judgement, Slot
from backend.quality.actions.company import Company
from backend.quality.models import ConsensusLabel
from backend.questions.models import Item, PlacementRule, Question
from backend.questions.relocated import Anchor, without_told
from backend.questions.spots import candidate_id, label_in, words_in
from backend.questions.units import NONE, SPOTS, UNSURE, Kind, values_of
from backend.suggestions.models import Suggester, Suggestion

SNIPPET_LENGTH = 280
NAMING = (Kind.PAIR, *SPOTS)
"""The kinds whose answers name a candidate of the list beside the answer."""
NO_COMPANY: dict[str, Any] = dict.fromkeys(("others_count", "state", "agree_count", "votes_count"))


def candidate_of(item: Item) -> dict[str, str]:
    """Return an item as a browser may see it."""
    text = " ".join(item.body.split())
    snippet = text if len(text) <= SNIPPET_LENGTH else text[:SNIPPET_LENGTH].rsplit(" ", 1)[0] + " …"
    answer = item.metadata.get("answer")
    return {
        "id": item.key,
        "title": item.title or item.key,
        "url": item.url,
        "snippet": snippet,
        "answer": answer[:SNIPPET_LENGTH] if isinstance(answer, str) else "",
    }


def label_candidate(label: str) -> dict[str, str]:
    """Return a label as a browser may see it."""
    return {"id": label, "title": label, "url": "", "snippet": "", "answer": ""}


def spot_candidate(
    anchor: Anchor, label: str, *, known_as: str = "", boundaries: Sequence[Anchor] | None = None
) -> dict[str, Any]:
    """Return a spot as a browser may see it: with its label where one is shown, with boundaries where they differ."""
    told = {"id": known_as or candidate_id(anchor, label), "title": words_in(anchor) or label}
    found: dict[str, Any] = label_candidate("") | told | {"anchor": without_told(anchor)}
    found |= {"label": label} if label else {}
    return found | ({"boundaries": [without_told(each) for each in boundaries]} if boundaries else {})


def slot_candidate(slot: Slot, *, boundaries: Sequence[Anchor] | None = None) -> dict[str, Any]:
    """Return the candidate of a place, an item, a label or a spot, as a browser may see it."""
    if slot.anchor is not None:
        return spot_candidate(slot.anchor, label_in(slot.label), known_as=slot.label, boundaries=boundaries)
    return candidate_of(slot.candidate) if slot.candidate else label_candidate(slot.label)


def said_candidate(judgement: Judgement) -> dict[str, Any]:
    """Return a spot that a person answered: where they said that it lies, with their label, or else the guessed one."""
    anchor, slot = judgement.anchor or judgement.unit.anchor or {}, judgement.slot
    guessed = label_in(slot.label) if slot else ""
    label = guessed if judgement.value in (NONE, UNSURE) else judgement.value
    return spot_candidate(anchor, label, known_as=slot.label if slot else candidate_id(anchor, judgement.value))


def widget_question(question: Question) -> dict[str, Any]:
    """Return a question as a browser may see it."""
    return {
        "id": question.slug,
        "kind": question.kind,
        "prompt": question.prompt,
        "guideline": question.guideline,
        "values": [*values_of(question.kind, question.labels), UNSURE],
        "labels": question.labels,
        "allows_new_labels": question.allows_new_labels,
    }


def placement_rule(rule: PlacementRule) -> dict[str, Any]:
    """Return a placement rule as a browser may see it."""
    return {
        "question": rule.question.slug,
        "kind": rule.question.kind,
        "path": rule.path,
        "selector": rule.selector,
        "item_from": rule.item_from,
        "item_key": rule.item_key,
        "where": rule.where,
        "reserve_px": rule.reserve_px,
    }


def event_of(given: dict[str, Any], exposure: Any = None) -> Event:
    """Return the fact that a validated event of the wire states."""
    common = {
        "id": given["id"],
        "exposure": exposure or given["exposure"],
        "seq": given["seq"],
        "at_ms": given["at_ms"],
    }
    match given["type"]:
        case "seen":
            return events.Seen(**common, candidate=given["candidate"], seen_ms=given.get("seen_ms"))
        case "expand":
            return events.Expand(**common, candidate=given["candidate"])
        case "judge":
            answer = given["answer"]
            return events.Judge(
                **common,
                candidate=answer.get("tag") or (given.get("candidate") if answer["kind"] in NAMING else None),
                answer_kind=answer["kind"],
                value=answer["value"],
                judged_at=given["judged_at"],
                via=given["via"],
                note=given.get("note", "").strip(),
                anchor=answer.get("anchor"),
            )
        case "undo":
            return events.Undo(**common, judgement=given["judgement"])
        case "skip":
            return events.Skip(**common, candidate=given.get("candidate"))
        case "dismiss":
            return events.Dismiss(**common)
        case _:
            return events.Hide(**common)


def verdict_of(verdict: Verdict, company: Company | None = None, value: str = "") -> dict[str, Any]:
    """Return a verdict as the wire tells it; of an answer, with its company."""
    facts = {"id": str(verdict.id), "status": verdict.status, "code": verdict.code}
    return facts | (company_row(company, value) if company else NO_COMPANY)


def company_row(company: Company, value: str) -> dict[str, Any]:
    """Return how many others say the same, and what is believed of the unit."""
    return {
        "others_count": company.others.get(value, 0),
        "state": company.belief.state,
        "agree_count": company.agree_count,
        "votes_count": company.belief.votes_count,
    }


def malformed(key: str) -> dict[str, Any]:
    """Return the verdict of an event that is not one."""
    return {"id": key[:64], "status": "bad", "code": "malformed"} | NO_COMPANY


def item_row(item: Item) -> dict[str, Any]:
    """Return an item as a server may see it."""
    return {
        "id": item.key,
        "title": item.title,
        "body": item.body,
        "url": item.url,
        "kind": item.kind,
        "created_at": item.created_at,
        "author": item.author,
        "metadata": item.metadata,
        "content_hash": item.content_hash,
        "updated_at": item.updated_at,
        "removed_at": item.removed_at,
    }


QUESTION_FIELDS = (
    "kind", "prompt", "guideline", "labels", "allows_new_labels", "dictionary", "settling_policy", "overlap",
    "minimum", "maximum", "epsilon", "shown_count", "pool_count", "ask_probability", "candidates_from", "item_kind",
    "suggesters", "weights", "is_blind", "lease_s", "most_spots", "is_active",
)  # fmt: skip


def question_row(question: Question) -> dict[str, Any]:
    """Return a question with its policies."""
    row: dict[str, Any] = {field: getattr(question, field) for field in QUESTION_FIELDS}
    return row | {
        "id": question.slug,
        "policy_version": question.policy_version,
        "created_at": question.created_at,
    }


def suggester_name(suggester: Suggester | None) -> dict[str, str] | None:
    """Return a suggester by name and version."""
    return {"name": suggester.name, "version": suggester.version} if suggester else None


def suggestion_row(suggestion: Suggestion) -> dict[str, Any]:
    """Return a pushed guess."""
    return {
        "question": suggestion.question.slug,
        "item": suggestion.item.key,
        "candidate": suggestion.candidate_key,
        "anchor": suggestion.anchor,
        "score": suggestion.score,
        "reasons": suggestion.reasons,
        "suggester": suggester_name(suggestion.suggester),
        "pushed_at": suggestion.pushed_at,
    }


def slot_row(slot: Slot) -> dict[str, Any]:
    """Return a place of a list as a server may see it."""
    return {
        "rank": slot.rank,
        "candidate": slot_candidate(slot),
        "score": slot.score,
        "propensity": slot.propensity,
        "reasons": slot.reasons,
        "suggester": suggester_name(slot.suggester),
        "outcome": slot.outcome,
        "seen_at_ms": slot.seen_at_ms,
    }


def exposure_row(exposure: Exposure) -> dict[str, Any]:
    """Return a shown list with its places in order."""
    return {
        "id": str(exposure.pk),
        "question": exposure.question.slug,
        "kind": exposure.question.kind,
        "item": exposure.item.key,
        "annotator": exposure.annotator.pseudonym,
        "channel": exposure.channel,
        "policy": exposure.policy,
        "policy_version": exposure.policy_version,
        "epsilon": exposure.epsilon,
        "asked": exposure.was_asked,
        "ask_probability": exposure.ask_probability,
        "candidates_hash": exposure.candidates_hash,
        "shown_at": exposure.shown_at,
        "slots": [slot_row(slot) for slot in exposure.in_order()],
    }


def judgement_row(judgement: Judgement) -> dict[str, Any]:
    """Return an answer with where it came from."""
    unit, slot = judgement.unit, judgement.slot
    other = unit.other if unit.item_id == judgement.item_id else unit.item
    return {
        "id": str(judgement.pk),
        "question": judgement.question.slug,
        "item": judgement.item.key,
        "candidate": _answered(judgement, other),
        "anchor": without_told(judgement.anchor) if judgement.anchor else None,
        "annotator": judgement.annotator.pseudonym,
        "value": judgement.value,
        "origin": judgement.origin,
        "exposure": str(judgement.shown_in_id) if judgement.shown_in_id else None,
        "rank": slot.rank if slot else None,
        "propensity": slot.propensity if slot else None,
        "is_live": judgement.is_live,  # type: ignore[attr-defined]
        "judged_at": judgement.judged_at,
        "received_at": judgement.received_at,
    }


def _answered(judgement: Judgement, other: Item | None) -> str | None:
    """Return what was answered: the other item's key, the tag, the spot; of a choice nothing."""
    if judgement.anchor:
        return candidate_id(judgement.anchor, judgement.value)
    return other.key if other else (judgement.unit.label or None)


def label_row(label: ConsensusLabel) -> dict[str, Any]:
    """Return what is believed of a unit."""
    unit = label.unit
    evidence = label.evidence
    return {
        "question": label.question.slug,
        "unit": {
            "kind": label.question.kind,
            "items": [i.key for i in (unit.item, unit.other) if i],
            "label": unit.label or None,
            "anchor": unit.anchor,
        },
        "value": label.value or None,
        "state": label.state,
        "probability": label.probability,
        "evidence": {
            "counts": evidence.get("counts", {}),
            "votes_count": evidence.get("votes_count", 0),
            "answers_count": evidence.get("answers_count", 0),
        },
        "revision": label.revision,
        "is_stale": label.is_stale,
        "settled_at": label.settled_at,
        "computed_at": label.computed_at,
    }


def dataset_row(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset."""
    return {
        "id": dataset.slug,
        "question": dataset.question.slug,
        "title": dataset.title,
        "versions_count": dataset.versions.count(),
        "created_at": dataset.created_at,
    }


def version_row(version: DatasetVersion) -> dict[str, Any]:
    """Return a version with its files."""
    return {
        "dataset": version.dataset.slug,
        "number": version.number,
        "state": version.state,
        "frozen_at": version.frozen_at,
        "labels_count": version.labels_count,
        "judgements_count": version.judgements_count,
        "checksum": version.checksum,
        "files": version.files,
        "holds_erased": hasattr(version, "erased_since"),
    }
