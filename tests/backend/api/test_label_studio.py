"""What was labelled in Label Studio comes in by the SDK, against the real server, and goes the same way back."""

import json

import pytest
from earmark import Item, NewJudgement, RegionAnswer, SpanAnswer, cli
from earmark.anchors import RegionAnchor, describe
from earmark.label_studio import LabelStudioOptions, import_label_studio

from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.keys import add_api_key

AT = "2026-03-09T22:16:08.746926Z"


@pytest.fixture
def client(site, by_sdk):
    return by_sdk(site.secret)


@pytest.fixture
def other(make_world, site, by_sdk):
    """The client of another project of the same server."""
    return by_sdk(add_api_key(project=make_world("shop").project, kind="secret"))


@pytest.fixture
def bring(tmp_path):
    said = []

    def bring(client, tasks, question, **options):
        path = tmp_path / "project-7-at-2026-03-09.json"
        path.write_text(json.dumps(tasks), encoding="utf-8")
        return import_label_studio(client, path, LabelStudioOptions(question, **options), say=said.append)

    bring.said = said
    return bring


def annotation(id, *results, by=1, **facts):
    return {
        "id": id, "completed_by": by, "result": list(results), "was_cancelled": False, "ground_truth": False,
        "created_at": AT, "updated_at": AT, "lead_time": 4.9, "prediction": {}, "result_count": len(results),
        "unique_id": "6f6f", "parent_prediction": None, **facts,
    }  # fmt: skip


def task(id, data, *annotations, predictions=()):
    return {
        "id": id, "data": data, "annotations": list(annotations), "predictions": list(predictions), "drafts": [],
        "file_upload": "a.json", "meta": {}, "created_at": AT, "inner_id": id, "total_annotations": 1, "project": 7,
    }  # fmt: skip


def span(start, end, words, label, **facts):
    value = {"start": start, "end": end, "text": words, "labels": [label]}
    return {"value": value, "id": "Dx_aB91ISN", "from_name": "label", "to_name": "text", "type": "labels", **facts}


def choice(*chosen, name="mood"):
    return {"value": {"choices": list(chosen)}, "id": "c1", "from_name": name, "to_name": "text", "type": "choices"}


def box(x, y, width, height, label, **facts):
    value = {"x": x, "y": y, "width": width, "height": height, "rotation": 0, "rectanglelabels": [label]}
    size = {"original_width": 1280, "original_height": 720, "image_rotation": 0}
    named = {"id": "b1", "from_name": "label", "to_name": "image", "type": "rectanglelabels", "origin": "manual"}
    return {**size, "value": value, **named, **facts}


def labels_of(client, question):
    drain_jobs()
    return {
        (label.unit.items[0], label.unit.label, label.value)
        for label in client.labels.list(question=question, state="settled")
    }


def test_choices_of_several_people_become_imported_answers_and_new_items(client, bring):
    client.questions.create("tone", kind="choice", labels=["Good", "Bad"], settling_policy="trusting")
    tasks = [
        task(
            1,
            {"text": "It works", "source": "mail"},
            annotation(11, choice("Good")),
            annotation(12, choice("Good"), by=2),
        ),
        task(2, {"text": "It broke"}, annotation(13, choice("Bad"), by={"id": 2, "email": "ann@x.example"})),
    ]
    report = bring(client, tasks, "tone")
    assert (report.created_count, report.answers_count, report.known_count, report.left_out) == (2, 3, 0, [])
    item = client.items.get("label-studio-1")
    assert (item.body, item.metadata["label_studio"]) == ("It works", {"task": "1", "data": {"source": "mail"}})
    judged = list(client.judgements.list(question="tone"))
    assert {each.origin for each in judged} == {"imported"}
    assert {each.judged_at.isoformat() for each in judged} == {"2026-03-09T22:16:08.746926+00:00"}
    assert len({each.annotator for each in judged}) == 2, "2 is the same person, named by a number or with an address"
    assert labels_of(client, "tone") == {("label-studio-1", None, "Good"), ("label-studio-2", None, "Bad")}


