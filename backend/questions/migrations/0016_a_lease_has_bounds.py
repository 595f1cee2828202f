import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    """What the API asks of a lease, the form asks too; the table stays as it is, and is not locked."""

    atomic = False

    dependencies = [
        ("questions", "0015_items_of_a_kind"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="question",
                    name="lease_s",
                    field=models.PositiveIntegerField(
                        db_default=900,
                        default=900,
                        help_text="Seconds after which a unit taken at the desk and not answered goes to others.",
                        validators=[
                            django.core.validators.MinValueValidator(30),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                    ),
                ),
            ]
        ),
    ]
