import django.db.models.deletion
from django.db import migrations, models

from backend.projects.row_security import protect


class Migration(migrations.Migration):
    """How far the worker has come with erasing a person."""

    dependencies = [
        ("annotators", "0002_opting_out"),
        ("desk", "0006_spots_of_the_erased"),
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pseudonym_digest", models.CharField(editable=False, max_length=64)),
                (
                    "annotator_key",
                    models.BigIntegerField(help_text="Until the rows are gone, whose they are.", null=True),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Asked"), ("settling", "Settling"), ("done", "Done")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("question_keys", models.JSONField(default=list, help_text="The questions that the person was asked.")),
                (
                    "units_count",
                    models.PositiveIntegerField(default=0, help_text="How many units the person answered that stay."),
                ),
                ("units_left", models.JSONField(default=list, help_text="Those of them that are to be settled anew.")),
                (
                    "versions",
                    models.JSONField(
                        default=list, help_text="The frozen versions that hold answers of the person, by key."
                    ),
                ),
                ("done_at", models.DateTimeField(null=True)),
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
                    "tombstone",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="erasure", to="annotators.tombstone"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state", "done"), ("done_at", None), _connector="XOR"),
                        name="a_done_erasure_says_when",
                    )
                ],
            },
        ),
        *protect("desk_erasure"),
    ]
