import time

import pytest
from django.db import OperationalError, connection

from backend.projects.away import will_pass
from backend.projects.snapshot import snapshot_of
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items
from backend.questions.models import Item

pytestmark = pytest.mark.django_db(transaction=True)

IDLE_S = 1.0


@pytest.fixture
def world(make_world):
    return make_world()


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def soon_ended():
    """Let the server end each transaction of this process that idles for a moment, as it does with those of minutes."""
    user = connection.settings_dict["USER"]
    setting = f"in database {connection.settings_dict['NAME']} set idle_in_transaction_session_timeout"
    execute(f"alter role {user} {setting} = '{IDLE_S}s'")
    connection.close()
    connection.close_pool()
    yield
    execute(f"alter role {user} in database {connection.settings_dict['NAME']} reset all")
    connection.close()
    connection.close_pool()


def test_what_comes_after_the_door_was_opened_is_not_seen_through_it(world):
    with tenancy(world.project), snapshot_of(world.project.pk) as ask:
        before = ask(Item.objects.count)
        register_items(project_id=world.project.pk, items=[NewItem("new", "New")], now=world.now)
        assert (ask(Item.objects.count), Item.objects.count()) == (before, before + 1)


def test_a_caller_may_work_for_long_between_two_looks(world, soon_ended):
    with tenancy(world.project):
        execute("set local idle_in_transaction_session_timeout = 0")  # only the snapshot's own is on trial
        with snapshot_of(world.project.pk) as ask:
            time.sleep(2 * IDLE_S)
            assert ask(Item.objects.count) == len(world.items)


def test_a_look_that_had_to_wait_too_long_says_so_and_may_be_tried_again(world):
    def wait():
        execute("set local lock_timeout = 50")
        execute("select pg_advisory_xact_lock(77)")

    with tenancy(world.project):
        execute("select pg_advisory_xact_lock(77)")
        with pytest.raises(OperationalError, match="lock timeout") as told, snapshot_of(world.project.pk) as ask:
            ask(wait)
    assert will_pass(told.value)


def test_what_a_look_raises_is_raised(world):
    with tenancy(world.project), pytest.raises(ZeroDivisionError), snapshot_of(world.project.pk) as ask:
        ask(lambda: 1 // 0)
