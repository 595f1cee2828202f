from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from backend.judgements.events import Judge

ANSWER = Judge(UUID(int=1), UUID(int=2), 3, 4, "5", "pair", "duplicate", datetime(2026, 11, 26, tzinfo=UTC), "mouse")


def test_an_answer_without_note_and_place_keeps_the_digest_it_had_before_there_were_any():
    assert ANSWER.digest() == "0dc4470ab2ed50dd2ec3f5b61e549214cd68206378071f1ca6eada09f398d17e"


def test_another_place_is_another_content():
    here, there = (replace(ANSWER, anchor={"position": {"start": start, "end": 9}}) for start in (1, 2))
    assert len({ANSWER.digest(), here.digest(), there.digest()}) == 3
    assert here.digest() == replace(here).digest()
