import logging
import socket
import sys

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http import RequestParser
from gunicorn.http.errors import ParseException
from gunicorn.workers.base import Worker

from backend.annotators.models import Annotator
from backend.config import wsgi
from backend.config.logs import WithoutValues, without_what_was_sent
from backend.projects.tenancy import tenancy

CANARY = "".join(["ca", "nary"])


@pytest.mark.django_db(transaction=True)
def test_a_traceback_says_what_was_wrong_and_where_but_not_whose_id_it_was(make_world):
    world, theirs = make_world(), "the\n\n" + CANARY
    with tenancy(world.project):
        Annotator.objects.create(project=world.project, subject=theirs)
        try:
            with transaction.atomic():
                Annotator.objects.create(project=world.project, subject=theirs)
        except IntegrityError:
            told = WithoutValues().formatException(sys.exc_info())
    assert "an_annotator_is_known_once" in told and "test_logs.py" in told
    assert "The above exception was the direct cause" in told and CANARY not in told


@pytest.mark.parametrize("theirs", [CANARY, f"the\n\n{CANARY}", f'"{CANARY}"\nfor ever'])
@pytest.mark.django_db(transaction=True)
def test_nor_does_it_quote_a_statement(theirs):
    try:
        with connection.cursor() as cursor:
            cursor.execute("select %s::int", [theirs])
    except DataError:
        told = WithoutValues().formatException(sys.exc_info())
    assert "InvalidTextRepresentation" in told and CANARY not in told


def test_every_line_of_ours_is_written_so():
    written = [handler["formatter"] for handler in settings.LOGGING["handlers"].values()]
    assert {settings.LOGGING["formatters"][name]["class"] for name in written} == {"backend.config.logs.WithoutValues"}
    assert logging.getLogger("django").handlers == []


UNREADABLE = {
    "a key": f"GET /v1/items HTTP/1.1\r\nAuthorization Bearer {CANARY}\r\n\r\n",
    "a body": f'{{"token": "{CANARY}"}}\r\n\r\n',
    "a chunk": f"POST /w/v1/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz{CANARY}\r\n",
}


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_of_a_request_that_cannot_be_read_no_more_is_said_than_why(sent, caplog, monkeypatch):
    worker = Worker(0, 0, [], None, 1, cfg := Config(), Logger(cfg))
    monkeypatch.setattr(worker.log.error_log, "propagate", True)
    assert wsgi.application and without_what_was_sent in worker.log.error_log.filters
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(sent.encode())
        ours.shutdown(socket.SHUT_WR)
        try:
            next(RequestParser(cfg, theirs, ("127.0.0.1", 1))).body.read()
        except (ParseException, OSError) as error:
            worker.handle_error(None, theirs, ("127.0.0.1", 1), error)
    (told,) = {record.getMessage() for record in caplog.records}
    assert told.startswith("Invalid request from ip=127.0.0.1: Invalid ") and told.endswith("…")
    assert CANARY not in told
