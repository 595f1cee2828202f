from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Look at the questions that are there, while others write."""

    atomic = False
    dependencies = [("questions", "0013_how_many_spots_a_person_marks")]

    operations = [ValidateConstraint(model_name="question", name="spots_have_a_limit")]
