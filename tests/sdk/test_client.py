"""Tests of earmark.client: what it is made of, and what cannot be sent."""

import pickle

import pytest
from earmark import Earmark, Item, NewJudgement, PairAnswer, PushedSuggestion, Suggester, errors
from earmark.types import Annotator

NOT_A_SERVER = ["", "127.0.0.1:8000", "localhost:8000", "ftp://earmark.test", "http://", "http://[bad"]
GUESS = PushedSuggestion("duplicate", "1", "2", 0.5, Suggester("mine", "1"))
ANSWER = NewJudgement(Annotator("a"), "duplicate", "1", PairAnswer("duplicate"), candidate="2")


def test_white_space_around_a_key_does_not_count(network):
    network.on("GET", "/v1/items/{id}", json={"id": "1"})
    Earmark(" sk_read_from_a_file\n", "http://earmark.test", transport=network).items.get("1")
    assert network.requests[0].headers["authorization"] == "Bearer sk_read_from_a_file"


@pytest.mark.parametrize("key", ["sk_a b", "sk_a\nb", "sk_ä", "sk_a\0", "pk_secret", "secret", "", None])
def test_a_key_that_is_none_is_refused_and_never_repeated(key):
    with pytest.raises(errors.WrongKindOfKey) as told:
        Earmark(key)
    assert "sk_a" not in str(told.value) and "secret k" in str(told.value)


@pytest.mark.parametrize("url", NOT_A_SERVER)
def test_what_is_no_address_is_said_before_anything_is_sent(url):
    with pytest.raises(errors.AddressUnusable, match="no address of a server"):
        Earmark("sk_test", url)


@pytest.mark.parametrize("url", ["http://earmark.test/v1", "http://earmark.test/v1/", "http://earmark.test/?a=1"])
def test_an_address_is_the_server_s_alone(url):
    with pytest.raises(errors.AddressUnusable, match="leave out /v1"):
        Earmark("sk_test", url)


@pytest.mark.parametrize(
    "url", ["https://anna:secret@earmark.test", "https://anna@earmark.test", "https://:@earmark.test"]
)
def test_no_user_of_an_address_takes_the_place_of_the_key(url):
    with pytest.raises(errors.AddressUnusable, match="in place of the key") as told:
        Earmark("sk_test", url)
    assert "secret" not in str(told.value)


def test_a_server_may_stand_under_a_path_of_its_own(network):
    network.on("GET", "/labels/v1/items/{id}", json={"id": "1"})
    assert Earmark("sk_test", "https://host.test/labels/", transport=network).items.get("1").id == "1"


def test_there_are_no_fewer_than_no_tries_more():
    with pytest.raises(ValueError, match="0 times or more"):
        Earmark("sk_test", retries=-1)


@pytest.mark.parametrize("id", ["", "a\0b", "a\ud800"])
def test_what_is_the_id_of_nothing_is_not_asked_for(client, network, id):
    for ask in (client.items.get, client.items.remove, client.questions.get, client.datasets.get):
        with pytest.raises(errors.NotSendable):
            ask(id)
    assert not network.requests


def test_an_id_is_a_text(client):
    with pytest.raises(TypeError, match="not int; write '7'"):
        client.items.get(7)


@pytest.mark.parametrize(
    ("id", "path"), [(".", "/v1/items/%2E"), ("..", "/v1/items/%2E%2E"), ("a/b", "/v1/items/a%2Fb")]
)
def test_an_id_is_one_step_of_the_path_whatever_it_holds(client, network, id, path):
    sent = []
    network.on("GET", "/v1/{a}/{b}", json={"id": id})
    network.on("GET", "/v1/{a}/{b}/{c}", json={"id": id})
    client._wires.client.event_hooks = {"request": [lambda request: sent.append(request.url.raw_path.decode())]}
    assert client.items.get(id).id == id
    assert sent == [path]


@pytest.mark.parametrize("value", ["a\0b", "a\ud800"])
def test_no_filter_holds_what_cannot_be_sent(client, network, value):
    network.on("GET", "/v1/labels", json={"results": [], "next": None})
    with pytest.raises(errors.NotSendable):
        list(client.labels.list(item=value))


