from django.db import migrations, models

from backend.projects.while_serving import AddIndexMeanwhile


class Migration(migrations.Migration):
    """The few jobs that are under way are counted at each claim, however many wait."""

    atomic = False
    dependencies = [
        ("projects", "0003_lost_jobs"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="job",
            index=models.Index(
                condition=models.Q(("died_at", None), ("done_at", None), ("leased_until__isnull", False)),
                fields=["leased_until"],
                name="job_leased",
            ),
        ),
    ]
