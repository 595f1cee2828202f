from django.db import migrations, models

from backend.projects.while_serving import AddIndexMeanwhile


class Migration(migrations.Migration):
    """An index that is built while others write, so that no request waits for it."""

    atomic = False
    dependencies = [
        ("questions", "0007_who_named_a_label"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="namedlabel",
            index=models.Index(
                fields=["question", "folded"],
                name="labels_by_their_beginning",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ),
    ]
