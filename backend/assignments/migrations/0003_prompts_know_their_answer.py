from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0002_prompts_and_leases"),
    ]

    operations = [
        migrations.AddField(
            model_name="prompt",
            name="answered_at",
            field=models.DateTimeField(help_text="First answer to the list that asked.", null=True),
        ),
        migrations.AlterField(
            model_name="prompt",
            name="dismissed_at",
            field=models.DateTimeField(help_text="When it was closed or the question hidden.", null=True),
        ),
    ]
