from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile, AddIndexMeanwhile, RemoveIndexMeanwhile


class Migration(migrations.Migration):
    """Jobs that come before others."""

    atomic = False
    dependencies = [
        ("projects", "0001_initial"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="job",
            name="is_urgent",
            field=models.BooleanField(db_default=False, default=False, help_text="Whether it comes before others."),
        ),
        AddIndexMeanwhile(
            model_name="job",
            index=models.Index(
                condition=models.Q(("died_at", None), ("done_at", None)),
                fields=["-is_urgent", "due_at", "id"],
                name="job_next",
            ),
        ),
        RemoveIndexMeanwhile(model_name="job", name="job_waiting"),
    ]
