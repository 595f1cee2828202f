from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("questions", "0002_labels_placement_and_the_desk"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(
                condition=models.Q(("settled_value", "")),
                fields=["project", "question", "-priority", "id"],
                name="units_that_want_answers",
            ),
        ),
    ]
