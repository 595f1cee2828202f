"""Questions and their policies."""

from typing import Any

from earmark.weights import LARGEST_WEIGHT, fault_of_weights
from rest_framework import serializers as s

from backend.api.v1.serializers.fields import (
    KEY_LENGTH,
    KINDS,
    OneOfField,
    StrictBooleanField,
    StrictCharField,
    StrictFloatField,
    StrictIntegerField,
    StrictSlugField,
    share_field,
)


class DictionaryField(s.DictField):
    """Words, phrases and patterns by label: at most 500 labels with 200 entries of 300 signs each."""

    child = s.ListField(child=StrictCharField(max_length=300), max_length=200)

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

    id = StrictSlugField(max_length=60)
    kind = OneOfField(choices=KINDS, default="pair")
    prompt = StrictCharField(max_length=200, required=False)
    guideline = StrictCharField(required=False, allow_blank=True, max_length=20_000)
    labels = s.ListField(child=StrictCharField(max_length=200), required=False, max_length=500)
    allows_new_labels = StrictBooleanField(required=False)
    dictionary = DictionaryField(
        required=False,
        help_text="Words and phrases that speak for a label, by label. Of spans an entry between slashes, /…/, is a "
        "regular expression as RE2 reads it.",
    )
    settling_policy = OneOfField(choices=["confirm", "trusting", "expert"], required=False)
    overlap = StrictIntegerField(min_value=1, max_value=50, required=False)
    minimum = StrictIntegerField(min_value=1, max_value=50, required=False)
    maximum = StrictIntegerField(min_value=1, max_value=100, required=False)
    epsilon = StrictFloatField(min_value=0.1, max_value=1, required=False)
    shown_count = StrictIntegerField(min_value=1, max_value=10, required=False)
    pool_count = StrictIntegerField(min_value=1, max_value=10, required=False)
    ask_probability = share_field(required=False)
    candidates_from = OneOfField(choices=["earlier", "any"], required=False)
    item_kind = StrictCharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Only items of this kind are asked about at the desk and found for pairs; empty: of any kind.",
    )
    suggesters = s.ListField(child=StrictCharField(max_length=80), required=False, max_length=10)
    weights = WeightsField(
        required=False,
        help_text="How many times as usual each kind of evidence counts for the suggester hybrid, from 0 to 5: "
        "words, title, meaning, fields, time.",
    )
    is_blind = StrictBooleanField(required=False)
    lease_s = StrictIntegerField(min_value=30, max_value=86_400, required=False)
    most_spots = StrictIntegerField(
        min_value=1,
        max_value=2_000,
        required=False,
        help_text="How many spans or regions one person may mark by themselves in one item; 200 where nothing is said. "
        "One more is refused with the code too_many_spots.",
    )
    is_active = StrictBooleanField(required=False)


class QuestionRow(QuestionBody):
    """A question as it stands."""

    policy_version = s.IntegerField()
    created_at = s.DateTimeField()
