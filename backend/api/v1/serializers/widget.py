"""What the widget asks and is told."""

from typing import Any

from rest_framework import serializers as s

from backend.api.v1.parsers import LARGEST_BROWSER_BYTES
from backend.api.v1.serializers.answers import AnchorField
from backend.api.v1.serializers.events import EventField, EventResult
from backend.api.v1.serializers.fields import KINDS, StrictCharField, StrictUUIDField, key_field, whole_field


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
    item = key_field()

    def run_validation(self, data: Any = s.empty) -> Any:
        """Return the place; one whose question or item is none says why, and takes nothing from the others."""
        try:
            return super().run_validation(data)
        except s.ValidationError as error:
            faults: Any = error.detail
            if not isinstance(data, dict) or "place" in faults:
                raise  # nobody could be told which place it was
            told = "; ".join(f"{name}: {said[0]}" for name, said in faults.items())
            return {"place": self.fields["place"].run_validation(data["place"]), "malformed": told}


class SessionRequest(s.Serializer[Any]):
    """A page asks to begin."""

    key = StrictCharField(max_length=200)
    identity = StrictCharField(max_length=LARGEST_BROWSER_BYTES, allow_blank=True)  # what is none is a 401, not a 400
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
    lost_count = whole_field(required=False, default=0)
    events = s.ListField(child=EventField(), max_length=50)


class EventsAnswer(s.Serializer[Any]):
    """What became of each event."""

    results = EventResult(many=True)
    next_ask_at = s.DateTimeField(allow_null=True)


class SearchRequest(s.Serializer[Any]):
    """Words as they are typed."""

    token = StrictCharField(max_length=4000)
    question = StrictCharField(max_length=60)
    item = key_field()
    query = StrictCharField(max_length=200)


class SearchAnswer(s.Serializer[Any]):
    """What was found, items or labels; it is a shown list too."""

    exposure = s.CharField()
    candidates = WidgetCandidate(many=True)


class ReadRequest(s.Serializer[Any]):
    """An item of a list that was shown, to be read whole."""

    token = StrictCharField(max_length=4000)
    exposure = StrictUUIDField()
    candidate = key_field()


class ReadAnswer(s.Serializer[Any]):
    """The item's whole text, its paragraphs as the host has them."""

    id = s.CharField()
    body = s.CharField()
