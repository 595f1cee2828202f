"""What may be answered is told in words wherever people read it."""

import pytest
from earmark.errors import WHY_REFUSED

from backend.judgements.actions.record import LOST
from backend.judgements.events import why_refused
from backend.projects.jobs import _handlers, title_of
from backend.questions.said import in_words, in_words_of_any


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        ("duplicate", "pair", "the same problem"),
        ("does_not_fit", "tags", "does not fit"),
        ("none", "region", "nothing of the kind"),
        ("unsure", "choice", "not sure"),
        ("duplicate", "choice", "duplicate"),  # a label of the question's own
        ("product_name", "span", "product_name"),
        ("", "pair", ""),
    ],
)
def test_an_answer_is_said_as_its_kind_has_it(value, kind, words):
    assert in_words(value, kind) == words


def test_an_answer_of_any_kind_is_found():
    told = [in_words_of_any(value) for value in ("does_not_fit", "related", "Complaint")]
    assert told == ["does not fit", "related", "Complaint"]


def test_every_refusal_that_hosts_are_told_has_words_for_people_too():
    codes = [*WHY_REFUSED, LOST]
    assert [code for code in codes if why_refused(code) == code] == []


def test_every_kind_of_job_has_words():
    assert [kind for kind in _handlers if not kind.startswith("test.") and title_of(kind) == kind] == []
