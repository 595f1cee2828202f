"""Questions, items, units and gold answers."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from backend.projects.row_security import append_only, protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("kind", models.CharField(blank=True, max_length=40)),
                ("title", models.CharField(blank=True, max_length=500)),
                ("body", models.TextField(blank=True)),
                ("url", models.CharField(blank=True, max_length=1000)),
                (
                    "author",
                    models.CharField(
                        blank=True,
                        help_text="The host's opaque id of who wrote it.",
                        max_length=200,
                    ),
                ),
                ("metadata", models.JSONField(blank=True, default=dict)),
                (
                    "created_at",
                    models.DateTimeField(help_text="When it came to be in the host product.", null=True),
                ),
                ("content_hash", models.CharField(editable=False, max_length=64)),
                ("change_seq", models.BigIntegerField(editable=False)),
                (
                    "registered_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                ("updated_at", models.DateTimeField(editable=False)),
                ("removed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ItemSnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("content_hash", models.CharField(max_length=64)),
                ("title", models.CharField(blank=True, max_length=500)),
                ("body", models.TextField(blank=True)),
                ("taken_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snapshots",
                        to="questions.item",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("slug", models.SlugField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pair", "Pair"),
                            ("tags", "Tags"),
                            ("choice", "Choice"),
                        ],
                        default="pair",
                        max_length=10,
                    ),
                ),
                (
                    "prompt",
                    models.CharField(
                        default="Is your problem the same as one of these?",
                        max_length=200,
                    ),
                ),
                ("guideline", models.TextField(blank=True)),
                (
                    "labels",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Classes allowed, for tags and choices.",
                    ),
                ),
                (
                    "settling_policy",
                    models.CharField(
                        choices=[
                            ("confirm", "Confirm: those we ask decide"),
                            ("trusting", "Trusting: every mark counts"),
                            ("expert", "Expert: an expert settles"),
                        ],
                        default="confirm",
                        max_length=10,
                    ),
                ),
                (
                    "overlap",
                    models.PositiveSmallIntegerField(
                        default=2,
                        help_text="How many must agree without dissent; one more outvotes a single dissent.",
                    ),
                ),
                (
                    "minimum",
                    models.PositiveSmallIntegerField(default=1, help_text="Votes before anything settles."),
                ),
                (
                    "maximum",
                    models.PositiveSmallIntegerField(default=7, help_text="Votes after which no more are sought."),
                ),
                (
                    "suggesters",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Names of suggesters that may guess.",
                    ),
                ),
                (
                    "candidates_from",
                    models.CharField(
                        choices=[
                            ("earlier", "Earlier items only"),
                            ("any", "Any other item"),
                        ],
                        default="earlier",
                        max_length=8,
                    ),
                ),
                ("shown_count", models.PositiveSmallIntegerField(default=3)),
                (
                    "pool_count",
                    models.PositiveSmallIntegerField(default=5, help_text="How many first places may be shuffled."),
                ),
                (
                    "epsilon",
                    models.FloatField(
                        default=0.1,
                        help_text="Probability of a shuffled list, at least .1.",
                    ),
                ),
                (
                    "ask_probability",
                    models.FloatField(default=1.0, help_text="Probability that a visitor is asked."),
                ),
                (
                    "policy_version",
                    models.PositiveIntegerField(default=1, editable=False),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="Canonical, so that {a, b} and {b, a} are one unit.",
                        max_length=300,
                    ),
                ),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        help_text="The tag, where the unit is (item, tag).",
                        max_length=200,
                    ),
                ),
                (
                    "answers_count",
                    models.PositiveIntegerField(default=0, help_text="Live answers, written by judgements."),
                ),
                (
                    "priority",
                    models.FloatField(
                        default=0,
                        help_text="How much an answer is wanted, written by quality.",
                    ),
                ),
                (
                    "settled_value",
                    models.CharField(blank=True, help_text="Written by quality.", max_length=200),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="units",
                        to="questions.item",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="units_as_other",
                        to="questions.item",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="units",
                        to="questions.question",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GoldAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("value", models.CharField(max_length=200)),
                (
                    "set_by",
                    models.CharField(help_text="Who of the staff vouches for it.", max_length=150),
                ),
                ("set_at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "unit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gold_answer",
                        to="questions.unit",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["project", "change_seq"], name="item_changes"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(fields=("project", "key"), name="an_item_is_registered_once"),
        ),
        migrations.AddConstraint(
            model_name="itemsnapshot",
            constraint=models.UniqueConstraint(
                fields=("project", "item", "content_hash"),
                name="a_snapshot_is_kept_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.UniqueConstraint(fields=("project", "slug"), name="a_question_has_its_own_name"),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(("epsilon__gte", 0.1), ("epsilon__lte", 1)),
                name="a_tenth_or_more_is_explored",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(("ask_probability__gte", 0), ("ask_probability__lte", 1)),
                name="asking_has_a_probability",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("maximum__gte", models.F("minimum")),
                    ("minimum__gte", 1),
                    ("overlap__gte", 1),
                ),
                name="votes_needed_are_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pool_count__gte", models.F("shown_count")),
                    ("shown_count__gte", 1),
                    ("shown_count__lte", 10),
                ),
                name="the_pool_holds_what_is_shown",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("project", "question", "key"), name="a_unit_is_known_once"),
        ),
        *protect(
            "questions_question",
            "questions_item",
            "questions_itemsnapshot",
            "questions_unit",
            "questions_goldanswer",
        ),
        *append_only("questions_itemsnapshot"),
        migrations.RunSQL(
            "create sequence questions_item_change_seq",
            "drop sequence questions_item_change_seq",
        ),
    ]
