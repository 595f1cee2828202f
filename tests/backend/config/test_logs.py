import logging
import sys

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction

from backend.annotators.models import Annotator
from backend.config.logs import WithoutValues
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
