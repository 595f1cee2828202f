from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """A version says how many items its files do not hold."""

    atomic = False
    dependencies = [
        ("datasets", "0001_initial"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="datasetversion",
            name="left_out",
            field=models.JSONField(
                db_default={},
                default=dict,
                help_text="How many items its files do not hold, by form and reason; the manifest names them.",
            ),
        ),
    ]
