from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """Trained versions that were taught by somebody who is erased since."""

    atomic = False
    dependencies = [
        ("suggestions", "0009_what_rules_weigh"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="trainedversion",
            name="erased_at",
            field=models.DateTimeField(
                help_text="When it was found that a person whose answers taught it is erased.", null=True
            ),
        ),
    ]