@pytest.mark.parametrize("annotator", ["a\0b", "a\ud800"])
def test_what_cannot_be_sent_is_an_error_of_ours(client, annotator):
    with pytest.raises(errors.EarmarkError, match="cannot be sent") as told:
        client.suggest("1", "duplicate", annotator=annotator)
    assert told.value.code == "not_sendable"


@pytest.mark.parametrize(
    ("call", "one"),
    [
        (lambda client: client.items.upsert, Item("1")),
        (lambda client: client.items.upsert, {"id": "1"}),
        (lambda client: client.items.upsert, "1"),
        (lambda client: client.suggestions.push, GUESS),
        (lambda client: client.judgements.record, ANSWER),
        (lambda client: client.judgements.record, {"item": "1"}),
    ],
)
def test_one_row_in_place_of_several_is_said(client, call, one):
    with pytest.raises(TypeError, match="Give a list of .*, even of one"):
        call(client)(one)


def test_a_row_that_is_none_takes_nothing_from_the_others(client, network):
    network.on("POST", "/v1/items", json=lambda asked: {"created_count": len(asked.json["items"])})
    report = client.items.upsert([Item("1"), None, "two", Item("3")])
    assert (report.created_count, [row.index for row in report.rejected]) == (2, [1, 2])
    assert {row.code for row in report.rejected} == {"malformed"}


def test_a_row_that_holds_itself_takes_nothing_from_the_others(client, network):
    network.on("POST", "/v1/items", json=lambda asked: {"created_count": len(asked.json["items"])})
    endless = {}
    endless["again"] = endless
    report = client.items.upsert([{"id": "1", "metadata": endless}, Item("2", metadata=endless), Item("3")])
    assert (report.created_count, [row.id for row in report.rejected]) == (1, ["1", "2"])


def test_a_field_that_no_item_has_is_told_rather_than_lost(client, network):
    report = client.items.upsert([{"id": "1", "created": "2026-03-01"}])
    [row] = report.rejected
    assert (row.id, row.code) == ("1", "malformed")
    assert "created;" in row.detail and "created_at" in row.detail


def test_neither_is_an_answer_that_is_none(client, network):
    took = lambda asked: {"results": [{"index": 0, "id": asked.json["judgements"][0]["id"], "status": "ok"}]}  # noqa: E731
    network.on("POST", "/v1/judgements", json=took)
    results = client.judgements.record([None, ANSWER, {"item": "1", "vlaue": "x"}])
    assert [(row.index, row.status) for row in results] == [(0, "bad"), (1, "ok"), (2, "bad")]
    assert "vlaue" in results[2].detail


def test_a_question_is_not_changed_by_a_name_that_is_no_field_of_it(client, network):
    with pytest.raises(TypeError, match="promt"):
        client.questions.update("duplicate", promt="The same?")
    assert not network.requests


def test_one_candidate_is_no_list(client, network):
    with pytest.raises(TypeError, match=r"\['12'\]"):
        client.exposures.record("12", item="3", question="duplicate", annotator="a")
    assert not network.requests


@pytest.mark.parametrize("id", ["", "abc", "1/events"])
def test_what_is_no_id_of_a_list_is_not_found(client, network, id):
    with pytest.raises(errors.NotFound, match="UUID"):
        client.resume(id)
    assert not network.requests


def test_a_file_that_a_version_has_not_is_named_beside_those_it_has(client, network, tmp_path):
    files = [{"name": "labels.jsonl", "sha256": "0", "bytes_count": 1}]
    version = {"dataset": "d", "number": 1, "state": "frozen", "files": files}
    network.on("GET", "/v1/datasets/{id}/versions/1", json=version)
    with pytest.raises(errors.NotFrozen, match=r"has no file lables\.jsonl; it has labels\.jsonl"):
        client.datasets.download("d", tmp_path, number=1, names=["lables.jsonl"])


def test_a_client_is_made_in_each_process_not_sent_to_it(client):
    with pytest.raises(TypeError, match="make one in each process"):
        pickle.dumps(client)


def test_who_calls_a_client_that_is_closed_is_told(client):
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.items.get("1")
