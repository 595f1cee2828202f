"""The embedder that the settings name, loaded once a process when it is first needed; or why there is none."""

import logging
import threading
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from earmark.errors import ModelMissing, SemanticMissing
from earmark.suggesters.embedding import Embedder, models_in

logger = logging.getLogger(__name__)

PACKAGES = ("numpy", "onnxruntime", "tokenizers")

_loading = threading.Lock()
_loaded: dict[str, Embedder | None] = {}
_loaded_at: list[datetime] = []
_earlier: dict[str, Embedder | None] = {}
_needed: dict[int, str] = {}
"""Of which earlier version a project's vectors are that serve, by project."""
_said: set[str] = set()


def why_off() -> str:
    """Return why nothing is embedded here, as a sentence with what to do; empty where embedding is on.

    Loads nothing, so a web process may ask.
    """
    if not settings.EARMARK_EMBEDDER and not settings.EARMARK_MODELS:
        return "Set EARMARK_MODELS to a folder that holds an embedding model."
    if lacking := _lacking():
        return f"{SemanticMissing(lacking)}."
    return "" if _named() else _which()


def configured_embedder() -> Embedder | None:
    """Return the embedder, loaded once; None where embedding is off, with one line in the log."""
    reason = why_off()
    if reason:
        say_once(reason)
        return None
    name = _named()
    with _loading:
        if name not in _loaded:
            _loaded[name] = _load(name)
            _loaded_at[:] = [timezone.now()]
        return _loaded[name]


def earlier_embedder(project_id: int, name: str, version: str) -> Embedder | None:
    """Return the embedder of an earlier version that serves a project, None where its model is not in EARMARK_MODELS.

    Loaded once, whichever project needs it first, and kept until the last one was told to `forget_earlier`.
    """
    with _loading:
        _needed[project_id] = version
        _forget_unneeded()
        if version not in _earlier:
            folders = [folder for folder in models_in(settings.EARMARK_MODELS) if folder.name == Path(name).name]
            found = _load(str(folders[0])) if folders else None
            _earlier[version] = found if found and found.version == version else None
        return _earlier[version]


def forget_earlier(project_id: int) -> None:
    """Note that a project needs no earlier embedder any more; free the memory of those that none needs."""
    with _loading:
        _needed.pop(project_id, None)
        _forget_unneeded()


def _forget_unneeded() -> None:
    for version in _earlier.keys() - _needed.values():
        del _earlier[version]


def loaded_at() -> datetime | None:
    """Return when this process last loaded an embedder."""
    return _loaded_at[0] if _loaded_at else None


def say_once(reason: str) -> None:
    """Write once a process into the log why nothing is embedded or found by meaning."""
    if reason not in _said:
        _said.add(reason)
        logger.warning("Semantic retrieval is off; all else works. %s", reason)


def forget_embedders() -> None:
    """Forget what was loaded and said, so that changed settings hold in this process."""
    with _loading:
        _loaded.clear()
        _earlier.clear()
        _needed.clear()
        _said.clear()


@cache
def _lacking() -> str:
    """Return the packages that are not installed; they do not come while a process runs."""
    return ", ".join(package for package in PACKAGES if find_spec(package) is None)


def _load(name: str) -> Embedder | None:
    try:
        return Embedder(name)
    except (SemanticMissing, ModelMissing) as error:
        say_once(str(error))
        return None


def _named() -> str:
    """Return the model to load: the one named, as a folder where it lies in EARMARK_MODELS; else the only one there."""
    named, models = settings.EARMARK_EMBEDDER, settings.EARMARK_MODELS
    if not named:
        there = models_in(models)
        return str(there[0]) if len(there) == 1 else ""
    within = [Path(models) / named, Path(models) / Path(named).name] if models else []
    return next((str(folder) for folder in within if models_in(folder) == [folder]), named)


def _which() -> str:
    count = len(models_in(settings.EARMARK_MODELS))
    if count:
        return f"EARMARK_MODELS holds {count} models; name one of them by EARMARK_EMBEDDER."
    return f"EARMARK_MODELS, {settings.EARMARK_MODELS}, holds no folder with model.onnx and tokenizer.json."
