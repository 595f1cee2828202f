"""Tests of earmark.suggesters.sequence: spans that are learned from marked texts."""

import itertools
import json

import numpy as np
import pytest
from earmark.errors import ChecksumMismatch, LearningMissing, NotTrained
from earmark.suggesters import Item, ItemIndex, MarkedSpan, MarkedText, SequenceSpans, Suggester, fault_of
from earmark.suggesters.chain import allowed, chances, fitted, summed
from earmark.suggesters.marked import drawn_within, is_whole, outermost, tags_of
from earmark.suggesters.phrases import Phrases
from earmark.suggesters.token_traits import Tokens, shape_of

from tests.sdk.suggesters.marked_texts import NOTHING, drawn, in_han

NONE = ItemIndex()


@pytest.fixture(scope="module")
def learned():
    return SequenceSpans().fit(drawn(80))


def _start(suggestion):
    return suggestion.anchor.position.start


def guessed(suggester, text, k=9):
    found = suggester.suggest(Item("?", body=text), NONE, k)
    return [(each.anchor.quote.exact, each.candidate_id) for each in sorted(found, key=_start)]


def test_it_is_a_suggester():
    assert isinstance(SequenceSpans(), Suggester)
    assert SequenceSpans.name == "sequence"


def test_it_marks_in_new_texts_what_was_marked_in_others(learned):
    asked = drawn(40, seed=1)
    right = sum(
        {tuple(span) for span in each.spans}
        == {
            (one.anchor.position.start, one.anchor.position.end, one.candidate_id)
            for one in learned.suggest(each.item, NONE, 20)
        }
        for each in asked
    )
    assert right >= 38


def test_it_marks_words_that_it_has_never_seen_by_how_they_are_written_and_what_stands_beside_them(learned):
    assert guessed(learned, "The Quasar 7 leaks again. We met Zita Zorn at the office.") == [
        ("Quasar 7", "Product"), ("Zita Zorn", "Person"),
    ]  # fmt: skip


def test_a_text_in_which_nothing_of_the_kind_stands_gets_no_guess(learned):
    assert guessed(learned, NOTHING) == guessed(learned, "") == guessed(learned, " \n ") == []


