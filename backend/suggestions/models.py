"""What software guesses: suggesters, trained versions, what was pushed to us, what items mean as vectors."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backend.projects.models import Owned, TenantQuerySet
from backend.questions.models import Item, Question
from backend.questions.spots import said_of_candidate
from backend.questions.units import isolated
from backend.suggestions.halfvec import HalfVector

LEARNED = "learned"
HYBRID, DICTIONARY, NEIGHBOURS, UNTRAINED = "hybrid", "dictionary", "neighbours", "untrained"
NOTHING_TRAINED = "nothing trained"
COMPUTED = "+"
"""What follows it in a suggester's version was computed, not decided by anybody."""


class SuggesterQuerySet(TenantQuerySet["Suggester"]):
    """Suggesters by what they are versions of."""

    def computed_anew_of(self, name: str, version: str) -> Self:
        """Keep a version and those that differ from it only in what was computed; what was trained moves by itself."""
        decided = version.partition(COMPUTED)[0]
        alike = Q(version=decided) | Q(version__startswith=f"{decided}{COMPUTED}")
        return self.filter(alike, name=name, trained_version=None)


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

    objects = SuggesterQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="a_suggester_version_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class RemoteSuggester(Owned):
    """A suggester that runs at the host and is asked over signed HTTP; questions enable it by its name."""

    name = models.CharField(max_length=80, help_text="As questions name it; the answers must give it too.")
    url = models.URLField(max_length=500, help_text="Where it is asked; https and public, outside of development.")
    secret = models.BinaryField(editable=False, help_text="Encrypted.")
    previous_secret = models.BinaryField(null=True, editable=False, help_text="Encrypted; signs too while rotating.")
    timeout_ms = models.PositiveSmallIntegerField(
        default=300, help_text="Milliseconds from 50 to 2,000 after which it abstains and the list goes without it."
    )
    candidates_count = models.PositiveSmallIntegerField(
        default=0,
        help_text="How many items found by their words, at most 50, are sent along for a pair; labels always are.",
    )
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "suggester at the host"
        verbose_name_plural = "suggesters at the host"
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="a_remote_suggester_has_its_own_name"),
            models.CheckConstraint(
                condition=Q(timeout_ms__gte=50, timeout_ms__lte=2000),
                name="a_remote_suggester_has_little_time",
                violation_error_message="Give it 50 to 2,000 ms.",
            ),
            models.CheckConstraint(
                condition=Q(candidates_count__lte=50),
                name="few_candidates_are_sent_along",
                violation_error_message="At most 50 are sent along.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Suggestion(Owned):
    """One guess that the host pushed: another item, a label or a spot for an item, with its score and reasons."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="suggestions")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="suggestions")
    candidate = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, related_name="suggested_for")
    label = models.CharField(max_length=200, blank=True, default="", db_default="")
    anchor = models.JSONField(null=True, blank=True, help_text="Where a spot lies; `label` is its candidate id then.")
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
        named = str(self.candidate or said_of_candidate(self.anchor, self.label))
        return f"{isolated(named)} for {isolated(str(self.item))}"

    @property
    def candidate_key(self) -> str:
        """Return how the wire names the candidate: the other item's key, or the label."""
        return self.candidate.key if self.candidate else self.label


class EmbeddingVersion(Owned):
    """A version of an embedder in a project, and how far the items are embedded by it."""

    class State(models.TextChoices):
        BUILDING = "building", "Building: an older version serves meanwhile"
        SERVING = "serving", "Serving: what is meant alike is found by it"
        RETIRED = "retired", "Retired: its vectors are deleted"

    name = models.CharField(max_length=200, help_text="The model's folder, or its name on the hub.")
    version = models.CharField(max_length=40, help_text="A checksum of the model's files.")
    width = models.PositiveSmallIntegerField(help_text="Numbers of a vector, as they are kept.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.BUILDING)
    followed_seq = models.BigIntegerField(default=0, help_text="The change of an item up to which all are embedded.")
    vectors_count = models.PositiveIntegerField(default=0)
    busy_until = models.DateTimeField(null=True, help_text="Until when a worker holds a batch of it.")
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="an_embedding_version_is_one"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state="serving"), name="one_embedding_version_serves"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class ItemVector(Owned):
    """What an item's text means, as a vector of one embedding version. An HNSW index stands for each usual width."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="vectors")
    version = models.ForeignKey(EmbeddingVersion, on_delete=models.CASCADE, related_name="vectors", db_index=False)
    text_hash = models.CharField(max_length=64, help_text="SHA-256 of the text that was embedded.")
    created_at = models.DateTimeField(null=True, help_text="When the item came to be in the host product.")
    width = models.PositiveSmallIntegerField()
    vector = HalfVector()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version", "item"], name="an_item_is_embedded_once_a_version"),
        ]
        indexes = [
            models.Index(fields=["project", "version", "created_at"], name="vectors_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.item} by {self.version}"


class WeighedFields(Owned):
    """What sharing each field of a project's items speaks for, without labels (see `earmark.suggesters.facets`)."""

    facts = models.JSONField(help_text="As Facets.as_facts tells it.")
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the facts.")
    items_count = models.PositiveIntegerField(help_text="Items of the project when it was learned.")
    weighed_at = models.DateTimeField()
    followed_seq = models.BigIntegerField(
        default=0, db_default=0, help_text="The change of an item up to which what only removed ones had is forgotten."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project"], name="fields_are_weighed_once_a_project")]
        verbose_name_plural = "weighed fields"

    def __str__(self) -> str:
        return f"{len(self.facts.get('facets', []))} fields"


class RuleAccuracy(Owned):
    """How often votes of one version of a rule were right on a question, written by quality: what they weigh."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="rule_accuracies")
    rule_set = models.CharField(max_length=80)
    rule = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    right_count = models.PositiveIntegerField()
    judged_count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "question", "rule_set", "rule", "version"], name="a_rule_version_weighs_once"
            ),
        ]
        verbose_name_plural = "rule accuracies"

    def __str__(self) -> str:
        return f"{self.rule} {self.version}: {self.right_count} of {self.judged_count}"


class TrainedVersion(Owned):
    """A suggester trained of one question from a frozen dataset version, and how it did on what it had not seen.

    Its suggester's row, of the same state, is what exposures name.
    """

    class State(models.TextChoices):
        TRAINING = "training", "Training: a worker is at it"
        SHADOW = "shadow", "Shadow: trained, shows nothing"
        LIVE = "live", "Live: orders what people see"
        RETIRED = "retired", "Retired: another one took its place, or it was stepped back"
        FAILED = "failed", "Failed"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="trained_versions")
    name = models.CharField(
        max_length=80,
        default=LEARNED,
        db_default=LEARNED,
        help_text="The suggester: learned, linear, stacked or sequence.",
    )
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.TRAINING)
    suggester = models.OneToOneField(Suggester, on_delete=models.PROTECT, null=True, related_name="trained_version")
    dataset = models.CharField(max_length=60, help_text="The dataset's slug.")
    dataset_number = models.PositiveIntegerField(help_text="The number of its frozen version.")
    dataset_checksum = models.CharField(max_length=64)
    checksum = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the artefact's list of checksums.")
    embedder_version = models.CharField(max_length=40, blank=True, help_text="Of the vectors it was trained with.")
    metrics = models.JSONField(default=dict, help_text="On what it had not seen, beside what serves untrained.")
    report = models.JSONField(default=dict, help_text="What it was taught with, and what cross-validation chose.")
    examples_count = models.PositiveIntegerField(default=0)
    positives_count = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(null=True)
    asked_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    trained_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)
    followed_seq = models.BigIntegerField(
        default=0, db_default=0, help_text="The change of an item up to which what only removed ones had is forgotten."
    )
    erased_at = models.DateTimeField(
        null=True, help_text="When it was found that a person whose answers taught it is erased."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "question", "number"], name="a_trained_version_has_its_own_number"
            ),
            models.UniqueConstraint(
                fields=["project", "question"], condition=Q(state="live"), name="one_trained_version_is_live"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["shadow", "live", "retired"]) | Q(suggester__isnull=False) & ~Q(checksum=""),
                name="a_trained_version_has_an_artefact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question.slug} {self.number}"

    @property
    def measure(self) -> str:
        """Return the name of the measure that decides whether it is better."""
        return str(self.metrics.get("measure", "MRR@10"))

    @property
    def untrained(self) -> str:
        """Return the key of `metrics` under which stands what serves where nothing that was trained does."""
        return HYBRID if self.name == LEARNED else UNTRAINED

    @property
    def gain(self) -> dict[str, float]:
        """Return how far it is ahead of what served when it was trained: difference, low, high; empty if not known."""
        found: dict[str, float] = self.metrics.get("gain", {})
        return found

    @property
    def is_better(self) -> bool:
        """Return whether the whole interval of its gain lies above nought."""
        return bool(self.gain) and self.gain["low"] > 0


class Promotion(Owned):
    """A step of a question's trained suggester, forward or back: who took it, when and why. It never changes."""

    class Move(models.TextChoices):
        PROMOTED = "promoted"
        STEPPED_BACK = "stepped_back", "Stepped back"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="promotions")
    move = models.CharField(max_length=12, choices=Move.choices)
    before = models.ForeignKey(
        TrainedVersion,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="None: nothing trained.",
    )
    after = models.ForeignKey(
        TrainedVersion,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="None: nothing trained.",
    )
    is_override = models.BooleanField(default=False, help_text="Promoted although it is not surely better.")
    reason = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=150)
    moved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.after or NOTHING_TRAINED}"
