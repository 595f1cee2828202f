import django.db.models.deletion
from django.db import migrations, models

from backend.projects.row_security import protect


class Migration(migrations.Migration):
    """Who named a label, and what the staff made of it: both decide whom it is offered to."""

    dependencies = [
        ("projects", "0001_initial"),
        ("annotators", "0001_initial"),
        ("questions", "0006_questions_at_the_desk"),
    ]

    operations = [
        migrations.AddField(
            model_name="namedlabel",
            name="state",
            field=models.CharField(
                choices=[
                    ("named", "Named: offered once two people did"),
                    ("approved", "Approved: offered to everybody"),
                    ("hidden", "Hidden: offered to nobody"),
                ],
                db_default="named",
                default="named",
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Naming",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "is_first",
                    models.BooleanField(help_text="Whether it was new then, of their own; these have a limit a day."),
                ),
                ("named_at", models.DateTimeField()),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="annotators.annotator"
                    ),
                ),
                (
                    "named",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="namings",
                        to="questions.namedlabel",
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "named", "annotator"), name="a_person_names_a_label_once"
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_first", True)),
                        fields=["project", "annotator", "named_at"],
                        name="new_labels_of_a_person",
                    )
                ],
            },
        ),
        *protect("questions_naming"),
    ]
