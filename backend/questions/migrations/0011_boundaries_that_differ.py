from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """The boundaries of a spot that people differ about, for who is asked next."""

    atomic = False
    dependencies = [
        ("questions", "0010_spots"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="unit",
            name="boundaries",
            field=models.JSONField(
                blank=True,
                help_text="Anchors that people differ about, the most agreed first; written by quality.",
                null=True,
            ),
        ),
    ]
