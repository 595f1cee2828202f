"""What people ask about themselves, and servers about people."""

from typing import Any

from rest_framework import serializers as s

from backend.api.v1.serializers.fields import StrictBooleanField, StrictCharField, StrictIntegerField, key_field
from backend.api.v1.serializers.widget import WidgetCandidate


class EraseRequest(s.Serializer[Any]):
    """Whose session; with `sure`, so that no other call is taken for this one."""

    token = StrictCharField(max_length=4000)
    sure = StrictBooleanField()

    def validate_sure(self, value: bool) -> bool:
        """Take no but true."""
        if not value:
            raise s.ValidationError("This must be true.")
        return value


class EraseAnswer(s.Serializer[Any]):
    """The person is forgotten."""

    erased = s.BooleanField()


class OwnExportRequest(s.Serializer[Any]):
    """A person wants a copy of what is stored of them."""

    token = StrictCharField(max_length=4000)


class OwnExportAnswer(s.Serializer[Any]):
    """A person's rows, each with its `record`: the person, what they said, saw and hid."""

    records = s.ListField(child=s.DictField())


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


class PersonNamed(s.Serializer[Any]):
    """A person: `annotator` is the host's opaque id, `pseudonym` what lists tell. One of the two."""

    annotator = key_field(required=False)
    pseudonym = StrictCharField(max_length=16, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse none and both."""
        if len(attrs) != 1:
            raise s.ValidationError("Name the person by `annotator` or by `pseudonym`, one of the two.")
        return attrs


class VersionName(s.Serializer[Any]):
    """A version of a dataset."""

    dataset = s.CharField()
    number = s.IntegerField()


class ModelName(s.Serializer[Any]):
    """A trained version of a suggester."""

    question = s.CharField(help_text="Trained versions are numbered by question.")
    name = s.CharField()
    number = s.IntegerField()


class ErasureRow(s.Serializer[Any]):
    """How far the erasing of a person is; it names nobody."""

    id = s.IntegerField()
    state = s.ChoiceField(choices=["asked", "settling", "done"])
    asked_at = s.DateTimeField()
    done_at = s.DateTimeField(allow_null=True)
    units_count = s.IntegerField(help_text="Units the person answered that stay, to be settled without them.")
    settled_count = s.IntegerField(help_text="Of these, how many were settled so far.")
    versions = VersionName(many=True, help_text="Frozen versions that hold their answers; newer ones do not.")
    models = ModelName(many=True, help_text="Trained versions that these taught.")
