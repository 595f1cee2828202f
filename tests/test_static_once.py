"""Clients of tests know the static files without looking through them again."""

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from whitenoise.middleware import WhiteNoiseMiddleware

OURS = "/static/earmark/admin.css"


def refuse(*arguments, **options):
    raise AssertionError("the files were looked through again")


def test_a_second_client_serves_a_static_file_without_a_look_through_all(monkeypatch, settings):
    first = Client().get(OURS)
    monkeypatch.setattr(finders, "get_finders", refuse)
    second = Client().get(OURS)
    source = settings.BASE_DIR / "backend/config/static/earmark/admin.css"
    assert first.status_code == second.status_code == 200
    assert b"".join(first) == b"".join(second) == source.read_bytes()


def test_files_under_another_address_are_looked_for_there(settings):
    Client().get(OURS)
    settings.STATIC_URL = "/elsewhere/"
    files = WhiteNoiseMiddleware(lambda request: HttpResponse()).files
    assert "/elsewhere/earmark/admin.css" in files and OURS not in files
