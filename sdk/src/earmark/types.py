"""What the SDK takes and gives: frozen values, named as on the wire.

Times are aware datetimes. Fields that a newer server adds are left out; read them from the wire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from earmark.anchors import RegionAnchor, TextAnchor, text_of

AnnotatorKind = Literal["customer", "expert", "colleague", "crowd"]
Origin = Literal["spontaneous", "drawn", "assigned", "gold", "imported"]
Outcome = Literal["accepted", "rejected", "corrected", "unsure", "passed", "ignored", "unseen"]
SettlingPolicy = Literal["confirm", "trusting", "expert"]
Anchor = TextAnchor | RegionAnchor
"""Where in an item a span or a region lies."""


@dataclass(frozen=True)
class Item:
    """One thing of the host's product: `id` is the host's own (at most 200 signs), `url` where it is seen.

    Of `metadata`, `format` says that the body is `html`, and `image` which picture regions lie in:
    `{"url", "width", "height", "alt", "version"}`, the size in pixels. All else are fields of the host's own. A
    `created_at` without a zone is UTC.
    """

    id: str
    title: str = ""
    body: str = ""
    created_at: datetime | None = None
    kind: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    author: str = ""

    @cached_property
    def text(self) -> str:
        """The body as its text counts: what the positions of spans are places in."""
        return text_of(self.body, self.metadata)


@dataclass(frozen=True)
class PairAnswer:
    """An answer to "are these two the same?": duplicate, related, different or unsure."""

    value: str
    kind: Literal["pair"] = "pair"


@dataclass(frozen=True)
class TagsAnswer:
    """Whether one tag fits an item: fits, does_not_fit or unsure."""

    tag: str
    value: str
    kind: Literal["tags"] = "tags"


@dataclass(frozen=True)
class ChoiceAnswer:
    """One of a question's labels for an item, or unsure."""

    value: str
    kind: Literal["choice"] = "choice"


@dataclass(frozen=True)
class SpanAnswer:
    """What words of an item's text are: one of the question's labels, `none` (nothing of the kind), or unsure."""

    value: str
    anchor: TextAnchor
    kind: Literal["span"] = "span"


@dataclass(frozen=True)
class RegionAnswer:
    """What a part of an item's picture is: one of the question's labels, `none` (nothing of the kind), or unsure."""

    value: str
    anchor: RegionAnchor
    kind: Literal["region"] = "region"


Answer = PairAnswer | TagsAnswer | ChoiceAnswer | SpanAnswer | RegionAnswer


@dataclass(frozen=True)
class Annotator:
    """Somebody who labels, by the host's own opaque id (never an e-mail address)."""

    id: str
    kind: AnnotatorKind = "customer"


@dataclass(frozen=True)
class Suggester:
    """Software that guesses, by name and version."""

    name: str
    version: str


@dataclass(frozen=True)
class Question:
    """What is asked about items: its kind (pair, tags, choice, span, region), its labels, how it is shown and settled.

    `labels` are those of all kinds but pairs, `dictionary` the words that speak for each, of spans patterns
    too, written `/…/` (see `earmark.patterns`); without `prompt` and `suggesters` the kind's usual ones
    are taken. `weights` are how many times as usual kinds of evidence count for the suggester `hybrid` (see
    `earmark.weights`). With `item_kind` only items of that kind are asked about at the desk and found for pairs.
    `most_spots` are how many spans or regions one person may mark by themselves in one item.
    """

    id: str
    kind: str = "pair"
    prompt: str = ""
    guideline: str = ""
    labels: Sequence[str] = ()
    allows_new_labels: bool = False
    dictionary: Mapping[str, Sequence[str]] = field(default_factory=dict)
    settling_policy: str = "confirm"
    overlap: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    epsilon: float | None = None
    shown_count: int | None = None
    pool_count: int | None = None
    ask_probability: float | None = None
    candidates_from: str = "earlier"
    item_kind: str = ""
    suggesters: Sequence[str] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    is_blind: bool | None = None
    lease_s: int | None = None
    most_spots: int | None = None
    is_active: bool = True


@dataclass(frozen=True)
class PushedSuggestion:
    """One guess of the host's own software: `score` in [0, 1], `reasons` that a person understands.

    The candidate is another item's id, or to questions of other kinds than pairs a label; of a span or a region
    `anchor` says where it holds: `describe(item.text, start, end)`, `RegionAnchor.in_pixels(…)`.
    """

    question: str
    item: str
    candidate: str
    score: float
    suggester: Suggester
    reasons: Sequence[str] = ()
    anchor: Anchor | None = None


@dataclass(frozen=True)
class Candidate:
    """Another item, a label, or a spot, as it may be shown to a person; a label's id is the label itself.

    `answer` is what solved it over there, where the host told so in the item's metadata. Of a span or a region
    `label` is what it may be and `anchor` where it lies.
    """

    id: str
    title: str = ""
    url: str = ""
    snippet: str = ""
    answer: str = ""
    label: str = ""
    anchor: Anchor | None = None


@dataclass(frozen=True)
class ShownCandidate:
    """A candidate (item or label) that the host itself put on a page, with what it knows of score and propensity.

    Of a span or a region the candidate is its label, and `anchor` says where it lies.
    """

    candidate: str
    score: float | None = None
    propensity: float | None = None
    suggester: Suggester | None = None
    anchor: Anchor | None = None


@dataclass(frozen=True)
class Slot:
    """One entry of a shown list: its rank from 1, the propensity of being there, what became of it."""

    rank: int
    candidate: Candidate
    score: float | None = None
    propensity: float | None = None
    reasons: Sequence[str] = ()
    suggester: Suggester | None = None
    outcome: str = "unseen"
    seen_at_ms: int | None = None


