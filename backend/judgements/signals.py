"""Facts that judgements announce, inside the transaction that made them."""

from django.dispatch import Signal

unit_answered = Signal()
"""Sent with `project_id` and `unit_id` when a person's present answer to a unit changed."""
