"""What was shown and what was answered: the exposure ledger and the append-only judgements."""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Now

from backend.annotators.models import Annotator
from backend.assignments.models import Assignment
from backend.projects.ids import uuid7
from backend.projects.models import Owned, TenantQuerySet
from backend.questions.models import Item, Question, Unit
from backend.questions.said import in_words_of_any
from backend.questions.spots import said_of_candidate
from backend.suggestions.models import Suggester


class Exposure(Owned):
    """A ranked list shown to one annotator, with all that is known about how it came to be."""

    class Channel(models.TextChoices):
        WIDGET = "widget"
        SDK = "sdk"
        ADMIN = "admin"
        DESK = "desk"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="exposures")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="exposures")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="exposures")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    policy = models.CharField(max_length=40, help_text="How the list was ordered: ranked, shuffled, search or host.")
    policy_version = models.PositiveIntegerField(default=1)
    epsilon = models.FloatField(null=True, help_text="Probability of a shuffled list; none where the host ordered.")
    candidates_hash = models.CharField(max_length=64, help_text="SHA-256 of the ranked pool the list was drawn from.")
    pool = models.JSONField(default=list, help_text="The pool in its ranked order: candidate, score, suggester.")
    was_asked = models.BooleanField(default=False)
    ask_probability = models.FloatField(null=True)
    within = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        related_name="searches",
        help_text="The list searched from.",
    )
    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, null=True, related_name="exposures", help_text="Asked at the desk."
    )
    shown_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)

    written: "list[Slot] | None" = None
    """Its slots by rank where they were written just now; they know no keys of their own."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "id"], name="an_exposure_is_logged_once"),
        ]
        indexes = [
            models.Index(fields=["project", "item", "shown_at"], name="exposures_of_an_item"),
            models.Index(fields=["project", "annotator", "shown_at"], name="exposures_to_an_annotator"),
            models.Index(fields=["project", "shown_at"], name="exposures_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.item} to {self.annotator}"

    def in_order(self) -> "list[Slot]":
        """Return its slots by rank with their candidates and suggesters.

        They are read, where they were neither written just now nor read along with other lists: `slots_along`.
        """
        if self.written is not None:
            return self.written
        if "slots" in getattr(self, "_prefetched_objects_cache", {}):
            return list(self.slots.all())
        return list(self.slots.select_related("candidate", "suggester").order_by("rank"))

    @staticmethod
    def slots_along() -> "Prefetch[str]":
        """Return what reads the slots of many lists at once, as `in_order` gives them."""
        return Prefetch("slots", Slot.objects.select_related("candidate", "suggester").order_by("rank"))


class Slot(Owned):
    """One entry of a shown list, another item, a label or a spot: its place, its chance, and what became of it."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        CORRECTED = "corrected"
        UNSURE = "unsure"
        PASSED = "passed"
        IGNORED = "ignored"
        UNSEEN = "unseen"

    exposure = models.ForeignKey(Exposure, on_delete=models.CASCADE, related_name="slots")
    rank = models.PositiveSmallIntegerField(help_text="1 is the first place.")
    candidate = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, related_name="slots")
    label = models.CharField(max_length=200, blank=True, default="", db_default="")
    anchor = models.JSONField(null=True, blank=True, help_text="Where a spot lies; `label` is its candidate id then.")
    suggester = models.ForeignKey(Suggester, on_delete=models.PROTECT, null=True, related_name="slots")
    score = models.FloatField(null=True)
    reasons = models.JSONField(default=list)
    propensity = models.FloatField(null=True, help_text="Probability of being at this rank; none where unknown.")
    seen_at_ms = models.PositiveIntegerField(null=True, help_text="First seen, ms after the list was shown.")
    seen_ms = models.PositiveIntegerField(null=True, help_text="How long it was seen, in ms.")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.UNSEEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "exposure", "rank"], name="a_rank_is_filled_once"),
            models.UniqueConstraint(fields=["project", "exposure", "candidate"], name="a_candidate_is_shown_once"),
            models.UniqueConstraint(
                fields=["project", "exposure", "label"], condition=Q(candidate=None), name="a_label_is_shown_once"
            ),
            models.CheckConstraint(
                condition=Q(candidate__isnull=False, label="") | Q(candidate=None) & ~Q(label=""),
                name="a_slot_holds_an_item_or_a_label",
            ),
            models.CheckConstraint(
                condition=Q(propensity=None) | Q(propensity__gt=0, propensity__lte=1),
                name="a_propensity_is_a_probability",
            ),
        ]
        indexes = [models.Index(fields=["project", "candidate"], name="slots_of_a_candidate")]

    def __str__(self) -> str:
        return f"{self.rank}. {self.said}"

    @property
    def said(self) -> str:
        """Return the candidate in words for a person: an item's title, a label, what a spot marks."""
        return str(self.candidate or said_of_candidate(self.anchor, self.label))

    @property
    def candidate_key(self) -> str:
        """Return how the wire names the candidate: the other item's key, or the label."""
        return self.candidate.key if self.candidate else self.label

    @property
    def seen_after_s(self) -> float | None:
        """Return how many seconds after showing it was first seen, or None."""
        return None if self.seen_at_ms is None else self.seen_at_ms / 1000


