"""Tests of earmark.rules.analysis."""

from earmark.intervals import wilson_interval
from earmark.rules import Answers, Cast, Outcome, Vote, analyse_rules, apply_rules


def voted(rule, *values, unit="1", version="1", **options):
    votes = tuple(Vote(value, **options) for value in values)
    units = unit if isinstance(unit, tuple) else (unit,)
    return Cast(rule, version, units, Outcome.VOTED if votes else Outcome.ABSTAINED, votes, ms=1.0)


def test_coverage_overlap_conflict_and_accuracy_are_those_counted_by_hand():
    casts = [
        voted("a", "stolen", unit="1"), voted("b", "stolen", unit="1"),
        voted("a", "stolen", unit="2"), voted("b", "genuine", unit="2"),
        voted("a", "stolen", unit="3"), voted("b", unit="3"),
        voted("a", unit="4"), voted("b", unit="4"),
    ]  # fmt: skip
    a, b = analyse_rules(casts, Answers.of_choices({"1": "stolen", "2": "genuine", "4": "genuine"}))
    assert (a.coverage, a.overlap, a.conflict) == (0.75, 0.5, 0.25)
    assert (b.coverage, b.overlap, b.conflict) == (0.5, 0.5, 0.25)
    assert (a.right_count, a.judged_count, a.accuracy) == (1, 2, 0.5)
    assert (b.right_count, b.judged_count, b.accuracy) == (2, 2, 1.0)
    assert a.interval == wilson_interval(1, 2)
    assert (a.abstained_count, b.abstained_count) == (1, 2)


def test_without_answers_there_is_no_accuracy():
    [report] = analyse_rules([voted("a", "stolen")])
    assert (report.accuracy, report.judged_count, report.interval) == (None, 0, (0.0, 1.0))


def test_each_version_has_its_own_row_and_is_no_other_rule():
    old, new = analyse_rules([voted("a", "stolen", version="1"), voted("a", "genuine", version="2")])
    assert (old.version, new.version) == ("1", "2")
    assert old.overlap_count == old.conflict_count == 0


def test_what_failed_was_late_or_was_skipped_is_counted():
    casts = [
        Cast("a", "1", ("1",), Outcome.FAILED, ms=1.0, error="ValueError"),
        Cast("a", "1", ("2",), Outcome.LATE, ms=60.0),
        Cast("a", "1", ("3",), Outcome.SKIPPED),
        voted("a", "stolen", unit="4"),
    ]
    [report] = analyse_rules(casts)
    assert (report.asked_count, report.voted_count) == (4, 1)
    assert (report.failed_count, report.late_count, report.skipped_count) == (1, 1, 1)
    assert report.median_ms == 1.0  # of 1, 60 and 1: what was skipped took no time


def test_tags_stand_beside_each_other_and_only_for_and_against_conflict():
    casts = [
        voted("a", "Inbox", "Archive"),
        voted("b", "Archive", "Printing"),
        voted("c", "Inbox", is_against=True),
        voted("d", "Other"),
    ]
    a, b, c, d = analyse_rules(casts, Answers.of_tags({("1", "Inbox"): False, ("1", "Archive"): True}))
    assert (a.right_count, a.judged_count, a.overlap_count, a.conflict_count) == (1, 2, 1, 1)
    assert (b.right_count, b.judged_count, b.overlap_count, b.conflict_count) == (1, 1, 1, 0)
    assert (c.right_count, c.judged_count, c.conflict_count) == (1, 1, 1)
    assert (d.judged_count, d.overlap_count) == (0, 0)


def test_a_pair_has_one_answer_in_either_order(same_error, threads):
    third, fifth = threads[0], threads[4]
    casts = list(apply_rules([same_error], [(fifth, third)]))
    [report] = analyse_rules(casts, Answers.of_pairs({("1", "5"): "duplicate"}))
    assert (report.right_count, report.judged_count) == (1, 1)


def test_where_all_answers_of_an_item_are_known_another_pair_is_presumed_different():
    answers = Answers.of_pairs({("5", "1"): "duplicate"}, complete={"5"}, presumed="different")
    casts = [voted("a", "duplicate", unit=("5", "1")), voted("a", "duplicate", unit=("5", "2"))]
    casts.append(voted("a", "duplicate", unit=("4", "2")))
    [report] = analyse_rules(casts, answers)
    assert (report.right_count, report.judged_count) == (1, 2)


def test_unsure_judges_nothing():
    [report] = analyse_rules([voted("a", "stolen")], Answers.of_choices({"1": "unsure"}))
    assert report.judged_count == 0
