from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """Which kind of items a question is for."""

    atomic = False
    dependencies = [
        ("questions", "0011_boundaries_that_differ"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="question",
            name="item_kind",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Only items of this kind, as the host names it, are asked about at the desk and found for "
                "pairs; empty: of any kind.",
                max_length=40,
            ),
        ),
    ]
