import pytest
from earmark.anchors import describe
from earmark.errors import AnchorUnusable
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.spots import (
    Picture,
    anchor_now,
    candidate_id,
    label_in,
    numbers_of,
    overlap,
    picture_of,
    place_of,
    resolve,
    said_of_candidate,
    spot_key,
    text_of,
)  # fmt: skip

TEXT = "The new Vector 9 sheds water, but the Vector 9 zip froze after two days in the hills above Inverness."
PICTURE = Picture("/p.png", 1280, 720, "A jacket")
BOX = {"region": "xywh=percent:10,20,30,40", "width": 640, "height": 360}


def words(start, end, text=TEXT):
    return describe(text, start, end).wire


def in_text(anchor, text=TEXT):
    return resolve(anchor, kind="span", text=text, picture=None)


def test_the_text_of_markup_is_what_is_read_of_it_and_a_plain_text_is_taken_as_it_stands():
    assert text_of("<p>Dry &amp; warm</p> <p>Light</p>", {"format": "html"}) == "Dry & warm Light"
    assert text_of("<b>\n Dry", {}) == "<b> Dry"


@pytest.mark.parametrize(
    ("image", "picture"),
    [
        ({"url": "/p.png", "width": 1280, "height": 720, "alt": "A jacket"}, PICTURE),
        ({"url": "https://host.example/p.png"}, Picture("https://host.example/p.png", None, None, "")),
        ({"url": "/p.png", "width": 0, "height": "720"}, Picture("/p.png", None, None, "")),
        ({"url": "/p.png", "width": True, "height": 100_001, "alt": 7}, Picture("/p.png", None, None, "")),
        ({"url": "javascript:alert(1)"}, None),
        ({"url": 7}, None),
        ("/p.png", None),
        (None, None),
    ],
)
def test_the_picture_is_what_the_host_registered_and_nothing_a_browser_would_run(image, picture):
    assert picture_of({"image": image}) == picture


def test_a_span_is_written_by_its_ends_and_a_region_by_its_numbers():
    assert (place_of(words(8, 16)), candidate_id(words(8, 16), "Product")) == ("8-16", "8-16 Product")
    assert (place_of(BOX), candidate_id(BOX, "Zip")) == ("10,20,30,40", "10,20,30,40 Zip")
    assert (numbers_of(words(8, 16)), numbers_of(BOX)) == ((8, 16), (10, 20, 30, 40))


def test_the_label_stands_behind_the_place_and_may_hold_spaces():
    assert label_in("8-16 Trade mark") == "Trade mark"
    assert candidate_id(words(8, 16)) == "8-16" and label_in("8-16") == ""


def test_a_person_reads_the_words_or_the_numbers():
    assert said_of_candidate(words(8, 16), "8-16 Product") == "“Vector 9” Product"
    assert said_of_candidate(BOX, "10,20,30,40 Zip") == "10,20,30,40 % Zip"
    assert said_of_candidate(None, "Mail") == "Mail"


def test_the_key_of_a_span_names_its_text_so_that_the_same_place_of_another_text_is_another_spot():
    assert spot_key(3, words(8, 16)) == f"3:{words(8, 16)['snapshot'][:16]}:8-16"
    assert spot_key(3, words(8, 16)) != spot_key(3, words(8, 16, TEXT.upper()))
    assert spot_key(3, BOX) == "3:10,20,30,40"


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ((0, 10), (0, 10), 1.0),
        ((0, 10), (10, 20), 0.0),
        ((0, 10), (5, 15), 1 / 3),
        ((0, 10), (0, 5), 0.5),
        ((0, 0, 10, 10), (0, 0, 10, 10), 1.0),
        ((0, 0, 10, 10), (5, 5, 10, 10), 1 / 7),
        ((0, 0, 10, 10), (20, 0, 10, 10), 0.0),
        ((0, 0, 10, 10), (0, 20, 10, 10), 0.0),
    ],
)
def test_overlap_is_the_intersection_over_the_union_from_either_side(one, other, share):
    assert overlap(one, other) == overlap(other, one) == pytest.approx(share)


ONCE_MORE = {"elsewhere": {"count": 1, "likeness": 0.0}}


def test_words_of_the_registered_text_are_kept_as_that_text_has_them():
    told = words(8, 16) | {"quote": {"exact": "Vector 9", "prefix": "", "suffix": "?"}}
    assert in_text(told) == words(8, 16) | ONCE_MORE


def test_words_of_a_page_with_another_text_are_looked_up_and_what_was_told_stays_beside():
    page = "Review. " + TEXT
    told = words(16, 24, page)
    assert in_text(told) == words(8, 16) | ONCE_MORE | {"told": told}
    assert anchor_now(in_text(told), TEXT) == words(8, 16) | ONCE_MORE, "what others may have holds nothing of the page"


