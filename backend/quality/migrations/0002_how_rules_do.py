"""How rules do on a question, by version."""

import django.db.models.deletion
from django.db import migrations, models

from backend.projects.row_security import protect


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("quality", "0001_initial"),
        ("questions", "0008_labels_by_their_beginning"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule_set", models.CharField(max_length=80)),
                ("rule", models.CharField(max_length=80)),
                ("version", models.CharField(max_length=40)),
                ("asked_count", models.PositiveIntegerField()),
                ("voted_count", models.PositiveIntegerField()),
                ("overlap_count", models.PositiveIntegerField()),
                ("conflict_count", models.PositiveIntegerField()),
                ("judged_count", models.PositiveIntegerField()),
                ("right_count", models.PositiveIntegerField()),
                ("failed_count", models.PositiveIntegerField()),
                (
                    "late_count",
                    models.PositiveIntegerField(help_text="Calls that took too long, or were left out for that."),
                ),
                ("median_ms", models.FloatField(null=True)),
                ("analysed_at", models.DateTimeField()),
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
                        related_name="rule_records",
                        to="questions.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "question", "rule_set", "rule", "version"),
                        name="a_rule_version_is_analysed_once",
                    )
                ],
            },
        ),
        *protect("quality_rulerecord"),
    ]
