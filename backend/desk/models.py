"""The desk's links, by which people answer, and the erasures of people who want to be forgotten."""

from bisect import bisect_right
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from backend.annotators.models import Annotator, Tombstone
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


class Erasure(Owned):
    """How far the worker has come with erasing a person; once their rows are gone it names nobody.

    First the rows go, then labels they had a part in are settled anew, some at a time, and then datasets are frozen
    anew whose versions hold their answers.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        SETTLING = "settling"
        DONE = "done"

    tombstone = models.OneToOneField(Tombstone, on_delete=models.CASCADE, related_name="erasure")
    pseudonym_digest = models.CharField(max_length=64, editable=False)
    annotator_key = models.BigIntegerField(null=True, help_text="Until the rows are gone, whose they are.")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    question_keys = models.JSONField(default=list, help_text="The questions that the person was asked.")
    units_count = models.PositiveIntegerField(default=0, help_text="How many units the person answered that stay.")
    units_left = models.JSONField(default=list, help_text="Those of them that are to be settled anew, in order.")
    settled_to = models.BigIntegerField(default=0, db_default=0, help_text="The last of those that was, by key.")
    versions = models.JSONField(default=list, help_text="The frozen versions that hold answers of the person, by key.")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state="done") ^ Q(done_at=None), name="a_done_erasure_says_when"),
        ]

    def __str__(self) -> str:
        return f"Erasure {self.pk}: {self.get_state_display().lower()}"

    @property
    def settled_count(self) -> int:
        """Return how many units were settled anew so far."""
        return self.units_count - len(self.to_settle)

    @property
    def to_settle(self) -> list[int]:
        """Return the keys of the units that are not settled anew yet, in order."""
        left: list[int] = self.units_left
        return left[bisect_right(left, self.settled_to) :]
