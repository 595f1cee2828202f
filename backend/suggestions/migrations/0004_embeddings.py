"""Versions of embedders, and vectors of items by these."""

import django.db.models.deletion
from django.db import migrations, models

import backend.suggestions.halfvec
from backend.projects.row_security import protect


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("questions", "0008_labels_by_their_beginning"),
        ("suggestions", "0003_a_label_is_suggested_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmbeddingVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="The model's folder, or its name on the hub.", max_length=200)),
                ("version", models.CharField(help_text="A checksum of the model's files.", max_length=40)),
                ("width", models.PositiveSmallIntegerField(help_text="Numbers of a vector, as they are kept.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("building", "Building: an older version serves meanwhile"),
                            ("serving", "Serving: what is meant alike is found by it"),
                            ("retired", "Retired: its vectors are deleted"),
                        ],
                        default="building",
                        max_length=8,
                    ),
                ),
                (
                    "followed_seq",
                    models.BigIntegerField(default=0, help_text="The change of an item up to which all are embedded."),
                ),
                ("vectors_count", models.PositiveIntegerField(default=0)),
                ("busy_until", models.DateTimeField(help_text="Until when a worker holds a batch of it.", null=True)),
                ("started_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
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
            name="ItemVector",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text_hash", models.CharField(help_text="SHA-256 of the text that was embedded.", max_length=64)),
                (
                    "created_at",
                    models.DateTimeField(help_text="When the item came to be in the host product.", null=True),
                ),
                ("width", models.PositiveSmallIntegerField()),
                ("vector", backend.suggestions.halfvec.HalfVector()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="vectors", to="questions.item"
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
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="vectors",
                        to="suggestions.embeddingversion",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="embeddingversion",
            constraint=models.UniqueConstraint(fields=("project", "version"), name="an_embedding_version_is_one"),
        ),
        migrations.AddConstraint(
            model_name="embeddingversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "serving")), fields=("project",), name="one_embedding_version_serves"
            ),
        ),
        migrations.AddConstraint(
            model_name="itemvector",
            constraint=models.UniqueConstraint(
                fields=("project", "version", "item"), name="an_item_is_embedded_once_a_version"
            ),
        ),
        *protect("suggestions_embeddingversion", "suggestions_itemvector"),
    ]
