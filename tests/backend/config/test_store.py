"""The embedded PostgreSQL, on the real binaries."""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from backend.config.store import folders, server
from backend.config.store.errors import DidNotStart, HomeClosed, InUse, NotForProduction, OutOfReach, Unsuitable
from backend.config.store.lease import ensure_running, forget, stop, supervisor_of
from backend.config.store.place import APP, OWNER, ROLES, locate, server_user
from backend.config.store.processes import recovery_done
from tests.backend.config.homes import BASE, MEND, PYTHONPATH, Home, answers, eventually, is_gone


def test_it_starts_in_a_long_path_with_spaces_and_every_role_may_log_in(make_home):
    home = make_home("a rather long name with spaces in it/" + "and deeper still " * 6 + "/home").use()
    for role in ROLES:
        with home.ask(role) as connection:
            assert connection.execute("select current_user").fetchone() == (role,)
    with home.ask() as connection:
        found = connection.execute("select extname from pg_extension order by 1").fetchall()
        assert found == [("plpgsql",), ("vector",)]
        assert connection.execute("show listen_addresses").fetchone() == ("",)


def test_the_socket_lies_in_a_folder_that_nobody_else_may_enter(make_home):
    home = make_home().use()
    assert Path(home.place.host).stat().st_mode & 0o777 == 0o700


