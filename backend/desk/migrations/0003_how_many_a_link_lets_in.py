from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0002_who_a_link_is_for"),
    ]

    operations = [
        migrations.AddField(
            model_name="desklink",
            name="most_people",
            field=models.PositiveIntegerField(
                db_default=50, default=50, help_text="How many new people a link for anyone lets in."
            ),
        ),
        migrations.AddField(
            model_name="desklink",
            name="people_count",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddConstraint(
            model_name="desklink",
            constraint=models.CheckConstraint(
                condition=models.Q(("people_count__lte", models.F("most_people"))),
                name="a_desk_link_lets_in_no_more_than_it_may",
            ),
        ),
    ]
