"""The wire as TypedDicts. Generated from openapi.yaml by `make openapi`; do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

AnnotatorKind: TypeAlias = Literal['customer', 'expert', 'colleague', 'crowd']


class AnnotatorNameRequest(TypedDict):
    id: str
    kind: NotRequired[AnnotatorKind]


class BulkItemsRequest(TypedDict):
    items: list[dict[str, Any]]


class BulkJudgementsRequest(TypedDict):
    judgements: list[dict[str, Any]]


class BulkSuggestionsRequest(TypedDict):
    suggestions: list[dict[str, Any]]


CandidatesFromEnum: TypeAlias = Literal['earlier', 'any']


ChoiceAnswerKindEnum: TypeAlias = Literal['choice']


class ChoiceAnswerRequest(TypedDict):
    kind: ChoiceAnswerKindEnum
    value: str


class DatasetBodyRequest(TypedDict):
    id: str
    question: str
    title: NotRequired[str]


class DatasetRow(TypedDict):
    id: str
    question: str
    title: NotRequired[str]
    versions_count: int
    created_at: str


DeskAnnotatorKind: TypeAlias = Literal['expert', 'colleague', 'crowd']


class DeskAssignment(TypedDict):
    id: int
    lease_until: str


class DeskLeaveRequestRequest(TypedDict):
    token: str
    assignment: int


class DeskLinkBodyRequest(TypedDict):
    question: str
    annotator_kind: NotRequired[DeskAnnotatorKind]
    annotator: NotRequired[str]
    expires_in: NotRequired[int]
    most_people: NotRequired[int]


class DeskLinkRow(TypedDict):
    id: int
    question: str
    annotator_kind: DeskAnnotatorKind
    annotator: str
    most_people: int
    people_count: int
    url: str
    created_by: str
    created_at: str
    expires_at: str
    revoked_at: str


class DeskNextRequestRequest(TypedDict):
    token: str
    leave: NotRequired[int]
    after: NotRequired[int]


class DeskPicture(TypedDict):
    url: str
    width: int
    height: int
    alt: str


class DeskProgress(TypedDict):
    answered_count: int
    left_count: int


class DeskSessionRequestRequest(TypedDict):
    link: str
    question: NotRequired[str]
    person: NotRequired[str]


DismissEventTypeEnum: TypeAlias = Literal['dismiss']


class ElsewherePart(TypedDict):
    count: int
    likeness: float


class ElsewherePartRequest(TypedDict):
    count: int
    likeness: float


class EraseAnswer(TypedDict):
    erased: bool


class EraseRequestRequest(TypedDict):
    token: str
    sure: bool


ErasureRowStateEnum: TypeAlias = Literal['asked', 'settling', 'done']


class Evidence(TypedDict):
    counts: dict[str, int]
    votes_count: int
    answers_count: int


ExpandEventTypeEnum: TypeAlias = Literal['expand']


class FileRow(TypedDict):
    name: str
    sha256: str
    bytes_count: int


HideEventTypeEnum: TypeAlias = Literal['hide']


ItemFromEnum: TypeAlias = Literal['attribute', 'url']


class ItemRow(TypedDict):
    id: str
    title: str
    body: str
    url: str
    kind: str
    created_at: str
    author: str
    metadata: dict[str, Any]
    content_hash: str
    updated_at: str
    removed_at: str


JudgeEventTypeEnum: TypeAlias = Literal['judge']


class ModelName(TypedDict):
    question: str
    name: str
    number: int


class OptOutAnswer(TypedDict):
    opted_out: bool


class OptOutRequestRequest(TypedDict):
    token: str
    out: bool


class OwnExportAnswer(TypedDict):
    records: list[dict[str, Any]]


class OwnExportRequestRequest(TypedDict):
    token: str


class OwnItem(TypedDict):
    id: str
    title: str
    url: str


class OwnJudgementsRequestRequest(TypedDict):
    token: str
    limit: NotRequired[int]


PairAnswerKindEnum: TypeAlias = Literal['pair']


PairAnswerValueEnum: TypeAlias = Literal['duplicate', 'related', 'different', 'unsure']


Label: TypeAlias = str


DictionaryItem: TypeAlias = str


Suggester: TypeAlias = str


class PersonNamedRequest(TypedDict):
    annotator: NotRequired[str]
    pseudonym: NotRequired[str]


class PlaceError(TypedDict):
    code: str
    detail: str


class PlaceRequest(TypedDict):
    place: str
    question: str
    item: str


class PositionPart(TypedDict):
    start: int
    end: int


class PositionPartRequest(TypedDict):
    start: int
    end: int


class ProblemFault(TypedDict):
    field: str
    detail: str


QuestionKind: TypeAlias = Literal['pair', 'tags', 'choice', 'span', 'region']


class QuotePart(TypedDict):
    exact: str
    prefix: str
    suffix: str


class QuotePartRequest(TypedDict):
    exact: str
    prefix: str
    suffix: str


class ReadAnswer(TypedDict):
    id: str
    body: str


class ReadRequestRequest(TypedDict):
    token: str
    exposure: str
    candidate: str


class RegionAnchor(TypedDict):
    region: str
    width: int
    height: int


class RegionAnchorRequest(TypedDict):
    region: str
    width: int
    height: int


RegionAnswerKindEnum: TypeAlias = Literal['region']


class RegionAnswerRequest(TypedDict):
    kind: RegionAnswerKindEnum
    value: str
    anchor: RegionAnchorRequest


class Rejected(TypedDict):
    index: int
    id: str
    code: str
    detail: str


class SearchRequestRequest(TypedDict):
    token: str
    question: str
    item: str
    query: str


SeenEventTypeEnum: TypeAlias = Literal['seen']


class SessionRequestRequest(TypedDict):
    key: str
    identity: str
    locale: NotRequired[str]
    page: NotRequired[str]
    places: NotRequired[list[PlaceRequest]]


SettlingPolicyEnum: TypeAlias = Literal['confirm', 'trusting', 'expert']


SkipEventTypeEnum: TypeAlias = Literal['skip']


class SpanAnchor(TypedDict):
    quote: QuotePart
    position: PositionPart
    snapshot: str
    elsewhere: NotRequired[ElsewherePart]


class SpanAnchorRequest(TypedDict):
    quote: QuotePartRequest
    position: PositionPartRequest
    snapshot: str
    elsewhere: NotRequired[ElsewherePartRequest]


SpanAnswerKindEnum: TypeAlias = Literal['span']


class SpanAnswerRequest(TypedDict):
    kind: SpanAnswerKindEnum
    value: str
    anchor: SpanAnchorRequest


StatusEnum: TypeAlias = Literal['ok', 'dup', 'bad']


class SuggestRequestRequest(TypedDict):
    token: str
    places: list[PlaceRequest]


class SuggesterName(TypedDict):
    name: str
    version: str


class SuggesterNameRequest(TypedDict):
    name: str
    version: str


Reason: TypeAlias = str


class SuggestionsResult(TypedDict):
    accepted_count: int
    rejected: list[Rejected]


TagsAnswerKindEnum: TypeAlias = Literal['tags']


TagsAnswerValueEnum: TypeAlias = Literal['fits', 'does_not_fit', 'unsure']


UndoEventTypeEnum: TypeAlias = Literal['undo']


class VersionName(TypedDict):
    dataset: str
    number: int


VersionRowStateEnum: TypeAlias = Literal['building', 'frozen', 'failed']


ViaEnum: TypeAlias = Literal['keyboard', 'mouse', 'touch', 'api']


WhereEnum: TypeAlias = Literal['after', 'before']


class WidgetQuestion(TypedDict):
    id: str
    kind: QuestionKind
    prompt: str
    guideline: str
    values: list[str]
    labels: list[str]
    allows_new_labels: bool


Anchor: TypeAlias = SpanAnchor | RegionAnchor


AnchorRequest: TypeAlias = SpanAnchorRequest | RegionAnchorRequest


class DatasetPage(TypedDict):
    results: list[DatasetRow]
    next: str


class DeskItem(TypedDict):
    id: str
    kind: str
    title: str
    body: str
    url: str
    created_at: str
    text: NotRequired[str]
    picture: NotRequired[DeskPicture]


class DeskLinkPage(TypedDict):
    results: list[DeskLinkRow]
    next: str


class DeskSessionAnswer(TypedDict):
    token: str
    expires_in: int
    annotator: str
    annotator_kind: DeskAnnotatorKind
    question: WidgetQuestion
    is_blind: bool
    consent: str
    progress: DeskProgress


class DismissEventRequest(TypedDict):
    id: str
    exposure: NotRequired[str]
    seq: NotRequired[int]
    at_ms: int
    type: DismissEventTypeEnum


class ErasureRow(TypedDict):
    id: int
    state: ErasureRowStateEnum
    asked_at: str
    done_at: str
    units_count: int
    settled_count: int
    versions: list[VersionName]
    models: list[ModelName]


class EventResult(TypedDict):
    id: str
    status: StatusEnum
    code: str
    others_count: int
    state: str
    agree_count: int
    votes_count: int


class EventsAnswer(TypedDict):
    results: list[EventResult]
    next_ask_at: str


class ExpandEventRequest(TypedDict):
    id: str
    exposure: NotRequired[str]
    seq: NotRequired[int]
    at_ms: int
    type: ExpandEventTypeEnum
    candidate: str


class HideEventRequest(TypedDict):
    id: str
    exposure: NotRequired[str]
    seq: NotRequired[int]
    at_ms: int
    type: HideEventTypeEnum


class HostSlotBodyRequest(TypedDict):
    candidate: str
    anchor: NotRequired[AnchorRequest]
    score: NotRequired[float]
    propensity: NotRequired[float]
    suggester: NotRequired[SuggesterNameRequest]


class ItemPage(TypedDict):
    results: list[ItemRow]
    next: str


class ItemsResult(TypedDict):
    created_count: int
    updated_count: int
    unchanged_count: int
    rejected: list[Rejected]


class JudgementResult(TypedDict):
    index: int
    id: str
    status: StatusEnum
    code: str
    detail: str


class JudgementRow(TypedDict):
    id: str
    question: str
    item: str
    candidate: str
    anchor: Anchor
    annotator: str
    value: str
    origin: str
    exposure: str
    rank: int
    propensity: float
    is_live: bool
    judged_at: str
    received_at: str


class JudgementsResult(TypedDict):
    results: list[JudgementResult]


class KnownLabel(TypedDict):
    id: str
    people_count: int
    label: NotRequired[str]
    anchor: NotRequired[Anchor]


class PairAnswerRequest(TypedDict):
    kind: PairAnswerKindEnum
    value: PairAnswerValueEnum


class PatchedQuestionBodyRequest(TypedDict):
    id: NotRequired[str]
    kind: NotRequired[QuestionKind]
    prompt: NotRequired[str]
    guideline: NotRequired[str]
    labels: NotRequired[list[Label]]
    allows_new_labels: NotRequired[bool]
    dictionary: NotRequired[dict[str, list[DictionaryItem]]]
    settling_policy: NotRequired[SettlingPolicyEnum]
    overlap: NotRequired[int]
    minimum: NotRequired[int]
    maximum: NotRequired[int]
    epsilon: NotRequired[float]
    shown_count: NotRequired[int]
    pool_count: NotRequired[int]
    ask_probability: NotRequired[float]
    candidates_from: NotRequired[CandidatesFromEnum]
    item_kind: NotRequired[str]
    suggesters: NotRequired[list[Suggester]]
    weights: NotRequired[dict[str, float]]
    is_blind: NotRequired[bool]
    lease_s: NotRequired[int]
    most_spots: NotRequired[int]
    is_active: NotRequired[bool]


class PlacementRuleBody(TypedDict):
    question: str
    kind: QuestionKind
    path: str
    selector: str
    item_from: ItemFromEnum
    item_key: str
    where: WhereEnum
    reserve_px: int


class ProblemBody(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    retry_after: NotRequired[int]
    errors: NotRequired[list[ProblemFault]]


class QuestionBodyRequest(TypedDict):
    id: str
    kind: NotRequired[QuestionKind]
    prompt: NotRequired[str]
    guideline: NotRequired[str]
    labels: NotRequired[list[Label]]
    allows_new_labels: NotRequired[bool]
    dictionary: NotRequired[dict[str, list[DictionaryItem]]]
    settling_policy: NotRequired[SettlingPolicyEnum]
    overlap: NotRequired[int]
    minimum: NotRequired[int]
    maximum: NotRequired[int]
    epsilon: NotRequired[float]
    shown_count: NotRequired[int]
    pool_count: NotRequired[int]
    ask_probability: NotRequired[float]
    candidates_from: NotRequired[CandidatesFromEnum]
    item_kind: NotRequired[str]
    suggesters: NotRequired[list[Suggester]]
    weights: NotRequired[dict[str, float]]
    is_blind: NotRequired[bool]
    lease_s: NotRequired[int]
    most_spots: NotRequired[int]
    is_active: NotRequired[bool]


class QuestionRow(TypedDict):
    id: str
    kind: NotRequired[QuestionKind]
    prompt: NotRequired[str]
    guideline: NotRequired[str]
    labels: NotRequired[list[Label]]
    allows_new_labels: NotRequired[bool]
    dictionary: NotRequired[dict[str, list[DictionaryItem]]]
    settling_policy: NotRequired[SettlingPolicyEnum]
    overlap: NotRequired[int]
    minimum: NotRequired[int]
    maximum: NotRequired[int]
    epsilon: NotRequired[float]
    shown_count: NotRequired[int]
    pool_count: NotRequired[int]
    ask_probability: NotRequired[float]
    candidates_from: NotRequired[CandidatesFromEnum]
    item_kind: NotRequired[str]
    suggesters: NotRequired[list[Suggester]]
    weights: NotRequired[dict[str, float]]
    is_blind: NotRequired[bool]
    lease_s: NotRequired[int]
    most_spots: NotRequired[int]
    is_active: NotRequired[bool]
    policy_version: int
    created_at: str


class ResultsOnly(TypedDict):
    results: list[EventResult]


class SeenEventRequest(TypedDict):
    id: str
    exposure: NotRequired[str]
    seq: NotRequired[int]
    at_ms: int
    type: SeenEventTypeEnum
    candidate: str
    seen_ms: NotRequired[int]


class SkipEventRequest(TypedDict):
    id: str
    exposure: NotRequired[str]
    seq: NotRequired[int]
    at_ms: int
    type: SkipEventTypeEnum
    candidate: NotRequired[str]


class SuggestionRow(TypedDict):
    question: str
    item: str
    candidate: str
    anchor: Anchor
    score: float
    reasons: NotRequired[list[Reason]]
    suggester: SuggesterName
    pushed_at: str


class TagsAnswerRequest(TypedDict):
    kind: TagsAnswerKindEnum
    tag: str
    value: TagsAnswerValueEnum


class UndoEventRequest(TypedDict):
    id: str
    exposure: NotRequired[str]
    seq: NotRequired[int]
    at_ms: int
    type: UndoEventTypeEnum
    judgement: str


class UnitBody(TypedDict):
    kind: str
    items: list[str]
    label: str
    anchor: Anchor


class VersionRow(TypedDict):
    dataset: str
    number: int
    state: VersionRowStateEnum
    frozen_at: str
    labels_count: int
    judgements_count: int
    checksum: str
    files: list[FileRow]
    holds_erased: bool


class WidgetCandidate(TypedDict):
    id: str
    title: str
    url: str
    snippet: str
    answer: str
    label: NotRequired[str]
    anchor: NotRequired[Anchor]
    boundaries: NotRequired[list[Anchor]]


AnswerRequest: TypeAlias = (
    PairAnswerRequest
    | TagsAnswerRequest
    | ChoiceAnswerRequest
    | SpanAnswerRequest
    | RegionAnswerRequest
)


class EarlierAnswer(TypedDict):
    judgement: str
    exposure: str
    candidate: WidgetCandidate
    value: str
    others_count: int
    state: str
    agree_count: int
    votes_count: int


class ExposureBodyRequest(TypedDict):
    id: NotRequired[str]
    annotator: AnnotatorNameRequest
    question: str
    item: str
    shown: NotRequired[list[HostSlotBodyRequest]]


class JudgeEventRequest(TypedDict):
    id: str
    exposure: NotRequired[str]
    seq: NotRequired[int]
    at_ms: int
    type: JudgeEventTypeEnum
    candidate: NotRequired[str]
    answer: AnswerRequest
    note: NotRequired[str]
    judged_at: str
    via: NotRequired[ViaEnum]


class JudgementPage(TypedDict):
    results: list[JudgementRow]
    next: str


class LabelRow(TypedDict):
    question: str
    unit: UnitBody
    value: str
    state: str
    probability: float
    evidence: Evidence
    revision: int
    is_stale: bool
    settled_at: str
    computed_at: str


class OwnJudgement(TypedDict):
    judgement: str
    question: str
    exposure: str
    item: OwnItem
    candidate: WidgetCandidate
    value: str
    state: str
    judged_at: str


class OwnJudgementsAnswer(TypedDict):
    judgements: list[OwnJudgement]
    hidden_questions: list[str]


class PlaceAnswer(TypedDict):
    place: str
    exposure: str
    ask: bool
    candidates: list[WidgetCandidate]
    answers: list[EarlierAnswer]
    known: list[KnownLabel]
    error: PlaceError


class QuestionPage(TypedDict):
    results: list[QuestionRow]
    next: str


class SearchAnswer(TypedDict):
    exposure: str
    candidates: list[WidgetCandidate]


class SessionAnswer(TypedDict):
    token: str
    expires_in: int
    annotator: str
    questions: list[WidgetQuestion]
    placement_rules: list[PlacementRuleBody]
    opted_out: bool
    next_ask_at: str
    config_version: str
    places: list[PlaceAnswer]


class SlotRow(TypedDict):
    rank: int
    candidate: WidgetCandidate
    score: float
    propensity: float
    reasons: list[str]
    suggester: SuggesterName
    outcome: str
    seen_at_ms: int


class SuggestAnswer(TypedDict):
    places: list[PlaceAnswer]


class SuggestionPage(TypedDict):
    results: list[SuggestionRow]
    next: str


class VersionPage(TypedDict):
    results: list[VersionRow]
    next: str


class DeskNextAnswer(TypedDict):
    assignment: DeskAssignment
    items: list[DeskItem]
    place: PlaceAnswer
    reasons: list[str]
    question: WidgetQuestion
    progress: DeskProgress


EventRequest: TypeAlias = (
    SeenEventRequest
    | ExpandEventRequest
    | JudgeEventRequest
    | UndoEventRequest
    | SkipEventRequest
    | DismissEventRequest
    | HideEventRequest
)


class EventsRequestRequest(TypedDict):
    token: str
    lost_count: NotRequired[int]
    events: list[EventRequest]


class ExposureEventsRequest(TypedDict):
    events: list[EventRequest]


class ExposureRow(TypedDict):
    id: str
    question: str
    kind: QuestionKind
    item: str
    annotator: str
    channel: str
    policy: str
    policy_version: int
    epsilon: float
    asked: bool
    ask_probability: float
    candidates_hash: str
    shown_at: str
    slots: list[SlotRow]


class LabelPage(TypedDict):
    results: list[LabelRow]
    next: str


class ExposurePage(TypedDict):
    results: list[ExposureRow]
    next: str
