"""Rules over logins, and over pairs of threads."""

import pytest
from earmark import Item
from earmark.rules import Vote, rule


@pytest.fixture
def many_countries():
    @rule(version="1")
    def many_countries(item):
        """Three or more countries in a day."""
        return "stolen" if item.metadata["countries"] >= 3 else None

    return many_countries


@pytest.fixture
def known_device():
    @rule(version="1")
    def known_device(item):
        """A device that was seen before."""
        return Vote("genuine") if item.metadata["knows_device"] else None

    return known_device


@pytest.fixture
def same_error():
    @rule(version="1")
    def same_error(a, b):
        """Both name the same error."""
        shared = set(a.body.split()) & set(b.body.split()) & {"2.53.8", "readMailFolder"}
        return Vote("duplicate", reason=f"both name {shared.pop()}") if shared else None

    return same_error


@pytest.fixture
def login():
    def make(key, countries=1, knows_device=False):
        return Item(str(key), metadata={"countries": countries, "knows_device": knows_device})

    return make
