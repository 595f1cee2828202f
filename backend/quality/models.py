"""What we believe: consensus labels with their evidence and history, and clusters."""

from typing import Self

from django.db import models
from django.db.models import Q

from backend.projects.models import Owned, TenantQuerySet
from backend.questions.models import Item, Question, Unit
from backend.questions.said import in_words_of_any


class ConsensusLabelQuerySet(TenantQuerySet["ConsensusLabel"]):
    """Labels by question and by where they stand."""

    def on(self, question: Question) -> Self:
        """Keep the labels of one question."""
        return self.filter(question=question)

    def settled(self) -> Self:
        """Keep what is believed."""
        return self.filter(state=ConsensusLabel.State.SETTLED)


class ConsensusLabel(Owned):
    """What we believe of one unit, with a probability and the evidence; recomputable from judgements."""

    class State(models.TextChoices):
        OPEN = "open"
        PROPOSED = "proposed"
        CONTESTED = "contested"
        SETTLED = "settled"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="consensus_labels")
    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="consensus_label")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    value = models.CharField(max_length=200, blank=True, help_text="Believed, or proposed, value.")
    probability = models.FloatField(null=True)
    evidence = models.JSONField(default=dict)
    policy = models.CharField(max_length=10)
    revision = models.PositiveIntegerField(default=0, help_text="Rises with each change; receivers keep the highest.")
    is_stale = models.BooleanField(default=False, help_text="An item changed after it was judged.")
    settled_at = models.DateTimeField(null=True)
    computed_at = models.DateTimeField()

    objects = ConsensusLabelQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(probability__gt=0, settled_at__isnull=False) & ~Q(value=""),
                name="a_settled_label_has_a_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {in_words_of_any(self.value) or self.state}"


class LabelChange(Owned):
    """One step of what was believed of a unit, in time."""

    label = models.ForeignKey(ConsensusLabel, on_delete=models.CASCADE, related_name="changes")
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ConsensusLabel.State.choices)
    value = models.CharField(max_length=200, blank=True)
    probability = models.FloatField(null=True)
    evidence = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "label", "revision"], name="a_label_changes_step_by_step"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.revision})"


class Cluster(Owned):
    """Items that are one and the same by union of settled duplicates; named by its oldest key."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="clusters")
    name = models.CharField(max_length=200)
    members_count = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "question", "name"], name="a_cluster_has_its_own_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ClusterMember(Owned):
    """An item's place in a cluster."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="members")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="cluster_memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "question", "item"], name="an_item_is_in_one_cluster"),
        ]

    def __str__(self) -> str:
        return f"{self.item} in {self.cluster}"


class RuleRecord(Owned):
    """How one version of a rule did on a question when it was analysed last; earlier versions keep what was found.

    Coverage, overlap and conflict are of the `asked_count` newest items or pairs, what is right of the
    votes that settled labels judge.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="rule_records")
    rule_set = models.CharField(max_length=80)
    rule = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    asked_count = models.PositiveIntegerField()
    voted_count = models.PositiveIntegerField()
    overlap_count = models.PositiveIntegerField()
    conflict_count = models.PositiveIntegerField()
    judged_count = models.PositiveIntegerField()
    right_count = models.PositiveIntegerField()
    failed_count = models.PositiveIntegerField()
    late_count = models.PositiveIntegerField(help_text="Calls that took too long, or were left out for that.")
    median_ms = models.FloatField(null=True)
    analysed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "question", "rule_set", "rule", "version"], name="a_rule_version_is_analysed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.version}"
