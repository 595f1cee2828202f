from django.db import migrations, models

from backend.projects.while_serving import AddIndexMeanwhile


class Migration(migrations.Migration):
    """What was shown in some days is counted by the overview, and found by day, however much was shown before."""

    atomic = False
    dependencies = [
        ("judgements", "0005_shown_and_judged_spots"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="exposure",
            index=models.Index(fields=["project", "shown_at"], name="exposures_by_time"),
        ),
    ]
