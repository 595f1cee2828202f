from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """What counts more or less than usual among a question's suggestions."""

    atomic = False
    dependencies = [
        ("questions", "0008_labels_by_their_beginning"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="question",
            name="weights",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="How many times as usual each kind of evidence counts for the suggester hybrid, from 0 to 5: words, title, meaning, fields, time. What is not named counts as usual.",
            ),
        ),
    ]
