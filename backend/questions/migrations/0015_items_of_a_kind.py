from django.db import migrations, models

from backend.projects.while_serving import AddIndexMeanwhile


class Migration(migrations.Migration):
    """Items by their kind, where few are of one: they are compared with all others of it."""

    atomic = False
    dependencies = [
        ("questions", "0014_spots_have_a_limit"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="item",
            index=models.Index(fields=["project", "kind"], name="items_of_a_kind", condition=~models.Q(kind="")),
        ),
    ]
