"""Tests of earmark.shown: suggest and log without any widget."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from earmark import Annotator, ChoiceAnswer, ShownCandidate, Suggester, errors, uuid7

EVENTS = "/v1/exposures/{id}/events"


@pytest.fixture
def ledger(network):
    """Let the network show two candidates, and keep events once each; candidate 9 was never shown."""
    kept = {}
    shown = {}

    def show(asked):
        told = asked.json
        slots = [
            {
                "rank": rank,
                "candidate": {"id": key, "title": f"Thread {key}"},
                "score": 0.5,
                "reasons": ["same"],
            }
            for rank, key in enumerate((s["candidate"] for s in told.get("shown", [])), 1)
        ] or [{"rank": 1, "candidate": {"id": "2"}}, {"rank": 2, "candidate": {"id": "3"}}]
        row = {
            "id": told["id"],
            "question": told["question"],
            "item": told["item"],
            "annotator": "p1",
            "kind": {"topics": "tags", "tone": "choice"}.get(told["question"], "pair"),
            "shown_at": datetime.now(UTC).isoformat(),
            "slots": slots,
            "asked": True,
        }
        return shown.setdefault(told["id"], row)

    def take(asked):
        results = []
        for event in asked.json["events"]:
            status = "bad" if event.get("candidate") == "9" else "dup" if event["id"] in kept else "ok"
            if status == "ok":
                kept[event["id"]] = event
            code = "unknown_candidate" if status == "bad" else None
            results.append({"id": event["id"], "status": status, "code": code, "others_count": 1, "state": "proposed"})
        return {"results": results}

    network.on("POST", "/v1/exposures", json=show, status=201)
    network.on("GET", "/v1/exposures/{id}", json=lambda asked: shown[asked.path.rsplit("/")[-1]])
    network.on("POST", EVENTS, json=take)
    return kept


@pytest.fixture
def shown(client, ledger):
    return client.suggest("1", "duplicate", annotator="u1")


def sent(ledger, *fields):
    return [tuple(event.get(field) for field in fields) for event in ledger.values()]


def test_a_list_is_asked_for_under_an_id_of_our_own(shown, network):
    asked = network.requests[0].json
    assert (asked["question"], asked["item"]) == ("duplicate", "1")
    assert asked["annotator"] == {"id": "u1", "kind": "customer"}
    assert "shown" not in asked
    assert shown.id == UUID(asked["id"]) and shown.id.version == 7
    assert [candidate.id for candidate in shown.candidates] == ["2", "3"]
    assert shown.asked


def test_who_is_asked_may_be_an_expert(client, ledger, network):
    client.suggest("1", "duplicate", annotator=Annotator("u2", "expert"))
    assert network.requests[0].json["annotator"] == {"id": "u2", "kind": "expert"}


def test_a_lost_answer_shows_one_list_not_two(client, ledger, network):
    network.lose("POST", "/v1/exposures", arrives=True, error=httpx.ReadTimeout)
    client.suggest("1", "duplicate", annotator="u1")
    first, second = network.requests_to("POST", "/v1/exposures")
    assert first.json == second.json


def test_accepting_says_duplicate_and_rejecting_different(shown, ledger):
    accepted, rejected = shown.accept(shown.candidates[0]), shown.reject("3")
    answers = [
        ("judge", "2", {"kind": "pair", "value": "duplicate"}),
        ("judge", "3", {"kind": "pair", "value": "different"}),
    ]
    assert sent(ledger, "type", "candidate", "answer") == answers
    assert [UUID(key) for key in ledger] == [accepted, rejected]


def test_another_value_is_said_by_name_and_another_kind_by_its_answer(shown, ledger):
    shown.answer(shown.slots[0], "related")
    shown.answer("3", ChoiceAnswer("spam"))
    values = [({"kind": "pair", "value": "related"},), ({"kind": "choice", "value": "spam"},)]
    assert sent(ledger, "answer") == values


def test_a_tag_fits_or_does_not_whether_it_was_in_the_list_or_not(client, ledger):
    shown = client.suggest("1", "topics", annotator="u1")
    shown.accept("2")
    shown.reject(shown.slots[1])
    shown.answer("Toolbar", "unsure")
    assert sent(ledger, "answer", "candidate") == [
        ({"kind": "tags", "tag": "2", "value": "fits"}, None),
        ({"kind": "tags", "tag": "3", "value": "does_not_fit"}, None),
        ({"kind": "tags", "tag": "Toolbar", "value": "unsure"}, None),
    ]


def test_of_a_choice_the_label_is_the_answer(client, ledger):
    shown = client.suggest("1", "tone", annotator="u1")
    judgement = shown.accept("Calm")
    shown.answer(shown.slots[0], "unsure")
    assert sent(ledger, "answer") == [({"kind": "choice", "value": "Calm"},), ({"kind": "choice", "value": "unsure"},)]
    shown.undo("Calm")
    assert [event["judgement"] for event in ledger.values() if event["type"] == "undo"] == [str(judgement)]


def test_a_label_of_a_choice_is_not_rejected(client, ledger):
    with pytest.raises(errors.NothingToReject, match="another one"):
        client.suggest("1", "tone", annotator="u1").reject("2")
    assert not ledger


def test_an_answer_says_when_and_that_no_widget_took_it(shown, ledger):
    shown.accept("2")
    [(judged_at, via)] = sent(ledger, "judged_at", "via")
    assert abs(datetime.fromisoformat(judged_at) - datetime.now(UTC)) < timedelta(seconds=5)
    assert via == "api"


def test_what_the_mark_did_can_be_told_to_the_person(shown):
    result = shown.results[shown.accept("2")]
    assert (result.state, result.others_count) == ("proposed", 1)


def test_all_that_was_seen_goes_out_in_one_call(shown, ledger, network):
    shown.seen(*shown.candidates)
    assert sent(ledger, "type", "candidate") == [("seen", "2"), ("seen", "3")]
    assert len(network.requests_to("POST", EVENTS)) == 1
    shown.seen()
    assert len(network.requests_to("POST", EVENTS)) == 1


def test_one_candidate_or_the_whole_list_is_skipped(shown, ledger):
    shown.skip("2")
    shown.skip()
    assert sent(ledger, "type", "candidate") == [("skip", "2"), ("skip", None)]


def test_an_answer_is_taken_back_by_its_id_or_by_its_candidate(shown, ledger):
    first = shown.accept("2")
    shown.undo(first)
    second = shown.reject("2")
    shown.undo(shown.candidates[0])
    undone = [key for kind, key in sent(ledger, "type", "judgement") if kind == "undo"]
    assert undone == [str(first), str(second)]


def test_the_id_may_come_back_as_text(shown, ledger):
    key = uuid7()
    shown.undo(str(key))
    assert sent(ledger, "judgement") == [(str(key),)]


def test_there_is_nothing_to_undo_on_what_was_not_answered(shown):
    with pytest.raises(errors.NothingToUndo, match="'3'"):
        shown.undo("3")


def test_an_event_that_is_refused_raises_with_its_code(shown, ledger):
    with pytest.raises(errors.EventRefused, match="unknown_candidate") as told:
        shown.accept("9")
    assert (told.value.code, told.value.event_type) == ("unknown_candidate", "judge")
    assert "not in this list" in str(told.value)
    with pytest.raises(errors.NothingToUndo):
        shown.undo("9")


def test_an_event_is_stored_once_though_its_answer_was_lost(shown, ledger, network):
    network.lose("POST", EVENTS, arrives=True, error=httpx.ReadTimeout, times=2)
    key = shown.accept("2")
    assert list(ledger) == [str(key)]
    assert shown.results[key].status == "dup"


def test_events_are_numbered_and_timed_in_rising_order(shown, ledger):
    for _ in range(5):
        shown.seen("2", "3")
    numbers = [number for (number,) in sent(ledger, "seq")]
    times = [at for (at,) in sent(ledger, "at_ms")]
    assert numbers == sorted(set(numbers))
    assert times == sorted(times) and 0 <= times[0] < 5000


def test_another_process_goes_on_where_the_first_stopped(client, shown, ledger, network):
    judgement = shown.accept("2")
    row = client.exposures.get(shown.id)
    before = {"shown_at": (datetime.now(UTC) - timedelta(minutes=2)).isoformat()}
    network.on("GET", "/v1/exposures/{id}", json=_told(row) | before)
    later = client.resume(str(shown.id))
    later.undo(judgement)
    (_, first), (_, second) = sent(ledger, "type", "seq")
    assert second > first
    assert 119_000 < list(ledger.values())[1]["at_ms"] < 125_000


def _told(exposure):
    slots = [{"rank": slot.rank, "candidate": {"id": slot.candidate.id}} for slot in exposure.slots]
    return {"id": str(exposure.id), "question": "duplicate", "item": "1", "annotator": "p1", "slots": slots}


def test_a_link_in_an_old_email_still_counts(client, shown, ledger, network):
    ages_ago = {"shown_at": "2020-01-01T00:00:00Z"}
    network.on("GET", "/v1/exposures/{id}", json=_told(shown.exposure) | ages_ago)
    client.resume(shown.id).accept("2")
    assert sent(ledger, "at_ms") == [(2**31 - 1,)]


def test_what_the_host_itself_showed_is_logged_in_its_order(client, ledger, network):
    first = ShownCandidate("7", 0.9, 0.5, Suggester("ours", "2"))
    shown = client.exposures.record([first, "8"], item="1", question="duplicate", annotator="u1")
    assert network.requests[0].json["shown"] == [
        {"candidate": "7", "score": 0.9, "propensity": 0.5, "suggester": {"name": "ours", "version": "2"}},
        {"candidate": "8"},
    ]
    assert [slot.candidate.id for slot in shown.slots] == ["7", "8"]
    shown.accept("8")
    assert sent(ledger, "candidate") == [("8",)]


def test_the_hosts_own_id_logs_a_list_once(client, ledger, network):
    key = uuid7()
    for _ in range(2):
        assert client.exposures.record(["7"], item="1", question="q", annotator="u1", id=key).id == key


def test_shown_lists_are_listed_with_what_became_of_them(client, network):
    row = {
        "id": str(uuid7()),
        "question": "q",
        "item": "1",
        "annotator": "p1",
        "shown_at": "2026-03-01T12:00:00Z",
        "slots": [{"rank": 1, "candidate": {"id": "2"}, "outcome": "passed", "propensity": 0.2}],
    }
    network.on("GET", "/v1/exposures", json={"results": [row], "next": None})
    [exposure] = client.exposures.list(question="q", annotator="p1")
    assert (exposure.slots[0].outcome, exposure.slots[0].propensity) == ("passed", 0.2)


def test_an_item_that_is_not_registered_is_not_found(client, network):
    network.fail("POST", "/v1/exposures", status=404, code="unknown_item")
    with pytest.raises(errors.NotFound):
        client.suggest("404", "duplicate", annotator="u1")


def test_what_solved_a_candidate_over_there_is_told(client, network):
    told = {"id": "e", "question": "duplicate", "item": "1", "annotator": "p1", "kind": "pair"}
    candidate = {"id": "2", "title": "Thread 2", "answer": "Reset the shortcuts."}
    network.on(
        "POST",
        "/v1/exposures",
        json=lambda asked: (
            told
            | {"id": asked.json["id"], "shown_at": datetime.now(UTC).isoformat()}
            | {"slots": [{"rank": 1, "candidate": candidate}, {"rank": 2, "candidate": {"id": "3"}}]}
        ),
    )
    found = client.suggest("1", "duplicate", annotator="u1").candidates
    assert [each.answer for each in found] == ["Reset the shortcuts.", ""]
