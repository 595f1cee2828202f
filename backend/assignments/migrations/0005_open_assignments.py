from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile, AddIndexMeanwhile


class Migration(migrations.Migration):
    """What is kept for one annotator, found by an index that is built while others write."""

    atomic = False
    dependencies = [
        ("assignments", "0004_a_rest_is_earned_and_ends"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="assignment",
            name="lease_until",
            field=models.DateTimeField(help_text="Until then the unit is kept for this annotator.", null=True),
        ),
        AddIndexMeanwhile(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("answered_at", None)),
                fields=["project", "annotator", "lease_until"],
                name="open_assignments",
            ),
        ),
    ]
