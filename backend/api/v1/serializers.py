"""The wire, defined once: what each endpoint takes and gives. Never a ModelSerializer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from earmark.anchors import Region
from earmark.errors import AnchorUnusable
from earmark.weights import LARGEST_WEIGHT, fault_of_weights
from rest_framework import serializers as s

from backend.desk.models import MOST_PEOPLE, USUAL_PEOPLE
from backend.questions.spots import LARGEST_PICTURE_PX
from backend.questions.units import LONGEST_SPOT_LABEL, PAIR_VALUES, UNSURE, Kind

KEY_LENGTH = 200
KINDS = [kind.value for kind in Kind]
LONGEST_SPAN = 5_000
"""Code points of the words that one span may mark."""
LONGEST_CONTEXT = 200


class StrictIntegerField(s.IntegerField):
    """A whole number; neither true nor "7" nor 7.0 is one."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse what is not an int."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictFloatField(s.FloatField):
    """A number; neither true nor "7" is one."""

    def to_internal_value(self, data: Any) -> float:
        """Refuse what is not a number."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictCharField(s.CharField):
    """A text; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is not a text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(s.BooleanField):
    """True or false; "yes" and 1 are neither."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse what is not a bool."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


def _key(**options: Any) -> StrictCharField:
    return StrictCharField(max_length=KEY_LENGTH, trim_whitespace=False, **options)


def _whole(**options: Any) -> StrictIntegerField:
    return StrictIntegerField(min_value=0, max_value=2**31 - 1, **options)


def _share(**options: Any) -> StrictFloatField:
    return StrictFloatField(min_value=0, max_value=1, **options)


class ProblemFault(s.Serializer[Any]):
    """One field that is wrong, and why."""

    field = s.CharField()
    detail = s.CharField()


class ProblemBody(s.Serializer[Any]):
    """An error (RFC 9457)."""

    type = s.CharField()
    title = s.CharField()
    status = s.IntegerField()
    detail = s.CharField()
    code = s.CharField()
    request_id = s.CharField()
    retry_after = s.IntegerField(required=False)
    errors = ProblemFault(many=True, required=False)  # type: ignore[assignment]


class PairAnswer(s.Serializer[Any]):
    """An answer to a pair question."""

    kind = s.ChoiceField(choices=["pair"])
    value = s.ChoiceField(choices=[*PAIR_VALUES, UNSURE])


class TagsAnswer(s.Serializer[Any]):
    """An answer about one tag of an item."""

    kind = s.ChoiceField(choices=["tags"])
    tag = StrictCharField(max_length=200)
    value = s.ChoiceField(choices=["fits", "does_not_fit", UNSURE])


class ChoiceAnswer(s.Serializer[Any]):
    """An answer to a choice among a question's labels."""

    kind = s.ChoiceField(choices=["choice"])
    value = StrictCharField(max_length=200)


class QuotePart(s.Serializer[Any]):
    """The words that are marked, and what stands before and after them."""

    exact = StrictCharField(max_length=LONGEST_SPAN, trim_whitespace=False)
    prefix = StrictCharField(max_length=LONGEST_CONTEXT, trim_whitespace=False, allow_blank=True)
    suffix = StrictCharField(max_length=LONGEST_CONTEXT, trim_whitespace=False, allow_blank=True)


class PositionPart(s.Serializer[Any]):
    """The first code point of the words, and the one after their last."""

    start = _whole()
    end = _whole()


class SpanAnchor(s.Serializer[Any]):
    """Words in an item's text: their quote, where they stand, and the SHA-256 of the text that the places count in."""

    quote = QuotePart()
    position = PositionPart()
    snapshot = s.RegexField(r"^[0-9a-f]{64}\Z")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a stretch that is empty, or whose length is not its quote's."""
        start, end = attrs["position"]["start"], attrs["position"]["end"]
        if start >= end:
            raise s.ValidationError({"position": f"start must be less than end; got {start} and {end}."})
        if end - start != len(attrs["quote"]["exact"]):
            raise s.ValidationError(
                {
                    "position": f"{start} to {end} are {end - start} code points and the quote has "
                    f"{len(attrs['quote']['exact'])}; count code points, not UTF-16 units or bytes."
                }
            )
        return attrs


