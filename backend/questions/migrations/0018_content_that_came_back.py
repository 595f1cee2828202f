import django.db.models.deletion
from django.db import migrations, models

from backend.projects.row_security import append_only, protect


class Migration(migrations.Migration):
    """When an item had a content again that it had before; snapshots, kept once, tell of the first time alone."""

    dependencies = [
        ("projects", "0001_initial"),
        ("questions", "0017_a_blind_desk_stays_blind"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContentReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("returned_at", models.DateTimeField()),
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
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="returns",
                        to="questions.itemsnapshot",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        *protect("questions_contentreturn"),
        *append_only("questions_contentreturn"),
    ]
