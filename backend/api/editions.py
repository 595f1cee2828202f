"""The editions of the widget: those that were replaced are served on, to pages that began with them.

A loader stays in a browser's cache for five minutes, a page stays open for days, and while nodes are renewed one by one
a page of one edition asks a node of the other. Each finds its parts here: the tables are brought up to date before any
node serves a new edition.
"""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from backend.api.models import WidgetFile

SERVED_ON = timedelta(days=30)
"""How long an edition is served after another took its place."""
_NAME = re.compile(r"[a-z_]{1,40}\.[0-9a-f]{6}\.js")


def keep_edition(folder: Path, *, using: str, now: datetime) -> None:
    """Keep the files of a folder as the edition of today, and forget those that were replaced 30 days ago.

    Where the folder holds no manifest there is nothing to keep. `using` names the owner's database.
    """
    note = folder / "manifest.json"
    if not note.exists():
        return
    names: list[str] = list(json.loads(note.read_text()).values())
    files = WidgetFile.objects.using(using)
    with transaction.atomic(using=using):
        known = set(files.filter(name__in=names).values_list("name", flat=True))
        made = [_file(folder / name) for name in names if name not in known]
        files.bulk_create(made, ignore_conflicts=True)
        files.filter(name__in=names).exclude(replaced_at=None).update(replaced_at=None)
        files.filter(replaced_at=None).exclude(name__in=names).update(replaced_at=now)
        files.filter(replaced_at__lt=now - SERVED_ON).delete()


def kept(name: str) -> bytes | None:
    """Return a file of an edition that was served once; None where none of this name is known."""
    if not _NAME.fullmatch(name):
        return None
    content = WidgetFile.objects.filter(pk=name).values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def _file(path: Path) -> WidgetFile:
    return WidgetFile(name=path.name, edition=path.name.split(".")[1], content=path.read_bytes())
