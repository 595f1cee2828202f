from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("threads", "0003_marks_of_words_and_pictures")]

    operations = [
        migrations.CreateModel(
            name="Left",
            fields=[("customer", models.CharField(max_length=40, primary_key=True, serialize=False))],
        ),
    ]
