from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

from backend.projects.while_serving import AddUniqueMeanwhile


class Migration(migrations.Migration):
    """What takes a look at every row, while others write."""

    atomic = False
    dependencies = [
        ("suggestions", "0002_guesses_of_labels"),
    ]

    operations = [
        AddUniqueMeanwhile(
            model_name="suggestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("candidate", None)),
                fields=("project", "question", "item", "label", "suggester"),
                name="a_label_is_suggested_once",
            ),
        ),
        ValidateConstraint(model_name="suggestion", name="a_suggestion_names_an_item_or_a_label"),
    ]
