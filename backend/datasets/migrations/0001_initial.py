"""Datasets, versions and split keys."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from backend.projects.row_security import protect

FROZEN_STAYS = """
create function a_frozen_version_stays() returns trigger language plpgsql as $$
begin
    raise exception 'A frozen version of a dataset does not change.' using errcode = 'check_violation';
end $$;
create trigger a_frozen_version_stays before update or delete on datasets_datasetversion
    for each row when (old.state = 'frozen') execute function a_frozen_version_stays();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0001_initial"),
        ("questions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dataset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("slug", models.SlugField(max_length=60)),
                ("title", models.CharField(blank=True, max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="datasets",
                        to="questions.question",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DatasetVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("building", "Building"),
                            ("frozen", "Frozen"),
                            ("failed", "Failed"),
                        ],
                        default="building",
                        max_length=10,
                    ),
                ),
                ("asked_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("frozen_at", models.DateTimeField(null=True)),
                ("labels_count", models.PositiveIntegerField(default=0)),
                ("judgements_count", models.PositiveIntegerField(default=0)),
                (
                    "files",
                    models.JSONField(
                        default=list,
                        help_text="Name, sha256 and bytes_count of each file.",
                    ),
                ),
                (
                    "checksum",
                    models.CharField(blank=True, help_text="SHA-256 of the manifest.", max_length=64),
                ),
                ("failure", models.CharField(blank=True, max_length=200)),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="datasets.dataset",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SplitKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "split",
                    models.CharField(
                        choices=[("train", "Train"), ("dev", "Dev"), ("test", "Test")],
                        max_length=5,
                    ),
                ),
                ("assigned_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="split_keys",
                        to="questions.item",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="questions.question",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="dataset",
            constraint=models.UniqueConstraint(fields=("project", "slug"), name="a_dataset_has_its_own_name"),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.UniqueConstraint(
                fields=("project", "dataset", "number"),
                name="a_version_has_its_own_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "frozen"), _negated=True),
                    models.Q(
                        ("frozen_at__isnull", False),
                        models.Q(("checksum", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_frozen_version_has_a_checksum",
            ),
        ),
        migrations.AddConstraint(
            model_name="splitkey",
            constraint=models.UniqueConstraint(fields=("project", "question", "item"), name="an_item_has_one_split"),
        ),
        *protect("datasets_dataset", "datasets_datasetversion", "datasets_splitkey"),
        migrations.RunSQL(FROZEN_STAYS, "drop function a_frozen_version_stays() cascade"),
    ]
