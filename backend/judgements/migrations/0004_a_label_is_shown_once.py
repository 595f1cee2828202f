import django.db.models.deletion
from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

from backend.projects.while_serving import AddUniqueMeanwhile, IndexForeignKeyMeanwhile


class Migration(migrations.Migration):
    """What takes a look at every row, while others write."""

    atomic = False
    dependencies = [("judgements", "0003_judgements_know_their_list")]

    operations = [
        AddUniqueMeanwhile(
            model_name="slot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("candidate", None)),
                fields=("project", "exposure", "label"),
                name="a_label_is_shown_once",
            ),
        ),
        ValidateConstraint(model_name="slot", name="a_slot_holds_an_item_or_a_label"),
        IndexForeignKeyMeanwhile(
            model_name="exposure",
            name="assignment",
            field=models.ForeignKey(
                help_text="Asked at the desk.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exposures",
                to="assignments.assignment",
            ),
        ),
        IndexForeignKeyMeanwhile(
            model_name="judgement",
            name="exposure",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="judgements",
                to="judgements.exposure",
            ),
        ),
    ]