def test_brought_in_again_nothing_is_stored_twice_and_a_changed_annotation_takes_the_place_of_the_old(client, bring):
    client.questions.create("tone", kind="choice", labels=["Good", "Bad"], settling_policy="trusting")
    bring(client, [task(1, {"text": "It works"}, annotation(11, choice("Bad")))], "tone")
    again = bring(client, [task(1, {"text": "It works"}, annotation(11, choice("Bad")))], "tone")
    assert (again.created_count, again.matched_count, again.answers_count, again.known_count) == (0, 1, 1, 1)
    assert len(list(client.judgements.list(question="tone"))) == 1
    later = annotation(11, choice("Good"), updated_at="2026-03-10T08:00:00Z")
    bring(client, [task(1, {"text": "It works"}, later)], "tone")
    assert labels_of(client, "tone") == {("label-studio-1", None, "Good")}


def test_two_projects_of_a_server_take_the_same_file_however_often(client, other, bring):
    tasks = [task(1, {"text": "It works"}, annotation(11, choice("Good")))]
    for each in (client, other):
        each.questions.create("tone", kind="choice", labels=["Good", "Bad"], settling_policy="trusting")
    reports = [bring(each, tasks, "tone") for each in (client, other, other, client)]
    assert [(each.answers_count, each.known_count, each.left_out) for each in reports] == [
        (1, 0, []), (1, 0, []), (1, 1, []), (1, 1, []),
    ]  # fmt: skip
    assert [len(list(each.judgements.list(question="tone"))) for each in (client, other)] == [1, 1]


def test_tags_are_those_that_were_ticked(client, bring):
    client.questions.create("topics", kind="tags", labels=["Archive", "Printing"], settling_policy="trusting")
    tree = {
        "value": {"taxonomy": [["Archive"], ["Printing", "Colour"]]},
        "id": "t",
        "from_name": "mood",
        "type": "taxonomy",
    }
    flat = {"value": {"taxonomy": [["Archive"]]}, "id": "t", "from_name": "mood", "to_name": "text", "type": "taxonomy"}
    tasks = [
        task(1, {"text": "a"}, annotation(11, choice("Archive", "Printing"))),
        task(2, {"text": "b"}, annotation(12, flat)),
        task(3, {"text": "c"}, annotation(13, tree)),
    ]
    report = bring(client, tasks, "topics")
    assert labels_of(client, "topics") == {
        ("label-studio-1", "Archive", "fits"), ("label-studio-1", "Printing", "fits"), ("label-studio-2", "Archive", "fits"),
    }  # fmt: skip
    assert [str(each) for each in report.left_out] == [
        "task 3 (id 3), annotation 13, result t: Printing > Colour lies in a tree, and tags are flat"
    ]


def test_spans_lie_where_their_words_do_in_an_item_of_the_hosts_own_too(client, bring):
    client.questions.create("products", kind="span", labels=["Product"], settling_policy="trusting")
    client.items.upsert([Item("post-9", "Post", "<p>I use\n <b>Firefox</b> 👍</p>", metadata={"format": "html"})])
    tasks = [
        task(1, {"text": "👋🏽 Firefox\r\nhangs"}, annotation(11, span(3, 10, "Firefox", "Product"))),
        task(2, {"text": "I use\n Firefox 👍", "post": "post-9"}, annotation(12, span(7, 14, "Firefox", "Product"))),
    ]
    with_id = bring(client, tasks[1:], "products", item_from="post")
    report = bring(client, tasks[:1], "products")
    assert (with_id.created_count, with_id.matched_count, with_id.left_out, report.left_out) == (0, 1, [], [])
    assert client.items.get("post-9").title == "Post", "what the host registered stays"
    drain_jobs()
    found = {
        (label.unit.items[0], label.unit.anchor.quote.exact, label.unit.anchor.position.start)
        for label in client.labels.list(question="products", state="settled")
    }
    assert found == {("label-studio-1", "Firefox", 3), ("post-9", "Firefox", 6)}


