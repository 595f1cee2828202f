from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("key", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=500)),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="AnsweredElsewhere",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("first", models.CharField(max_length=20)),
                ("second", models.CharField(max_length=20)),
                ("is_same", models.BooleanField()),
                ("revision", models.PositiveIntegerField()),
                ("agreeing_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("first", "second"), name="a_pair_is_told_once")],
            },
        ),
    ]
