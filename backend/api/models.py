"""What the wire keeps for itself."""

from django.db import models


class WidgetFile(models.Model):
    """A file of the widget as it was served: a page that began with an older edition still asks for its other parts.

    No customer's data, and no project's: only the owner role writes here, when the tables are brought up to date.
    """

    name = models.CharField(primary_key=True, max_length=80, help_text="With the edition in it, so it never changes.")
    edition = models.CharField(max_length=12)
    content = models.BinaryField()
    replaced_at = models.DateTimeField(null=True, help_text="When another edition took its place.")

    def __str__(self) -> str:
        return self.name
