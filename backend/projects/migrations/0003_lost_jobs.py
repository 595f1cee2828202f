from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """How often a job lost the store."""

    atomic = False
    dependencies = [
        ("projects", "0002_urgent_jobs"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="job",
            name="losses_count",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="How often the store's connection or memory was lost while it was worked at.",
            ),
        ),
    ]
