"""Who should answer what next: the judgements we asked for, and how often we may ask in the host's pages."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backend.annotators.models import Annotator
from backend.assignments.caps import Caps
from backend.projects.models import Owned, TenantQuerySet
from backend.questions.models import Item, Question, Unit

LONGEST_REST_DAYS = 3650
CAPS_POSSIBLE = f"A rest comes after one dismissal or more, and lasts {LONGEST_REST_DAYS} days at most."


class AssignmentQuerySet(TenantQuerySet["Assignment"]):
    """Assignments by whether they stand in the way of others."""

    def taking_places(self, *, now: datetime) -> Self:
        """Keep those that take one of a unit's places: answered, or leased at `now`."""
        return self.filter(Q(answered_at__isnull=False) | Q(lease_until__gt=now))


class Assignment(Owned):
    """A judgement we asked one annotator for, out of context."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="assignments")
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="assignments")
    assigned_at = models.DateTimeField(db_default=Now(), editable=False)
    lease_until = models.DateTimeField(null=True, help_text="Until then the unit is kept for this annotator.")
    answered_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "unit", "annotator"], name="a_unit_is_assigned_once_to_each"),
        ]
        indexes = [
            models.Index(
                fields=["project", "annotator", "lease_until"], name="open_assignments", condition=Q(answered_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} to {self.annotator}"


class ConsideredItem(Owned):
    """An item that was looked at for units to ask about at the desk, whether any were found or not."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    considered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "question", "item"], name="an_item_is_considered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item} for {self.question}"


class PromptPolicy(Owned):
    """How often a project may ask one person a question that they did not come for."""

    visit_limit = models.PositiveSmallIntegerField(default=1, help_text="Prompts in one visit.")
    week_limit = models.PositiveSmallIntegerField(default=3, help_text="Prompts in seven days.")
    dismissals_limit = models.PositiveSmallIntegerField(default=2, help_text="Dismissals after which we rest.")
    rest_days = models.PositiveSmallIntegerField(default=30, help_text="Days without prompts after those dismissals.")

    class Meta:
        verbose_name_plural = "prompt policies"
        constraints = [
            models.UniqueConstraint(fields=["project"], name="a_project_has_one_prompt_policy"),
            models.CheckConstraint(
                condition=Q(dismissals_limit__gte=1, rest_days__lte=LONGEST_REST_DAYS),
                name="a_rest_is_earned_and_ends",
                violation_error_message=CAPS_POSSIBLE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_limit} a visit, {self.week_limit} a week"

    @property
    def caps(self) -> Caps:
        """Return the numbers alone."""
        return Caps(self.visit_limit, self.week_limit, self.dismissals_limit, self.rest_days)


class Visit(Owned):
    """An annotator's present visit to the host's pages: calls of the widget no more than half an hour apart."""

    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "annotator"], name="an_annotator_has_one_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.annotator} since {self.started_at:%H:%M}"


class PromptQuerySet(TenantQuerySet["Prompt"]):
    """Prompts by whom they were shown to, and where."""

    def to(self, annotator: Annotator) -> Self:
        """Keep what one person was asked."""
        return self.filter(project=annotator.project_id, annotator=annotator)

    def at(self, question: Question, item: Item) -> Self:
        """Keep what was asked at one place."""
        return self.filter(question=question, item=item)


class Prompt(Owned):
    """A question that nobody asked for, shown to someone: what the caps count."""

    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="prompts")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    visit_started_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, help_text="First answer to the list that asked.")
    dismissed_at = models.DateTimeField(null=True, help_text="When it was closed or the question hidden.")

    objects = PromptQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "annotator", "question", "item", "visit_started_at"],
                name="a_prompt_counts_once_a_visit",
            ),
        ]
        indexes = [models.Index(fields=["project", "annotator", "asked_at"], name="prompts_to_an_annotator")]

    def __str__(self) -> str:
        return f"{self.question} to {self.annotator}"
