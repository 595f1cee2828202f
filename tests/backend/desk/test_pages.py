import pytest
from django.test import Client

POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'",
    "img-src": "'self' data: https:", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'", "trusted-types": "'none'",
}  # fmt: skip


def page(address="/desk/duplicate", **headers):
    return Client().get(address, headers=headers)


def test_the_page_is_a_shell_that_runs_the_desks_script():
    answer = page()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b'src="/w/desk.js"' in answer.content and b"<noscript>" in answer.content


def test_every_address_gives_the_same_page():
    assert page("/desk/nothing-of-ours").content == page().content


def test_the_page_may_load_and_send_nothing_elsewhere_and_stand_in_no_frame():
    answer = page()
    told = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert told == POLICY
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_pictures_of_hosts_without_tls_are_shown_in_development_alone(settings):
    settings.DEBUG = True
    assert "img-src 'self' data: https: http:;" in page()["Content-Security-Policy"]


def test_the_page_holds_no_inline_script_nor_style():
    text = page().content.decode()
    assert "style" not in text and text.count("<script") == 1 and "></script>" in text


@pytest.mark.parametrize(
    ("accepted", "query", "lang", "direction"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "", "de", "ltr"),
        ("fr,es;q=0.4,ar;q=0.8", "", "ar", "rtl"),
        ("fr", "", "en", "ltr"),
        ("", "", "en", "ltr"),
        ("de", "?lang=ar", "ar", "rtl"),
        ("de", "?lang=xx", "de", "ltr"),
        ("de", "?lang=%3Cscript%3E", "de", "ltr"),
        (";;q=x,,*" + "a" * 5000, "", "en", "ltr"),
    ],
)
def test_the_page_speaks_the_readers_language(accepted, query, lang, direction):
    text = page(f"/desk/duplicate{query}", **{"Accept-Language": accepted}).content.decode()
    assert f'<html lang="{lang}" dir="{direction}">' in text


def test_the_page_is_only_read():
    assert Client().post("/desk/duplicate").status_code == 405
