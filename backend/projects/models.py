"""Who uses Earmark: a project, its keys, pages, webhooks and jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Expression, Q
from django.db.models.functions import Now

from backend.projects.ids import uuid7


class Project(models.Model):
    """One host product. Exempt from row-level security: found before a project is known."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    host_url = models.URLField(blank=True, help_text="Where the product lives, for links in these pages.")
    consent_text = models.TextField(blank=True, help_text="Shown to annotators where they are asked.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """Rows that belong to projects."""

    def of(self, project: "Project | int | Expression") -> Self:
        """Keep the rows of one project; an expression is its key, told later."""
        return self.filter(project=project)


class TenantManager(models.Manager[M]):
    """Finds rows that belong to projects."""

    def of(self, project: "Project | int | Expression") -> models.QuerySet[M]:
        """Return the rows of one project."""
        return self.get_queryset().filter(project=project)


class Owned(models.Model):
    """A row that belongs to one project; its table carries a row-level-security policy."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", editable=False)

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True

    def unique_error_message(self, model_class: type[models.Model], unique_check: Sequence[str]) -> ValidationError:
        """Say which name is taken; that it is so in this project alone goes without saying."""
        names = [name for name in unique_check if name != "project"]
        told = super().unique_error_message(model_class, tuple(unique_check))
        if len(names) == 1 and len(unique_check) > 1:
            taken = str(getattr(self, names[0])).replace("%", "%%")
            told.message = f"There is a {self._meta.verbose_name} “{taken}” already; take another name."
        return told


class StaffMember(models.Model):
    """A person of the staff who may open a project's admin pages. Exempt, holds no customer text."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="a_member_is_named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} of {self.project}"


class ApiKey(models.Model):
    """A key of a project; only its SHA-256 is kept of a secret one. Exempt, holds no customer text."""

    class Kind(models.TextChoices):
        PUBLISHABLE = "publishable"
        SECRET = "secret"  # noqa: S105

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=80, editable=False, help_text="What may be shown of the key.")
    label = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return self.hint

    def is_valid(self, *, now: datetime) -> bool:
        """Return whether the key opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class WebOrigin(models.Model):
    """Scheme, host and port of a page that may call us. Exempt, holds no customer text."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=255, help_text="For example https://forum.example.org, without a path.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "origin"], name="a_web_origin_is_listed_once"),
            models.CheckConstraint(condition=Q(origin__regex=r"^https?://[^/\s]+$"), name="a_web_origin_has_no_path"),
        ]

    def __str__(self) -> str:
        return self.origin


class SigningKey(Owned):
    """A key with which the host signs identities; the material is encrypted at rest."""

    class Algorithm(models.TextChoices):
        HS256 = "HS256"
        EDDSA = "EdDSA"

    kid = models.CharField(max_length=60)
    algorithm = models.CharField(max_length=8, choices=Algorithm.choices, default=Algorithm.HS256)
    material = models.BinaryField(editable=False, help_text="Encrypted; the public key for EdDSA.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "kid"], name="a_kid_names_one_signing_key"),
        ]

    def __str__(self) -> str:
        return self.kid


class Webhook(Owned):
    """An address of the host that is told when a label changes."""

    url = models.URLField(max_length=500)
    secret = models.BinaryField(editable=False, help_text="Encrypted.")
    previous_secret = models.BinaryField(null=True, editable=False, help_text="Encrypted; signs too while rotating.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(Owned):
    """One message to one webhook, and how its sending went."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=40)
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    attempts_count = models.PositiveSmallIntegerField(default=0)
    response_status = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=120, blank=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs by where they stand."""

    def waiting(self) -> Self:
        """Keep the jobs that are neither done nor dead."""
        return self.filter(done_at=None, died_at=None)

    def in_no_lane(self) -> Self:
        """Keep the jobs that wait for no other; with `waiting` by an index of its own, however many were done."""
        return self.filter(lane="")

    def dead(self) -> Self:
        """Keep the jobs that were given up."""
        return self.exclude(died_at=None)


class Job(models.Model):
    """A row of the durable queue, written in the transaction of the fact that asks for it.

    Exempt from row-level security: claimed before a project is known, and holds ids only.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    arguments: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        default=dict, help_text="Ids and numbers only, never text of a customer."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    is_urgent = models.BooleanField(default=False, db_default=False, help_text="Whether it comes before others.")
    lane = models.CharField(
        max_length=40, default="", db_default="", blank=True, help_text="Jobs of one lane are worked at one by one."
    )
    attempts_count = models.PositiveSmallIntegerField(default=0)
    losses_count = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often the store's connection or memory was lost while it was worked at."
    )
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    died_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True, help_text="The kind of the last error.")

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["-is_urgent", "due_at", "id"],
                name="job_next_of_no_lane",
                condition=Q(done_at=None, died_at=None, lane=""),
            ),
            models.Index(
                fields=["project", "kind", "lane", "due_at", "id"],
                name="job_next_of_each_lane",
                condition=Q(done_at=None, died_at=None) & ~Q(lane=""),
            ),
            models.Index(
                fields=["leased_until"],
                name="job_leased",
                condition=Q(done_at=None, died_at=None, leased_until__isnull=False),
            ),
            models.Index(fields=["done_at"], name="jobs_done", condition=Q(done_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class RestingLane(models.Model):
    """A lane of jobs whose last one failed: one is tried when it has rested, until one is done.

    Exempt from row-level security: looked at before a project is known, and holds ids only.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=60)
    lane = models.CharField(max_length=40)
    failures_count = models.PositiveSmallIntegerField(help_text="How many of its jobs failed in a row.")
    rests_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "kind", "lane"], name="a_lane_rests_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.lane}"
