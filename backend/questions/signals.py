"""Facts that questions announce, inside the transaction that made them."""

from django.dispatch import Signal

gold_set = Signal()
"""Sent with `project_id` and `unit_id` when a gold answer was set, changed or taken away."""
