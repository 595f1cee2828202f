"""Tests of earmark.doctor."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from earmark.doctor import examine
from earmark.rules import InstalledRules, rule
from earmark.suggesters import Installed

PAGE = {"results": [], "next": None}


def headers(minutes=0, **more):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    return {"X-Request-Id": "r1", "Date": format_datetime(at, usegmt=True)} | more


def examined(network, key="sk_test"):
    return {each.name: each for each in examine(url="http://earmark.test", key=key, transport=network)}


def test_all_is_well(network):
    network.on("GET", "/v1/questions", json=PAGE, headers=headers(**{"X-Earmark-Version": "0.4.2"}))
    findings = examined(network)
    assert list(findings) == ["SDK", "suggesters", "address", "key", "clock", "version"]
    assert all(each.is_well for each in findings.values())
    assert "sk_test" not in findings["key"].found


def test_nothing_answers(network):
    network.lose("GET", "/v1/questions")
    address = examined(network)["address"]
    assert not address.is_well
    assert "EARMARK_URL" in address.to_do


@pytest.mark.parametrize("url", ["nonsense", "ftp://earmark.test", "http://[bad"])
def test_an_address_that_is_none_is_said(url):
    findings = examine(url=url, key="sk_test")
    assert not findings[-1].is_well


def test_somebody_else_answers(network):
    network.on("GET", "/v1/questions", content=b"<html>", headers={"Content-Type": "text/html"})
    address = examined(network)["address"]
    assert "not Earmark" in address.found


@pytest.mark.parametrize(
    ("key", "status", "told"),
    [
        ("", 401, "none was given"),
        ("pk_x", 403, "publishable"),
        ("sk_x", 401, "refused"),
        ("sk_ä", 401, "refused"),
        ("sk_x", 503, "could not be tried"),
    ],
)
def test_a_key_that_does_not_open_is_said(network, key, status, told):
    network.on("GET", "/v1/questions", json={"code": "c", "detail": "d"}, status=status, headers=headers())
    finding = examined(network, key)["key"]
    assert not finding.is_well
    assert told in finding.found
    assert finding.to_do


@pytest.mark.parametrize(("minutes", "told"), [(5, "behind"), (-5, "ahead of")])
def test_a_clock_that_is_off_is_said(network, minutes, told):
    network.on("GET", "/v1/questions", json=PAGE, headers=headers(minutes))
    clock = examined(network)["clock"]
    assert not clock.is_well
    assert told in clock.found


def test_another_major_version_is_said(network):
    network.on("GET", "/v1/questions", json=PAGE, headers=headers(**{"X-Earmark-Version": "3.0.0"}))
    assert "earmark==3.*" in examined(network)["version"].to_do


def test_a_server_that_tells_neither_time_nor_version_is_well(network):
    network.on("GET", "/v1/questions", json=PAGE, headers={"X-Request-Id": "r1"})
    assert all(each.is_well for each in examined(network).values())


def test_the_suggesters_that_are_installed_are_listed_and_a_broken_one_is_said(network, monkeypatch):
    found = [
        Installed("lexical"),
        Installed("own", "acme", "2.0"),
        Installed("bad", "acme", "2.0", "it cannot be loaded"),
    ]
    monkeypatch.setattr("earmark.doctor.installed", lambda: found)
    network.on("GET", "/v1/questions", json=PAGE, headers=headers())
    findings = examined(network)
    assert findings["suggesters"].found == "lexical, own (acme 2.0)"
    assert not findings["suggester"].is_well
    assert findings["suggester"].found == "bad (acme 2.0): it cannot be loaded"


@rule
def always(item):
    """It is."""
    return "yes"


def test_installed_rules_are_listed_and_broken_ones_are_said(network, monkeypatch):
    found = [InstalledRules("gone", fault="they cannot be loaded"), InstalledRules("logins", [always, always])]
    monkeypatch.setattr("earmark.doctor.installed_rules", lambda: found)
    network.on("GET", "/v1/questions", json=PAGE, headers=headers())
    findings = examine(url="http://earmark.test", key="sk_test", transport=network)
    told = [(each.is_well, each.found) for each in findings if each.name == "rules"]
    assert told == [(True, "logins (2)"), (False, "gone: they cannot be loaded")]
