"""PGMQ as broker, where a schema that is missing or locked is a broker that is away, not the worker's end."""

import psycopg
from kombu.transport import TRANSPORT_ALIASES, pgmq


class Transport(pgmq.Transport):
    """kombu's PGMQ transport; every error of the database is one to connect again after."""

    connection_errors = (*pgmq.Transport.connection_errors, psycopg.Error)
    channel_errors = pgmq.Transport.channel_errors


TRANSPORT_ALIASES["pgmq"] = "backend.config.broker:Transport"
