import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[3]
SECRET = "0b6f2c7d9a4e8135f7c2d6b09e3a41587"
OUTSIDE = "postgresql://boss@db.example/marks"


def start(then: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(BASE)}
    return subprocess.run(
        [sys.executable, "-c", f"import backend.config.settings as s; {then}"],
        cwd=BASE, env=kept | environ, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("secret", ["", "change-me", "placeholder", "short"])
def test_production_does_not_start_with_a_placeholder_for_a_secret(secret):
    done = start(EARMARK_DEBUG="0", EARMARK_DATABASE_URL=OUTSIDE, EARMARK_SECRET_KEY=secret)
    assert done.returncode != 0 and "EARMARK_SECRET_KEY" in done.stderr


def test_production_does_not_start_on_the_embedded_database():
    done = start(EARMARK_DEBUG="0", EARMARK_SECRET_KEY=SECRET)
    assert "Traceback" not in done.stderr
    assert done.returncode != 0 and "EARMARK_DATABASE_URL" in done.stderr


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("EARMARK_DATABASE_URL", "mysql://boss@db.example/marks"),
        ("EARMARK_PORT", "ninety"),
        ("EARMARK_PORT", "70000"),
        ("EARMARK_POOL_SIZE", "1"),
        ("EARMARK_BROKER_URL", "broker.example:6379"),
        ("EARMARK_BROKER_URL", "rabbitmq://broker.example"),
        ("EARMARK_QUEUE", "two words"),
        ("EARMARK_QUEUE", "9th"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_that_names_the_variable(tmp_path, name, given):
    done = start(**{"EARMARK_HOME": str(tmp_path), name: given})
    [line] = done.stderr.splitlines()
    assert done.returncode != 0 and name in line


def test_redis_without_its_client_is_said_at_the_start_with_what_to_install(tmp_path):
    without = "import sys; sys.modules['redis'] = None; import backend.config.settings"
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(BASE), "EARMARK_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", without],
        cwd=BASE, env=environ | {"EARMARK_BROKER_URL": "redis://broker.example/0"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0 and done.stderr.strip().endswith("pip install redis")


def test_production_starts_with_a_secret_and_a_database_of_its_own(tmp_path):
    done = start(EARMARK_DEBUG="0", EARMARK_DATABASE_URL=OUTSIDE, EARMARK_SECRET_KEY=SECRET, EARMARK_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr


def test_every_setting_is_documented():
    from backend.config.settings_documented import undocumented

    assert undocumented() == set()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc, which only Linux has")
@pytest.mark.parametrize(("given", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2")])
def test_a_process_does_its_algebra_in_one_thread_unless_told_otherwise(tmp_path, given, threads):
    then = "import numpy, os; print(len(os.listdir('/proc/self/task')))"
    assert start(then, EARMARK_HOME=str(tmp_path), **given).stdout.strip() == threads


def test_a_launcher_names_the_variable_of_a_port_that_is_none(tmp_path):
    from backend.config.launcher import Demo, Trouble

    with pytest.raises(Trouble, match="EARMARK_DEMO_PORT must be a port"):
        Demo({"EARMARK_HOME": str(tmp_path), "EARMARK_DEMO_PORT": "ninety"})


def test_in_production_cookies_go_over_tls_alone_and_no_script_or_other_site_has_that_of_the_session(tmp_path):
    told = subprocess.run(
        [
            sys.executable, "-c",
            "from django.conf import settings as s; print("
            "s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, "
            "s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, s.CSRF_COOKIE_SAMESITE, s.X_FRAME_OPTIONS)",
        ],
        cwd=BASE, capture_output=True, text=True, check=True,
        env={
            "PATH": os.environ["PATH"], "PYTHONPATH": str(BASE), "DJANGO_SETTINGS_MODULE": "backend.config.settings",
            "EARMARK_DEBUG": "0", "EARMARK_DATABASE_URL": OUTSIDE, "EARMARK_SECRET_KEY": SECRET,
            "EARMARK_HOME": str(tmp_path),
        },
    )  # fmt: skip
    assert told.stdout.split() == ["True", "True", "Lax", "True", "True", "Lax", "DENY"]


@pytest.mark.parametrize("secret", ["django-insecure-" + "x7" * 20, "0" * 40, "change-me-" * 4, "abab" * 10])
def test_production_does_not_start_with_a_secret_that_anyone_may_guess(secret):
    done = start(EARMARK_DEBUG="0", EARMARK_DATABASE_URL=OUTSIDE, EARMARK_SECRET_KEY=secret)
    assert done.returncode != 0 and "EARMARK_SECRET_KEY" in done.stderr


def test_nothing_starts_that_works_at_more_requests_than_it_has_connections():
    done = start(EARMARK_AT_ONCE="13")
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert "EARMARK_AT_ONCE (13) must not be more than EARMARK_POOL_SIZE (12)" in done.stderr
    assert start(EARMARK_AT_ONCE="13", EARMARK_POOL_SIZE="13").returncode == 0


def test_who_has_a_smaller_pool_works_at_fewer_requests():
    assert start("assert s.EARMARK_AT_ONCE == 3", EARMARK_POOL_SIZE="3").returncode == 0
    assert start("assert s.EARMARK_AT_ONCE == 8", EARMARK_POOL_SIZE="30").returncode == 0


@pytest.mark.parametrize("given", ["0", "-1", "many", "2.5", "²", "9" * 5000])
def test_a_number_of_requests_that_is_none_is_refused_by_name(given):
    done = start(EARMARK_AT_ONCE=given)
    assert done.returncode != 0 and "EARMARK_AT_ONCE must be a whole number" in done.stderr


@pytest.mark.parametrize(
    ("hosts", "trusted"),
    [
        ("earmark.example", ["https://earmark.example"]),
        (" .example.org, a.example,", ["https://*.example.org", "https://a.example", "https://example.org"]),
        ("*", []),
        ("", []),
    ],
)
def test_in_production_forms_are_taken_from_our_own_names_over_https(hosts, trusted, tmp_path):
    told = {"EARMARK_DATABASE_URL": OUTSIDE, "EARMARK_SECRET_KEY": SECRET, "EARMARK_HOME": str(tmp_path)}
    said = start("print(s.CSRF_TRUSTED_ORIGINS)", EARMARK_DEBUG="0", EARMARK_ALLOWED_HOSTS=hosts, **told)
    assert said.stdout.strip() == str(trusted), said.stderr
