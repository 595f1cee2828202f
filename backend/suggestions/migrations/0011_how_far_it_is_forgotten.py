from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """Up to which removal of an item what was learned is looked through."""

    atomic = False
    dependencies = [
        ("suggestions", "0010_taught_by_the_erased"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name=name,
            name="followed_seq",
            field=models.BigIntegerField(
                db_default=0,
                default=0,
                help_text="The change of an item up to which what only removed ones had is forgotten.",
            ),
        )
        for name in ("trainedversion", "weighedfields")
    ]
