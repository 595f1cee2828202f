"""Trained versions of learned suggesters, their promotions, and what sharing a field speaks for."""

import django.db.models.deletion
from django.db import migrations, models

from backend.projects.row_security import append_only, protect


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("questions", "0008_labels_by_their_beginning"),
        ("suggestions", "0006_remote_suggesters"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrainedVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("training", "Training: a worker is at it"),
                            ("shadow", "Shadow: trained, shows nothing"),
                            ("live", "Live: orders what people see"),
                            ("retired", "Retired: another one took its place, or it was stepped back"),
                            ("failed", "Failed"),
                        ],
                        default="training",
                        max_length=8,
                    ),
                ),
                ("dataset", models.CharField(help_text="The dataset's slug.", max_length=60)),
                ("dataset_number", models.PositiveIntegerField(help_text="The number of its frozen version.")),
                ("dataset_checksum", models.CharField(max_length=64)),
                (
                    "checksum",
                    models.CharField(
                        blank=True, help_text="SHA-256 of the artefact's list of checksums.", max_length=64
                    ),
                ),
                (
                    "embedder_version",
                    models.CharField(blank=True, help_text="Of the vectors it was trained with.", max_length=40),
                ),
                (
                    "metrics",
                    models.JSONField(default=dict, help_text="On queries it had not seen, beside the hybrid's."),
                ),
                (
                    "report",
                    models.JSONField(
                        default=dict, help_text="What it was taught with, and what cross-validation chose."
                    ),
                ),
                ("examples_count", models.PositiveIntegerField(default=0)),
                ("positives_count", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(null=True)),
                ("asked_by", models.CharField(blank=True, max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("trained_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=300)),
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
                        related_name="trained_versions",
                        to="questions.question",
                    ),
                ),
                (
                    "suggester",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trained_version",
                        to="suggestions.suggester",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "move",
                    models.CharField(
                        choices=[("promoted", "Promoted"), ("stepped_back", "Stepped back")], max_length=12
                    ),
                ),
                (
                    "is_override",
                    models.BooleanField(default=False, help_text="Promoted although it is not surely better."),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("by", models.CharField(max_length=150)),
                ("moved_at", models.DateTimeField()),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="promotions", to="questions.question"
                    ),
                ),
                (
                    "after",
                    models.ForeignKey(
                        help_text="None: the hybrid orders.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="suggestions.trainedversion",
                    ),
                ),
                (
                    "before",
                    models.ForeignKey(
                        help_text="None: the hybrid ordered.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="suggestions.trainedversion",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WeighedFields",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("facts", models.JSONField(help_text="As Facets.as_facts tells it.")),
                ("checksum", models.CharField(help_text="SHA-256 of the facts.", max_length=64)),
                ("items_count", models.PositiveIntegerField(help_text="Items of the project when it was learned.")),
                ("weighed_at", models.DateTimeField()),
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
            options={
                "verbose_name_plural": "weighed fields",
            },
        ),
        migrations.AddConstraint(
            model_name="trainedversion",
            constraint=models.UniqueConstraint(
                fields=("project", "question", "number"), name="a_trained_version_has_its_own_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="trainedversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "live")),
                fields=("project", "question"),
                name="one_trained_version_is_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainedversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["shadow", "live", "retired"]), _negated=True),
                    models.Q(("suggester__isnull", False), models.Q(("checksum", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_trained_version_has_an_artefact",
            ),
        ),
        migrations.AddConstraint(
            model_name="weighedfields",
            constraint=models.UniqueConstraint(fields=("project",), name="fields_are_weighed_once_a_project"),
        ),
        *protect("suggestions_trainedversion", "suggestions_promotion", "suggestions_weighedfields"),
        *append_only("suggestions_promotion"),
    ]
