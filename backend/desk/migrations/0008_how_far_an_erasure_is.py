from django.db import migrations, models

from backend.projects.while_serving import AddFieldMeanwhile


class Migration(migrations.Migration):
    """The last unit that an erasure settled anew, so that the list of them is written once."""

    atomic = False
    dependencies = [
        ("desk", "0007_erasures"),
    ]

    operations = [
        AddFieldMeanwhile(
            model_name="erasure",
            name="settled_to",
            field=models.BigIntegerField(db_default=0, default=0, help_text="The last of those that was, by key."),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="units_left",
            field=models.JSONField(default=list, help_text="Those of them that are to be settled anew, in order."),
        ),
    ]
