import gzip
import json
import os
import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from backend.api.assets import small

DIST = settings.EARMARK_WIDGET_DIR
MANIFEST = json.loads((DIST / "manifest.json").read_text())
KINDS = ("duplicates.js", "tags.js", "choice.js")


def fetched(name: str, **headers: str):
    return Client().get(f"/w/{name}", headers={"Accept-Encoding": "gzip, br"} | headers)


def weight(*names: str) -> int:
    return sum(len(fetched(name).content) for name in names)


@pytest.mark.parametrize("name", MANIFEST)
def test_what_is_served_unpacks_to_the_file(name):
    answer = fetched(name)
    assert answer["Content-Encoding"] == "gzip" and answer["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.content) == (DIST / MANIFEST[name]).read_bytes()


@pytest.mark.parametrize("name", MANIFEST)
def test_what_is_served_is_smaller_than_the_usual_gzip(name):
    assert len(fetched(name).content) < len(gzip.compress((DIST / MANIFEST[name]).read_bytes(), 9))


def test_the_bytes_are_the_same_whenever_they_are_made():
    first, second = bytes(b"let a = 1; " * 40), bytearray(b"let a = 1; " * 40)
    assert small(first) == small(bytes(second))
    assert small(first)[4:8] == bytes(4), "no time stands in them"


def test_a_file_that_changed_is_packed_anew(settings, tmp_path):
    settings.EARMARK_WIDGET_DIR = tmp_path
    (tmp_path / "manifest.json").write_text('{"core.js": "core.aaaaaa.js"}')
    for content in (b"before", b"after"):
        (tmp_path / "core.aaaaaa.js").write_bytes(content)
        assert gzip.decompress(fetched("core.js").content) == content


def test_who_cannot_unpack_gets_the_file_itself():
    answer = fetched("core.js", **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer
    assert answer.content == (DIST / MANIFEST["core.js"]).read_bytes()


def test_a_stable_name_is_kept_for_five_minutes():
    assert fetched("earmark.js")["Cache-Control"] == "public, max-age=300"


def test_a_hashed_name_is_kept_for_ever():
    assert fetched(MANIFEST["core.js"])["Cache-Control"] == "public, max-age=31536000, immutable"


def test_any_page_may_fetch_it_as_what_it_is():
    answer = fetched("earmark.js")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"].startswith("text/javascript")
    assert not answer.cookies


@pytest.mark.parametrize("name", ["manifest.json", "core.0000000000.js", "nothing.js", "..%2Fpackage.json"])
def test_nothing_else_in_the_folder_is_served(name):
    answer = fetched(name)
    assert answer.status_code == 404 and answer.json()["code"] == "not_found"


def test_the_loader_weighs_at_most_1024_bytes():
    assert weight("earmark.js") <= 1024


def test_the_core_weighs_at_most_5120_bytes():
    assert weight("core.js") <= 5120


def test_three_kinds_together_weigh_at_most_4096_bytes():
    assert weight(*KINDS) <= 4096


@pytest.mark.parametrize("name", ["de.js", "es.js", "ar.js"])
def test_a_language_weighs_at_most_1536_bytes(name):
    assert weight(name) <= 1536


def test_a_duplicates_page_weighs_at_most_10240_bytes():
    assert weight("earmark.js", "with_duplicates.js") <= 10240


def written(folder: Path, weights: dict[str, int]) -> None:
    """Write a bundle of chunks that do not pack."""
    folder.mkdir(exist_ok=True)
    for name, size in weights.items():
        (folder / f"{name}.1.js").write_bytes(os.urandom(size))
    (folder / "manifest.json").write_text(json.dumps({f"{name}.js": f"{name}.1.js" for name in weights}))


CHUNKS = [
    "earmark", "core", "answers", "duplicates", "tags", "choice", "span", "chooser", "region", "draw", "de", "es", "ar",
    "with_duplicates", "with_tags", "with_choice", "with_span", "with_region",
]  # fmt: skip


def test_the_command_prints_chunks_and_pages(settings, tmp_path):
    written(tmp_path / "dist", dict.fromkeys(CHUNKS, 100))
    settings.EARMARK_WIDGET_DIR = tmp_path / "dist"
    out = StringIO()
    call_command("widget_size", stdout=out)
    told = dict(re.findall(r"^(.+?) {2,}(\d+.*)$", out.getvalue(), re.MULTILINE))
    assert told["core.js"] == "123" and told["the core"] == "123 of 5120"
    assert told["three kinds"] == "369 of 4096" and told["a duplicates page"] == "246 of 10240"
    assert told["a page of all three"] == "492"
    assert told["words of a text"] == "123 of 6144" and told["a region page"] == "246"


@pytest.mark.parametrize(
    "over",
    [
        {"earmark": 1025}, {"core": 5121}, {"tags": 4097}, {"ar": 1537}, {"with_duplicates": 10241}, {"span": 6145},
        {"region": 6145}, {"chooser": 5377}, {"draw": 5121},
    ],
    ids=str,
)  # fmt: skip
def test_the_command_fails_over_budget(settings, tmp_path, over):
    written(tmp_path / "dist", dict.fromkeys(CHUNKS, 1) | over)
    settings.EARMARK_WIDGET_DIR = tmp_path / "dist"
    with pytest.raises(SystemExit, match="1"):
        call_command("widget_size", stdout=StringIO(), stderr=StringIO())
