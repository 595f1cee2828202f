import pytest

from backend.suggestions.errors import RemoteFailed
from backend.suggestions.remote_answers import read_answer
from tests.backend.suggestions.test_remote import told

GOOD = {"candidate": "1", "score": 0.5, "reasons": ["because"]}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"\xff", "is not JSON"),
        (told([GOOD | {"score": float("nan")}]), "is not JSON"),
        (b"[]", "no JSON object"),
        (told(version=""), "no version"),
        (told(version=7), "no version"),
        (told(version="v" * 41), "no version"),
        (b'{"name": "own", "version": "1", "suggestions": {"1": 0.5}}', "no suggestions"),
        (told([GOOD | {"candidate": str(n)} for n in range(4)]), "a list of at most 3"),
        (told([GOOD, GOOD]), "a candidate twice"),
        (told(["1"]), "suggestions[0] is no JSON object"),
        (told([GOOD, GOOD | {"candidate": ""}]), "suggestions[1].candidate is no text of 1 to 200 signs"),
        (told([GOOD | {"candidate": "a\0"}]), "candidate is no text"),
        (told([GOOD | {"candidate": "\ud800"}]), "candidate is no text"),
        (told([GOOD | {"score": True}]), "score is no number"),
        (told([GOOD | {"score": 2**70}]), "score is no number"),
        (told([GOOD | {"reasons": "because"}]), "reasons is no list"),
        (told([GOOD | {"reasons": ["r"] * 11}]), "reasons is no list of at most 10"),
        (told([GOOD | {"reasons": [{}]}]), "reasons holds what is no text"),
    ],
)
def test_an_answer_that_is_not_as_agreed_is_refused_as_a_whole_in_words(answer, said):
    with pytest.raises(RemoteFailed) as failure:
        read_answer(answer, name="own", k=3)
    assert said in str(failure.value)


def test_an_answer_as_agreed_is_read_best_first():
    version, found = read_answer(told([GOOD, {"candidate": "2", "score": 1}]), name="own", k=3)
    assert (version, [each.candidate_id for each in found]) == ("1", ["2", "1"])
