from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0003_how_many_a_link_lets_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="desklink",
            name="minute_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="desklink",
            name="newcomers_count",
            field=models.PositiveIntegerField(
                db_default=0, default=0, editable=False, help_text="How often somebody new came in that minute."
            ),
        ),
    ]
