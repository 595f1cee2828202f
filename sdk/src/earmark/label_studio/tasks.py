"""Reading the JSON that Label Studio exports (labelstud.io/guide/task_format): a list of tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earmark._lines import opened
from earmark.errors import FileNotUnderstood
from earmark.importing import saying_what_is_damaged

EXPORT_JSON = "export the project from Label Studio in the format JSON"


@dataclass(frozen=True)
class LeftOut:
    """Something of a file that was not taken: where it stands, and why."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


@dataclass(frozen=True)
class Task:
    """One task: its number in the file from 1, its id (empty where it has none), what was labelled, and by whom."""

    number: int
    id: str
    data: Mapping[str, Any]
    annotations: Sequence[Any] = ()
    predictions: Sequence[Any] = ()

    def __str__(self) -> str:
        return f"task {self.number:,}" + (f" (id {self.id})" if self.id else "")


def read_tasks(path: Path | str) -> tuple[list[Task], list[LeftOut]]:
    """Return the tasks of an export, and what in it is none; a list, one task, and JSON lines are read.

    Raises FileNotUnderstood where not one is a task, EarmarkError for a file packed in another way than gzip, OSError.
    """
    told = _json_of(path)
    tasks: list[Task] = []
    left_out: list[LeftOut] = []
    for number, each in enumerate(told, start=1):
        if isinstance(each, dict) and isinstance(each.get("data"), dict):
            tasks.append(_task(number, each))
        else:
            left_out.append(LeftOut(f"task {number:,}", "it has no `data`"))
    if told and not tasks:
        raise FileNotUnderstood(path, 1, f"no task has `data`, as in JSON-MIN or another format; {EXPORT_JSON}")
    return tasks, left_out


def _task(number: int, told: Mapping[str, Any]) -> Task:
    annotations = told.get("annotations", told.get("completions"))  # called so before version 1.0
    return Task(number, name_of(told.get("id")), told["data"], _listed(annotations), _listed(told.get("predictions")))


def name_of(value: Any) -> str:
    """Return an id as text; of what can be none, nothing."""
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _json_of(path: Path | str) -> list[Any]:
    with opened(path) as file, saying_what_is_damaged(path):
        raw = file.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileNotUnderstood(path, 1, f"not UTF-8; {EXPORT_JSON}") from None
    try:
        told = json.loads(text)
    except RecursionError:
        raise FileNotUnderstood(path, 1, "nested too deeply") from None
    except ValueError as error:
        return _lines_of(path, text, error)
    return told if isinstance(told, list) else [told]


def _lines_of(path: Path | str, text: str, error: ValueError) -> list[Any]:
    """Return what JSON lines hold; raises FileNotUnderstood where the first is none, or a later one is broken."""
    found: list[Any] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError) as fault:
            at = number if found else getattr(error, "lineno", number)
            raise FileNotUnderstood(path, at, f"not JSON: {fault if found else error}; {EXPORT_JSON}") from None
    if not found:
        raise FileNotUnderstood(path, 1, f"it is empty; {EXPORT_JSON}")
    return found
