from django.db import migrations

#: The usual widths of embeddings; vectors between two are kept at the wider one.
WIDTHS = (384, 768, 1024)

BUILD = """
create index vectors_of_{width} on suggestions_itemvector
    using hnsw ((vector::halfvec({width})) halfvec_cosine_ops) where width = {width}
"""


class Migration(migrations.Migration):
    """An index for nearest neighbours for each width, since an HNSW index holds vectors of one; the table is new."""

    dependencies = [
        ("suggestions", "0004_embeddings"),
    ]

    operations = [migrations.RunSQL(BUILD.format(width=width), f"drop index vectors_of_{width}") for width in WIDTHS]
