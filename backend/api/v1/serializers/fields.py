"""Fields that take what they say and nothing that merely looks like it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import is_naive
from rest_framework import serializers as s

from backend.questions.units import Kind

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


class StrictSlugField(s.SlugField):
    """A short name for addresses; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is not a text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictUUIDField(s.UUIDField):
    """A UUID as a text; a number is none."""

    def to_internal_value(self, data: Any) -> UUID:
        """Refuse what is not a text."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class StrictBooleanField(s.BooleanField):
    """True or false; "yes" and 1 are neither."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse what is not a bool."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class MomentField(s.DateTimeField):
    """A moment; without a time zone it is none."""

    default_error_messages = {"naive": "Give a time zone with it, as in 2026-03-01T12:00:00Z."}

    def enforce_timezone(self, value: datetime) -> datetime:
        """Refuse what says no time zone: read as ours it would be off by hours."""
        if is_naive(value):
            self.fail("naive")
        return super().enforce_timezone(value)


class OneOfField(s.ChoiceField):
    """One of a few words; what is none of them is told which there are."""

    def __init__(self, choices: Sequence[str], **options: Any) -> None:
        told = '"{input}" is not one of ' + ", ".join(choices) + "."
        super().__init__(choices=choices, error_messages={"invalid_choice": told}, **options)


def key_field(**options: Any) -> StrictCharField:
    """Return a field for an id of the host's, kept to the letter."""
    return StrictCharField(max_length=KEY_LENGTH, trim_whitespace=False, **options)


def whole_field(**options: Any) -> StrictIntegerField:
    """Return a field for a whole number from 0."""
    return StrictIntegerField(min_value=0, max_value=2**31 - 1, **options)


def share_field(**options: Any) -> StrictFloatField:
    """Return a field for a share, from 0 to 1."""
    return StrictFloatField(min_value=0, max_value=1, **options)


class Empty(s.Serializer[Any]):
    """Nothing more to say."""
