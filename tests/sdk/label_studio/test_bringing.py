"""An import from its file to the calls it makes, and what stops it."""

import json

import pytest
from earmark.errors import EarmarkError, Refused
from earmark.label_studio import LabelStudioOptions, import_label_studio
from earmark.label_studio.bringing import TASKS_A_CALL


def task(id, label="Good", name="c"):
    result = {"id": "r", "from_name": name, "type": "choices", "value": {"choices": [label]}}
    return {
        "id": id,
        "data": {"text": f"text {id}"},
        "annotations": [{"id": id, "completed_by": 1, "result": [result]}],
    }


@pytest.fixture
def asked(network):
    """Let the network ask a question and know no item."""
    network.on("GET", "/v1/questions/{id}", status=404, json={"code": "not_found"})
    network.on("GET", "/v1/questions/tone", json={"id": "tone", "kind": "choice", "labels": ["Good", "Bad"]})
    network.on("GET", "/v1/items/{id}", status=404, json={"code": "not_found"})
    network.on("POST", "/v1/items", json=lambda asked: {"created_count": len(asked.json["items"])})
    network.on("POST", "/v1/judgements", json=lambda asked: {"results": verdicts(asked, "ok")})
    return network


def verdicts(asked, status, **facts):
    rows = asked.json["judgements"]
    return [{"index": at, "id": row["id"], "status": status, **facts} for at, row in enumerate(rows)]


@pytest.fixture
def bring(client, tmp_path):
    said = []

    def bring(*tasks, question="tone", **options):
        path = tmp_path / "export.json"
        path.write_text(json.dumps(tasks))
        return import_label_studio(client, path, LabelStudioOptions(question, **options), say=said.append)

    bring.said = said
    return bring


def test_many_tasks_go_in_several_calls_with_progress(asked, bring):
    report = bring(*map(task, range(TASKS_A_CALL + 1)))
    assert (report.tasks_count, report.created_count, report.answers_count) == (101, 101, 101)
    assert bring.said == ["100 of 101 tasks", "101 of 101 tasks"]


def test_a_question_that_is_not_asked_says_how_to_ask_it(asked, bring):
    with pytest.raises(EarmarkError, match=r"No question 'other' .* client.questions.create\('other'"):
        bring(task(1), question="other")


def test_a_question_about_pairs_takes_nothing_of_label_studio(asked, bring):
    asked.on("GET", "/v1/questions/same", json={"id": "same", "kind": "pair"})
    with pytest.raises(EarmarkError, match="of kind pair"):
        bring(task(1), question="same")


def test_the_control_is_named_where_several_could_answer(asked, bring):
    with pytest.raises(EarmarkError, match=r"a, b; say which with --control"):
        bring(task(1, name="a"), task(2, name="b"))
    with pytest.raises(EarmarkError, match=r"No choices is called 'c' in the file; there are: a, b"):
        bring(task(1, name="a"), task(2, name="b"), control="c")
    report = bring(task(1, name="a"), task(2, name="b"), control="b")
    assert (report.answers_count, dict(report.beside)) == (1, {"choices `a`": 1})


def test_a_file_of_other_controls_answers_nothing(asked, bring):
    other = task(1)
    other["annotations"][0]["result"][0]["type"] = "textarea"
    with pytest.raises(EarmarkError, match="there is no choices"):
        bring(other)


def test_where_a_run_stops_it_says_how_far_it_came(asked, bring):
    asked.fail("POST", "/v1/judgements", status=401)
    with pytest.raises(Refused):
        bring(task(1))
    assert bring.said == ["stopped after 0 of 1 tasks; the same command goes on, and takes nothing twice"]


def test_what_the_server_refuses_is_named_by_where_it_stands(asked, bring):
    asked.on("POST", "/v1/judgements", json=lambda it: {"results": verdicts(it, "bad", code="too_early", detail="No.")})
    report = bring(task(1))
    assert [str(row) for row in report.left_out] == ["task 1 (id 1), annotation 1, result r: No."]
    assert bring.said[0] == "not taken: task 1 (id 1), annotation 1, result r: No."


def test_an_item_that_is_refused_takes_its_answers_along(asked, bring):
    rejected = [{"index": 0, "id": "label-studio-1", "code": "invalid", "detail": "body: too long"}]
    asked.on("POST", "/v1/items", json={"created_count": 1, "rejected": rejected})
    report = bring(task(1), task(2))
    assert [str(row) for row in report.left_out] == ["task 1 (id 1): its item is refused: body: too long"]
    assert (report.created_count, report.answers_count) == (1, 1)


def test_an_id_that_is_never_free_ends_as_refused(asked, bring):
    asked.on("POST", "/v1/judgements", json=lambda it: {"results": verdicts(it, "bad", code="conflict")})
    report = bring(task(1))
    assert [row.why for row in report.left_out] == ["conflict"]
    sent = [row["id"] for call in asked.requests if call.path == "/v1/judgements" for row in call.json["judgements"]]
    assert len(sent) == len(set(sent)) == 20


def test_an_item_of_many_tasks_is_known_once(asked, bring):
    asked.on("GET", "/v1/items/{id}", json={"id": "own", "body": "text"})
    tasks = [task(at) | {"data": {"text": "text", "item": "own"}} for at in range(TASKS_A_CALL + 1)]
    report = bring(*tasks)
    assert (report.created_count, report.matched_count, report.answers_count) == (0, 1, 101)


def test_two_contents_under_one_name_are_two_items_unless_the_field_is_said_to_hold_ids(asked, bring):
    tasks = [
        task(at) | {"data": {"text": text, "item": "Phone"}} for at, text in enumerate(["Great", "Awful", "Great"])
    ]
    report = bring(*tasks)
    assert [row.where for row in report.left_out] == ["task 2 (id 1)"]
    assert "--item-from item" in report.left_out[0].why
    assert report.answers_count == 2
    assert bring(*tasks, item_from="item").answers_count == 3
