from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="desklink",
            name="annotator_kind",
            field=models.CharField(
                choices=[("expert", "Expert"), ("colleague", "Colleague"), ("crowd", "crowd worker")],
                default="colleague",
                max_length=12,
                verbose_name="for",
            ),
        ),
        migrations.AddConstraint(
            model_name="desklink",
            constraint=models.CheckConstraint(
                condition=models.Q(("annotator_kind", "customer"), _negated=True),
                name="a_desk_link_is_not_for_customers",
            ),
        ),
    ]
