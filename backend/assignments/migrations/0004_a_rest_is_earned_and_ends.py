from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0003_prompts_know_their_answer"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="promptpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("dismissals_limit__gte", 1), ("rest_days__lte", 3650)),
                name="a_rest_is_earned_and_ends",
                violation_error_message="A rest comes after one dismissal or more, and lasts 3650 days at most.",
            ),
        ),
    ]