def test_predictions_are_suggestions_and_never_answers(client, bring):
    client.questions.create("products", kind="span", labels=["Product"], settling_policy="trusting")
    guess = {"id": 5, "model_version": "ner-2", "score": 0.83, "result": [span(0, 7, "Firefox", "Product")]}
    report = bring(client, [task(1, {"text": "Firefox hangs"}, predictions=[guess])], "products")
    assert (report.guesses_count, report.answers_count) == (1, 0)
    [pushed] = client.suggestions.list(question="products")
    assert (pushed.suggester.name, pushed.suggester.version, pushed.score) == ("label-studio-model", "ner-2", 0.83)
    assert list(client.judgements.list(question="products")) == []


def test_what_is_spent_in_a_dry_run_is_told_and_nothing_is_written(client, bring):
    client.questions.create("tone", kind="choice", labels=["Good", "Bad"])
    tasks = [task(1, {"text": "It works"}, annotation(11, choice("Good")), annotation(12, choice("Great"), by=2))]
    report = bring(client, tasks, "tone", is_dry_run=True)
    assert (report.created_count, report.answers_count) == (1, 1)
    assert "no label 'Great'" in str(report.left_out[0])
    assert list(client.judgements.list(question="tone")) == []
    assert "label-studio-1" not in {item.id for item in client.items.list()}


def test_two_label_studios_do_not_share_an_item(client, bring):
    client.questions.create("tone", kind="choice", labels=["Good", "Bad"])
    bring(client, [task(1, {"text": "It works"}, annotation(11, choice("Good")))], "tone")
    report = bring(client, [task(1, {"text": "Another one"}, annotation(11, choice("Bad")))], "tone")
    assert report.answers_count == 0
    assert "--prefix" in str(report.left_out[0])
    report = bring(client, [task(1, {"text": "Another one"}, annotation(11, choice("Bad")))], "tone", prefix="second-")
    assert (report.answers_count, client.items.get("second-1").body) == (1, "Another one")


def settled_by(client, question, folder):
    """Freeze a question's version and return its labels, without what differs by chance, and its Label Studio tasks."""
    drain_jobs()
    client.datasets.create(question, question=question)
    client.datasets.freeze(question, wait=0)
    drain_jobs()
    rows = client.datasets.load(question)
    named = ("item", "value", "start", "end", "quote", "x", "y", "width", "height", "picture_width", "picture_height")
    labels = {tuple((name, row[name]) for name in named if name in row) for row in rows}
    paths = [each for each in client.datasets.download(question, folder) if each.name.endswith(".label-studio.json")]
    return labels, paths


SPANS = [
    (
        "a",
        "👍🏽 שלום  Firefox\r\nhangs, and Firefox 115",
        [(8, 15, "Product"), (27, 34, "Product"), (35, 38, "Version")],
    ),
    ("b", "<p>Only &amp; <b>Thunder</b>bird</p>", [(7, 18, "Product")]),
    ("c", "  e\u0301 Mozilla\u00a0Suite\u2028", [(3, 16, "Product")]),
]


def test_frozen_spans_exported_and_brought_in_elsewhere_are_the_same_labels(client, other, tmp_path):
    for each in (client, other):
        each.questions.create("products", kind="span", labels=["Product", "Version"], settling_policy="trusting")
    items = [Item(key, key, body, metadata={"format": "html"} if key == "b" else {}) for key, body, _ in SPANS]
    client.items.upsert(items)
    told = client.judgements.record(
        NewJudgement("ann", "products", item.id, SpanAnswer(label, describe(item.text, start, end)))
        for item, (_, _, spans) in zip(items, SPANS, strict=True)
        for start, end, label in spans
    )
    assert {each.status for each in told} == {"ok"}
    labels, paths = settled_by(client, "products", tmp_path / "first")
    assert len(labels) == 5
    for path in paths:
        report = import_label_studio(other, path, LabelStudioOptions("products"), say=print)
        assert report.left_out == []
    assert settled_by(other, "products", tmp_path / "second")[0] == labels


