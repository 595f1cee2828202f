from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile, AddIndexMeanwhile, RemoveIndexMeanwhile


class Migration(migrations.Migration):
    """Jobs that are worked at one by one stand in a lane, and others are found without walking past them."""

    atomic = False
    dependencies = [
        ("projects", "0004_jobs_under_way"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="job",
            name="lane",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Jobs of one lane are worked at one by one.",
                max_length=40,
            ),
        ),
        AddIndexMeanwhile(
            model_name="job",
            index=models.Index(
                condition=models.Q(("died_at", None), ("done_at", None), ("lane", "")),
                fields=["-is_urgent", "due_at", "id"],
                name="job_next_of_no_lane",
            ),
        ),
        AddIndexMeanwhile(
            model_name="job",
            index=models.Index(
                condition=models.Q(("died_at", None), ("done_at", None), models.Q(("lane", ""), _negated=True)),
                fields=["project", "kind", "lane", "due_at", "id"],
                name="job_next_of_each_lane",
            ),
        ),
        RemoveIndexMeanwhile(model_name="job", name="job_next"),
    ]
