"""Tests of the broker that Earmark brings along."""

import logging

from kombu import Connection

from backend.config import broker


def test_its_address_names_no_host_and_nobody_is_warned_of_that(caplog):
    with caplog.at_level(logging.WARNING):
        told = Connection("pgmq://").info()
    assert Connection("pgmq://").get_transport_cls() is broker.Transport
    assert not told["hostname"] and told["port"] == broker.pgmq.DEFAULT_PORT
    assert caplog.text == ""
