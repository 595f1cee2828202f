"""How often votes of rules were right: what they weigh at the request."""

import django.db.models.deletion
from django.db import migrations, models

from backend.projects.row_security import protect


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("questions", "0009_weights_of_evidence"),
        ("suggestions", "0008_trained_versions_by_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleAccuracy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule_set", models.CharField(max_length=80)),
                ("rule", models.CharField(max_length=80)),
                ("version", models.CharField(max_length=40)),
                ("right_count", models.PositiveIntegerField()),
                ("judged_count", models.PositiveIntegerField()),
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
                        related_name="rule_accuracies",
                        to="questions.question",
                    ),
                ),
            ],
            options={"verbose_name_plural": "rule accuracies"},
        ),
        migrations.AddConstraint(
            model_name="ruleaccuracy",
            constraint=models.UniqueConstraint(
                fields=("project", "question", "rule_set", "rule", "version"), name="a_rule_version_weighs_once"
            ),
        ),
        *protect("suggestions_ruleaccuracy"),
    ]
