"""What one task of Label Studio says to a question: answers of people and guesses of models, ready to be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from earmark.anchors import RegionAnchor, TextAnchor
from earmark.label_studio.items import Subject
from earmark.label_studio.marks import Found, Mark, marks_of, score_of
from earmark.label_studio.people import UNNAMED, annotator_of, id_of, said_at
from earmark.label_studio.tasks import LeftOut, Task, name_of
from earmark.types import (
    Annotator,
    AnnotatorKind,
    Answer,
    ChoiceAnswer,
    NewJudgement,
    PushedSuggestion,
    Question,
    RegionAnswer,
    SpanAnswer,
    Suggester,
    TagsAnswer,
)

UNSCORED = 0.5
"""The score of a guess that tells none: neither likely nor unlikely."""
_LONGEST_VERSION = 40
_ALWAYS_ALLOWED: Mapping[str, tuple[str, ...]] = {"choice": ("unsure",), "span": ("unsure", "none")}


@dataclass(frozen=True)
class Asking:
    """The question that is answered: which control asks it, what its labels are called, who is named how."""

    question: Question
    control: str
    rename: Mapping[str, str] = field(default_factory=dict)
    prefix: str = "label-studio-"
    annotators: AnnotatorKind = "colleague"


@dataclass
class Said:
    """What a task says; `where` of an answer or guess is that of the result which says it."""

    answers: list[tuple[str, NewJudgement]] = field(default_factory=list)
    guesses: list[tuple[str, PushedSuggestion]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    skipped_count: int = 0
    empty_count: int = 0
    unscored_count: int = 0


def said_in(task: Task, subject: Subject, asking: Asking) -> Said:
    """Return what people and models say in a task. Skipped annotations and those without a result say nothing."""
    said = Said()
    unnamed_count = 0
    for where, told in _mappings(task, task.annotations, "annotation", said):
        if told.get("was_cancelled") or told.get("skipped"):
            said.skipped_count += 1
            continue
        person = annotator_of(told)
        unnamed_count += person == UNNAMED
        if person == UNNAMED and unnamed_count > 1:
            said.left_out.append(LeftOut(where, "nobody is named, and somebody unnamed answered this task already"))
            continue
        marks = _marks(told, where, subject, asking, said)
        said.empty_count += not told.get("result")
        said.answers += [(mark.where, _answer(mark, told, person, subject, asking)) for mark in marks]
    for where, told in _mappings(task, task.predictions, "prediction", said):
        marks = _marks(told, where, subject, asking, said)
        said.guesses += [(mark.where, _guess(mark, told, subject, asking, said)) for mark in marks]
    return said


def _mappings(task: Task, told: Sequence[Any], what: str, said: Said) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, each in enumerate(told, start=1):
        where = f"{task}, {what} {(isinstance(each, Mapping) and name_of(each.get('id'))) or number}"
        if isinstance(each, Mapping) and isinstance(each.get("result", []), list):
            yield where, each
        else:
            said.left_out.append(LeftOut(where, "it has no results; export them too"))


def _marks(told: Mapping[str, Any], where: str, subject: Subject, asking: Asking, said: Said) -> list[Mark]:
    found: Found = marks_of(
        told.get("result", []), kind=asking.question.kind, control=asking.control, text=subject.content, where=where
    )
    said.left_out += found.left_out
    said.beside += found.beside.elements()
    kept = []
    for mark in found.marks:
        label = asking.rename.get(mark.label, mark.label)
        if is_allowed(label, asking.question):
            kept.append(Mark(label, mark.where, mark.anchor, mark.score))
        else:
            said.left_out.append(LeftOut(mark.where, _not_allowed(label, asking.question)))
    return kept


def is_allowed(label: str, question: Question) -> bool:
    """Return whether a question may be answered by a label; tags are the same however they are capitalised."""
    if question.kind == "tags":
        known = {each.casefold() for each in question.labels}
        return question.allows_new_labels or label.casefold() in known
    kind = "span" if question.kind == "region" else question.kind
    return label in question.labels or label in _ALWAYS_ALLOWED[kind]


def _not_allowed(label: str, question: Question) -> str:
    return (
        f"the question {question.id!r} has no label {label!r} (it has {', '.join(question.labels)}); "
        f"add it there, or say which it is with --label {label!r}=OURS"
    )


def _answer(mark: Mark, annotation: Mapping[str, Any], person: str, subject: Subject, asking: Asking) -> NewJudgement:
    """Return an answer with an id that its content makes: the same annotation, brought in again, is the same answer."""
    at, answer = said_at(annotation), answer_of(mark, asking.question.kind)
    who, item, question = asking.prefix + person, subject.item.id, asking.question.id
    return NewJudgement(
        Annotator(who, asking.annotators),
        question,
        item,
        answer,
        judged_at=at,
        id=id_of(at, question, item, who, mark.label, place_of(mark)),
    )


def place_of(mark: Mark) -> str:
    """Return where a mark lies, in one way of writing it; of one about a whole item, nothing."""
    match mark.anchor:
        case TextAnchor(position=position, snapshot=snapshot):
            return f"{position.start}-{position.end} {snapshot}"
        case RegionAnchor(region=region):
            return str(region)
        case _:
            return ""


def answer_of(mark: Mark, kind: str) -> Answer:
    """Return a mark as an answer to a question of a kind."""
    if isinstance(mark.anchor, TextAnchor):
        return SpanAnswer(mark.label, mark.anchor)
    if isinstance(mark.anchor, RegionAnchor):
        return RegionAnswer(mark.label, mark.anchor)
    return TagsAnswer(mark.label, "fits") if kind == "tags" else ChoiceAnswer(mark.label)


def _guess(mark: Mark, prediction: Mapping[str, Any], subject: Subject, asking: Asking, said: Said) -> PushedSuggestion:
    score = score_of(prediction) if mark.score is None else mark.score
    said.unscored_count += score is None
    version = name_of(prediction.get("model_version")).strip()[:_LONGEST_VERSION] or UNNAMED
    suggester = Suggester(f"{asking.prefix}model", version)
    own_score = UNSCORED if score is None else score
    return PushedSuggestion(asking.question.id, subject.item.id, mark.label, own_score, suggester, anchor=mark.anchor)
