"""Stores that were prepared: data with all tables in them, made once for a state of the code, and copied into new homes.

To make the tables takes 7 s of processor time, and each lane of the tests has a store, as has each product that journeys start.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from backend.config.store.folders import data_folder, data_folders, make_private
from backend.config.store.lease import forget, stop
from backend.config.store.place import Place, locate, server_user

BASE = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
#: What decides how a store looks once its tables were made: the code, the widget's files that are kept in it.
SOURCES = ("backend/**/*.py", "backend/**/*.sql", "widget/dist/*", *LOCKS)
MADE = "prepared"
"""The file that says for which state of the code the data of a home were made; it is written last."""


def prepared_home() -> Path:
    """Return the home whose data are copied, beside the tests' own homes."""
    return Path(f"{os.environ.get('EARMARK_TEST_HOME') or BASE / '.earmark-test'}-prepared").resolve()


def state_of_the_code(base: Path = BASE) -> str:
    """Return a checksum that changes with whatever may change the tables, the interpreter and the server's account."""
    digest = hashlib.sha256(repr((sys.version, sys.prefix, server_user().pw_uid)).encode())
    for path in sorted(path for pattern in SOURCES for path in base.glob(pattern) if path.is_file()):
        digest.update(f"\0{path.relative_to(base)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def furnish(home: Path) -> bool:
    """Give a home that has no data yet those of the prepared one, which is made where it is missing or of another state.

    Returns whether it did. Where the prepared home is another account's, it did not, and the tables have to be made.
    """
    home.mkdir(parents=True, exist_ok=True)
    if any((data / "PG_VERSION").exists() for data in data_folders(home)):
        return False
    source = prepared_home()
    try:
        with Path(__file__).open() as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            _bring_up_to_date(source)
            _copy(source, home)
    except PermissionError:
        return False
    return True


def _bring_up_to_date(home: Path) -> None:
    """Make the prepared home anew unless it says that it is of this state; one that was left half made says nothing."""
    made, state = home / MADE, state_of_the_code()
    if made.exists() and made.read_text() == state:
        return
    made.unlink(missing_ok=True)
    home.mkdir(parents=True, exist_ok=True)  # its data may lie apart and outlive it
    forget(_place(home))
    home.mkdir()
    _make(home)
    made.write_text(state)


def _make(home: Path) -> None:
    """Make the data of a home in a process of their own, for this one's settings name another store."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("EARMARK_", "DJANGO_", "PYTEST_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.prepared"], cwd=BASE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env=kept | {"EARMARK_HOME": str(home), "EARMARK_DEBUG": "1"},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout.decode(errors="replace")[-3000:])


def _copy(source: Path, home: Path) -> None:
    """Copy the data beside their place and move them there in one step, as a new server's are made."""
    user = server_user()
    theirs = next(data for data in data_folders(source) if (data / "PG_VERSION").exists())
    ours = data_folder(home, user)
    beside = ours.with_name(f"{ours.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    make_private(beside, user)
    subprocess.run(["cp", "-Rp", f"{theirs}/.", str(beside)], check=True)
    beside.rename(ours)


def _place(home: Path) -> Place:
    return locate({"EARMARK_HOME": str(home)}, base=BASE, secret="unused", is_debug=True)


def main() -> None:
    """Start a server in EARMARK_HOME, make the tables, and stop it in order."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.config.settings"
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    from backend.config.store.lease import ensure_running

    ensure_running(settings.EARMARK_PLACE, is_for_tests=True)
    call_command("migrate", database="owner", verbosity=0)
    connections["owner"].close()
    stop(settings.EARMARK_PLACE)


if __name__ == "__main__":
    main()
