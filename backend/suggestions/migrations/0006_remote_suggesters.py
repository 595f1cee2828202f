"""Suggesters that run at the host and are asked over HTTP."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from backend.projects.row_security import protect


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("suggestions", "0005_nearest_vectors"),
    ]

    operations = [
        migrations.CreateModel(
            name="RemoteSuggester",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="As questions name it; the answers must give it too.", max_length=80),
                ),
                (
                    "url",
                    models.URLField(
                        help_text="Where it is asked; https and public, outside of development.", max_length=500
                    ),
                ),
                ("secret", models.BinaryField(help_text="Encrypted.")),
                ("previous_secret", models.BinaryField(help_text="Encrypted; signs too while rotating.", null=True)),
                (
                    "timeout_ms",
                    models.PositiveSmallIntegerField(
                        default=300,
                        help_text="Milliseconds from 50 to 2,000 after which it abstains and the list goes without it.",
                    ),
                ),
                (
                    "candidates_count",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="How many items found by their words, at most 50, are sent along for a pair; labels always are.",
                    ),
                ),
                ("is_enabled", models.BooleanField(default=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
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
            options={
                "verbose_name": "suggester at the host",
                "verbose_name_plural": "suggesters at the host",
                "constraints": [
                    models.UniqueConstraint(fields=("project", "name"), name="a_remote_suggester_has_its_own_name"),
                    models.CheckConstraint(
                        condition=models.Q(("timeout_ms__gte", 50), ("timeout_ms__lte", 2000)),
                        name="a_remote_suggester_has_little_time",
                        violation_error_message="Give it 50 to 2,000 ms.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("candidates_count__lte", 50)),
                        name="few_candidates_are_sent_along",
                        violation_error_message="At most 50 are sent along.",
                    ),
                ],
            },
        ),
        *protect("suggestions_remotesuggester"),
    ]
