"""Tests of examples/sentiment: who answers there."""

import subprocess
import sys
from pathlib import Path

import pytest

from demo.forum.threads.people import CUSTOMERS

SENTIMENT = Path(__file__).parents[2] / "examples" / "sentiment"
ASKED = """
from customers import answers
from texts import reviews
print(*sorted({person for _, person, _ in answers(reviews(200))}))
"""


@pytest.fixture(autouse=True)
def apart():
    """Take the place of the backend's fixture of this name: the example knows no Django."""


def test_nobody_who_answers_is_a_customer_of_the_sample_forum():
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=SENTIMENT, capture_output=True, text=True, check=True)
    people = done.stdout.split()
    assert len(people) == 40
    assert not set(people) & set(CUSTOMERS)
