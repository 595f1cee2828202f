"""PGMQ as broker, where a schema that is missing or locked is a broker that is away, not the worker's end."""

from typing import Any

import psycopg
from kombu.transport import TRANSPORT_ALIASES, pgmq


class Transport(pgmq.Transport):
    """kombu's PGMQ transport; every error of the database is one to connect again after."""

    connection_errors = (*pgmq.Transport.connection_errors, psycopg.Error)
    channel_errors = pgmq.Transport.channel_errors

    @property
    def default_connection_params(self) -> dict[str, Any]:
        """Return no host: the connection string names the place, and none is said to be missing from the address."""
        return {"port": self.default_port}


TRANSPORT_ALIASES["pgmq"] = "backend.config.broker:Transport"
