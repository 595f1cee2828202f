from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """A guess of a spot knows where it lies."""

    atomic = False
    dependencies = [
        ("suggestions", "0012_denser_vector_indexes"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="suggestion",
            name="anchor",
            field=models.JSONField(
                blank=True, help_text="Where a spot lies; `label` is its candidate id then.", null=True
            ),
        ),
    ]
