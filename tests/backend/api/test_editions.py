"""A page that began with an edition of the widget finds its parts after another took its place."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client

from backend.api.editions import keep_edition
from backend.api.models import WidgetFile

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

BEGAN_AT = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def edition(folder: Path, name: str) -> Path:
    """Return a folder that holds an edition of two files."""
    made = folder / name
    made.mkdir()
    files = {f"{part}.js": f"{part}.{name}.js" for part in ("core", "menu")}
    (made / "manifest.json").write_text(json.dumps(files))
    for file in files.values():
        (made / file).write_text(f"what {file} does")
    return made


def fetched(name: str):
    return Client().get(f"/w/{name}", headers={"Accept-Encoding": "gzip"})


def test_parts_of_the_edition_before_are_served_as_they_were(tmp_path, settings):
    old, new = edition(tmp_path, "aaaaaa"), edition(tmp_path, "bbbbbb")
    keep_edition(old, using="owner", now=BEGAN_AT)
    keep_edition(new, using="owner", now=BEGAN_AT + DAY)
    settings.EARMARK_WIDGET_DIR = new
    answer = fetched("menu.aaaaaa.js")
    assert gzip.decompress(answer.content) == b"what menu.aaaaaa.js does"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Type"].startswith("text/javascript") and answer["Access-Control-Allow-Origin"] == "*"
    assert gzip.decompress(fetched("menu.js").content) == b"what menu.bbbbbb.js does"


def test_a_node_that_is_yet_to_be_renewed_serves_the_edition_that_comes(tmp_path, settings):
    old, new = edition(tmp_path, "aaaaaa"), edition(tmp_path, "bbbbbb")
    keep_edition(new, using="owner", now=BEGAN_AT)
    settings.EARMARK_WIDGET_DIR = old
    assert gzip.decompress(fetched("core.bbbbbb.js").content) == b"what core.bbbbbb.js does"


def test_an_edition_is_served_for_thirty_days_after_it_was_replaced_however_long_it_stood(tmp_path):
    old, new, newest = (edition(tmp_path, name) for name in ("aaaaaa", "bbbbbb", "cccccc"))
    keep_edition(old, using="owner", now=BEGAN_AT)
    keep_edition(new, using="owner", now=BEGAN_AT + 90 * DAY)
    keep_edition(new, using="owner", now=BEGAN_AT + 120 * DAY)
    assert fetched("core.aaaaaa.js").status_code == 200
    keep_edition(newest, using="owner", now=BEGAN_AT + 121 * DAY)
    assert fetched("core.aaaaaa.js").status_code == 404
    assert fetched("core.bbbbbb.js").status_code == 200


def test_who_goes_back_to_an_edition_keeps_it_as_todays(tmp_path):
    old, new = edition(tmp_path, "aaaaaa"), edition(tmp_path, "bbbbbb")
    for days, folder in ((0, old), (1, new), (2, old)):
        keep_edition(folder, using="owner", now=BEGAN_AT + days * DAY)
    replaced = dict(WidgetFile.objects.values_list("name", "replaced_at"))
    assert replaced["core.aaaaaa.js"] is None and replaced["core.bbbbbb.js"] == BEGAN_AT + 2 * DAY


def test_what_is_kept_once_never_changes(tmp_path):
    folder = edition(tmp_path, "aaaaaa")
    keep_edition(folder, using="owner", now=BEGAN_AT)
    (folder / "core.aaaaaa.js").write_text("something else")
    keep_edition(folder, using="owner", now=BEGAN_AT + DAY)
    assert gzip.decompress(fetched("core.aaaaaa.js").content) == b"what core.aaaaaa.js does"


@pytest.mark.parametrize(
    "name", ["core.aaaaaa.js", "manifest.json", "core.js.map", "..%2Fcore.aaaaaa.js", "core.%00aaaaa.js"]
)
def test_a_name_that_nobody_kept_is_not_found(name):
    assert fetched(name).status_code == 404


def test_bringing_the_tables_up_to_date_keeps_the_edition_of_today():
    call_command("migrate", database="owner", verbosity=0)
    names = json.loads((settings.EARMARK_WIDGET_DIR / "manifest.json").read_text()).values()
    assert set(WidgetFile.objects.values_list("name", flat=True)) == set(names)
    core = next(name for name in names if name.startswith("core."))
    assert bytes(WidgetFile.objects.get(pk=core).content) == (settings.EARMARK_WIDGET_DIR / core).read_bytes()


def test_only_the_owner_says_what_pages_run():
    for change in (
        lambda: WidgetFile.objects.create(name="core.aaaaaa.js", edition="aaaaaa", content=b""),
        lambda: WidgetFile.objects.update(content=b""),
        lambda: WidgetFile.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()
