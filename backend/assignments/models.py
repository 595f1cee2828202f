"""Who should answer what next: the judgements we asked for."""

from django.db import models
from django.db.models.functions import Now

from backend.annotators.models import Annotator
from backend.projects.models import Owned
from backend.questions.models import Unit


class Assignment(Owned):
    """A judgement we asked one annotator for, out of context."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="assignments")
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="assignments")
    assigned_at = models.DateTimeField(db_default=Now(), editable=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "unit", "annotator"], name="a_unit_is_assigned_once_to_each"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} to {self.annotator}"
