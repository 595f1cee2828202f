"""Annotators and their allowance."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import backend.annotators.models
from backend.projects.row_security import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Annotator",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("customer", "Customer"),
                            ("expert", "Expert"),
                            ("colleague", "Colleague"),
                            ("crowd", "crowd worker"),
                        ],
                        default="customer",
                        max_length=12,
                    ),
                ),
                ("subject", models.CharField(editable=False, max_length=200)),
                (
                    "pseudonym",
                    models.CharField(
                        default=backend.annotators.models.new_pseudonym,
                        editable=False,
                        max_length=16,
                    ),
                ),
                (
                    "epoch",
                    models.PositiveIntegerField(
                        default=0,
                        editable=False,
                        help_text="Raised to end all sessions.",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                ("last_seen_at", models.DateTimeField(editable=False, null=True)),
                ("blocked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "gold_answers_count",
                    models.PositiveIntegerField(default=0, editable=False),
                ),
                (
                    "gold_right_count",
                    models.PositiveIntegerField(default=0, editable=False),
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
            name="Allowance",
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
                ("minute_at", models.DateTimeField()),
                ("calls_count", models.PositiveIntegerField(default=0)),
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
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotators.annotator",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HiddenQuestion",
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
                ("question_slug", models.SlugField(max_length=60)),
                (
                    "hidden_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotators.annotator",
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
            name="Tombstone",
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
                ("subject_digest", models.CharField(editable=False, max_length=64)),
                (
                    "erased_at",
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
        migrations.AddConstraint(
            model_name="annotator",
            constraint=models.UniqueConstraint(fields=("project", "subject"), name="an_annotator_is_known_once"),
        ),
        migrations.AddConstraint(
            model_name="annotator",
            constraint=models.UniqueConstraint(fields=("project", "pseudonym"), name="a_pseudonym_is_given_once"),
        ),
        migrations.AddConstraint(
            model_name="allowance",
            constraint=models.UniqueConstraint(fields=("project", "annotator"), name="an_annotator_has_one_allowance"),
        ),
        migrations.AddConstraint(
            model_name="hiddenquestion",
            constraint=models.UniqueConstraint(
                fields=("project", "annotator", "question_slug"),
                name="a_question_is_hidden_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="tombstone",
            constraint=models.UniqueConstraint(fields=("project", "subject_digest"), name="a_person_is_erased_once"),
        ),
        *protect(
            "annotators_annotator",
            "annotators_hiddenquestion",
            "annotators_tombstone",
            "annotators_allowance",
        ),
    ]
