from django.db import migrations, models


class Migration(migrations.Migration):
    """The form says what a blind desk hides; the table stays as it is, and is not locked."""

    atomic = False

    dependencies = [
        ("questions", "0016_a_lease_has_bounds"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="question",
                    name="is_blind",
                    field=models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="Whether the desk hides what software and others said, also once one has answered.",
                    ),
                ),
            ]
        ),
    ]
