from django.db import migrations, models

from backend.projects.while_serving import AddIndexMeanwhile


class Migration(migrations.Migration):
    """What was answered since a moment is asked for by servers again and again, however much was answered before."""

    atomic = False
    dependencies = [
        ("judgements", "0006_exposures_by_time"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="judgement",
            index=models.Index(fields=["project", "received_at"], name="judgements_by_time"),
        ),
    ]
