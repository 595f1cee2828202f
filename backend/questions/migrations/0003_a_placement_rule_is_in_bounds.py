from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("questions", "0002_labels_placement_and_the_desk"),
    ]

    operations = [
        migrations.AlterField(
            model_name="placementrule",
            name="item_key",
            field=models.CharField(
                help_text="The attribute's name, such as data-id; or the address with {item} in it: /t/{item} or /t?id={item}",
                max_length=300,
            ),
        ),
        migrations.AddConstraint(
            model_name="placementrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("path__startswith", "/"),
                    ("reserve_px__lte", 2000),
                    models.Q(("selector", ""), _negated=True),
                    models.Q(("item_key", ""), _negated=True),
                ),
                name="a_placement_rule_is_in_bounds",
            ),
        ),
    ]
