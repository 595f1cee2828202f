from django.db import migrations

from backend.projects.while_serving import build_index_anew

WIDTHS = (384, 768, 1024)

BUILD = """
create index concurrently {{name}} on suggestions_itemvector
    using hnsw ((vector::halfvec({width})) halfvec_cosine_ops) with (m = 24, ef_construction = 128)
    where width = {width}
"""


class Migration(migrations.Migration):
    """More neighbours for each vector: with pgvector's own numbers one in twenty of a million is never found."""

    atomic = False
    dependencies = [
        ("suggestions", "0011_how_far_it_is_forgotten"),
    ]

    operations = [build_index_anew(f"vectors_of_{width}", BUILD.format(width=width)) for width in WIDTHS]
