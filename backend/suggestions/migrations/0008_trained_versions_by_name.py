import django.db.models.deletion
from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """Which suggester was trained: labels are learned too."""

    atomic = False
    dependencies = [
        ("suggestions", "0007_trained_versions"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="trainedversion",
            name="name",
            field=models.CharField(
                db_default="learned",
                default="learned",
                help_text="The suggester: learned, linear or stacked.",
                max_length=80,
            ),
        ),
        migrations.AlterField(
            model_name="trainedversion",
            name="metrics",
            field=models.JSONField(default=dict, help_text="On what it had not seen, beside what serves untrained."),
        ),
        *(
            migrations.AlterField(
                model_name="promotion",
                name=name,
                field=models.ForeignKey(
                    help_text="None: nothing trained.",
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="suggestions.trainedversion",
                ),
            )
            for name in ("before", "after")
        ),
    ]
