from django.db import migrations, models

from backend.projects.while_serving import AddIndexMeanwhile


class Migration(migrations.Migration):
    """The jobs done long ago are looked for at each sweep, every few seconds, however many were done since."""

    atomic = False
    dependencies = [
        ("projects", "0007_waiting_messages_in_lanes"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="job",
            index=models.Index(
                condition=models.Q(("done_at__isnull", False)),
                fields=["done_at"],
                name="jobs_done",
            ),
        ),
    ]
