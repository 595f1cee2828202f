from django.db import migrations, models

from backend.projects.while_serving import AddIndexMeanwhile


class Migration(migrations.Migration):
    """Of few vectors of earlier items all are compared, which takes finding them."""

    atomic = False
    dependencies = [
        ("suggestions", "0014_a_suggester_learns_spans"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="itemvector",
            index=models.Index(fields=["project", "version", "created_at"], name="vectors_by_age"),
        ),
    ]
