"""The desk's links: who may answer which question, of what kind they are, and until when."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from backend.annotators.models import Annotator
from backend.projects.models import Owned
from backend.questions.models import Question

USUAL_PEOPLE, MOST_PEOPLE = 50, 10_000

KINDS = [choice for choice in Annotator.Kind.choices if choice[0] != Annotator.Kind.CUSTOMER]


class DeskLink(Owned):
    """A signed link to a question's desk: with a subject one person's; without, each browser is its own person.

    A link for anyone lets in `most_people` who were not met before; those who were go on when it is full.
    """

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
    most_people = models.PositiveIntegerField(
        default=USUAL_PEOPLE, db_default=USUAL_PEOPLE, help_text="How many new people a link for anyone lets in."
    )
    people_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    minute_at = models.DateTimeField(null=True, editable=False)
    newcomers_count = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="How often somebody new came in that minute."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(people_count__lte=F("most_people")), name="a_desk_link_lets_in_no_more_than_it_may"
            ),
            models.CheckConstraint(condition=~Q(annotator_kind="customer"), name="a_desk_link_is_not_for_customers"),
        ]

    def __str__(self) -> str:
        return f"{self.question} for {self.subject or 'any'} {self.get_annotator_kind_display()}"

    def is_open(self, *, now: datetime) -> bool:
        """Return whether the link lets anybody in at `now`."""
        return self.revoked_at is None and now < self.expires_at