def test_so_are_frozen_regions(client, other, tmp_path):
    for each in (client, other):
        each.questions.create("controls", kind="region", labels=["Button", "Menu"], settling_policy="trusting")
    image = {"url": "https://x.example/a.png", "width": 1281, "height": 719}
    client.items.upsert([Item("shot", metadata={"image": image})])
    boxes = [
        RegionAnchor.in_pixels(3, 7, 333, 211, picture=(1281, 719)),
        RegionAnchor.in_percent(66.6667, 33.3333, 33.3333, 66.6667, picture=(1281, 719)),
    ]
    client.judgements.record(NewJudgement("ann", "controls", "shot", RegionAnswer("Menu", each)) for each in boxes)
    labels, paths = settled_by(client, "controls", tmp_path / "first")
    assert len(labels) == 2
    for path in paths:
        assert import_label_studio(other, path, LabelStudioOptions("controls"), say=print).left_out == []
    assert other.items.get("shot").metadata["image"] == image
    assert settled_by(other, "controls", tmp_path / "second")[0] == labels


def test_the_command_says_what_it_took_and_where_each_fault_lies(client, bring, tmp_path, monkeypatch, capsys):
    client.questions.create("controls", kind="region", labels=["Menu"])
    tilted = box(1, 2, 3, 4, "Menu") | {"id": "tilt"}
    tilted["value"] = tilted["value"] | {"rotation": 12.5}
    polygon = {"id": "p", "type": "polygonlabels", "from_name": "outline", "to_name": "image", "value": {"points": []}}
    tasks = [
        task(1, {"image": "/data/upload/7/a.png"}, annotation(11, box(10, 20, 30, 40, "Menu"), tilted, polygon)),
        task(2, {"image": "/data/upload/7/b.png"}, annotation(12, was_cancelled=True), annotation(13, by=2)),
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks))
    monkeypatch.setattr(cli, "Earmark", lambda key, url: client)
    command = ["import", "label-studio", str(path), "--question", "controls", "--pictures-at", "https://ls.example/"]
    assert cli.main([*command, "--key", "sk_test"]) == 1
    out, err = capsys.readouterr()
    assert out == (
        "2 tasks: 2 items created, 0 known; 1 answers, 0 of them known; 0 suggestions; "
        "1 skipped, 1 empty, 1 of other controls; 1 not taken\n"
    )
    assert "task 1 (id 1), annotation 11, result tilt: it is turned by 12.5 degrees" in err
    assert "polygonlabels `outline`" in err
    assert "settles by `confirm`" in err and "--annotators expert the first time" in err


def test_who_came_in_as_a_colleague_is_no_expert_the_second_time_and_the_command_says_so(client, bring, capsys):
    client.questions.create("tone", kind="choice", labels=["Good", "Bad"], settling_policy="expert")
    tasks = [task(1, {"text": "a"}, annotation(11, choice("Good")))]
    for kind in ("colleague", "expert"):
        assert bring(client, tasks, "tone", annotators=kind).answers_count == 1
    assert labels_of(client, "tone") == set()
    with pytest.raises(SystemExit):
        cli.main(["import", "label-studio", "--help"])
    assert "who they are, if they are new" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("levels", "why"), [(26, []), (27, ["too deeply"]), (500, ["too deeply"])])
def test_what_is_nested_deeper_than_the_server_takes_is_left_out_alone(client, bring, levels, why):
    client.questions.create("tone", kind="choice", labels=["Good", "Bad"])
    deep = "x"
    for _ in range(levels):
        deep = [deep]
    tasks = [task(1, {"text": "deep", "more": deep}), task(2, {"text": "flat"}, annotation(21, choice("Good")))]
    report = bring(client, tasks, "tone")
    assert (report.answers_count, [row.where for row in report.left_out]) == (1, ["task 1 (id 1)"] * len(why))
    assert all(words in row.why for words, row in zip(why, report.left_out, strict=True))
