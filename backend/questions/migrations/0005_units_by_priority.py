from django.db import migrations, models

from backend.projects.while_serving import AddIndexMeanwhile


class Migration(migrations.Migration):
    """Indexes that are built while others write, so that no request waits for them."""

    atomic = False
    dependencies = [
        ("questions", "0004_labels_that_people_named"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="unit",
            index=models.Index(
                condition=models.Q(("settled_value", "")),
                fields=["project", "question", "-priority", "id"],
                name="units_that_want_answers",
            ),
        ),
        AddIndexMeanwhile(
            model_name="item",
            index=models.Index(
                models.F("project"),
                models.OrderBy(models.F("created_at"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("removed_at", None)),
                name="items_newest_first",
            ),
        ),
    ]
