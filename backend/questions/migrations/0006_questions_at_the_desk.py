from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """What a question says of its labels and of the desk."""

    atomic = False
    dependencies = [
        ("questions", "0005_units_by_priority"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="question",
            name="allows_new_labels",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Whether annotators may name tags of their own."
            ),
        ),
        AddFieldMeanwhile(
            model_name="question",
            name="dictionary",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="Words that speak for a label, by label; the suggester `dictionary` guesses from them.",
            ),
        ),
        AddFieldMeanwhile(
            model_name="question",
            name="is_blind",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Whether the desk hides what software and others said until one has answered.",
            ),
        ),
        AddFieldMeanwhile(
            model_name="question",
            name="lease_s",
            field=models.PositiveIntegerField(
                db_default=900,
                default=900,
                help_text="Seconds after which a unit taken at the desk and not answered goes to others.",
            ),
        ),
        AddFieldMeanwhile(
            model_name="unit",
            name="people_wanted_count",
            field=models.PositiveSmallIntegerField(
                help_text="How many people in all should have been asked at the desk, written by quality; none: the overlap.",
                null=True,
            ),
        ),
    ]
