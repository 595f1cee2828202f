"""What software guesses: suggesters and the suggestions that were pushed to us."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backend.projects.models import Owned
from backend.questions.models import Item, Question


class Suggester(Owned):
    """Software that guesses, by name and version."""

    class State(models.TextChoices):
        LIVE = "live"
        SHADOW = "shadow"
        RETIRED = "retired"

    name = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.LIVE)
    is_pushed = models.BooleanField(default=False, help_text="Runs at the host, which sends us its suggestions.")
    first_seen_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="a_suggester_version_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Suggestion(Owned):
    """One guess that the host pushed: another item or a label for an item, with its score and reasons."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="suggestions")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="suggestions")
    candidate = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, related_name="suggested_for")
    label = models.CharField(max_length=200, blank=True, default="", db_default="")
    suggester = models.ForeignKey(Suggester, on_delete=models.PROTECT, related_name="suggestions")
    score = models.FloatField()
    reasons = models.JSONField(default=list, blank=True)
    pushed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "question", "item", "candidate", "suggester"], name="a_suggestion_is_made_once"
            ),
            models.UniqueConstraint(
                fields=["project", "question", "item", "label", "suggester"],
                condition=Q(candidate=None),
                name="a_label_is_suggested_once",
            ),
            models.CheckConstraint(
                condition=Q(candidate__isnull=False, label="") | Q(candidate=None) & ~Q(label=""),
                name="a_suggestion_names_an_item_or_a_label",
            ),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="a_score_is_from_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate or self.label} for {self.item}"

    @property
    def candidate_key(self) -> str:
        """Return how the wire names the candidate: the other item's key, or the label."""
        return self.candidate.key if self.candidate else self.label