class LedgerEvent(Owned):
    """One thing that happened to a shown list, as the host's page or server told it; append-only."""

    id = models.UUIDField(primary_key=True, editable=False)
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="+")
    exposure = models.ForeignKey(Exposure, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10)
    candidate = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, related_name="+")
    label = models.CharField(max_length=200, blank=True, default="", db_default="")
    seq = models.PositiveIntegerField(default=0)
    at_ms = models.PositiveIntegerField(help_text="When, in ms after the list was shown.")
    payload_digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "id"], name="an_event_is_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class JudgementQuerySet(TenantQuerySet["Judgement"]):
    """Judgements by question and by whether they still stand."""

    def on(self, question: Question) -> Self:
        """Keep the judgements of one question."""
        return self.filter(question=question)

    def standing(self) -> Self:
        """Keep what was not withdrawn by the person who said it."""
        undone = Withdrawal.objects.filter(
            project=OuterRef("project"), judgement_key=OuterRef("pk"), annotator=OuterRef("annotator")
        )
        return self.filter(~Exists(undone))

    def live(self) -> Self:
        """Keep each person's present answer to each unit."""
        return self.filter(Exists(LiveJudgement.objects.filter(project=OuterRef("project"), judgement=OuterRef("pk"))))

    def counting(self) -> Self:
        """Keep present answers of who is not blocked and wrote none of the items."""
        return self.live().filter(annotator__blocked_at=None, has_conflict_of_interest=False)


class Judgement(Owned):
    """One annotator's recorded answer; its row never changes."""

    class Origin(models.TextChoices):
        SPONTANEOUS = "spontaneous"
        DRAWN = "drawn"
        ASSIGNED = "assigned"
        GOLD = "gold"
        IMPORTED = "imported"

    class Via(models.TextChoices):
        KEYBOARD = "keyboard"
        MOUSE = "mouse"
        TOUCH = "touch"
        API = "api"

    id = models.UUIDField(primary_key=True, editable=False)
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="judgements")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="judgements")
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="judgements")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="judgements", help_text="Where it was said.")
    exposure = models.ForeignKey(Exposure, on_delete=models.CASCADE, null=True, related_name="judgements")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, null=True, related_name="judgements")
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, null=True, related_name="judgements")
    value = models.CharField(max_length=200)
    anchor = models.JSONField(
        null=True, blank=True, help_text="Own boundary of a spot; `told` is what a page of another text said."
    )
    origin = models.CharField(max_length=12, choices=Origin.choices)
    draw_probability = models.FloatField(null=True, help_text="Of being asked, where the server drew.")
    via = models.CharField(max_length=8, choices=Via.choices, default=Via.API)
    at_ms = models.PositiveIntegerField(null=True, help_text="When, in ms after the list was shown.")
    has_conflict_of_interest = models.BooleanField(default=False)
    note = models.TextField(
        blank=True, default="", db_default="", help_text="What the annotator added in their own words."
    )
    item_hash = models.CharField(max_length=64, help_text="Content hash of the unit's first item then.")
    other_hash = models.CharField(max_length=64, blank=True)
    judged_at = models.DateTimeField(help_text="By the person's clock, never later than received.")
    received_at = models.DateTimeField()
    payload_digest = models.CharField(max_length=64)

    objects = JudgementQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "id"], name="a_judgement_is_sent_once"),
        ]
        indexes = [
            models.Index(fields=["project", "unit", "annotator"], name="judgements_of_a_unit"),
            models.Index(fields=["project", "annotator", "judged_at"], name="judgements_of_an_annotator"),
            models.Index(fields=["project", "received_at"], name="judgements_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.annotator}: {in_words_of_any(self.value)}"

    @property
    def shown_in(self) -> Exposure | None:
        """Return the list it answers: a process of the version before wrote the slot alone."""
        return self.exposure or (self.slot.exposure if self.slot else None)

    @property
    def shown_in_id(self) -> UUID | None:
        """Return the id of the list it answers."""
        return self.exposure_id or (self.slot.exposure_id if self.slot else None)


class Withdrawal(Owned):
    """An undo: the person took a judgement back. It may arrive before the judgement itself."""

    id = models.UUIDField(primary_key=True, editable=False)
    judgement_key = models.UUIDField(help_text="Id of the judgement, which may still be on its way.")
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="withdrawals")
    withdrawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "id"], name="a_withdrawal_is_sent_once"),
        ]
        indexes = [models.Index(fields=["project", "judgement_key"], name="withdrawals_of_a_judgement")]

    def __str__(self) -> str:
        return f"{self.annotator} took {self.judgement_key} back"


class LiveJudgement(Owned):
    """Which judgement of (question, annotator, unit) stands now; moved with each new one or undo."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, related_name="live_judgements")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="live_judgements")
    judgement = models.ForeignKey(Judgement, on_delete=models.CASCADE, related_name="live_rows")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "question", "annotator", "unit"], name="one_judgement_of_each_is_live"
            ),
        ]

    def __str__(self) -> str:
        return str(self.judgement)


class RefusedEvent(Owned):
    """An event that was not taken, and why; its content is not kept."""

    event_key = models.CharField(max_length=64, blank=True)
    annotator = models.ForeignKey(Annotator, on_delete=models.CASCADE, null=True, related_name="+")
    code = models.CharField(max_length=40)
    events_count = models.PositiveIntegerField(default=1, help_text="More than one where the page reported losses.")
    refused_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.code} {self.event_key}"
