"""Facts that questions announce, inside the transaction that made them."""

from django.dispatch import Signal

items_changed = Signal()
"""Sent with `project_id` and `item_ids` when the host changed items that were registered before."""

items_registered = Signal()
"""Sent with `project_id` when items were registered that are new or changed."""

item_removed = Signal()
"""Sent with `project_id` and `item_id` when the host removed an item."""

question_saved = Signal()
"""Sent with `request` and `question` when staff saved a question's page, for what cannot work to be said there."""

settling_changed = Signal()
"""Sent with `project_id` and `question_id` when a question settles otherwise than before, or has other values."""

gold_set = Signal()
"""Sent with `project_id` and `unit_id` when a gold answer was set, changed or taken away."""