@dataclass(frozen=True)
class Exposure:
    """A list that was shown to somebody; `annotator` is a pseudonym."""

    id: UUID
    question: str
    item: str
    annotator: str
    shown_at: datetime
    slots: Sequence[Slot]
    kind: str = "pair"
    policy: str = ""
    epsilon: float | None = None
    asked: bool = False
    ask_probability: float | None = None


@dataclass(frozen=True)
class EventResult:
    """What became of one event: ok, dup (already there) or bad with a code; and what the mark did.

    `agree_count` of the `votes_count` votes cast on the unit are for the leading value.
    """

    id: UUID
    status: str
    code: str | None = None
    others_count: int | None = None
    state: str | None = None
    agree_count: int | None = None
    votes_count: int | None = None


@dataclass(frozen=True)
class NewJudgement:
    """An answer that no list of Earmark's led to; `id` (UUIDv7) is made where it is None.

    `annotator` is the host's own opaque id of the person, or an Annotator that says their kind too. A `judged_at`
    without a zone is UTC.
    """

    annotator: Annotator | str
    question: str
    item: str
    answer: Answer
    candidate: str | None = None
    origin: Literal["spontaneous", "assigned", "imported"] = "imported"
    judged_at: datetime | None = None
    id: UUID | None = None


@dataclass(frozen=True)
class Judgement:
    """A recorded answer; `annotator` is a pseudonym, `is_live` says that nothing took its place.

    Of a span or a region `anchor` is where it lies as this person said.
    """

    id: UUID
    question: str
    item: str
    annotator: str
    value: str
    origin: str
    judged_at: datetime
    is_live: bool
    candidate: str | None = None
    exposure: UUID | None = None
    rank: int | None = None
    propensity: float | None = None
    anchor: Anchor | None = None


@dataclass(frozen=True)
class Unit:
    """The smallest thing that has one answer: of a pair, `items` are its two; of tags, `label` is the tag.

    Of a span or a region `anchor` is where it lies, as it is believed.
    """

    kind: str
    items: Sequence[str]
    label: str | None = None
    anchor: Anchor | None = None


@dataclass(frozen=True)
class Evidence:
    """What a label rests on: votes by value, how many votes, how many answers of any weight."""

    counts: Mapping[str, int] = field(default_factory=dict)
    votes_count: int = 0
    answers_count: int = 0


@dataclass(frozen=True)
class Label:
    """What is believed of a unit: `state` open, proposed, contested or settled; `probability` in [0, 1]."""

    question: str
    unit: Unit
    state: str
    revision: int
    computed_at: datetime
    value: str | None = None
    probability: float | None = None
    evidence: Evidence = field(default_factory=Evidence)
    settled_at: datetime | None = None
    is_stale: bool = False


@dataclass(frozen=True)
class Dataset:
    """A name under which what is believed about one question is frozen, version by version."""

    id: str
    question: str
    title: str = ""
    versions_count: int = 0


@dataclass(frozen=True)
class DatasetFile:
    """A file of a frozen version."""

    name: str
    sha256: str
    bytes_count: int


@dataclass(frozen=True)
class DatasetVersion:
    """A version of a dataset: `state` building, frozen or failed; only a frozen one has files.

    `holds_erased` says that it holds answers of somebody erased since; a newer version does not.
    """

    dataset: str
    number: int
    state: str
    frozen_at: datetime | None = None
    labels_count: int = 0
    judgements_count: int = 0
    checksum: str = ""
    files: Sequence[DatasetFile] = ()
    holds_erased: bool = False


@dataclass(frozen=True)
class VersionName:
    """A frozen version: the dataset's id and the version's number."""

    dataset: str
    number: int


@dataclass(frozen=True)
class ModelName:
    """A trained version of a suggester; `number` counts those of its question, which older servers do not tell."""

    name: str
    number: int
    question: str = ""


@dataclass(frozen=True)
class Erasure:
    """How far the erasing of a person is: `state` asked, settling or done. It names nobody.

    Of `units_count` units that the person answered and that stay, `settled_count` were settled without them so far.
    `versions` are the frozen ones that hold their answers, `models` what these taught: delete your copies, and take
    newer ones, which are made by then.
    """

    id: int
    state: str
    asked_at: datetime
    done_at: datetime | None = None
    units_count: int = 0
    settled_count: int = 0
    versions: Sequence[VersionName] = ()
    models: Sequence[ModelName] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.state == "done"


@dataclass(frozen=True)
class DeskLink:
    """A link to a question's desk; `url` is None once it lets nobody in, `annotator` None where anyone may come.

    A link for anyone lets in `most_people` who are new (None where it is one person's), and has let in `people_count`.
    """

    id: int
    question: str
    annotator_kind: str
    expires_at: datetime
    url: str | None = None
    annotator: str | None = None
    most_people: int | None = None
    people_count: int = 0
    created_by: str = ""
    created_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Rejected:
    """A row of a bulk call that was not taken: its index among all rows given, its id, and why."""

    index: int
    id: str
    code: str
    detail: str = ""


@dataclass(frozen=True)
class UpsertReport:
    """What became of the items of a bulk call; the counts and the rejected add up to what was given."""

    created_count: int = 0
    updated_count: int = 0
    unchanged_count: int = 0
    rejected: Sequence[Rejected] = ()


@dataclass(frozen=True)
class PushReport:
    """What became of the suggestions of a bulk call."""

    accepted_count: int = 0
    rejected: Sequence[Rejected] = ()


@dataclass(frozen=True)
class RecordResult:
    """What became of one judgement of a bulk call: ok, dup or bad with a code; `id` is the judgement's."""

    index: int
    id: str | None
    status: str
    code: str | None = None
    detail: str | None = None
