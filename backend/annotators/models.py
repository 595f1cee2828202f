"""Who labels: a person of any kind, known by a pseudonym."""

import secrets

from django.db import models
from django.db.models.functions import Now

from backend.projects.models import Owned


def new_pseudonym() -> str:
    """Return a random name of ten characters that says nothing about the person."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(10))


class Annotator(Owned):
    """A person who labels, with trust as stored; `subject` is the host's opaque id."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer"
        EXPERT = "expert"
        COLLEAGUE = "colleague"
        CROWD = "crowd", "crowd worker"

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.CUSTOMER)
    subject = models.CharField(max_length=200, editable=False)
    pseudonym = models.CharField(max_length=16, default=new_pseudonym, editable=False)
    epoch = models.PositiveIntegerField(default=0, editable=False, help_text="Raised to end all sessions.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_seen_at = models.DateTimeField(null=True, editable=False)
    blocked_at = models.DateTimeField(null=True, editable=False)
    opted_out_at = models.DateTimeField(null=True, editable=False, help_text="Shown nothing and logged nothing since.")
    gold_answers_count = models.PositiveIntegerField(default=0, editable=False)
    gold_right_count = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "subject"], name="an_annotator_is_known_once"),
            models.UniqueConstraint(fields=["project", "pseudonym"], name="a_pseudonym_is_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().capitalize()} {self.pseudonym}"

    @property
    def is_blocked(self) -> bool:
        """Return whether this person's marks are stored and no longer counted."""
        return self.blocked_at is not None

    @property
    def has_opted_out(self) -> bool:
        """Return whether this person wants to be shown nothing."""
        return self.opted_out_at is not None

    @property
    def share_right_on_gold(self) -> float | None:
        """Return the share of gold answers given rightly, or None before the first."""
        return self.gold_right_count / self.gold_answers_count if self.gold_answers_count else None


class HiddenQuestion(Owned):
    """An annotator's wish not to be shown a question any more."""

    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="+")
    question_slug = models.SlugField(max_length=60)
    hidden_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "annotator", "question_slug"], name="a_question_is_hidden_once"),
        ]

    def __str__(self) -> str:
        return f"{self.annotator} hid {self.question_slug}"


class Tombstone(Owned):
    """What stays of an erased annotator: a digest by which late events of theirs are refused."""

    subject_digest = models.CharField(max_length=64, editable=False)
    erased_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "subject_digest"], name="a_person_is_erased_once"),
        ]

    def __str__(self) -> str:
        return self.subject_digest[:12]


class Allowance(Owned):
    """How many calls an annotator made in the running minute."""

    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="+")
    minute_at = models.DateTimeField()
    calls_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "annotator"], name="an_annotator_has_one_allowance"),
        ]

    def __str__(self) -> str:
        return f"{self.annotator}: {self.calls_count}"
