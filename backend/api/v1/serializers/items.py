"""Items of the host."""

from typing import Any

from rest_framework import serializers as s

from backend.api.v1.serializers.fields import StrictCharField, key_field


class ItemBody(s.Serializer[Any]):
    """An item as the host describes it."""

    id = key_field()
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
