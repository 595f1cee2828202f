"""The desk's links: who may answer which question, of what kind they are, and until when."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backend.annotators.models import Annotator
from backend.projects.models import Owned
from backend.questions.models import Question

KINDS = [choice for choice in Annotator.Kind.choices if choice[0] != Annotator.Kind.CUSTOMER]


class DeskLink(Owned):
    """A signed link to a question's desk: with a subject one person's; without, each browser is its own person."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="desk_links")
    annotator_kind = models.CharField(
        max_length=12, choices=KINDS, default=Annotator.Kind.COLLEAGUE, verbose_name="for"
    )
    subject = models.CharField(
        max_length=200, blank=True, help_text="The host's opaque id of the one person; none: anyone."
    )
    created_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(annotator_kind="customer"), name="a_desk_link_is_not_for_customers"),
        ]

    def __str__(self) -> str:
        return f"{self.question} for {self.subject or 'any'} {self.get_annotator_kind_display()}"

    def is_open(self, *, now: datetime) -> bool:
        """Return whether the link lets anybody in at `now`."""
        return self.revoked_at is None and now < self.expires_at
