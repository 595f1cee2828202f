"""The one store: an embedded PostgreSQL for development and tests, or any PostgreSQL by its address."""

from backend.config.store.errors import DidNotStart, NoBinaries, NotForProduction, StoreError, Unsuitable
from backend.config.store.place import APP, OWNER, QUEUE, Place, home_of, locate

__all__ = [
    "APP",
    "OWNER",
    "QUEUE",
    "DidNotStart",
    "NoBinaries",
    "NotForProduction",
    "Place",
    "StoreError",
    "Unsuitable",
    "home_of",
    "locate",
]
