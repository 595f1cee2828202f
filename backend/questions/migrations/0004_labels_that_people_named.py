import django.db.models.deletion
from django.db import migrations, models

from backend.projects.row_security import protect


class Migration(migrations.Migration):
    """Labels of open questions that somebody named, in one spelling each."""

    dependencies = [
        ("projects", "0001_initial"),
        ("questions", "0003_a_placement_rule_is_in_bounds"),
    ]

    operations = [
        migrations.CreateModel(
            name="NamedLabel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=200)),
                ("folded", models.CharField(help_text="For comparing: Mail and mail are one label.", max_length=250)),
                ("named_at", models.DateTimeField()),
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
                        related_name="named_labels",
                        to="questions.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "question", "folded"), name="a_label_is_named_once")
                ],
            },
        ),
        *protect("questions_namedlabel"),
    ]
