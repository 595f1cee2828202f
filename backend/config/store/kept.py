"""Small files that hold secrets: whole or not there, also where the disk is full or two make one at the same time."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from backend.config.store.errors import HomeClosed


def kept_secret(path: Path, size: int) -> str:
    """Return a random text that is made once and kept for the owner alone; raises HomeClosed where it cannot be.

    An empty file, which a full disk once left, holds no secret.
    """
    try:
        with suppress(FileNotFoundError):
            if text := path.read_text():
                return text
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = _written_beside(path, secrets.token_urlsafe(size))
        with suppress(FileNotFoundError):
            if not path.stat().st_size:
                path.unlink()
        try:
            os.link(beside, path)  # unlike a rename, it lets the first one win
            beside.unlink()
        except FileExistsError:
            beside.unlink()
        except OSError:  # a file system without links
            beside.replace(path)
        return path.read_text()
    except OSError as error:
        raise HomeClosed(home=path.parent, cause=error) from error


def keep(path: Path, text: str) -> None:
    """Write a file for the owner alone: where that fails, what it held before is still there."""
    _written_beside(path, text).replace(path)


def _written_beside(path: Path, text: str) -> Path:
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        beside.touch(mode=0o600)
        beside.write_text(text)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return beside
