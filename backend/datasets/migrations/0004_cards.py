from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """A version has a card: what its files count, and what is new since the version before."""

    atomic = False
    dependencies = [
        ("datasets", "0003_answers_of_the_erased"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="datasetversion",
            name="card",
            field=models.JSONField(
                db_default={},
                default=dict,
                help_text="What its files count, by value and split, and what is new since the version before.",
            ),
        ),
    ]