def test_what_a_guess_says_can_be_stored_and_read_by_a_person(learned):
    found = learned.suggest(drawn(1, seed=5, sentences=(6, 6))[0].item, NONE, 20)
    assert found and not any(map(fault_of, found))
    assert all(each.reasons and learned.least_score_ <= each.score <= 1 for each in found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_the_reason_names_what_stands_beside_and_where_it_was_marked_before():
    taught = [
        MarkedText(Item(f"{at}", body=f"Yesterday {word} broke. Today bread is fresh."), [MarkedSpan(10, 13, "Thing")])
        for at, word in enumerate(["car", "bus", "van", "cab"] * 6)
    ]
    [guess] = SequenceSpans().fit(taught).suggest(Item("?", body="Yesterday bus broke."), NONE, 3)
    assert guess.anchor.quote.exact == "bus"
    told = " ".join(guess.reasons)
    assert "stands after “Yesterday”" in told or "stands before “broke”" in told or "marked in 6 other texts" in told


def test_at_most_k_are_guessed_and_none_of_them_overlap(learned):
    item = drawn(1, seed=7, sentences=(30, 30))[0].item
    found = learned.suggest(item, NONE, 100)
    places = sorted((each.anchor.position.start, each.anchor.position.end) for each in found)
    assert len(found) > 10 and all(one[1] <= other[0] for one, other in itertools.pairwise(places))
    assert learned.suggest(item, NONE, 3) == found[:3] and learned.suggest(item, NONE, 0) == []


def test_scores_come_true_about_as_often_as_they_say(learned):
    noisy = [MarkedText(each.item, each.spans[at % 2 :]) for at, each in enumerate(drawn(150, seed=3))]
    suggester = SequenceSpans().fit(noisy[:100])
    said = [
        (one.score, (one.anchor.position.start, one.anchor.position.end, one.candidate_id) in map(tuple, each.spans))
        for each in noisy[100:]
        for one in suggester.suggest(each.item, NONE, 20)
    ]
    mean = sum(score for score, _ in said) / len(said)
    assert abs(mean - sum(is_right for _, is_right in said) / len(said)) < 0.15


def test_where_nothing_can_be_learned_it_abstains():
    draws = np.random.default_rng(0)
    words = ["red", "blue", "green", "black", "white", "brown"]
    taught = []
    for at in range(30):
        text = " ".join(draws.choice(words, 8))
        places = Tokens(text).places
        start, end = places[int(draws.integers(len(places)))]
        taught.append(MarkedText(Item(f"{at}", body=text), [MarkedSpan(start, end, "Odd")]))
    suggester = SequenceSpans().fit(taught)
    found = sum(len(suggester.suggest(each.item, NONE, 9)) for each in taught)
    assert suggester.report_["held_out_f1"] < 0.35
    assert found <= 150, "no more than it guessed on what was held out, of 240 words"


@pytest.mark.parametrize(
    "taught", [[], drawn(5), [MarkedText(Item(f"{at}", body="Nothing here.")) for at in range(20)]]
)
def test_too_little_to_learn_from_teaches_nothing(taught):
    suggester = SequenceSpans().fit(taught)
    assert suggester.suggest(Item("?", body="We met Anna Bauer at the office."), NONE, 5) == []
    assert suggester.report_["texts"] == len(taught)


def test_before_fit_it_abstains_and_cannot_be_saved(tmp_path):
    assert SequenceSpans().suggest(Item("?", body="We met Anna Bauer."), NONE, 5) == []
    with pytest.raises(NotTrained):
        SequenceSpans().save(tmp_path)


def test_the_order_of_the_texts_plays_no_part(learned):
    assert SequenceSpans().fit(reversed(drawn(80))).version == learned.version


def test_fit_returns_the_suggester_itself():
    suggester = SequenceSpans()
    assert suggester.fit(drawn(12)) is suggester


def test_scripts_without_spaces_are_learned_character_by_character():
    suggester = SequenceSpans().fit(in_han(40))
    assert guessed(suggester, "昨天西风漏水了。我们买了茶叶。") == [("西风", "Product")]


def test_who_learns_from_the_same_names_again_and_again_still_finds_new_ones():
    suggester = SequenceSpans().fit(in_han(200))
    assert guessed(suggester, "昨天泰坦漏水了。我们买了米饭。") == [("泰坦", "Product")]


def test_words_and_patterns_of_a_dictionary_are_evidence_that_is_weighed():
    taught = [
        MarkedText(Item(f"{at}", body=f"Ticket AB-{at:03} of run CD-{at:03}."), [MarkedSpan(7, 13, "Ticket")])
        for at in range(100, 140)
    ]
    suggester = SequenceSpans({"Ticket": ["/[A-Z]{2}-[0-9]{3}/"]}).fit(taught)
    assert guessed(suggester, "Ticket XY-777 of run QR-888.") == [("XY-777", "Ticket")]


def test_texts_of_one_group_are_held_out_together():
    copies = [MarkedText(each.item, each.spans, group="one") for each in drawn(80)]
    suggester = SequenceSpans().fit(copies)
    assert suggester.report_["held_out_f1"] == 0.0 and suggester.least_score_ > 1
    assert guessed(suggester, "The Vector 7 leaks again.") == []


def test_it_is_saved_without_code_and_loaded_as_it_was(learned, tmp_path):
    learned.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checksums.json", "model.json"]
    loaded = SequenceSpans.load(tmp_path)
    item = drawn(1, seed=9, sentences=(5, 5))[0].item
    assert loaded.version == learned.version
    assert loaded.suggest(item, NONE, 20) == learned.suggest(item, NONE, 20) != []


def test_what_was_changed_on_disk_is_not_loaded(learned, tmp_path):
    learned.save(tmp_path)
    told = json.loads((tmp_path / "model.json").read_text())
    told["learned"]["least_score"] = 0.0
    (tmp_path / "model.json").write_text(json.dumps(told))
    with pytest.raises(ChecksumMismatch):
        SequenceSpans.load(tmp_path)
    with pytest.raises(NotTrained, match="lies no suggester of spans"):
        SequenceSpans.load(tmp_path / "nowhere")


def test_words_that_are_forgotten_leave_the_artefact_and_other_texts_are_guessed_as_before(tmp_path):
    secret = [
        MarkedText(Item(f"s{at}", body="We met Xaver Quint at the office."), [MarkedSpan(7, 18, "Person")])
        for at in range(2)
    ]
    suggester = SequenceSpans().fit([*drawn(60), *secret])
    suggester.save(tmp_path / "before")
    assert "xaver" in (tmp_path / "before" / "model.json").read_text()
    others = set().union(*(suggester.words_kept_of(each.item) for each in drawn(60)))
    left = suggester.without(suggester.words_kept_of(secret[0].item) - others)
    left.save(tmp_path / "after")
    written = (tmp_path / "after" / "model.json").read_text()
    assert "xaver" not in written and "quint" not in written
    asked = drawn(1, seed=11, sentences=(5, 5))[0].item
    assert left.suggest(asked, NONE, 20) == suggester.suggest(asked, NONE, 20) != []


def test_without_the_extra_fit_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(LearningMissing):
        SequenceSpans().fit(drawn(12))


def test_a_span_that_cuts_a_token_is_learned_as_the_token_and_of_overlapping_ones_the_longest():
    text = "The Vector9 zip froze"
    marked = MarkedText(Item("1", body=text), [MarkedSpan(4, 10, "A"), MarkedSpan(4, 15, "B"), MarkedSpan(16, 21, "A")])
    assert outermost(marked.spans) == [MarkedSpan(4, 15, "B"), MarkedSpan(16, 21, "A")]
    assert tags_of(marked, Tokens(text).places, ["A", "B"]) == [0, 3, 4, 1]
    assert not is_whole(marked) and is_whole(MarkedText(marked.item, [MarkedSpan(4, 11, "A")]))


def test_a_phrase_counts_by_other_texts_alone():
    texts = [(Tokens(text), [(1, 2, "Product")]) for text in ("the Vector", "the Vector", "the Comet")]
    phrases = Phrases().fit(texts)
    tokens, own = texts[0]
    assert [(said.label, said.marked_count, said.said_count) for said in phrases.of(tokens)] == [("Product", 2, 2)]
    assert [(said.marked_count, said.said_count) for said in phrases.of(tokens, own=own)] == [(1, 1)]
    assert phrases.of(texts[2][0], own=texts[2][1]) == [], "nobody else marked it"


def test_a_word_is_known_by_how_it_is_written():
    assert [shape_of(word) for word in ("Vector", "NASA", "b", "2024", "Ab-12", "西风")] == [
        "Xxx", "XX", "x", "99", "Xx-99", "oo",
    ]  # fmt: skip


def test_what_traits_add_to_tags_is_summed_token_by_token():
    weights = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    assert summed(weights, [[0, 2], [], [1], [2, 1, 0]]).tolist() == [[5.0, 50.0], [0.0, 0.0], [2.0, 20.0], [7.0, 70.0]]
    assert summed(weights, []).shape == (0, 2)


def all_rows(length, tags_count):
    """Every row of tags that may be."""
    fits = allowed(tags_count)
    for tags in itertools.product(range(tags_count), repeat=length):
        if all(fits[before, after] for before, after in itertools.pairwise((0, *tags))):
            yield tags


def weight(tags, emissions, transitions):
    moves = sum(transitions[before, after] for before, after in itertools.pairwise((0, *tags)))
    return np.exp(moves + sum(emissions[at, tag] for at, tag in enumerate(tags)))


def test_chances_of_tags_and_of_spans_are_those_of_all_rows_that_may_be():
    draws = np.random.default_rng(4)
    emissions, transitions = draws.normal(size=(4, 5)), draws.normal(size=(5, 5))
    rows = {tags: weight(tags, emissions, transitions) for tags in all_rows(4, 5)}
    whole = sum(rows.values())
    told = chances(emissions, transitions)
    for at, tag in itertools.product(range(4), range(5)):
        assert told.tags[at, tag] == pytest.approx(sum(w for tags, w in rows.items() if tags[at] == tag) / whole)
    spans = {label: told.of_spans(label, range(4), 9) for label in range(2)}
    for label, first in itertools.product(range(2), range(4)):
        assert len(spans[label][first]) == 4 - first
        for size, chance in enumerate(spans[label][first], start=1):
            span = (2 * label + 1, *[2 * label + 2] * (size - 1))
            inside = 2 * label + 2
            is_there = sum(
                w
                for tags, w in rows.items()
                if tags[first : first + size] == span and tags[first + size : first + size + 1] != (inside,)
            )
            assert chance == pytest.approx(is_there / whole)


def test_a_chain_is_fitted_to_where_the_chance_of_what_is_right_is_greatest():
    from scipy.sparse import csr_matrix

    traits = csr_matrix(np.array([[1.0, 0], [0, 1], [1, 0], [1, 0], [0, 1], [1, 0]]))
    tags, pull = np.array([0, 1, 0, 0, 1, 2]), 0.5
    chain = fitted(traits, tags, [2, 1, 3], 3, pull)

    def loss(weights, transitions):
        told, at = 0.5 * pull * ((weights**2).sum() + (transitions**2).sum()), 0
        for length in (2, 1, 3):
            emissions = traits[at : at + length] @ weights
            whole = sum(weight(row, emissions, transitions) for row in all_rows(length, 3))
            told -= np.log(weight(tags[at : at + length], emissions, transitions) / whole)
            at += length
        return told

    best = loss(chain.weights, chain.transitions)
    draws = np.random.default_rng(1)
    for _ in range(20):
        nudged = chain.weights + 0.05 * draws.normal(size=chain.weights.shape)
        assert loss(nudged, chain.transitions) > best
        moved = chain.transitions + 0.05 * draws.normal(size=chain.transitions.shape) * allowed(3)
        assert loss(chain.weights, moved) > best


@pytest.mark.parametrize(("bound", "most"), [("MOST_LEARNED", 600), ("MOST_CELLS", 600 * 5)])
def test_of_more_texts_than_memory_holds_those_drawn_by_their_ids_teach(monkeypatch, bound, most):
    monkeypatch.setattr(f"earmark.suggesters.sequence.{bound}", most)
    texts = drawn(80)
    told = SequenceSpans().fit(texts)
    left = told.report_["left_out"]
    assert told.report_["texts"] == 80 - left
    assert 0 < left < 80
    assert SequenceSpans().fit(reversed(texts)).version == told.version


def test_texts_are_drawn_until_their_tokens_are_as_many_as_may_be_and_a_long_one_counts_as_far_as_it_is_read():
    texts = [MarkedText(Item(str(at), body="word " * size)) for at, size in enumerate([3, 3, 500, 3])]
    assert drawn_within(texts, 13, most_each=4) == texts
    kept = drawn_within(texts, 10, most_each=4)
    assert len(kept) == 3
    assert kept == [each for each in texts if each in kept]
    assert drawn_within(texts[::-1], 10, most_each=4) == kept[::-1]


def test_with_many_labels_fewer_traits_are_looked_at(monkeypatch):
    monkeypatch.setattr("earmark.suggesters.sequence.MOST_WEIGHTS", 5 * 40)
    assert SequenceSpans().fit(drawn(80)).report_["traits"] == 40