def interpreter_open_to(user: pwd.struct_passwd) -> str | None:
    """Return a Python of our version that a user may run, with our packages."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": PYTHONPATH}
        try:
            subprocess.run(
                [candidate, "-c", "import backend, psycopg"], cwd="/", env=environ, check=True, capture_output=True,
                user=user.pw_uid, group=user.pw_gid, extra_groups=[],
            )  # fmt: skip
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; run as one, all tests here do it")
def test_it_starts_as_an_ordinary_user():
    nobody = pwd.getpwnam("nobody")
    interpreter = interpreter_open_to(nobody)
    if interpreter is None:
        pytest.skip("no Python of this version is open to ordinary users on this machine")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        home = Home(Path(folder) / "home", user="nobody")
        home.interpreter = interpreter
        home.use()
        try:
            assert Path(f"/proc/{home.supervisor()}").stat().st_uid == nobody.pw_uid
            with psycopg.connect(home.place_of("nobody"), autocommit=True) as connection:
                assert connection.execute("select current_user").fetchone() == ("earmark_app",)
        finally:
            home.leave()
            home.end()


def test_a_young_table_is_looked_at_within_seconds_also_after_a_crash_that_forgot_what_changed(make_home):
    """Of a table that was never analysed, plans are guessed: a thousand answers took seconds to read, for minutes."""
    with make_home().use().ask() as connection:
        rests = "select setting::int from pg_settings where name = 'autovacuum_naptime'"
        assert connection.execute(rests).fetchone() == (5,)


def test_two_homes_stand_side_by_side(make_home):
    first, second = make_home("first").use(), make_home("second").use()
    assert first.place.host != second.place.host
    with first.ask() as connection:
        connection.execute("create table only_here (x int)")
    with second.ask() as connection:
        assert connection.execute("select to_regclass('only_here')").fetchone() == (None,)


def test_one_server_serves_all_who_use_a_home(make_home, tmp_path):
    home = make_home().use()
    other = Home(home.folder).use()
    assert other.server() == home.server()
    other.leave()


def test_its_log_holds_nothing_of_what_a_failed_statement_said(make_home):
    home = make_home().use()
    with home.ask() as connection:
        connection.execute("create table people (subject text constraint a_person_is_known_once unique)")
        connection.execute("insert into people values ('the canary')")
    with home.ask() as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("insert into people values ('the canary')")
    log = home.folder / "logs" / "postgres.log"
    eventually(lambda: "a_person_is_known_once" in log.read_text())
    assert "the canary" not in log.read_text()


def test_a_killed_server_is_back_with_its_data(make_home):
    home = make_home().use()
    with home.ask() as connection:
        connection.execute("create table kept as select 7 as x")
        connection.execute("checkpoint")
    server = home.server()
    os.kill(server, signal.SIGKILL)
    eventually(lambda: answers(home) and home.server() != server)
    with home.ask() as connection:
        assert connection.execute("select x from kept").fetchone() == (7,)


def test_a_killed_server_is_back_although_one_of_its_backends_was_busy(make_home):
    home = make_home().use()
    server = home.server()

    def keep_busy() -> None:
        with contextlib.suppress(psycopg.Error):
            home.ask().execute("select sum(g * g % 7) from generate_series(1, 4000000000) g")

    threading.Thread(target=keep_busy, daemon=True).start()
    with home.ask() as connection:
        busy = "select pid from pg_stat_activity where query like 'select sum(g%%' and state = %s"
        eventually(lambda: connection.execute(busy, ["active"]).fetchone())
        (backend,) = connection.execute(busy, ["active"]).fetchone()
    os.kill(server, signal.SIGKILL)
    eventually(lambda: answers(home) and home.server() != server, within_s=5)
    assert is_gone(backend)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what other processes do")
def test_a_server_that_refuses_all_and_does_nothing_is_started_anew(make_home):
    home = make_home().use()
    refusing = home.server()
    with home.ask() as connection:
        connection.execute("create table kept as select 7 as number")
        connection.execute("checkpoint")
        (backend,) = connection.execute("select pg_backend_pid()").fetchone()
        os.kill(backend, signal.SIGSTOP)
        os.kill(refusing, signal.SIGINT)  # it ends once all backends have: never
        eventually(lambda: not answers(home))
        eventually(lambda: answers(home) and home.server() != refusing, within_s=40)
    with home.ask() as connection:
        assert connection.execute("select number from kept").fetchone() == (7,)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what other processes do")
def test_what_is_done_to_mend_a_server_s_data_is_told_of_each_who_does_it(make_home):
    home = make_home().use()
    with home.ask() as connection:
        before = recovery_done(home.data())
        assert len(before) == 1, "once it answers, the one who writes checkpoints"
        connection.execute("create table much as select repeat('x', 900) from generate_series(1, 20000)")
        connection.execute("checkpoint")
    assert recovery_done(home.data()) != before
    assert recovery_done(home.folder) == {}


@pytest.fixture
def starting(tmp_path, monkeypatch):
    """A supervisor whose server lives and has been starting for longer than one usually takes."""
    monkeypatch.setattr(server, "START_S", -1.0)
    place = locate({"EARMARK_HOME": str(tmp_path)}, base=BASE, secret="s" * 40, is_debug=True)
    made = server.Supervisor(place, is_for_tests=True)
    made._child, made._data, made._stuck_s = SimpleNamespace(poll=lambda: None), tmp_path, 0.3
    return made


def test_a_server_that_gets_on_with_mending_its_data_is_waited_for(starting, monkeypatch):
    done, looks = itertools.count(), iter([False] * 12)
    monkeypatch.setattr(server, "recovery_done", lambda _: {1: [str(next(done))]})
    monkeypatch.setattr(server, "answers", lambda _: next(looks, True))
    starting._await_answer()
    assert next(looks, None) is None


@pytest.mark.parametrize("done", [{1: ["7"]}, {}, None])
def test_a_server_that_does_not_get_on_is_given_up(starting, monkeypatch, done):
    monkeypatch.setattr(server, "recovery_done", lambda _: done)
    monkeypatch.setattr(server, "answers", lambda _: False)
    with pytest.raises(DidNotStart):
        starting._await_answer()


def test_a_server_that_is_to_end_is_not_waited_for(starting, monkeypatch):
    monkeypatch.setattr(server, "answers", lambda _: False)
    starting._end(signal.SIGTERM, None)
    starting._await_answer()


def test_who_asks_again_gets_back_a_server_whose_supervisor_was_killed(make_home):
    home = make_home().use(MEND)
    supervisor = home.supervisor()
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: supervisor_of(home.folder) not in {None, supervisor} and answers(home))


def test_it_starts_again_after_its_first_start_was_cut_short(make_home):
    home = make_home()
    for name in ("postgres", "postgres.new"):
        (home.folder / name).mkdir(parents=True)
    (home.folder / "postgres.new" / "base").mkdir()
    assert answers(home.use())


def test_it_starts_whatever_the_umask(make_home):
    assert answers(make_home().use(umask=0o077))


def test_processes_with_another_environment_find_the_same_server(make_home, tmp_path):
    home = make_home().use()
    other = Home(home.folder).use(env={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert other.server() == home.server()
    other.leave()


def test_a_home_with_umlauts_has_one_server_also_for_processes_that_know_ascii_alone():
    ask = "import sys; from backend.config.store.place import name_of; print(name_of(sys.argv[1]))"
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(BASE), "PYTHONUTF8": "0"}
    names = {
        subprocess.run(
            [sys.executable, "-c", ask, "/home/j\u00f6rg/earmark".encode()],
            env=environ | {"LC_ALL": locale}, cwd=BASE, capture_output=True, text=True, check=True,
        ).stdout
        for locale in ("C", "C.UTF-8")
    }  # fmt: skip
    assert len(names) == 1


def test_stopping_ends_the_supervisor_and_its_server_before_it_returns(make_home):
    home = make_home().use()
    server, supervisor = home.server(), home.supervisor()
    stop(home.place)
    assert is_gone(server) and supervisor_of(home.folder) is None
    assert is_gone(supervisor)


def test_stopping_spares_a_process_that_got_the_number_of_a_killed_supervisor(make_home):
    home = make_home()
    home.folder.mkdir()
    bystander = subprocess.Popen(["sleep", "60"])
    for name in ("store.ready", "store.lock"):
        (home.folder / name).write_text(str(bystander.pid))
    stop(home.place)
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_home_in_use_is_not_forgotten_and_one_out_of_use_leaves_nothing(make_home):
    home = make_home().use()
    data = home.data()
    with pytest.raises(InUse):
        forget(home.place)
    assert answers(home)
    home.leave()
    forget(home.place)
    assert not data.exists() and not home.folder.exists() and not Path(home.place.host).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's server runs as that user, who may enter")
def test_the_binaries_are_copied_to_where_the_account_of_the_server_may_run_them(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(folders, "APART", Path(folder) / "apart")
        copy = folders._copied(folders.binaries())
        user = server_user()
        for name in ("initdb", "postgres", "pg_isready"):
            subprocess.run(
                [str(copy / "bin" / name), "--version"], check=True, cwd="/", capture_output=True,
                user=user.pw_uid, group=user.pw_gid, extra_groups=[],
            )  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's server runs as that user, who may enter")
def test_data_that_were_closed_to_the_server_are_named_and_not_begun_anew():
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        home = Path(folder) / "home"
        (home / "postgres").mkdir(parents=True)
        (home / "postgres" / "PG_VERSION").write_text("18")
        Path(folder).chmod(0o700)
        with pytest.raises(OutOfReach, match="may not go any more"):
            folders.data_folder(home, server_user())


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_one_has_the_data(make_home):
    home = make_home().use()
    with home.ask() as connection:
        connection.execute("create table kept as select 7 as x")
    server = home.server()
    os.kill(home.supervisor(), signal.SIGKILL)
    eventually(lambda: is_gone(server))
    home.leave()
    home.use()
    with home.ask() as connection:
        assert connection.execute("select x from kept").fetchone() == (7,)


def test_a_recycled_process_id_is_not_taken_for_the_server(make_home):
    home = make_home().use()
    data = home.data()
    home.leave()
    eventually(lambda: not (home.folder / "store.ready").exists())
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    home.use()
    assert answers(home)
    assert Path(f"/proc/{os.getpid()}").exists()


def test_it_ends_when_nobody_uses_it_any_more(make_home):
    home = make_home().use()
    server = home.server()
    home.leave()
    eventually(lambda: is_gone(server) and not (home.folder / "store.ready").exists())


def test_it_is_refused_where_debug_is_off(tmp_path):
    with pytest.raises(NotForProduction, match="EARMARK_DATABASE_URL"):
        locate({"EARMARK_HOME": str(tmp_path)}, base=BASE, secret="s", is_debug=False)


def test_a_home_that_may_not_be_written_is_named():
    """Root may write everywhere, so root asks as another user."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o500)
        me = os.geteuid()
        if me == 0:
            os.seteuid(pwd.getpwnam("nobody").pw_uid)
        try:
            place = locate({"EARMARK_HOME": f"{folder}/home"}, base=BASE, secret="s" * 40, is_debug=True)
            with pytest.raises(HomeClosed, match="Choose another folder with EARMARK_HOME"):
                ensure_running(place)
        finally:
            os.seteuid(me)
            Path(folder).chmod(0o700)


