from django.db import migrations, models

from backend.projects.while_serving import AddCheckMeanwhile, AddFieldMeanwhile


class Migration(migrations.Migration):
    """How many spots a person may mark in one item."""

    atomic = False
    dependencies = [
        ("questions", "0012_the_kind_of_items_a_question_is_for"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="question",
            name="most_spots",
            field=models.PositiveSmallIntegerField(
                db_default=200,
                default=200,
                help_text="How many spots one person may mark by themselves in one item, 1 to 2,000; of spans and regions.",
            ),
        ),
        AddCheckMeanwhile(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(("most_spots__gte", 1), ("most_spots__lte", 2000)), name="spots_have_a_limit"
            ),
        ),
    ]
