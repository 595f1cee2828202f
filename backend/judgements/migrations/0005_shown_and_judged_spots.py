from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """What is shown of a spot, and where a person says that it lies."""

    atomic = False
    dependencies = [
        ("judgements", "0004_a_label_is_shown_once"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="slot",
            name="anchor",
            field=models.JSONField(
                blank=True, help_text="Where a spot lies; `label` is its candidate id then.", null=True
            ),
        ),
        AddFieldMeanwhile(
            model_name="judgement",
            name="anchor",
            field=models.JSONField(
                blank=True,
                help_text="Own boundary of a spot; `told` is what a page of another text said.",
                null=True,
            ),
        ),
    ]
