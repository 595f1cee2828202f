"""What leaves a web process as it runs in production: gunicorn, DEBUG off, a database of its own, TLS ended before it."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from earmark.tokens import sign_identity

from backend.config.launcher import THREADS
from backend.projects.actions.keys import add_api_key, add_signing_key
from backend.projects.tenancy import tenancy
from tests.ports import free_port

BASE = Path(__file__).resolve().parents[3]
HOST = "earmark.example"
SECRET = "0b6f2c7d9a4e8135f7c2d6b09e3a41587"
SIGNING_KEY = "k" * 40
WORD = "a long word of ann's"


@pytest.fixture(scope="module")
def web(store, tmp_path_factory):
    """A web process started as docs/settings.md says, on the tests' database reached as one outside."""
    home, port = tmp_path_factory.mktemp("production"), free_port()
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(BASE), *(path for path in sys.path if path)]),
        "EARMARK_DEBUG": "0",
        "EARMARK_SECRET_KEY": SECRET,
        "EARMARK_DATABASE_URL": f"postgresql://earmark@/{store.database}?{urlencode({'host': store.host, 'port': store.port})}",
        "EARMARK_HOME": str(home),
        "EARMARK_ALLOWED_HOSTS": HOST,
    }
    run = {"cwd": BASE, "env": environ, "stdin": subprocess.DEVNULL}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, check=True, timeout=120, **run)
    gunicorn = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--no-control-socket"]
    command = [*gunicorn, "--threads", THREADS, "--bind", f"127.0.0.1:{port}", "backend.config.wsgi:application"]
    log = home / "web.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, **run)
    try:
        give_up_at = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None and time.monotonic() < give_up_at, log.read_text()[-2000:]
            time.sleep(0.2)
        yield SimpleNamespace(port=port, log=log)
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    with suppress(OSError):
        return ask(SimpleNamespace(port=port), "GET", "/healthz").status == 200
    return False


def ask(web, method, path, body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    try:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Host": HOST} | told)
        answer = connection.getresponse()
        answer.text = answer.read().decode(errors="replace")
        return answer
    finally:
        connection.close()


@pytest.fixture
def site(make_world, transactional_db, settings):
    """A project with keys, as production's secret seals them."""
    settings.SECRET_KEY = SECRET
    world = make_world()
    with tenancy(world.project):
        world.publishable = add_api_key(project=world.project, kind="publishable")
        world.secret = add_api_key(project=world.project, kind="secret")
        add_signing_key(project=world.project, kid="host-1", material=SIGNING_KEY.encode())
    return world


def cookies_of(answer):
    return [SimpleCookie(value) for name, value in answer.getheaders() if name.lower() == "set-cookie"]


def test_neither_the_widgets_wire_nor_its_files_nor_the_desk_nor_the_servers_wire_set_a_cookie(web, site):
    identity = sign_identity("ann", project="forum", kid="host-1", key=SIGNING_KEY)
    place = {"place": "a", "question": "duplicate", "item": "5"}
    session = json.dumps({"key": site.publishable, "identity": identity, "places": [place]})
    origin = {"Origin": "https://forum.example", "Content_Type": "text/plain"}
    bearer = {"Authorization": f"Bearer {site.secret}"}
    answers = [
        ask(web, "POST", "/w/v1/session", session, **origin),
        ask(web, "POST", "/w/v1/session", "{}", **origin),
        ask(web, "POST", "/w/v1/events", "{", Cookie="earmark_session=x; earmark_csrf=y", **origin),
        ask(web, "GET", "/w/earmark.js"),
        ask(web, "GET", "/desk/duplicate"),
        ask(web, "GET", "/v1/questions", **bearer),
        ask(web, "GET", "/v1/questions"),
        ask(web, "GET", "/healthz"),
        ask(web, "GET", "/nothing/here"),
        ask(web, "GET", "/w/nothing.js"),
    ]
    assert [answer.status for answer in answers] == [200, 400, 400, 200, 200, 200, 401, 200, 404, 404]
    for answer in answers:
        assert not answer.getheader("Set-Cookie")
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Referrer-Policy") in {"same-origin", "no-referrer"}
        assert answer.getheader("X-Frame-Options") == "DENY" and not re.search(
            r"Traceback|DEBUG = True|backend\.config", answer.text
        )
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answers[0].getheader("Access-Control-Allow-Origin") == "https://forum.example"
    assert "frame-ancestors 'none'" in answers[4].getheader("Content-Security-Policy")


def test_who_signs_in_behind_tls_gets_cookies_that_go_over_tls_alone_and_that_no_script_reads(web, site):
    get_user_model().objects.create_superuser("ann", password=WORD)
    shown = ask(web, "GET", "/admin/login/")
    (csrf,) = cookies_of(shown)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown.text)[1]
    form = urlencode({"username": "ann", "password": WORD, "csrfmiddlewaretoken": token, "next": "/admin/"})
    kept = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": f"earmark_csrf={csrf['earmark_csrf'].value}"}
    done = ask(web, "POST", "/admin/login/", form, Origin=f"https://{HOST}", **kept)
    assert (done.status, done.getheader("Location")) == (302, "/admin/"), done.text[:500]
    made = {name: morsel for cookie in (csrf, *cookies_of(done)) for name, morsel in cookie.items()}
    assert set(made) == {"earmark_csrf", "earmark_session"}
    for morsel in made.values():
        assert morsel["secure"] and morsel["httponly"] and morsel["samesite"] == "Lax" and not morsel["domain"]
    page = ask(web, "GET", "/admin/", Cookie=f"earmark_session={made['earmark_session'].value}")
    assert page.status == 200 and page.getheader("X-Frame-Options") == "DENY"
    assert "no-store" in page.getheader("Cache-Control")


@pytest.mark.parametrize("origin", ["https://evil.example", f"https://{HOST}.evil.example", "null"])
def test_a_form_of_another_site_signs_nobody_in(web, site, origin):
    shown = ask(web, "GET", "/admin/login/")
    (csrf,) = cookies_of(shown)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown.text)[1]
    kept = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": f"earmark_csrf={csrf['earmark_csrf'].value}"}
    form = urlencode({"username": "ann", "password": WORD, "csrfmiddlewaretoken": token})
    assert ask(web, "POST", "/admin/login/", form, Origin=origin, **kept).status == 403


def test_under_another_name_than_its_own_it_answers_nobody(web):
    assert ask(web, "GET", "/admin/login/", Host="evil.example").status == 400


def test_the_admins_own_files_are_served_and_kept_from_being_sniffed(web):
    answer = ask(web, "GET", "/static/earmark/admin.css")
    assert answer.status == 200 and answer.getheader("X-Content-Type-Options") == "nosniff"
    assert not answer.getheader("Set-Cookie")