def test_an_outside_server_gets_passwords_that_follow_from_the_secret():
    url = {"EARMARK_DATABASE_URL": "postgresql://boss:openly@db.example:5433/marks?sslmode=require"}
    place = locate(url, base=BASE, secret="s" * 40, is_debug=False)
    assert not place.is_embedded
    told = place.conninfo(APP)
    assert (
        "host='db.example'" in told and "port='5433'" in told and "sslmode='require'" in told and "openly" not in told
    )
    assert place.password_of(APP) != place.password_of(OWNER)
    other = locate(url, base=BASE, secret="t" * 40, is_debug=False)
    assert other.password_of(APP) != place.password_of(APP)


@pytest.mark.parametrize("url", ["postgresql://boss:openly@db:port/marks", "openly", "host=a,b port=1,2"])
def test_an_address_that_cannot_be_read_is_refused_without_repeating_it(url):
    with pytest.raises(Unsuitable, match="EARMARK_DATABASE_URL") as refused:
        locate({"EARMARK_DATABASE_URL": url}, base=BASE, secret="s" * 40, is_debug=False)
    assert "openly" not in str(refused.value)


def test_no_role_gets_a_password_that_follows_from_no_secret():
    with pytest.raises(Unsuitable, match="EARMARK_SECRET_KEY"):
        locate({"EARMARK_DATABASE_URL": "postgresql://boss@db/marks"}, base=BASE, secret="", is_debug=False)


