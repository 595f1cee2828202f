import pytest
from earmark.anchors import TextAnchor, describe

from backend.questions import relocated as module
from backend.questions.relocated import anchors_now, relocated, without_told

TEXT = "The new Vector 9 sheds water, but the Vector 9 zip froze after two days."
EDITED = "Update. " + TEXT


def words(start, end, text=TEXT):
    return describe(text, start, end)


def test_words_are_found_where_they_stand_now_and_gone_ones_are_not():
    assert relocated(words(8, 16), EDITED) == words(16, 24, EDITED)
    assert relocated(words(8, 16), "Sold out.") is None


def test_they_are_looked_for_once(monkeypatch):
    text = "Once. " + TEXT
    relocated(words(8, 16), text), relocated(words(8, 16), "Never to be found.")
    monkeypatch.setattr(module, "find", None)
    assert relocated(words(8, 16), text) == words(14, 22, text)
    assert relocated(words(8, 16), "Never to be found.") is None


def test_of_many_places_those_that_were_found_first_are_forgotten(monkeypatch):
    monkeypatch.setattr(module, "PLACES_KEPT", 2)
    for number in range(5):
        relocated(words(8, 16), f"{number}. {TEXT}")
    assert len(module._places) == 2


def test_each_anchor_has_its_answer_in_their_order():
    region = {"region": "xywh=percent:1,2,3,4", "width": 9, "height": 9}
    told = words(16, 24, EDITED).wire | {"told": {"quote": {}}}
    assert anchors_now([None, region, told, words(8, 16).wire, words(0, 3, "Gone for good.").wire], EDITED) == [
        None,
        region,
        words(16, 24, EDITED).wire,
        words(16, 24, EDITED).wire,
        None,
    ]


def test_of_a_long_text_no_more_is_searched_than_may_be(monkeypatch):
    text = "Searched. " + TEXT
    monkeypatch.setattr(module, "MOST_SEARCHED", 2 * len(text))
    old = [words(start, start + 8).wire for start in (8, 17, 38)]
    assert [bool(now) for now in anchors_now([*old, words(18, 26, text).wire], text)] == [True, True, False, True]


def test_what_was_not_looked_for_is_looked_for_the_next_time(monkeypatch):
    text = "Later. " + TEXT
    monkeypatch.setattr(module, "MOST_SEARCHED", 2 * len(text))
    old = [words(start, start + 8).wire for start in (8, 17, 38, 50, 60)]
    found = [sum(map(bool, anchors_now(old, text))) for _ in range(3)]
    assert found == [2, 4, 5]


def test_at_least_one_is_looked_for_however_long_the_text(monkeypatch):
    monkeypatch.setattr(module, "MOST_SEARCHED", 1)
    assert anchors_now([words(8, 16).wire], EDITED) == [words(16, 24, EDITED).wire]


@pytest.mark.parametrize("anchor", [words(8, 16).wire, {"region": "xywh=percent:1,2,3,4", "width": 9, "height": 9}])
def test_what_the_page_told_stays_with_us(anchor):
    assert without_told(anchor | {"told": {}}) == without_told(anchor) == anchor
    assert "quote" not in anchor or TextAnchor.of(without_told(anchor | {"told": {}})).wire == anchor
