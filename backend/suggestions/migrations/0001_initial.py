"""Suggesters and pushed suggestions."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from backend.projects.row_security import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0001_initial"),
        ("questions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Suggester",
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
                ("name", models.CharField(max_length=80)),
                ("version", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("live", "Live"),
                            ("shadow", "Shadow"),
                            ("retired", "Retired"),
                        ],
                        default="live",
                        max_length=10,
                    ),
                ),
                (
                    "is_pushed",
                    models.BooleanField(
                        default=False,
                        help_text="Runs at the host, which sends us its suggestions.",
                    ),
                ),
                (
                    "first_seen_at",
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
            ],
        ),
        migrations.CreateModel(
            name="Suggestion",
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
                ("score", models.FloatField()),
                ("reasons", models.JSONField(blank=True, default=list)),
                ("pushed_at", models.DateTimeField()),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggested_for",
                        to="questions.item",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestions",
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
                        related_name="suggestions",
                        to="questions.question",
                    ),
                ),
                (
                    "suggester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggestions",
                        to="suggestions.suggester",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="suggester",
            constraint=models.UniqueConstraint(
                fields=("project", "name", "version"), name="a_suggester_version_is_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.UniqueConstraint(
                fields=("project", "question", "item", "candidate", "suggester"),
                name="a_suggestion_is_made_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 1)),
                name="a_score_is_from_0_to_1",
            ),
        ),
        *protect("suggestions_suggester", "suggestions_suggestion"),
    ]
