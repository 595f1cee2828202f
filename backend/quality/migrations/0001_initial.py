"""Consensus labels and clusters."""

import django.db.models.deletion
from django.db import migrations, models

from backend.projects.row_security import append_only, protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0001_initial"),
        ("questions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cluster",
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
                ("name", models.CharField(max_length=200)),
                ("members_count", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField()),
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
                        related_name="clusters",
                        to="questions.question",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClusterMember",
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
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="quality.cluster",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cluster_memberships",
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
                        related_name="+",
                        to="questions.question",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConsensusLabel",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("proposed", "Proposed"),
                            ("contested", "Contested"),
                            ("settled", "Settled"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        blank=True,
                        help_text="Believed, or proposed, value.",
                        max_length=200,
                    ),
                ),
                ("probability", models.FloatField(null=True)),
                ("evidence", models.JSONField(default=dict)),
                ("policy", models.CharField(max_length=10)),
                (
                    "revision",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Rises with each change; receivers keep the highest.",
                    ),
                ),
                (
                    "is_stale",
                    models.BooleanField(default=False, help_text="An item changed after it was judged."),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("computed_at", models.DateTimeField()),
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
                        related_name="consensus_labels",
                        to="questions.question",
                    ),
                ),
                (
                    "unit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consensus_label",
                        to="questions.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LabelChange",
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
                ("revision", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("proposed", "Proposed"),
                            ("contested", "Contested"),
                            ("settled", "Settled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=200)),
                ("probability", models.FloatField(null=True)),
                ("evidence", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField()),
                (
                    "label",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="quality.consensuslabel",
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
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.UniqueConstraint(
                fields=("project", "question", "name"),
                name="a_cluster_has_its_own_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="clustermember",
            constraint=models.UniqueConstraint(
                fields=("project", "question", "item"), name="an_item_is_in_one_cluster"
            ),
        ),
        migrations.AddConstraint(
            model_name="consensuslabel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "settled"), _negated=True),
                    models.Q(
                        ("probability__gt", 0),
                        ("settled_at__isnull", False),
                        models.Q(("value", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_settled_label_has_a_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="labelchange",
            constraint=models.UniqueConstraint(
                fields=("project", "label", "revision"),
                name="a_label_changes_step_by_step",
            ),
        ),
        *protect(
            "quality_consensuslabel",
            "quality_labelchange",
            "quality_cluster",
            "quality_clustermember",
        ),
        *append_only("quality_labelchange"),
    ]
