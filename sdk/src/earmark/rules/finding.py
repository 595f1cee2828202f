"""Where rules are found: in a file, in a module, and by the entry points of what is installed."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from earmark.errors import RulesUnusable
from earmark.rules.rule import Rule, named_once

GROUP = "earmark.rules"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class InstalledRules:
    """A set of rules that a package brings, by its name there; `fault` says why it is left out, if it is."""

    name: str
    rules: Sequence[Rule] = ()
    fault: str = ""


def load_rules(source: str) -> Sequence[Rule]:
    """Return the rules of a file (`rules.py`) or a module (`shop.rules`), in the order they stand in there.

    The code is run. Raises RulesUnusable where it cannot be, or holds no rule.
    """
    is_file = source.endswith(".py") or "/" in source or "\\" in source
    try:
        module = _from_file(Path(source)) if is_file else _from_module(source)
    except RulesUnusable:
        raise
    except (Exception, SystemExit) as error:  # a script may end itself
        raise RulesUnusable(f"{source} cannot be loaded: {type(error).__name__}: {error}") from error
    found = rules_in(module)
    if not found:
        raise RulesUnusable(f"{source} holds no rules; put @rule (from earmark.rules import rule) above a function.")
    return found


def rules_in(found: Any) -> Sequence[Rule]:
    """Return the rules of a module, of a list, or a rule itself; each once. Raises RulesUnusable."""
    if isinstance(found, Rule):
        return (found,)
    if isinstance(found, ModuleType):
        return named_once(dict.fromkeys(each for each in vars(found).values() if isinstance(each, Rule)))
    return named_once(found)


@cache
def discover_rules() -> Mapping[str, Sequence[Rule]]:
    """Return the sets of rules that are installed, by name: the entry points `earmark.rules`.

    Each names a module, a list of rules, or one rule. One that cannot be loaded, or holds no rule, is
    left out, with a warning in the log. Looked up once a process.
    """
    found: dict[str, Sequence[Rule]] = {}
    for each in installed_rules():
        if each.fault:
            logger.warning("The rules %s are left out: %s", each.name, each.fault)
        else:
            found[each.name] = each.rules
    return found


def installed_rules() -> list[InstalledRules]:
    """Return the sets of rules that are installed, by name, and those that are left out."""
    return sorted(map(_loaded, entry_points(group=GROUP)), key=lambda each: each.name)


def _loaded(entry: EntryPoint) -> InstalledRules:
    try:
        rules = rules_in(entry.load())
    except (Exception, SystemExit) as error:  # a module may end the program
        return InstalledRules(entry.name, fault=f"they cannot be loaded ({type(error).__name__}: {error})")
    return InstalledRules(entry.name, rules, "" if rules else f"{entry.value} holds no function with @rule")


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise RulesUnusable(f"There is no file {path}.")
    name = f"earmark_rules_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RulesUnusable(f"{path} is no Python file; its name should end in .py.")
    _let_import_from(path.parent)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _from_module(name: str) -> ModuleType:
    _let_import_from(Path())
    return importlib.import_module(name)


def _let_import_from(folder: Path) -> None:
    where = str(folder.resolve())
    if where not in sys.path:
        sys.path.append(where)
