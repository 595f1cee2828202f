import django.db.models.deletion
from django.db import migrations, models

from backend.projects.row_security import protect


class Migration(migrations.Migration):
    """Frozen versions that hold answers of somebody who is erased since."""

    dependencies = [
        ("datasets", "0002_left_out"),
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasedSince",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("found_at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="erased_since",
                        to="datasets.datasetversion",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        *protect("datasets_erasedsince"),
    ]
