from backend.quality.trust import tally


def test_right_and_wrong_answers_to_gold_are_counted():
    found = tally([("duplicate", "duplicate"), ("different", "duplicate"), ("duplicate", "duplicate")])
    assert (found.answers_count, found.right_count) == (3, 2)


def test_not_sure_is_neither_right_nor_wrong():
    assert tally([("unsure", "duplicate")]).answers_count == 0
