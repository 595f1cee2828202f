from django.db import migrations

from backend.projects.while_serving import update_in_batches

FILL = """
update judgements_judgement as said set exposure_id = slot.exposure_id
from judgements_slot as slot
where slot.id = said.slot_id and said.exposure_id is null and said.id > %(after)s and said.id <= %(until)s
"""


class Migration(migrations.Migration):
    """A judgement of a slot knows the list that the slot was in."""

    atomic = False
    dependencies = [("judgements", "0002_slots_of_labels_and_assignments")]

    operations = [update_in_batches("judgements_judgement", FILL)]