def test_an_outside_server_that_does_not_answer_is_named():
    from backend.config.store.bootstrap import bootstrap

    url = {"EARMARK_DATABASE_URL": "postgresql://boss:openly@127.0.0.1:1/marks"}
    with pytest.raises(Unsuitable, match="cannot be used") as refused:
        bootstrap(locate(url, base=BASE, secret="s" * 40, is_debug=False))
    assert "openly" not in str(refused.value)


class Outside:
    """Stands for a connection to a server that is not as it must be."""

    def __init__(self, version: int) -> None:
        self.info = type("Info", (), {"server_version": version})()


def test_a_server_that_is_too_old_is_named_with_what_is_needed():
    from backend.config.store.bootstrap import _check_version

    with pytest.raises(Unsuitable, match="PostgreSQL 16 or newer; this server is version 15"):
        _check_version(Outside(150_019))


def test_a_missing_extension_is_named_with_what_to_install(make_home):
    from backend.config.store.bootstrap import _furnish

    class WithoutVector:
        def execute(self, *_):
            return self

        def fetchone(self):
            return None

    with pytest.raises(Unsuitable, match="pgvector"):
        _furnish(WithoutVector(), make_home().place)


def test_a_role_that_may_not_make_the_extension_is_told_who_may_and_where(make_home):
    from backend.config.store.bootstrap import _make_extension

    class AsNobody:
        def execute(self, *_):
            raise psycopg.errors.InsufficientPrivilege

    with pytest.raises(Unsuitable, match="superuser say `create extension vector` in the database 'earmark'"):
        _make_extension(AsNobody(), make_home().place)


def test_the_binaries_need_no_more_than_the_wheel():
    tree = folders.binaries()
    assert (tree / "bin" / "postgres").exists()
    assert shutil.which("postgres") is None or tree not in Path(shutil.which("postgres")).parents
