"""Tests of earmark.resources.suggestions."""

import httpx
import pytest
from earmark import Item, PushedSuggestion, Suggester, errors
from earmark.anchors import RegionAnchor, describe

MINE = Suggester("ours", "7")


def guess(number, score=0.5):
    return PushedSuggestion("duplicate", str(number), "0", score, MINE, ["same error"])


def test_a_guess_goes_out_with_score_reasons_and_who_made_it(client, network):
    network.on("POST", "/v1/suggestions", json={"accepted_count": 1, "rejected": []})
    client.suggestions.push([guess(1)])
    assert network.requests[0].json["suggestions"] == [
        {
            "question": "duplicate",
            "item": "1",
            "candidate": "0",
            "score": 0.5,
            "reasons": ["same error"],
            "suggester": {"name": "ours", "version": "7"},
        }
    ]


def test_a_rejected_guess_is_data_with_its_place_among_all(client, network):
    def take(asked):
        bad = [
            {"index": at, "id": row["item"], "code": "invalid", "detail": "no such item"}
            for at, row in enumerate(asked.json["suggestions"])
            if row["item"] == "1001"
        ]
        return {"accepted_count": len(asked.json["suggestions"]) - len(bad), "rejected": bad}

    network.on("POST", "/v1/suggestions", json=take)
    report = client.suggestions.push([*map(guess, range(1500)), guess("nan", float("nan"))])
    assert report.accepted_count == 1499
    assert [(row.index, row.id, row.code) for row in report.rejected] == [
        (1001, "1001", "invalid"),
        (1500, "nan", "malformed"),
    ]


def test_what_was_done_before_a_failure_is_told_with_it(client, network):
    answers = iter([{"accepted_count": 1000}, httpx.Response(403, json={"code": "forbidden", "detail": "no"})])
    network.on("POST", "/v1/suggestions", json=lambda _: next(answers))
    with pytest.raises(errors.NotAllowed) as told:
        client.suggestions.push(map(guess, range(1001)))
    assert told.value.partial.accepted_count == 1000


def test_progress_is_told_after_each_call(client, network):
    network.on("POST", "/v1/suggestions", json={"accepted_count": 1})
    told = []
    client.suggestions.push(map(guess, range(1001)), progress=told.append)
    assert told == [1000, 1001]


def test_guesses_are_listed(client, network):
    row = {
        "question": "q",
        "item": "1",
        "candidate": "0",
        "score": 1,
        "reasons": [],
        "suggester": {"name": "s", "version": "1"},
    }
    network.on("GET", "/v1/suggestions", json={"results": [row], "next": None})
    [found] = client.suggestions.list(question="q", item="1")
    assert (found.score, found.suggester) == (1.0, Suggester("s", "1"))
    assert network.requests[0].query == {"question": "q", "item": "1"}


TEXT = "I use 👍🏽 Firefox"


@pytest.mark.parametrize(
    ("anchor", "told"),
    [
        (describe(TEXT, 9, 16), describe(TEXT, 9, 16).wire),
        (
            RegionAnchor.in_pixels(128, 144, 384, 288, picture=(1280, 720)),
            {"region": "xywh=percent:10,20,30,40", "width": 1280, "height": 720},
        ),
    ],
)
def test_a_span_or_a_box_goes_out_with_its_label_and_comes_back(client, network, anchor, told):
    row = {"question": "products", "item": "1", "candidate": "9-16 Product", "score": 0.5, "anchor": told}
    suggester = {"name": "ours", "version": "7"}
    network.on("POST", "/v1/suggestions", json={"accepted_count": 1, "rejected": []})
    network.on("GET", "/v1/suggestions", json={"results": [row | {"suggester": suggester}], "next": None})
    client.suggestions.push([PushedSuggestion("products", "1", "Product", 0.5, MINE, anchor=anchor)])
    [sent] = network.requests[0].json["suggestions"]
    assert (sent["candidate"], sent["anchor"]) == ("Product", told)
    assert [each.anchor for each in client.suggestions.list(question="products")] == [anchor]


def test_the_words_pushed_are_those_of_the_items_own_text():
    item = Item("1", body=f"<p>{TEXT}</p>", metadata={"format": "html"})
    assert describe(item.text, 9, 16).quote.exact == "Firefox"
