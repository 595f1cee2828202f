"""Facts that annotators announce, inside the transaction that made them."""

from django.dispatch import Signal

annotator_blocked = Signal()
"""Sent with `project_id` and `annotator_id` when a person's marks begin or cease to count."""
