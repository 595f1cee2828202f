"""The exposure ledger and judgements."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import backend.projects.ids
from backend.projects.row_security import append_only, protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("annotators", "0001_initial"),
        ("assignments", "0001_initial"),
        ("projects", "0001_initial"),
        ("questions", "0001_initial"),
        ("suggestions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exposure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.projects.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("widget", "Widget"),
                            ("sdk", "Sdk"),
                            ("admin", "Admin"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "policy",
                    models.CharField(
                        help_text="How the list was ordered: ranked, shuffled, search or host.",
                        max_length=40,
                    ),
                ),
                ("policy_version", models.PositiveIntegerField(default=1)),
                (
                    "epsilon",
                    models.FloatField(
                        help_text="Probability of a shuffled list; none where the host ordered.",
                        null=True,
                    ),
                ),
                (
                    "candidates_hash",
                    models.CharField(
                        help_text="SHA-256 of the ranked pool the list was drawn from.",
                        max_length=64,
                    ),
                ),
                (
                    "pool",
                    models.JSONField(
                        default=list,
                        help_text="The pool in its ranked order: candidate, score, suggester.",
                    ),
                ),
                ("was_asked", models.BooleanField(default=False)),
                ("ask_probability", models.FloatField(null=True)),
                ("shown_at", models.DateTimeField()),
                ("dismissed_at", models.DateTimeField(null=True)),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exposures",
                        to="annotators.annotator",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exposures",
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
                        related_name="exposures",
                        to="questions.question",
                    ),
                ),
                (
                    "within",
                    models.ForeignKey(
                        help_text="The list searched from.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="searches",
                        to="judgements.exposure",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                (
                    "id",
                    models.UUIDField(editable=False, primary_key=True, serialize=False),
                ),
                ("value", models.CharField(max_length=200)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("spontaneous", "Spontaneous"),
                            ("drawn", "Drawn"),
                            ("assigned", "Assigned"),
                            ("gold", "Gold"),
                            ("imported", "Imported"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "draw_probability",
                    models.FloatField(help_text="Of being asked, where the server drew.", null=True),
                ),
                (
                    "via",
                    models.CharField(
                        choices=[
                            ("keyboard", "Keyboard"),
                            ("mouse", "Mouse"),
                            ("touch", "Touch"),
                            ("api", "Api"),
                        ],
                        default="api",
                        max_length=8,
                    ),
                ),
                (
                    "at_ms",
                    models.PositiveIntegerField(help_text="When, in ms after the list was shown.", null=True),
                ),
                ("has_conflict_of_interest", models.BooleanField(default=False)),
                (
                    "item_hash",
                    models.CharField(
                        help_text="Content hash of the unit's first item then.",
                        max_length=64,
                    ),
                ),
                ("other_hash", models.CharField(blank=True, max_length=64)),
                (
                    "judged_at",
                    models.DateTimeField(help_text="By the person's clock, never later than received."),
                ),
                ("received_at", models.DateTimeField()),
                ("payload_digest", models.CharField(max_length=64)),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judgements",
                        to="annotators.annotator",
                    ),
                ),
                (
                    "assignment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judgements",
                        to="assignments.assignment",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        help_text="Where it was said.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judgements",
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
                        related_name="judgements",
                        to="questions.question",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judgements",
                        to="questions.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LedgerEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=10)),
                ("seq", models.PositiveIntegerField(default=0)),
                (
                    "at_ms",
                    models.PositiveIntegerField(help_text="When, in ms after the list was shown."),
                ),
                ("payload_digest", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField()),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotators.annotator",
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="questions.item",
                    ),
                ),
                (
                    "exposure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="judgements.exposure",
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
            name="LiveJudgement",
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
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="live_judgements",
                        to="annotators.annotator",
                    ),
                ),
                (
                    "judgement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="live_rows",
                        to="judgements.judgement",
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
                        related_name="+",
                        to="questions.question",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="live_judgements",
                        to="questions.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefusedEvent",
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
                ("event_key", models.CharField(blank=True, max_length=64)),
                ("code", models.CharField(max_length=40)),
                (
                    "events_count",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="More than one where the page reported losses.",
                    ),
                ),
                (
                    "refused_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                (
                    "annotator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotators.annotator",
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
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Slot",
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
                    "rank",
                    models.PositiveSmallIntegerField(help_text="1 is the first place."),
                ),
                ("score", models.FloatField(null=True)),
                ("reasons", models.JSONField(default=list)),
                (
                    "propensity",
                    models.FloatField(
                        help_text="Probability of being at this rank; none where unknown.",
                        null=True,
                    ),
                ),
                (
                    "seen_at_ms",
                    models.PositiveIntegerField(help_text="First seen, ms after the list was shown.", null=True),
                ),
                (
                    "seen_ms",
                    models.PositiveIntegerField(help_text="How long it was seen, in ms.", null=True),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                            ("corrected", "Corrected"),
                            ("unsure", "Unsure"),
                            ("passed", "Passed"),
                            ("ignored", "Ignored"),
                            ("unseen", "Unseen"),
                        ],
                        default="unseen",
                        max_length=10,
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="questions.item",
                    ),
                ),
                (
                    "exposure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="judgements.exposure",
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
                    "suggester",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slots",
                        to="suggestions.suggester",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="judgement",
            name="slot",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="judgements",
                to="judgements.slot",
            ),
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "id",
                    models.UUIDField(editable=False, primary_key=True, serialize=False),
                ),
                (
                    "judgement_key",
                    models.UUIDField(help_text="Id of the judgement, which may still be on its way."),
                ),
                ("withdrawn_at", models.DateTimeField()),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="withdrawals",
                        to="annotators.annotator",
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
        migrations.AddIndex(
            model_name="exposure",
            index=models.Index(fields=["project", "item", "shown_at"], name="exposures_of_an_item"),
        ),
        migrations.AddIndex(
            model_name="exposure",
            index=models.Index(
                fields=["project", "annotator", "shown_at"],
                name="exposures_to_an_annotator",
            ),
        ),
        migrations.AddConstraint(
            model_name="exposure",
            constraint=models.UniqueConstraint(fields=("project", "id"), name="an_exposure_is_logged_once"),
        ),
        migrations.AddConstraint(
            model_name="ledgerevent",
            constraint=models.UniqueConstraint(fields=("project", "id"), name="an_event_is_told_once"),
        ),
        migrations.AddConstraint(
            model_name="livejudgement",
            constraint=models.UniqueConstraint(
                fields=("project", "question", "annotator", "unit"),
                name="one_judgement_of_each_is_live",
            ),
        ),
        migrations.AddIndex(
            model_name="slot",
            index=models.Index(fields=["project", "candidate"], name="slots_of_a_candidate"),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.UniqueConstraint(fields=("project", "exposure", "rank"), name="a_rank_is_filled_once"),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.UniqueConstraint(
                fields=("project", "exposure", "candidate"),
                name="a_candidate_is_shown_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("propensity", None),
                    models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                    _connector="OR",
                ),
                name="a_propensity_is_a_probability",
            ),
        ),
        migrations.AddIndex(
            model_name="judgement",
            index=models.Index(fields=["project", "unit", "annotator"], name="judgements_of_a_unit"),
        ),
        migrations.AddIndex(
            model_name="judgement",
            index=models.Index(
                fields=["project", "annotator", "judged_at"],
                name="judgements_of_an_annotator",
            ),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.UniqueConstraint(fields=("project", "id"), name="a_judgement_is_sent_once"),
        ),
        migrations.AddIndex(
            model_name="withdrawal",
            index=models.Index(fields=["project", "judgement_key"], name="withdrawals_of_a_judgement"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(fields=("project", "id"), name="a_withdrawal_is_sent_once"),
        ),
        *protect(
            "judgements_exposure",
            "judgements_slot",
            "judgements_ledgerevent",
            "judgements_judgement",
            "judgements_withdrawal",
            "judgements_livejudgement",
            "judgements_refusedevent",
        ),
        *append_only("judgements_ledgerevent", "judgements_judgement", "judgements_withdrawal"),
    ]
