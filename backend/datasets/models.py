"""What we train on: datasets, their frozen versions, and the split each item keeps."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backend.projects.models import Owned
from backend.questions.models import Item, Question


class Dataset(Owned):
    """What is believed about one question, under a name a developer loads."""

    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=200, blank=True)
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="datasets")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "slug"], name="a_dataset_has_its_own_name"),
        ]

    def __str__(self) -> str:
        return self.title or self.slug


class DatasetVersion(Owned):
    """A frozen, checksummed export with splits; once frozen, the database refuses to change it."""

    class State(models.TextChoices):
        BUILDING = "building"
        FROZEN = "frozen"
        FAILED = "failed"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.BUILDING)
    asked_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    labels_count = models.PositiveIntegerField(default=0)
    judgements_count = models.PositiveIntegerField(default=0)
    files = models.JSONField(default=list, help_text="Name, sha256 and bytes_count of each file.")
    checksum = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the manifest.")
    left_out = models.JSONField(
        default=dict,
        db_default={},
        help_text="How many items its files do not hold, by form and reason; the manifest names them.",
    )
    card = models.JSONField(
        default=dict,
        db_default={},
        help_text="What its files count, by value and split, and what is new since the version before.",
    )
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "dataset", "number"], name="a_version_has_its_own_number"),
            models.CheckConstraint(
                condition=~Q(state="frozen") | Q(frozen_at__isnull=False) & ~Q(checksum=""),
                name="a_frozen_version_has_a_checksum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.number}"


class SplitKey(Owned):
    """The split an item got when its cluster was first frozen; it may go from train to test, never back."""

    class Split(models.TextChoices):
        TRAIN = "train"
        DEV = "dev"
        TEST = "test"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="split_keys")
    split = models.CharField(max_length=5, choices=Split.choices)
    assigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "question", "item"], name="an_item_has_one_split"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.split}"


class ErasedSince(Owned):
    """That a frozen version holds answers of somebody who is erased since; the version itself does not change."""

    version = models.OneToOneField(DatasetVersion, on_delete=models.CASCADE, related_name="erased_since")
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.version} holds answers of somebody who is erased"
