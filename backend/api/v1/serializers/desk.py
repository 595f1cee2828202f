"""The desk and its links."""

from typing import Any

from rest_framework import serializers as s

from backend.api.v1.serializers.fields import (
    OneOfField,
    StrictCharField,
    StrictIntegerField,
    StrictUUIDField,
    key_field,
)
from backend.api.v1.serializers.widget import PlaceAnswer, WidgetQuestion
from backend.desk.models import MOST_PEOPLE, USUAL_PEOPLE


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
    question = WidgetQuestion(help_text="What is asked, as it is now.")
    progress = DeskProgress()


class DeskLeaveRequest(s.Serializer[Any]):
    """Give a unit back: the page closes, or the person does not want it."""

    token = StrictCharField(max_length=4000)
    assignment = StrictIntegerField(min_value=1, max_value=2**63 - 1)


class DeskLinkBody(s.Serializer[Any]):
    """A link to a question's desk: with `annotator` for one person, without for anyone who has it."""

    question = StrictCharField(max_length=60)
    annotator_kind = OneOfField(choices=["expert", "colleague", "crowd"], required=False, default="colleague")
    annotator = key_field(
        required=False, allow_null=True, default=None, help_text="The host's opaque id of the person."
    )
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
