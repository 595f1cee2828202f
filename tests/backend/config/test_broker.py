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
