from django.db import migrations

FILL = """
update judgements_judgement as said set exposure_id = slot.exposure_id
from judgements_slot as slot where slot.id = said.slot_id and said.exposure_id is null
"""


class Migration(migrations.Migration):
    """A judgement of a slot knows the list that the slot was in."""

    dependencies = [("judgements", "0002_slots_of_labels_and_assignments")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