class RegionAnchor(s.Serializer[Any]):
    """A box in an item's picture, in percent of it, and the picture's own size in px."""

    region = StrictCharField(max_length=100, help_text="xywh=percent:x,y,width,height, each from 0 to 100.")
    width = StrictIntegerField(min_value=1, max_value=LARGEST_PICTURE_PX)
    height = StrictIntegerField(min_value=1, max_value=LARGEST_PICTURE_PX)

    def validate_region(self, value: str) -> str:
        """Take what is a box within the picture, written as we write it."""
        try:
            return str(Region.of(value))
        except AnchorUnusable as error:
            raise s.ValidationError(str(error)) from None


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="Anchor", serializers=[SpanAnchor, RegionAnchor], resource_type_field_name=None
    )
)
class AnchorField(s.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """Where in an item something lies: a span has a quote, a region a box."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Validate as the one that it is."""
        if not isinstance(data, dict):
            raise s.ValidationError("This must be an object.")
        serializer = (RegionAnchor if "region" in data else SpanAnchor)(data=data)
        serializer.is_valid(raise_exception=True)
        return _plain(serializer.validated_data)

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the anchor as it is."""
        return value


def _plain(validated: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) if isinstance(value, Mapping) else value for key, value in validated.items()}


class SpanAnswer(s.Serializer[Any]):
    """An answer about words of an item's text: a label of the question, `none` or `unsure`, and where it holds."""

    kind = s.ChoiceField(choices=["span"])
    value = StrictCharField(max_length=LONGEST_SPOT_LABEL)
    anchor = SpanAnchor()


class RegionAnswer(s.Serializer[Any]):
    """An answer about a part of an item's picture: a label of the question, `none` or `unsure`, and where it holds."""

    kind = s.ChoiceField(choices=["region"])
    value = StrictCharField(max_length=LONGEST_SPOT_LABEL)
    anchor = RegionAnchor()


_ANSWERS: dict[str, s.Serializer[Any] | type[s.Serializer[Any]]] = {
    "pair": PairAnswer,
    "tags": TagsAnswer,
    "choice": ChoiceAnswer,
    "span": SpanAnswer,
    "region": RegionAnswer,
}


@extend_schema_field(
    PolymorphicProxySerializer(component_name="Answer", serializers=_ANSWERS, resource_type_field_name="kind")
)
class AnswerField(s.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """An answer, told apart by its `kind`."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Validate by the kind that the answer names."""
        return _by(data, "kind", _ANSWERS)

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the answer as it is."""
        return value


def _by(data: Any, field: str, kinds: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise s.ValidationError("This must be an object.")
    kind = data.get(field)
    if not isinstance(kind, str) or kind not in kinds:
        raise s.ValidationError({field: f"This must be one of {', '.join(kinds)}."})
    serializer = kinds[kind](data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class EventBase(s.Serializer[Any]):
    """What each event carries."""

    id = s.UUIDField(help_text="UUIDv7 of the event; of `judge` it is the judgement's too.")
    exposure = s.UUIDField(required=False, help_text="The list it happened to; not needed where the URL names it.")
    seq = _whole(required=False, default=0)
    at_ms = _whole(help_text="Milliseconds since the list was shown.")


class SeenEvent(EventBase):
    """A candidate was half visible for a second."""

    type = s.ChoiceField(choices=["seen"])
    candidate = _key()
    seen_ms = _whole(required=False)


class ExpandEvent(EventBase):
    """A candidate was read in place."""

    type = s.ChoiceField(choices=["expand"])
    candidate = _key()


class JudgeEvent(EventBase):
    """An answer: to a candidate of the list (pairs), a tag, the item as a whole (choices), or a spot of it."""

    type = s.ChoiceField(choices=["judge"])
    candidate = _key(
        required=False,
        help_text="The other item of a pair, or the spot of the list that is answered; without it a spot is one's own. "
        "The answers of tags and choices name their label.",
    )
    answer = AnswerField()
    note = StrictCharField(required=False, max_length=1000, allow_blank=True)
    judged_at = s.DateTimeField()
    via = s.ChoiceField(choices=["keyboard", "mouse", "touch", "api"], required=False, default="api")


class UndoEvent(EventBase):
    """A judgement was taken back."""

    type = s.ChoiceField(choices=["undo"])
    judgement = s.UUIDField()


class SkipEvent(EventBase):
    """A candidate, or the whole list, was looked at and no answer was wanted."""

    type = s.ChoiceField(choices=["skip"])
    candidate = _key(required=False)


class DismissEvent(EventBase):
    """The list was closed."""

    type = s.ChoiceField(choices=["dismiss"])


class HideEvent(EventBase):
    """The question is not wanted any more."""

    type = s.ChoiceField(choices=["hide"])


_EVENTS: dict[str, s.Serializer[Any] | type[s.Serializer[Any]]] = {
    "seen": SeenEvent,
    "expand": ExpandEvent,
    "judge": JudgeEvent,
    "undo": UndoEvent,
    "skip": SkipEvent,
    "dismiss": DismissEvent,
    "hide": HideEvent,
}


@extend_schema_field(
    PolymorphicProxySerializer(component_name="Event", serializers=_EVENTS, resource_type_field_name="type")
)
class EventField(s.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """An event, told apart by its `type`; a malformed one is kept apart and takes nothing from the others."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the validated event, or {"malformed": id} where it is not one."""
        try:
            return _by(data, "type", _EVENTS)
        except s.ValidationError:
            key = data.get("id") if isinstance(data, dict) else None
            return {"malformed": key if isinstance(key, str) else ""}

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the event as it is."""
        return value


class EventResult(s.Serializer[Any]):
    """What became of one event."""

    id = s.CharField()
    status = s.ChoiceField(choices=["ok", "dup", "bad"])
    code = s.CharField(allow_null=True)
    others_count = s.IntegerField(allow_null=True)
    state = s.CharField(allow_null=True)
    agree_count = s.IntegerField(
        allow_null=True, help_text="Of the votes cast on the unit, how many are for the leading value."
    )
    votes_count = s.IntegerField(allow_null=True, help_text="Votes cast on the unit.")


class WidgetCandidate(s.Serializer[Any]):
    """A candidate as a browser may see it, another item, a label or a spot: no score, no chance."""

    id = s.CharField()
    title = s.CharField()
    url = s.CharField()
    snippet = s.CharField()
    answer = s.CharField(help_text="What solved it over there, where the host told in the item's metadata; else empty.")
    label = s.CharField(  # type: ignore[assignment]
        required=False,
        help_text="Of a spot alone: the label that is guessed or was said; left out where none is shown.",
    )
    anchor = AnchorField(required=False, help_text="Of a spot alone: where it lies.")
    boundaries = s.ListField(
        child=AnchorField(),
        required=False,
        help_text="Of a spot whose boundary people differ about: the boundaries there are, the most agreed first.",
    )


class WidgetQuestion(s.Serializer[Any]):
    """A question as a browser may see it."""

    id = s.CharField()
    kind = s.ChoiceField(choices=KINDS)
    prompt = s.CharField()
    guideline = s.CharField()
    values = s.ListField(child=s.CharField())
    labels = s.ListField(child=s.CharField(), help_text="The labels of a question, in their order; a pair has none.")
    allows_new_labels = s.BooleanField()


class PlacementRuleBody(s.Serializer[Any]):
    """Where on the host's pages an element stands. Data, never HTML, CSS or JavaScript."""

    question = s.CharField()
    kind = s.ChoiceField(choices=KINDS)
    path = s.CharField()
    selector = s.CharField()
    item_from = s.ChoiceField(choices=["attribute", "url"])
    item_key = s.CharField()
    where = s.ChoiceField(choices=["after", "before"])
    reserve_px = s.IntegerField()


class Place(s.Serializer[Any]):
    """A spot of the page that wants suggestions."""

    place = StrictCharField(max_length=60)
    question = StrictCharField(max_length=60)
    item = _key()


class SessionRequest(s.Serializer[Any]):
    """A page asks to begin."""

    key = StrictCharField(max_length=200)
    identity = StrictCharField(max_length=8000)
    locale = StrictCharField(max_length=35, required=False, allow_blank=True)
    page = StrictCharField(max_length=2000, required=False, allow_blank=True)
    places: s.ListSerializer[Any] = s.ListSerializer(
        child=Place(), required=False, max_length=20, help_text="What the page shows already; saves it a call."
    )


class SuggestRequest(s.Serializer[Any]):
    """All visible places of a page."""

    token = StrictCharField(max_length=4000)
    places: s.ListSerializer[Any] = s.ListSerializer(child=Place(), min_length=1, max_length=20)


class EarlierAnswer(s.Serializer[Any]):
    """What this person said before."""

    judgement = s.CharField()
    exposure = s.CharField(allow_null=True, help_text="The list it answered; another answer to it belongs there.")
    candidate = WidgetCandidate()
    value = s.CharField()
    others_count = s.IntegerField()
    state = s.CharField(allow_null=True)
    agree_count = s.IntegerField(allow_null=True)
    votes_count = s.IntegerField(allow_null=True)


class KnownLabel(s.Serializer[Any]):
    """A label that is believed of the item, and how many people said so."""

    id = s.CharField()
    people_count = s.IntegerField()
    label = s.CharField(required=False, help_text="Of a spot alone.")  # type: ignore[assignment]
    anchor = AnchorField(required=False, help_text="Of a spot alone: where it lies.")


class PlaceError(s.Serializer[Any]):
    """Why a place gets nothing."""

    code = s.CharField()
    detail = s.CharField()


class PlaceAnswer(s.Serializer[Any]):
    """What is shown at a place."""

    place = s.CharField()
    exposure = s.CharField(allow_null=True)
    ask = s.BooleanField()
    candidates = WidgetCandidate(many=True)
    answers = EarlierAnswer(many=True)
    known = KnownLabel(many=True, help_text="What is believed already; of pairs nothing.")
    error = PlaceError(allow_null=True)


class SuggestAnswer(s.Serializer[Any]):
    """What is shown at each place."""

    places = PlaceAnswer(many=True)


class SessionAnswer(s.Serializer[Any]):
    """A session token, what is asked here, and what is shown at the places that were named."""

    token = s.CharField()
    expires_in = s.IntegerField()
    annotator = s.CharField()
    questions = WidgetQuestion(many=True)
    placement_rules = PlacementRuleBody(many=True)
    opted_out = s.BooleanField()
    next_ask_at = s.DateTimeField(allow_null=True)
    config_version = s.CharField()
    places = PlaceAnswer(many=True)


class EventsRequest(s.Serializer[Any]):
    """A batch of events."""

    token = StrictCharField(max_length=4000)
    lost_count = _whole(required=False, default=0)
    events = s.ListField(child=EventField(), max_length=50)


class EventsAnswer(s.Serializer[Any]):
    """What became of each event."""

    results = EventResult(many=True)
    next_ask_at = s.DateTimeField(allow_null=True)


class SearchRequest(s.Serializer[Any]):
    """Words as they are typed."""

    token = StrictCharField(max_length=4000)
    question = StrictCharField(max_length=60)
    item = _key()
    query = StrictCharField(max_length=200)


class SearchAnswer(s.Serializer[Any]):
    """What was found, items or labels; it is a shown list too."""

    exposure = s.CharField()
    candidates = WidgetCandidate(many=True)


class ReadRequest(s.Serializer[Any]):
    """An item of a list that was shown, to be read whole."""

    token = StrictCharField(max_length=4000)
    exposure = s.UUIDField()
    candidate = _key()


class ReadAnswer(s.Serializer[Any]):
    """The item's whole text, its paragraphs as the host has them."""

    id = s.CharField()
    body = s.CharField()


class OptOutRequest(s.Serializer[Any]):
    """A person wants to be shown nothing, or things again."""

    token = StrictCharField(max_length=4000)
    out = StrictBooleanField()


class OptOutAnswer(s.Serializer[Any]):
    """Whether the person is shown nothing from here on."""

    opted_out = s.BooleanField()


class OwnJudgementsRequest(s.Serializer[Any]):
    """A person wants to see what they said."""

    token = StrictCharField(max_length=4000)
    limit = StrictIntegerField(min_value=1, max_value=200, required=False, default=50)


class OwnItem(s.Serializer[Any]):
    """The item on whose page something was said."""

    id = s.CharField()
    title = s.CharField()
    url = s.CharField()


class OwnJudgement(s.Serializer[Any]):
    """What a person says of a unit at present."""

    judgement = s.CharField()
    question = s.CharField()
    exposure = s.CharField(allow_null=True, help_text="The list it answered; an undo names it.")
    item = OwnItem()
    candidate = WidgetCandidate(allow_null=True, help_text="The other item, the tag or the spot; null for a choice.")
    value = s.CharField()
    state = s.CharField(allow_null=True)
    judged_at = s.DateTimeField()


class OwnJudgementsAnswer(s.Serializer[Any]):
    """A person's present answers, newest first, and the questions they hid."""

    judgements = OwnJudgement(many=True)
    hidden_questions = s.ListField(child=s.CharField())


class ItemBody(s.Serializer[Any]):
    """An item as the host describes it."""

    id = _key()
    title = StrictCharField(max_length=500, required=False, allow_blank=True, default="")
    body = StrictCharField(max_length=100_000, required=False, allow_blank=True, default="", trim_whitespace=False)
    url = StrictCharField(max_length=1000, required=False, allow_blank=True, default="")
    kind = StrictCharField(max_length=40, required=False, allow_blank=True, default="")
    created_at = s.DateTimeField(required=False, allow_null=True, default=None)
    author = StrictCharField(max_length=200, required=False, allow_blank=True, default="")
    metadata = s.DictField(required=False, default=dict)

    def validate_url(self, value: str) -> str:
        """Take web addresses and paths; refuse what a browser would run."""
        if value and not value.startswith(("https://", "http://", "/")):
            raise s.ValidationError("This must begin with https://, http:// or /.")
        return value


class BulkItems(s.Serializer[Any]):
    """Up to 1,000 items."""

    items = s.ListField(child=s.DictField(), min_length=1, max_length=1000)


class Rejected(s.Serializer[Any]):
    """A row that was not taken, and why."""

    index = s.IntegerField()
    id = s.CharField(allow_blank=True)
    code = s.CharField()
    detail = s.CharField()


class ItemsResult(s.Serializer[Any]):
    """What became of the items."""

    created_count = s.IntegerField()
    updated_count = s.IntegerField()
    unchanged_count = s.IntegerField()
    rejected = Rejected(many=True)


class ItemRow(s.Serializer[Any]):
    """A registered item."""

    id = s.CharField()
    title = s.CharField()
    body = s.CharField()
    url = s.CharField()
    kind = s.CharField()
    created_at = s.DateTimeField(allow_null=True)
    author = s.CharField()
    metadata = s.DictField()
    content_hash = s.CharField()
    updated_at = s.DateTimeField()
    removed_at = s.DateTimeField(allow_null=True)


class DictionaryField(s.DictField):
    """Words and phrases by label: at most 500 labels with 200 words of 80 signs each."""

    child = s.ListField(child=StrictCharField(max_length=80), max_length=200)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Refuse what is too much."""
        if isinstance(data, dict) and (len(data) > 500 or any(len(str(label)) > KEY_LENGTH for label in data)):
            raise s.ValidationError("This has at most 500 labels of at most 200 signs.")
        return dict(super().to_internal_value(data))


class WeightsField(s.DictField):
    """How many times as usual each kind of evidence counts, by its name."""

    child = StrictFloatField(min_value=0, max_value=LARGEST_WEIGHT)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Refuse what is no weight, with the names there are."""
        if fault := fault_of_weights(data):
            raise s.ValidationError(fault)
        return dict(super().to_internal_value(data))


class QuestionBody(s.Serializer[Any]):
    """A question and its policies."""

    id = s.SlugField(max_length=60)
    kind = s.ChoiceField(choices=KINDS, default="pair")
    prompt = StrictCharField(max_length=200, required=False)
    guideline = StrictCharField(required=False, allow_blank=True, max_length=20_000)
    labels = s.ListField(child=StrictCharField(max_length=200), required=False, max_length=500)
    allows_new_labels = StrictBooleanField(required=False)
    dictionary = DictionaryField(required=False, help_text="Words and phrases that speak for a label, by label.")
    settling_policy = s.ChoiceField(choices=["confirm", "trusting", "expert"], required=False)
    overlap = StrictIntegerField(min_value=1, max_value=50, required=False)
    minimum = StrictIntegerField(min_value=1, max_value=50, required=False)
    maximum = StrictIntegerField(min_value=1, max_value=100, required=False)
    epsilon = StrictFloatField(min_value=0.1, max_value=1, required=False)
    shown_count = StrictIntegerField(min_value=1, max_value=10, required=False)
    pool_count = StrictIntegerField(min_value=1, max_value=10, required=False)
    ask_probability = _share(required=False)
    candidates_from = s.ChoiceField(choices=["earlier", "any"], required=False)
    suggesters = s.ListField(child=StrictCharField(max_length=80), required=False, max_length=10)
    weights = WeightsField(
        required=False,
        help_text="How many times as usual each kind of evidence counts for the suggester hybrid, from 0 to 5: "
        "words, title, meaning, fields, time.",
    )
    is_blind = StrictBooleanField(required=False)
    lease_s = StrictIntegerField(min_value=30, max_value=86_400, required=False)
    is_active = StrictBooleanField(required=False)


class QuestionRow(QuestionBody):
    """A question as it stands."""

    policy_version = s.IntegerField()
    created_at = s.DateTimeField()


class SuggesterName(s.Serializer[Any]):
    """A suggester by name and version."""

    name = StrictCharField(max_length=80)
    version = StrictCharField(max_length=40)


class SuggestionBody(s.Serializer[Any]):
    """A guess that the host pushes."""

    question = StrictCharField(max_length=60)
    item = _key()
    candidate = _key(help_text="The other item of a pair; else a label of the question.")
    anchor = AnchorField(required=False, help_text="Of a span or a region, and of these alone: where the label holds.")
    score = _share()
    reasons = s.ListField(child=StrictCharField(max_length=300), required=False, default=list, max_length=10)
    suggester = SuggesterName()


class BulkSuggestions(s.Serializer[Any]):
    """Up to 1,000 guesses."""

    suggestions = s.ListField(child=s.DictField(), min_length=1, max_length=1000)


class SuggestionsResult(s.Serializer[Any]):
    """What became of the guesses."""

    accepted_count = s.IntegerField()
    rejected = Rejected(many=True)


class SuggestionRow(SuggestionBody):
    """A guess that was pushed; of a spot, `candidate` is where it lies and its label."""

    anchor = AnchorField(allow_null=True, help_text="Null where the candidate is no spot.")
    pushed_at = s.DateTimeField()


class AnnotatorName(s.Serializer[Any]):
    """A person by the host's opaque id; the kind counts on first sight only."""

    id = _key()
    kind = s.ChoiceField(choices=["customer", "expert", "colleague", "crowd"], required=False, default="customer")


class HostSlotBody(s.Serializer[Any]):
    """A candidate that the host itself showed."""

    candidate = _key(help_text="The other item of a pair; else a label of the question.")
    anchor = AnchorField(required=False, help_text="Of a span or a region, and of these alone: where the label holds.")
    score = _share(required=False, allow_null=True, default=None)
    propensity = StrictFloatField(min_value=1e-9, max_value=1, required=False, allow_null=True, default=None)
    suggester = SuggesterName(required=False, allow_null=True, default=None)


class ExposureBody(s.Serializer[Any]):
    """A list to show: without `shown` Earmark picks, with it the host tells what it showed."""

    id = s.UUIDField(required=False)
    annotator = AnnotatorName()
    question = StrictCharField(max_length=60)
    item = _key()
    shown: s.ListSerializer[Any] = s.ListSerializer(child=HostSlotBody(), required=False, max_length=50)


class SlotRow(s.Serializer[Any]):
    """One place of a shown list."""

    rank = s.IntegerField()
    candidate = WidgetCandidate()
    score = s.FloatField(allow_null=True)
    propensity = s.FloatField(allow_null=True)
    reasons = s.ListField(child=s.CharField())
    suggester = SuggesterName(allow_null=True)
    outcome = s.CharField()
    seen_at_ms = s.IntegerField(allow_null=True)


class ExposureRow(s.Serializer[Any]):
    """A shown list with its places."""

    id = s.CharField()
    question = s.CharField()
    kind = s.ChoiceField(choices=KINDS)
    item = s.CharField()
    annotator = s.CharField(help_text="Pseudonym.")
    channel = s.CharField()
    policy = s.CharField()
    policy_version = s.IntegerField()
    epsilon = s.FloatField(allow_null=True)
    asked = s.BooleanField()
    ask_probability = s.FloatField(allow_null=True)
    candidates_hash = s.CharField()
    shown_at = s.DateTimeField()
    slots = SlotRow(many=True)


class ExposureEvents(s.Serializer[Any]):
    """What happened to one list."""

    events = s.ListField(child=EventField(), min_length=1, max_length=200)


class ResultsOnly(s.Serializer[Any]):
    """What became of each event."""

    results = EventResult(many=True)


class JudgementBody(s.Serializer[Any]):
    """An answer that no list of ours led to."""

    id = s.UUIDField(required=False)
    annotator = AnnotatorName()
    question = StrictCharField(max_length=60)
    item = _key()
    candidate = _key(required=False)
    answer = AnswerField()
    origin = s.ChoiceField(choices=["spontaneous", "assigned", "imported"], required=False, default="imported")
    judged_at = s.DateTimeField(required=False)


class BulkJudgements(s.Serializer[Any]):
    """Up to 1,000 answers."""

    judgements = s.ListField(child=s.DictField(), min_length=1, max_length=1000)


class JudgementResult(s.Serializer[Any]):
    """What became of one answer."""

    index = s.IntegerField()
    id = s.CharField(allow_null=True)
    status = s.ChoiceField(choices=["ok", "dup", "bad"])
    code = s.CharField(allow_null=True)
    detail = s.CharField(allow_null=True)


class JudgementsResult(s.Serializer[Any]):
    """What became of the answers."""

    results = JudgementResult(many=True)


class JudgementRow(s.Serializer[Any]):
    """A recorded answer."""

    id = s.CharField()
    question = s.CharField()
    item = s.CharField()
    candidate = s.CharField(
        allow_null=True, help_text="The other item of a pair, the tag, or the spot; of a choice none."
    )
    anchor = AnchorField(allow_null=True, help_text="Where a spot lies, as this person said; null for other kinds.")
    annotator = s.CharField(help_text="Pseudonym.")
    value = s.CharField()
    origin = s.CharField()
    exposure = s.CharField(allow_null=True)
    rank = s.IntegerField(allow_null=True)
    propensity = s.FloatField(allow_null=True)
    is_live = s.BooleanField()
    judged_at = s.DateTimeField()
    received_at = s.DateTimeField()


class UnitBody(s.Serializer[Any]):
    """A unit: its kind, its items, and where in the item it lies."""

    kind = s.CharField()
    items = s.ListField(child=s.CharField())
    label = s.CharField(allow_null=True)  # type: ignore[assignment]
    anchor = AnchorField(allow_null=True, help_text="Where a spot lies; null for other kinds.")


class Evidence(s.Serializer[Any]):
    """What a label rests on."""

    counts = s.DictField(child=s.IntegerField())
    votes_count = s.IntegerField()
    answers_count = s.IntegerField()


class LabelRow(s.Serializer[Any]):
    """What is believed of a unit."""

    question = s.CharField()
    unit = UnitBody()
    value = s.CharField(allow_null=True)
    state = s.CharField()
    probability = s.FloatField(allow_null=True)
    evidence = Evidence()
    revision = s.IntegerField()
    is_stale = s.BooleanField()
    settled_at = s.DateTimeField(allow_null=True)
    computed_at = s.DateTimeField()


class DatasetBody(s.Serializer[Any]):
    """A dataset: what is believed about one question."""

    id = s.SlugField(max_length=60)
    question = StrictCharField(max_length=60)
    title = StrictCharField(max_length=200, required=False, allow_blank=True, default="")


class DatasetRow(DatasetBody):
    """A registered dataset."""

    versions_count = s.IntegerField()
    created_at = s.DateTimeField()


class FileRow(s.Serializer[Any]):
    """A file of a version."""

    name = s.CharField()
    sha256 = s.CharField()
    bytes_count = s.IntegerField()


class VersionRow(s.Serializer[Any]):
    """A version of a dataset."""

    dataset = s.CharField()
    number = s.IntegerField()
    state = s.ChoiceField(choices=["building", "frozen", "failed"])
    frozen_at = s.DateTimeField(allow_null=True)
    labels_count = s.IntegerField()
    judgements_count = s.IntegerField()
    checksum = s.CharField()
    files = FileRow(many=True)


class StrictUUIDField(s.UUIDField):
    """A UUID as a text; a number is none."""

    def to_internal_value(self, data: Any) -> UUID:
        """Refuse what is not a text."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class DeskSessionRequest(s.Serializer[Any]):
    """A desk's page asks to begin: with the token of its link, and who this browser is."""

    link = StrictCharField(max_length=2000, help_text="What stands behind # in the page's address.")
    question = StrictCharField(max_length=60, required=False, help_text="The question that the page's address names.")
    person = StrictUUIDField(
        required=False, help_text="A random UUID that the browser keeps; for links without a subject."
    )


class DeskProgress(s.Serializer[Any]):
    """How far this person has come at the desk."""

    answered_count = s.IntegerField(help_text="Units that this person answered here.")
    left_count = s.IntegerField(help_text="Units left for this person as the queue stands; counted up to 1000.")


class DeskSessionAnswer(s.Serializer[Any]):
    """A session token, who the person is here, and what is asked."""

    token = s.CharField()
    expires_in = s.IntegerField()
    annotator = s.CharField(help_text="Pseudonym.")
    annotator_kind = s.ChoiceField(choices=["expert", "colleague", "crowd"])
    question = WidgetQuestion()
    is_blind = s.BooleanField()
    consent = s.CharField()
    progress = DeskProgress()


class DeskNextRequest(s.Serializer[Any]):
    """Ask for the next unit; `leave` gives one back, `after` names one whose answer is on its way."""

    token = StrictCharField(max_length=4000)
    leave = StrictIntegerField(min_value=1, max_value=2**63 - 1, required=False)
    after = StrictIntegerField(min_value=1, max_value=2**63 - 1, required=False)


class DeskAssignment(s.Serializer[Any]):
    """What is kept for this person, and until when."""

    id = s.IntegerField()
    lease_until = s.DateTimeField()


class DeskPicture(s.Serializer[Any]):
    """An item's picture at its host; its size in px is null where the host did not tell it."""

    url = s.CharField()
    width = s.IntegerField(allow_null=True)
    height = s.IntegerField(allow_null=True)
    alt = s.CharField()


class DeskItem(s.Serializer[Any]):
    """An item as it is read at the desk."""

    id = s.CharField()
    kind = s.CharField()
    title = s.CharField()
    body = s.CharField()
    url = s.CharField()
    created_at = s.DateTimeField(allow_null=True)
    text = s.CharField(required=False, help_text="Of a span question alone: the text that the anchors count in.")
    picture = DeskPicture(required=False, help_text="Of a region question alone, where the host registered one.")


class DeskNextAnswer(s.Serializer[Any]):
    """The next unit: its items, and the place that an element in a page would get; all empty where none is left."""

    assignment = DeskAssignment(allow_null=True)
    items = DeskItem(many=True, help_text="One item, or the two of a pair; the first is asked about.")
    place = PlaceAnswer(allow_null=True)
    reasons = s.ListField(child=s.CharField(), help_text="Why software guessed this; empty where the desk is blind.")
    progress = DeskProgress()


class DeskLeaveRequest(s.Serializer[Any]):
    """Give a unit back: the page closes, or the person does not want it."""

    token = StrictCharField(max_length=4000)
    assignment = StrictIntegerField(min_value=1, max_value=2**63 - 1)


class Empty(s.Serializer[Any]):
    """Nothing more to say."""


class DeskLinkBody(s.Serializer[Any]):
    """A link to a question's desk: with `annotator` for one person, without for anyone who has it."""

    question = StrictCharField(max_length=60)
    annotator_kind = s.ChoiceField(choices=["expert", "colleague", "crowd"], required=False, default="colleague")
    annotator = _key(required=False, allow_null=True, default=None, help_text="The host's opaque id of the person.")
    expires_in = StrictIntegerField(
        min_value=60, max_value=366 * 86400, required=False, default=14 * 86400, help_text="Seconds from now."
    )
    most_people = StrictIntegerField(
        min_value=1,
        max_value=MOST_PEOPLE,
        required=False,
        default=USUAL_PEOPLE,
        help_text="How many new people a link for anyone lets in; those it let in go on.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a number of people for a link that is one person's."""
        if attrs.get("annotator") and "most_people" in self.initial_data:
            raise s.ValidationError({"most_people": "A link with `annotator` is one person's; leave this out."})
        return attrs


class DeskLinkRow(s.Serializer[Any]):
    """A link to a desk."""

    id = s.IntegerField()
    question = s.CharField()
    annotator_kind = s.ChoiceField(choices=["expert", "colleague", "crowd"])
    annotator = s.CharField(allow_null=True)
    most_people = s.IntegerField(allow_null=True, help_text="Null where the link is one person's.")
    people_count = s.IntegerField(help_text="How many new people it has let in.")
    url = s.CharField(allow_null=True, help_text="Null once the link lets nobody in.")
    created_by = s.CharField()
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    revoked_at = s.DateTimeField(allow_null=True)
