"""What who runs a command can do about a database that is not as it must be."""

import psycopg
from django.db import Error
from psycopg import errors
from psycopg_pool import PoolTimeout

MISSING = (errors.UndefinedTable, errors.UndefinedColumn)


def what_to_do(error: Error, *, where: str) -> str | None:
    """Return what is wrong with the database and what to do, in words; None where an error is none of its state."""
    cause = error.__cause__
    if isinstance(cause, MISSING):
        return "The database lacks tables of this version. Run `manage.py migrate --database owner`, then this again."
    if isinstance(cause, errors.DiskFull):
        return f"The disk of the database {where} is full: make room there, then run this again."
    if isinstance(cause, PoolTimeout) or (isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None):
        return (
            f"The database {where} cannot be used: {str(error).strip()}\n"
            "See that it runs and that EARMARK_DATABASE_URL names it; one that is new to Earmark needs "
            "`python -m backend.config.store bootstrap` once."
        )
    return None
