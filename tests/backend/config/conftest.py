"""Homes that a test makes, and that are forgotten after it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.config.store.lease import forget
from tests.backend.config.homes import Home


@pytest.fixture
def make_home(tmp_path: Path) -> Iterator[Callable[..., Home]]:
    homes: list[Home] = []

    def make(name: str = "home", **options: str) -> Home:
        homes.append(Home(tmp_path / name, **options))
        return homes[-1]

    yield make
    for home in homes:
        home.leave()
        forget(home.place)
