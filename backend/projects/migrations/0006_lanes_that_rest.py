import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Lanes whose last job failed."""

    dependencies = [
        ("projects", "0005_lanes_of_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="RestingLane",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("lane", models.CharField(max_length=40)),
                (
                    "failures_count",
                    models.PositiveSmallIntegerField(help_text="How many of its jobs failed in a row."),
                ),
                ("rests_until", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "kind", "lane"), name="a_lane_rests_once"),
                ],
            },
        ),
    ]
