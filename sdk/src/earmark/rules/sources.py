"""The version of a rule: a checksum of its source and of what that source leans on."""

from __future__ import annotations

import hashlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import CodeType, FunctionType
from typing import Any

SIGNS = 12
NO_FILE = "<string>"
"""Where functions are that `exec` or a command line made. Since Python 3.13 the command is found there."""
_PLAIN = (str, bytes, int, float, complex, bool, type(None))


def version_of(function: Callable[..., Any]) -> str:
    """Return a checksum of 12 signs that changes when what a function does may have changed.

    It covers the function's source, decorators and defaults, the plain constants that it names (numbers,
    texts, regular expressions, collections of these), and the functions of its own module that it
    calls, in the same way. It does not cover other modules, objects, files or services; a rule that leans
    on those names its version itself. Where there is no source, the bytecode stands for it, which
    another Python writes otherwise.
    """
    told = hashlib.sha256()
    for part in _parts(function, set()):
        told.update(part.encode(errors="replace") + b"\0")
    return told.hexdigest()[:SIGNS]


def _parts(function: Any, seen: set[int]) -> Iterator[str]:
    function = inspect.unwrap(function)
    if not isinstance(function, FunctionType) or id(function) in seen:
        return
    seen.add(id(function))
    yield _source(function)
    yield repr([_written(value) for value in (function.__defaults__ or ())])
    for name, value in sorted(_named(function).items()):
        if isinstance(value, FunctionType) and value.__module__ == function.__module__:
            yield from _parts(value, seen)
        elif (plain := _written(value)) is not None:
            yield f"{name}={plain}"


def _source(function: FunctionType) -> str:
    if function.__code__.co_filename != NO_FILE:
        with suppress(OSError, TypeError):
            return textwrap.dedent(inspect.getsource(function)).strip()
    return " ".join(f"{code.co_code.hex()} {code.co_names} {_constants(code)}" for code in _codes(function))


def _named(function: FunctionType) -> dict[str, Any]:
    """Return the globals and enclosing variables that a function names, and what they hold now."""
    names = {name for code in _codes(function) for name in code.co_names}
    held = {name: function.__globals__[name] for name in names if name in function.__globals__}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            held[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    return {name: inspect.unwrap(value) if _is_wrapped(value) else value for name, value in held.items()}


def _is_wrapped(value: Any) -> bool:
    """Return whether something stands for a function, as a rule does."""
    return isinstance(value, FunctionType) or hasattr(type(value), "__wrapped__")


def _codes(function: FunctionType) -> Iterator[CodeType]:
    waiting = [function.__code__]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]


def _constants(code: CodeType) -> list[str]:
    return [repr(each) for each in code.co_consts if not isinstance(each, CodeType)]


def _written(value: Any) -> str | None:
    """Return a plain constant as text that is the same in every process; None for what is none."""
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, re.Pattern):
        return f"{value.pattern!r}/{value.flags}"
    if isinstance(value, dict):
        return _joined(value.items())
    if isinstance(value, list | tuple):
        return _joined(value)
    if isinstance(value, set | frozenset):
        parts = [_written(each) for each in value]
        return None if None in parts else "|".join(sorted(part for part in parts if part is not None))
    return None


def _joined(values: Any) -> str | None:
    parts = [_written(each) for each in values]
    return None if None in parts else f"({','.join(part for part in parts if part is not None)})"
