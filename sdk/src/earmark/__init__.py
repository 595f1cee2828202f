"""The Python SDK of Earmark: register items, sign identities, suggest and log, load datasets."""

from earmark import webhooks
from earmark.ids import uuid7
from earmark.tokens import sign_identity

__version__ = "0.1.0"
__all__ = ["__version__", "sign_identity", "uuid7", "webhooks"]