def code_of(anchor, kind="span", picture=None):
    with pytest.raises(AnchorUnusable) as fault:
        resolve(anchor, kind=kind, text=TEXT, picture=picture)
    assert str(fault.value)
    return fault.value.code


def test_words_that_the_registered_text_has_not_are_nowhere():
    assert code_of(words(0, 30, "Nothing of this stands in the other text at all.")) == "text_not_found"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"position": {"start": 16, "end": 8}}, "no_stretch"),
        ({"position": {"start": 8, "end": 8}}, "no_stretch"),
        ({"position": {"start": -1, "end": 7}}, "no_stretch"),
        ({"position": {"start": 95, "end": 103}}, "past_the_end"),
        ({"position": {"start": 9, "end": 17}}, "another_quote"),
        ({"position": {"start": 8.0, "end": 16}}, "not_an_anchor"),
        ({"position": {"start": True, "end": 16}}, "not_an_anchor"),
        ({"position": None}, "not_an_anchor"),
        ({"quote": {"exact": "Vector \ud83d", "prefix": "", "suffix": ""}}, "inside_a_character"),
        ({"quote": {"exact": 7}}, "not_an_anchor"),
        ({"snapshot": None}, "not_an_anchor"),
    ],
)
def test_a_span_that_is_none_is_refused_with_what_is_wrong(changed, code):
    assert code_of(words(8, 16) | changed) == code


@pytest.mark.parametrize(
    ("region", "code"),
    [
        ("xywh=percent:10,20,0,40", "no_area"),
        ("xywh=percent:10,20,0.00001,40", "no_area"),
        ("xywh=percent:90,20,30,40", "outside"),
        ("xywh=percent:-1,20,30,40", "outside"),
        ("xywh=percent:nan,20,30,40", "not_a_number"),
        ("xywh=percent:1e1,20,30,40", "not_a_number"),
        ("xywh=pixel:10,20,30,40", "not_a_region"),
        ("", "not_a_region"),
        (None, "not_a_region"),
        (["xywh=percent:10,20,30,40"], "not_a_region"),
    ],
)
def test_a_region_that_is_none_is_refused_with_what_is_wrong(region, code):
    assert code_of(BOX | {"region": region}, kind="region") == code


def test_a_span_is_no_region_and_the_reverse():
    assert code_of(BOX) == "not_an_anchor"
    assert code_of(words(8, 16), kind="region") == "not_an_anchor"


def test_the_registered_size_of_a_picture_counts_and_the_pages_where_there_is_none():
    def kept(picture):
        return resolve(BOX, kind="region", text="", picture=picture)

    assert kept(PICTURE) == BOX | {"width": 1280, "height": 720}
    assert kept(None) == kept(Picture("/p.png", 1280, None, "")) == BOX
    assert kept(Picture("/p.png", 500, 500, "")) == BOX, "a picture of another shape is another picture"
    assert code_of({"region": BOX["region"]}, kind="region") == "no_size"


def test_a_spot_is_followed_through_an_edit_and_gone_when_its_words_are():
    edited = "Update: " + TEXT.replace("new ", "")
    assert anchor_now(words(8, 16), edited) == words(12, 20, edited)
    assert anchor_now(words(8, 16), "Sold out.") is None
    assert anchor_now(BOX, "") == BOX


spans = st.tuples(st.integers(0, 500), st.integers(1, 500)).map(lambda given: (given[0], given[0] + given[1]))
boxes = st.tuples(*[st.floats(0, 50)] * 2, *[st.floats(0.01, 50)] * 2)


@given(st.one_of(st.tuples(spans, spans), st.tuples(boxes, boxes)))
def test_overlap_is_a_share_alike_from_both_sides_and_whole_for_the_same_place(pair):
    one, other = pair
    assert 0 <= overlap(one, other) <= 1.000001
    assert overlap(one, other) == overlap(other, one)
    assert overlap(one, one) == pytest.approx(1)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.dictionaries(
            st.sampled_from(["quote", "position", "snapshot", "exact", "start", "end", "region", "width", "height"]),
            inner,
        ),
    )
)
def test_whatever_is_told_is_kept_as_an_anchor_or_refused_in_words(told):
    for kind in ("span", "region"):
        try:
            kept = resolve(told if isinstance(told, dict) else {"quote": told}, kind=kind, text=TEXT, picture=None)
        except AnchorUnusable as error:
            assert str(error)
        else:
            assert numbers_of(kept)


def test_what_is_kept_tells_what_else_stands_in_its_text_if_that_was_looked_through():
    told = {"kind": "span", "text": TEXT, "picture": None}
    assert resolve(words(8, 16), **told)["elsewhere"]["count"] == 1, "a Vector 9 stands twice"
    assert "elsewhere" not in resolve(words(8, 16), is_looked_through=False, **told)
