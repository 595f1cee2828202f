"""Tests of the broker that Earmark brings along."""

import logging
import os
import socket
import subprocess
import sys

import pytest
from kombu import Connection

from backend.config import broker


def test_its_address_names_no_host_and_nobody_is_warned_of_that(caplog):
    with caplog.at_level(logging.WARNING):
        told = Connection("pgmq://").info()
    assert Connection("pgmq://").get_transport_cls() is broker.Transport
    assert not told["hostname"] and told["port"] == broker.pgmq.DEFAULT_PORT
    assert caplog.text == ""


def ran(script: str, **environ: str) -> str:
    """Return what a script prints that is run with other settings."""
    told = subprocess.run([sys.executable, "-c", script], env=os.environ | environ, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return told.stdout


MUTE = """
import django, faulthandler
django.setup()
faulthandler.dump_traceback_later(60, exit=True)
from backend.config.apps import send_drain
try:
    send_drain()
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize("address", ["redis://127.0.0.1:{}/0", "amqp://guest:guest@127.0.0.1:{}//"])
def test_a_nudge_gives_up_on_a_broker_that_takes_the_call_and_says_nothing(address):
    with socket.create_server(("127.0.0.1", 0)) as mute:  # the system takes the call
        environ = os.environ | {"EARMARK_BROKER_URL": address.format(mute.getsockname()[1])}
        told = subprocess.run([sys.executable, "-c", MUTE], env=environ, capture_output=True, text=True)
    assert told.stdout == "OperationalError\n", told.stderr


NUDGED = """
import django
django.setup()
from backend.config.celery import app
from backend.config.apps import send_drain
send_drain()
with app.connection_for_read() as broker:
    for name in ("earmark", "earmark_of_others"):
        with broker.channel() as channel:
            print(name, channel.queue_declare(name).message_count)
"""


def test_installations_that_share_a_broker_have_a_queue_each():
    told = ran(NUDGED, EARMARK_BROKER_URL="memory://", EARMARK_QUEUE="earmark_of_others")
    assert told == "earmark 0\nearmark_of_others 1\n"


LOOKS = """
from kombu.transport.redis import Channel
import backend.config.settings as s
said = s.CELERY_BROKER_TRANSPORT_OPTIONS
each, nth = (said.get(name, getattr(Channel, name)) for name in ("unacked_restore_interval", "unacked_restore_throttle"))
print(said["visibility_timeout"], each * nth)
"""


def test_what_a_killed_worker_held_on_redis_is_free_after_eight_seconds_and_looked_for_every_two():
    assert ran(LOOKS, EARMARK_BROKER_URL="redis://127.0.0.1:1/0") == "8 2\n"
