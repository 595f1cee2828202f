from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """Questions about words of a text and parts of a picture: a unit of theirs knows where it lies."""

    atomic = False
    dependencies = [
        ("questions", "0009_weights_of_evidence"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="unit",
            name="anchor",
            field=models.JSONField(
                blank=True,
                help_text="Where in the item, of a span or a region; the boundary that is believed.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="question",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pair", "Pair"),
                    ("tags", "Tags"),
                    ("choice", "Choice"),
                    ("span", "Span"),
                    ("region", "Region"),
                ],
                default="pair",
                max_length=10,
            ),
        ),
    ]
