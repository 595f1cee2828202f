"""Who stands out among those who answer, counted by hand."""

from backend.quality.gaming import Doubt, Said, Share, weigh_people

ANN, BEN, CEM, PAL, PEN = range(1, 6)


def answers(person, values, *, first=0, after_ms=8000, counts=True):
    return [Said(person, 1, first + n, value, after_ms, counts) for n, value in enumerate(values)]


def of(said, person):
    return next(each for each in weigh_people(said) if each.person == person)


MIXED = ["same", "different"] * 10


def test_two_who_differ_now_and_then_are_doubted_for_nothing():
    said = answers(ANN, MIXED) + answers(BEN, [*MIXED[:-1], "same"])
    assert [each.doubts for each in weigh_people(said)] == [[], []]


def test_agreement_is_with_what_most_others_say():
    said = answers(ANN, ["same"]) + answers(BEN, ["same"]) + answers(CEM, ["different"])
    assert of(said, CEM).agreed == Share(0, 1)
    assert of(said, ANN).agreed == Share(0, 0)  # the two others tie


def test_unsure_agrees_with_nobody_and_contradicts_nobody():
    said = answers(ANN, ["same"]) + answers(BEN, ["unsure"])
    assert of(said, ANN).agreed == of(said, BEN).agreed == Share(0, 0)


def test_a_single_answer_gives_no_interval_but_all():
    assert of(answers(ANN, ["same"]), ANN).agreed.interval == (0.0, 1.0)


def test_who_says_the_same_to_everything_stands_out_beside_those_who_do_not():
    said = answers(ANN, MIXED) + answers(BEN, MIXED) + answers(CEM, ["same"] * 20)
    assert Doubt.SAME_TO_ALL in of(said, CEM).doubts
    assert of(said, CEM).leans[0].mine == Share(20, 20) and of(said, CEM).leans[0].others == Share(20, 40)


def test_where_everybody_says_the_same_nobody_stands_out():
    said = answers(ANN, ["fits"] * 20) + answers(BEN, ["fits"] * 20)
    assert [each.doubts for each in weigh_people(said)] == [[], []]


def test_nine_answers_are_too_few_for_any_doubt():
    said = answers(ANN, MIXED) + answers(BEN, MIXED) + answers(CEM, ["same"] * 9, after_ms=50)
    assert of(said, CEM).doubts == []


def test_who_answers_at_once_while_others_read_stands_out():
    said = answers(ANN, MIXED) + answers(BEN, MIXED) + answers(CEM, MIXED, after_ms=400)
    assert of(said, CEM).doubts == [Doubt.HASTY] and of(said, ANN).doubts == []


def test_where_all_are_quick_nobody_is_hasty():
    said = answers(ANN, MIXED, after_ms=500) + answers(BEN, MIXED, after_ms=400)
    assert [each.doubts for each in weigh_people(said)] == [[], []]


def test_who_says_the_contrary_stands_out():
    contrary = [{"same": "different", "different": "same"}[value] for value in MIXED]
    said = answers(ANN, MIXED) + answers(BEN, MIXED) + answers(PAL, MIXED) + answers(CEM, contrary)
    assert of(said, CEM).doubts == [Doubt.DISAGREES] and weigh_people(said)[0].person == CEM


def test_two_who_answer_alike_where_nobody_else_does_vouch_for_each_other():
    pals = answers(PAL, MIXED[:12], first=100) + answers(PEN, MIXED[:12], first=100)
    said = answers(ANN, MIXED) + answers(BEN, MIXED) + answers(CEM, MIXED) + pals
    assert of(said, PAL).doubts == of(said, PEN).doubts == [Doubt.VOUCHES]
    (pen,) = of(said, PAL).companions
    assert (pen.person, pen.together_count, pen.alike_count, pen.alone_alike_count) == (PEN, 12, 12, 12)
    assert of(said, ANN).doubts == []


def test_who_is_alone_with_somebody_because_the_desk_asked_both_does_not_vouch():
    pals = [
        Said(person, 1, 100 + n, value, 8000, was_assigned=True)
        for person in (PAL, PEN)
        for n, value in enumerate(MIXED)
    ]
    assert of(answers(ANN, MIXED) + pals, PAL).doubts == []


def test_of_two_people_in_all_nobody_can_say_that_they_vouch():
    assert of(answers(PAL, MIXED) + answers(PEN, MIXED), PAL).doubts == []


def test_with_whom_nobody_counts_is_no_measure_for_others():
    said = answers(ANN, ["same"]) + answers(BEN, ["different"], counts=False)
    assert of(said, ANN).agreed == Share(0, 0) and of(said, BEN).agreed == Share(0, 1)


def test_the_order_of_the_answers_plays_no_part():
    said = answers(ANN, MIXED) + answers(BEN, ["same"] * 20) + answers(CEM, MIXED[:7])
    assert weigh_people(said) == weigh_people(said[::-1])


def test_who_gives_most_of_all_answers_at_once_is_hasty_all_the_same():
    said = answers(ANN, MIXED) + answers(BEN, MIXED) + answers(CEM, MIXED * 5, after_ms=100)
    assert Doubt.HASTY in of(said, CEM).doubts


def test_who_no_longer_counts_is_no_measure_of_what_the_others_say():
    blocked = answers(PAL, ["same"] * 200, counts=False) + answers(PEN, ["same"] * 200, counts=False)
    said = answers(ANN, MIXED) + answers(BEN, MIXED) + answers(CEM, ["same"] * 20) + blocked
    assert of(said, CEM).leans[0].others == Share(20, 40) and Doubt.SAME_TO_ALL in of(said, CEM).doubts
    assert of(said, PAL).leans[0].others == Share(40, 60)


def test_who_no_longer_counts_is_no_measure_of_how_far_the_others_agree():
    contrary = [{"same": "different", "different": "same"}[value] for value in MIXED]
    blocked = [each for person in range(6, 16) for each in answers(person, contrary, counts=False)]
    said = answers(ANN, MIXED) + answers(BEN, MIXED) + answers(PAL, MIXED) + answers(CEM, contrary)
    assert Doubt.DISAGREES in of(said + blocked, CEM).doubts
