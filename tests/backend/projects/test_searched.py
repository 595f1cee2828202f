import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.judgements.models import Judgement
from backend.projects import searched
from backend.projects.models import StaffMember
from backend.projects.searched import matching, related_searched
from backend.projects.tenancy import tenancy
from backend.quality.models import Cluster, ConsensusLabel
from backend.questions.actions.items import NewItem, register_items
from backend.questions.actions.units import unit_of_pair
from backend.questions.models import Item, Unit

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = ["item__title", "item__key", "other__title", "other__key"]


@pytest.fixture
def printers(make_world, now):
    """Three units: of a printer and a tray, of a printer and a lamp, of a tray and a lamp."""
    world = make_world()
    titles = {"p": "Printer on fire", "t": "Paper tray", "l": "Lamp 100% dead"}
    with tenancy(world.project):
        register_items(
            project_id=world.project.pk, items=[NewItem(key, title) for key, title in titles.items()], now=now
        )
        items = {item.key: item for item in Item.objects.of(world.project).filter(key__in=titles)}
        for one, other in ("pt", "pl", "tl"):
            unit_of_pair(question=world.question, first=items[one], second=items[other])
    return world


def found(world, words):
    """Return which units are found, by the keys of their two items, in order."""
    with tenancy(world.project):
        rows = matching(Unit.objects.of(world.project), related_searched(Unit, FIELDS), words, world.project)
        return sorted("".join(sorted((unit.item.key, unit.other.key))) for unit in rows)


@pytest.mark.parametrize("most", [1_000, 0])  # related rows by their keys, and joined as where they are many
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("PRINTER", ["lp", "pt"]),
        ("tray", ["lt", "pt"]),
        ("printer tray", ["pt"]),
        ('"paper tray" lamp', ["lt"]),
        ('"tray paper"', []),
        ("100%", ["lp", "lt"]),
        ("nowhere", []),
    ],
)
def test_a_row_is_found_by_words_of_what_it_is_about(printers, monkeypatch, most, words, wanted):
    monkeypatch.setattr(searched, "MOST_NAMED", most)
    assert found(printers, words) == wanted


def test_what_another_project_has_is_not_found(printers, make_world, now):
    other = make_world("other")
    assert found(other, "printer") == []


def test_ways_to_single_rows_are_followed_and_others_left_to_django():
    related = related_searched(ConsensusLabel, ["unit__item__key", "unit__item__title", "value"])
    assert related == {"unit__item": (Item, ["key", "title"]), "": (ConsensusLabel, ["value"])}
    assert related_searched(Cluster, ["name", "members__item__title"]) is None
    assert related_searched(Judgement, ["^item__key"]) is None


def test_a_list_that_finds_nothing_joins_no_related_row(printers):
    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(project=printers.project, user=user)
    staff = Client()
    staff.force_login(user)
    with CaptureQueriesContext(connection) as sent:
        page = staff.get("/admin/questions/unit/?q=nowhere").content.decode()
    assert "Printer on fire" not in page
    asked = [each["sql"] for each in sent if "questions_unit" in each["sql"] and " LIKE " in each["sql"]]
    assert not asked, "no unit holds what no item holds"
    assert "Printer on fire" in staff.get("/admin/questions/unit/?q=fire").content.decode()
