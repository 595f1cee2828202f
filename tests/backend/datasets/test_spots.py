"""What a frozen version holds of spots; what was marked is written into the tables here, as settling leaves it."""

import json
from types import SimpleNamespace

import duckdb
import pytest
import spacy
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from earmark import datasets as sdk
from earmark.anchors import describe, read_html, read_text
from pycocotools.coco import COCO
from spacy.training.converters import conll_ner_to_docs

from backend.datasets.actions.freeze import ask_for_version, folder_of, freeze_version, register_dataset
from backend.datasets.models import DatasetVersion, SplitKey
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_suggestions
from backend.judgements.events import Judge
from backend.projects.actions.jobs import drain_jobs
from backend.projects.tenancy import tenancy
from backend.quality.models import ConsensusLabel
from backend.questions.actions.ask import ask_question
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.models import Item, Unit
from backend.questions.spots import candidate_id, spot_key
from backend.suggestions.actions.push import NewSuggestion, push_suggestions
from backend.suggestions.known import suggester_row

pytestmark = pytest.mark.django_db(transaction=True)

IMAGE = {"url": "/shots/one.png", "width": 1280, "height": 720}


@pytest.fixture
def world(make_world):
    """A project with two questions about spots, of which nothing is marked yet."""
    made = make_world()
    with tenancy(made.project):
        spans = {"kind": "span", "labels": ["Product", "Version"], "settling_policy": "trusting"}
        made.spans = ask_question(project_id=made.project.pk, slug="products", **spans)
        made.regions = ask_question(
            project_id=made.project.pk, slug="controls", kind="region", labels=["Button", "Menu"]
        )
    return made


def register(world, key, body="", **metadata):
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=[NewItem(key, key, body, metadata=metadata)], now=world.now)
        for split, question in (("train", world.spans), ("train", world.regions)):
            SplitKey.objects.get_or_create(
                project=world.project, question=question, item=Item.objects.get(key=key),
                defaults={"split": split, "assigned_at": world.now},
            )  # fmt: skip


def mark(world, key, anchor, value, state="settled"):
    """Let a spot be believed, as settling writes it: a mark by one, `none` by two."""
    count = 1 + (value == "none")
    question = world.regions if "region" in anchor else world.spans
    with tenancy(world.project):
        item = Item.objects.get(project=world.project, key=key)
        unit = Unit.objects.create(
            project=world.project, question=question, item=item, key=spot_key(item.pk, anchor), anchor=anchor
        )
        ConsensusLabel.objects.create(
            project=world.project, question=question, unit=unit, state=state, value=value, computed_at=world.now,
            policy="trusting", probability=0.5, settled_at=world.now if state == "settled" else None,
            evidence={"counts": {value: count}, "votes_count": count, "answers_count": count, "marks": {value: count}},
        )  # fmt: skip


def mark_words(world, key, words, value, state="settled", text=None):
    with tenancy(world.project):
        item = Item.objects.get(project=world.project, key=key)
    read = text or (read_html if item.metadata.get("format") == "html" else read_text)(item.body)
    start = read.index(words)
    mark(world, key, describe(read, start, start + len(words)).wire, value, state)


def mark_box(world, key, region, value, state="settled", size=(1280, 720)):
    mark(world, key, {"region": f"xywh=percent:{region}", "width": size[0], "height": size[1]}, value, state)


def freeze(world, question) -> SimpleNamespace:
    """Freeze a version, and return it with its folder and its manifest."""
    with tenancy(world.project):
        dataset = register_dataset(project_id=world.project.pk, slug=f"of-{question.slug}", question=question)
        asked = ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
        freeze_version(version_id=asked.pk, now=world.now)
        version = DatasetVersion.objects.select_related("dataset").get(pk=asked.pk)
    folder = folder_of(version)
    return SimpleNamespace(row=version, folder=folder, manifest=json.loads((folder / "manifest.json").read_text()))


def left_out(version):
    return [(each["item"], each["form"], each["reason"]) for each in version.manifest["left_out"]]


def lines(path):
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def test_a_span_is_a_row_with_its_place_in_the_text_that_was_marked(world):
    register(world, "html", "<p>👍🏽 שלום <b>Fire</b>fox</p>", format="html")
    mark_words(world, "html", "Firefox", "Product")
    version = freeze(world, world.spans)
    [row] = sdk.load(version.folder)
    assert (row["value"], row["start"], row["end"], row["quote"]) == ("Product", 8, 15, "Firefox")
    assert row["text"][row["start"] : row["end"]] == row["quote"]
    assert row["anchor"] == describe("👍🏽 שלום Firefox", 8, 15).wire
    assert (row["kind"], row["label"], row["other"], row["x"], row["image"]) == ("span", None, None, None, None)


def test_a_region_is_a_row_with_its_box_in_pixels(world):
    register(world, "shot", image=IMAGE)
    mark_box(world, "shot", "10,20,30,40", "Menu")
    [row] = sdk.load(freeze(world, world.regions).folder)
    assert [row[name] for name in ("x", "y", "width", "height")] == [128.0, 144.0, 384.0, 288.0]
    assert (row["image"], row["image_width"], row["image_height"]) == ("/shots/one.png", 1280, 720)
    assert (row["start"], row["text"], row["anchor"]["region"]) == (None, None, "xywh=percent:10,20,30,40")


def test_what_is_settled_stands_as_annotations_of_the_page_and_what_is_nothing_does_not(world):
    register(world, "html", "<p>👍🏽 שלום <b>Fire</b>fox and Thunderbird</p>", format="html")
    register(world, "bare", "Firefox 115")
    with tenancy(world.project):
        Item.objects.filter(key="html").update(url="https://forum.example/t/html")
    mark_words(world, "html", "Firefox", "Product")
    mark_words(world, "html", "Thunderbird", "none")
    mark_words(world, "html", "and", "Product", state="contested")
    mark_words(world, "bare", "115", "Version")
    version = freeze(world, world.spans)
    held = json.loads((version.folder / "train.annotations.jsonld").read_text())
    first, second = held["first"]["items"]
    assert (held["total"], version.manifest["held"]["web_annotation"]) == (2, {"train": 2})
    assert first["target"]["source"]["id"] == "https://forum.example/t/html"
    assert [first["body"]["value"], first["probability"]] == ["Product", 0.5]
    assert [part.get("exact", part.get("start")) for part in first["target"]["selector"]] == ["Firefox", 8]
    assert (second["body"]["value"], second["target"]["source"]["item"]) == ("Version", "bare")
    again = freeze(world, world.spans)
    assert (again.folder / "train.annotations.jsonld").read_bytes() == (
        version.folder / "train.annotations.jsonld"
    ).read_bytes()


def test_a_box_is_an_annotation_of_its_picture_in_percent(world):
    register(world, "shot", image=IMAGE)
    mark_box(world, "shot", "10,20,30,40", "Menu")
    held = json.loads((freeze(world, world.regions).folder / "train.annotations.jsonld").read_text())
    [found] = held["first"]["items"]
    assert found["target"]["selector"]["value"] == "xywh=percent:10,20,30,40"
    assert found["target"]["source"]["id"].startswith("urn:uuid:"), "nobody told where the picture's page is"


def test_columns_of_spots_are_read_from_parquet_and_null_for_other_kinds(world):
    register(world, "1a", "Firefox hangs")
    mark_words(world, "1a", "Firefox", "Product")
    version = freeze(world, world.spans)
    found = duckdb.sql(f"""select item, start, "end", quote, x from '{version.folder / "labels.parquet"}'""").fetchall()
    assert found == [("1a", 0, 7, "Firefox", None)]


def test_spacy_reads_the_files_of_a_frozen_version(world):
    register(world, "a", "Mozilla Firefox 115 hangs")
    register(world, "b", "It hangs")
    mark_words(world, "a", "Mozilla Firefox", "Product")
    mark_words(world, "a", "115", "Version")
    mark_words(world, "b", "hangs", "none")
    version = freeze(world, world.spans)
    first, second = conll_ner_to_docs((version.folder / "train.iob").read_text(), no_print=True)
    assert [(ent.text, ent.label_) for ent in first.ents] == [("Mozilla Firefox", "Product"), ("115", "Version")]
    assert ([token.text for token in second], second.ents) == (["It", "hangs"], ())
    rows = lines(version.folder / "train.spacy.jsonl")
    doc = spacy.blank("xx")(rows[0]["text"])
    assert [doc.char_span(each["start"], each["end"]).text for each in rows[0]["spans"]] == ["Mozilla Firefox", "115"]
    assert rows[1] == {"id": "b", "text": "It hangs", "spans": []}
    assert version.manifest["held"]["iob2"] == {"train": 2, "without_marks": 1}
    assert (left_out(version), version.manifest["iob2_names"]) == ([], {"Product": "Product", "Version": "Version"})
    assert {file["name"] for file in version.row.files} >= {
        "train.iob", "train.spacy.jsonl", "train.label-studio.json",
    }  # fmt: skip


def test_what_iob2_cannot_hold_is_named_with_the_reason_and_counted(world):
    for key, body in (("over", "Mozilla Firefox"), ("cut", "Firefoxes"), ("fine", "Firefox")):
        register(world, key, body)
        mark_words(world, key, "Firefox", "Product")
    mark_words(world, "over", "Mozilla Firefox", "Product")
    version = freeze(world, world.spans)
    assert left_out(version) == [("cut", "iob2", "not_on_tokens"), ("over", "iob2", "overlap")]
    assert version.row.left_out == {"iob2": {"not_on_tokens": 1, "overlap": 1}}
    assert len(lines(version.folder / "train.spacy.jsonl")) == 3
    staff = Client()
    staff.force_login(get_user_model().objects.create(username="ann", is_staff=True, is_superuser=True))
    page = staff.get(reverse("admin:datasets_datasetversion_change", args=[version.row.pk])).content.decode()
    assert (
        "iob2: 2 (1: a span begins or ends inside a token; 1: two spans overlap, and a token has one tag). "
        "The manifest names them."
    ) in page


def test_a_text_in_which_a_mark_waits_is_left_out_and_one_with_a_waiting_no_is_not(world):
    for key in ("waits", "asked", "no"):
        register(world, key, "Firefox and Thunderbird")
        mark_words(world, key, "Firefox", "Product")
    mark_words(world, "waits", "Thunderbird", "Product", state="proposed")
    mark_words(world, "asked", "Thunderbird", "Product", state="contested")
    mark_words(world, "no", "Thunderbird", "none", state="open")
    version = freeze(world, world.spans)
    assert left_out(version) == [
        ("asked", "iob2", "unsettled"), ("asked", "spacy", "unsettled"),
        ("waits", "iob2", "unsettled"), ("waits", "spacy", "unsettled"),
    ]  # fmt: skip
    assert [row["id"] for row in lines(version.folder / "train.spacy.jsonl")] == ["no"]
    assert len(lines(version.folder / "labels.jsonl")) == 3, "the rows hold them all"


def test_a_text_of_which_nothing_is_settled_is_in_no_file(world):
    register(world, "new", "Firefox")
    mark_words(world, "new", "Firefox", "Product", state="proposed")
    version = freeze(world, world.spans)
    assert (left_out(version), version.manifest["held"]) == ([], {})


def test_a_text_that_was_changed_since_is_written_as_it_was_marked(world):
    register(world, "old", "I use Firefox")
    mark_words(world, "old", "Firefox", "Product")
    register(world, "old", "All is changed")
    version = freeze(world, world.spans)
    [row] = sdk.load(version.folder)
    assert (row["text"], row["item_body"]) == ("I use Firefox", "All is changed")
    assert lines(version.folder / "train.spacy.jsonl")[0]["text"] == "I use Firefox"


def test_a_text_that_was_changed_between_two_marks_is_left_out(world):
    register(world, "twice", "I use Firefox")
    mark_words(world, "twice", "Firefox", "Product")
    register(world, "twice", "I use Firefox and Thunderbird")
    mark_words(world, "twice", "Thunderbird", "Product")
    register(world, "gone", "Firefox")
    mark_words(world, "gone", "Opera", "Product", text="Opera")
    version = freeze(world, world.spans)
    assert left_out(version) == [
        ("gone", "iob2", "text_gone"), ("gone", "spacy", "text_gone"),
        ("twice", "iob2", "several_texts"), ("twice", "spacy", "several_texts"),
    ]  # fmt: skip
    assert [row["text"] for row in sdk.load(version.folder)] == [
        "I use Firefox", "I use Firefox and Thunderbird", None,
    ]  # fmt: skip


def test_pycocotools_reads_the_file_of_a_frozen_version(world):
    register(world, "shot", image=IMAGE)
    register(world, "empty", image={"url": "https://x.example/two.png", "width": 800, "height": 600})
    mark_box(world, "shot", "10,20,30,40", "Menu")
    mark_box(world, "shot", "0,0,5,5", "none")
    mark_box(world, "empty", "0,0,5,5", "none", size=(800, 600))
    version = freeze(world, world.regions)
    coco = COCO(version.folder / "train.coco.json")
    shot, empty = coco.loadImgs(coco.getImgIds())
    assert [(each["item"], each["file_name"], each["width"]) for each in (shot, empty)] == [
        ("shot", "one.png", 1280), ("empty", "two.png", 800),
    ]  # fmt: skip
    [box] = coco.loadAnns(coco.getAnnIds())
    assert (box["image_id"], box["bbox"], coco.loadCats(box["category_id"])[0]["name"]) == (
        shot["id"], [128.0, 144.0, 384.0, 288.0], "Menu",
    )  # fmt: skip
    assert version.manifest["held"] == {"coco": {"train": 2, "without_marks": 1}, "web_annotation": {"train": 1}}


def test_a_picture_is_as_large_as_the_host_told_else_as_the_page_else_it_is_left_out(world):
    register(world, "told", image={"url": "/told.png", "width": 640, "height": 360})
    register(world, "page")
    register(world, "nowhere", image={"url": "/nowhere.png"})
    register(world, "other", image={"url": "/other.png", "width": 500, "height": 500})
    for key in ("told", "page", "other"):
        mark_box(world, key, "10,20,30,40", "Menu")
    mark(world, "nowhere", {"region": "xywh=percent:0,0,1,1"}, "Menu")
    version = freeze(world, world.regions)
    assert left_out(version) == [("nowhere", "coco", "no_size"), ("other", "coco", "another_shape")]
    images = json.loads((version.folder / "train.coco.json").read_text())["images"]
    assert [(each["item"], each["width"], each["file_name"]) for each in images] == [
        ("told", 640, "told.png"), ("page", 1280, "page"),
    ]  # fmt: skip
    sizeless = next(row for row in sdk.load(version.folder) if row["item"] == "nowhere")
    assert (sizeless["x"], sizeless["image"]) == (None, "/nowhere.png")
    other = next(row for row in sdk.load(version.folder) if row["item"] == "other")
    assert (other["x"], other["y"], other["image_width"]) == (128.0, 144.0, 1280), "in the picture it was marked on"


def test_a_label_that_the_question_has_no_more_is_kept_in_what_was_settled(world):
    register(world, "shot", image=IMAGE)
    mark_box(world, "shot", "0,0,5,5", "Icon")
    categories = json.loads((freeze(world, world.regions).folder / "train.coco.json").read_text())["categories"]
    assert [each["name"] for each in categories] == ["Button", "Menu", "Icon"]


def test_two_versions_of_the_same_are_the_same_bytes(world):
    register(world, "a", "Firefox 👍")
    mark_words(world, "a", "Firefox", "Product")
    first, second = freeze(world, world.spans), freeze(world, world.spans)
    for name in ("labels.jsonl", "labels.parquet", "train.iob", "train.spacy.jsonl"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()


def test_a_pair_question_has_no_files_of_spots_and_its_manifest_says_nothing_of_them(world):
    version = freeze(world, world.question)
    assert sorted(path.name for path in version.folder.iterdir()) == [
        "README.md", "croissant.json", "judgements.csv", "judgements.jsonl", "judgements.parquet", "labels.csv",
        "labels.jsonl", "labels.parquet", "manifest.json",
    ]  # fmt: skip
    assert "left_out" not in version.manifest and version.row.left_out == {}


def say(spots, person, anchor, value, candidate=None, is_settled=True):
    """Let a person say what is at a place, of their own or of what they were shown."""
    with tenancy(spots.project):
        shown = show_suggestions(
            annotator=spots.people[person], question=spots.question, item=spots.item, channel="widget", now=spots.now
        )
        event = Judge(
            spots.new_id(), shown.pk, 0, 2000, candidate, spots.question.kind, value, spots.now, "mouse", anchor=anchor
        )
        [verdict] = record_events(annotator=spots.people[person], events=[event], now=spots.now)
    assert verdict.status == "ok", verdict
    if is_settled:
        drain_jobs()


def push(spots, anchor, label):
    with tenancy(spots.project):
        guess = NewSuggestion(
            spots.question, spots.item, candidate_id(anchor, label), 0.8, ["It is in the catalogue."],
            suggester_row(spots.project.pk, "own", "1", is_pushed=True), anchor,
        )  # fmt: skip
        push_suggestions(project_id=spots.project.pk, suggestions=[guess], now=spots.now)


def test_what_people_mark_is_settled_frozen_and_read_by_spacy(world, ask_spots):
    spots = ask_spots(world)
    push(spots, spots.span("Inverness"), "Place")
    inverness = candidate_id(spots.span("Inverness"), "Place")
    say(spots, 0, spots.span("Inverness"), "none", candidate=inverness)
    for person in (0, 1):
        say(spots, person, spots.span("Vector 9"), "Product")
    version = freeze(spots, spots.question)
    rows = {row["quote"]: row for row in sdk.load(version.folder)}
    assert {quote: row["value"] for quote, row in rows.items()} == {"Vector 9": "Product", "Inverness": "none"}
    assert all(row["text"][row["start"] : row["end"]] == quote for quote, row in rows.items())
    split = rows["Vector 9"]["split"]
    [doc] = conll_ner_to_docs((version.folder / f"{split}.iob").read_text(), no_print=True)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Vector 9", "Product")]
    said = sdk.load(version.folder, "judgements")
    judged = [row for row in said if row["record"] == "judgement"]
    facts = [(row["value"], row["candidate"], row["anchor"]["quote"]["exact"], row["outcome"]) for row in judged]
    assert sorted(facts, key=lambda row: row[0]) == [
        ("Product", "8-16", "Vector 9", None),
        ("Product", "8-16", "Vector 9", None),
        ("none", "91-100 Place", "Inverness", "rejected"),
    ]  # fmt: skip


def test_a_text_in_which_somebody_marks_something_just_now_is_left_out(world, ask_spots):
    spots = ask_spots(world)
    say(spots, 0, spots.span("Inverness"), "Place")
    say(spots, 1, spots.span("Vector 9"), "Product", is_settled=False)
    assert left_out(freeze(spots, spots.question)) == [
        ("review", "iob2", "unsettled"),
        ("review", "spacy", "unsettled"),
    ]
    drain_jobs()
    say(spots, 2, spots.span("froze"), "unsure", is_settled=False)
    assert left_out(freeze(spots, spots.question)) == []


def test_a_place_that_one_person_calls_nothing_by_themselves_says_of_no_text_that_it_was_looked_at(world, ask_spots):
    spots = ask_spots(world)
    say(spots, 0, spots.span("froze"), "none")
    version = freeze(spots, spots.question)
    assert left_out(version) == [("review", "iob2", "not_looked_at"), ("review", "spacy", "not_looked_at")]
    assert version.manifest["held"] == {}
    say(spots, 1, spots.span("froze"), "none")
    assert left_out(freeze(spots, spots.question)) == [], "two of two say so"


def test_a_guess_that_was_shown_and_is_none_says_that_the_text_was_looked_at(world, ask_spots):
    spots = ask_spots(world)
    push(spots, spots.span("Inverness"), "Place")
    say(spots, 0, spots.span("Inverness"), "none", candidate=candidate_id(spots.span("Inverness"), "Place"))
    version = freeze(spots, spots.question)
    assert left_out(version) == []
    [held] = version.manifest["held"]["spacy"].keys() - {"without_marks"}
    assert lines(version.folder / f"{held}.spacy.jsonl")[0]["spans"] == []


def test_a_picture_that_somebody_calls_empty_by_themselves_is_left_out_until_something_is_marked_in_it(
    world, ask_spots
):
    spots = ask_spots(world, "region")
    say(spots, 0, spots.region(10, 20, 30, 40), "none")
    assert left_out(freeze(spots, spots.question)) == [("review", "coco", "not_looked_at")]
    say(spots, 1, spots.region(50, 50, 10, 10), "Zip")
    assert left_out(freeze(spots, spots.question)) == []


def test_what_people_draw_is_settled_frozen_and_read_by_pycocotools(world, ask_spots):
    spots = ask_spots(world, "region")
    for person, box in enumerate([(10, 20, 30, 40), (10, 20, 30, 40), (50, 50, 10, 10)]):
        say(spots, person, spots.region(*box), "Zip")
    say(spots, 0, spots.region(50, 50, 10, 10), "Zip")
    version = freeze(spots, spots.question)
    [row, _] = sdk.load(version.folder)
    coco = COCO(version.folder / f"{row['split']}.coco.json")
    assert sorted(each["bbox"] for each in coco.loadAnns(coco.getAnnIds())) == [
        [128.0, 144.0, 384.0, 288.0], [640.0, 360.0, 128.0, 72.0],
    ]  # fmt: skip


def test_what_was_drawn_on_a_picture_of_another_shape_is_not_put_on_the_registered_one(world, ask_spots):
    spots = ask_spots(world, "region", overlap=1)
    say(spots, 0, spots.region(10, 20, 30, 40, size=(500, 500)), "Zip")
    version = freeze(spots, spots.question)
    assert left_out(version) == [("review", "coco", "another_shape")]
    [row] = sdk.load(version.folder)
    assert [row[name] for name in ("x", "y", "image_width", "image_height")] == [50.0, 100.0, 500, 500]


def show_picture(spots, url, title="Vector 9", **image):
    """Let the host register another picture, or the same one beside another title."""
    picture = {"url": url, "width": 1280, "height": 720} | image
    item = NewItem("review", title, spots.item.body, metadata={"image": picture}, created_at=spots.now)
    with tenancy(spots.project):
        register_items(project_id=spots.project.pk, items=[item], now=spots.now)
        spots.item = Item.objects.get(pk=spots.item.pk)
    drain_jobs()


def boxes_in(version, form):
    return [path.name for path in version.folder.iterdir() if path.name.endswith(form)]


PICTURE_FORMS = (".coco.json", ".label-studio.json", ".annotations.jsonld")
REPLACED = {"url": "/jacket.png", "version": 2}, {"url": "https://host.example/quite-another.png"}


@pytest.mark.parametrize("picture", REPLACED, ids=["another version", "another address"])
def test_a_box_is_in_no_file_of_the_picture_that_came_in_the_place_of_its_own(world, ask_spots, picture):
    spots = ask_spots(world, "region", overlap=1)
    say(spots, 0, spots.region(10, 20, 30, 40), "Zip")
    show_picture(spots, **picture, width=800, height=450)
    version = freeze(spots, spots.question)
    assert left_out(version) == [
        ("review", "coco", "another_picture"), ("review", "web_annotation", "another_picture"),
    ]  # fmt: skip
    assert [boxes_in(version, form) for form in PICTURE_FORMS] == [[], [], []]
    assert version.row.left_out == {"coco": {"another_picture": 1}, "web_annotation": {"another_picture": 1}}
    assert version.row.card["stale_count"] == 1
    assert "judged on a picture that has been replaced since" in (version.folder / "README.md").read_text()
    [row] = sdk.load(version.folder)
    assert (row["is_stale"], row["image"]) == (True, None)
    assert [row[name] for name in ("x", "width", "image_width", "image_height")] == [128.0, 384.0, 1280, 720]
    assert all(b"quite-another" not in path.read_bytes() for path in version.folder.iterdir())


def test_nothing_seen_in_a_picture_makes_no_empty_one_of_the_picture_that_came_in_its_place(world, ask_spots):
    spots = ask_spots(world, "region", overlap=1)
    push(spots, spots.region(10, 20, 30, 40), "Zip")
    say(spots, 0, spots.region(10, 20, 30, 40), "none", candidate=candidate_id(spots.region(10, 20, 30, 40), "Zip"))
    assert boxes_in(freeze(spots, spots.question), ".coco.json") != []
    show_picture(spots, "/another.png")
    version = freeze(spots, spots.question)
    assert left_out(version) == [("review", "coco", "another_picture")]
    assert boxes_in(version, ".coco.json") == []


def test_a_box_belongs_to_the_new_picture_once_somebody_puts_it_there(world, ask_spots):
    spots = ask_spots(world, "region", overlap=1)
    say(spots, 0, spots.region(10, 20, 30, 40), "Zip")
    show_picture(spots, "/another.png")
    say(spots, 1, spots.region(10, 20, 30, 40), "Zip")
    version = freeze(spots, spots.question)
    [row] = sdk.load(version.folder)
    assert (left_out(version), row["image"], row["is_stale"]) == ([], "/another.png", False)
    assert json.loads((version.folder / f"{row['split']}.coco.json").read_text())["annotations"] != []


def test_a_boundary_that_only_those_believe_who_saw_the_earlier_picture_is_not_put_on_the_new_one(world, ask_spots):
    spots = ask_spots(world, "region")
    for person in (0, 1):
        say(spots, person, spots.region(10, 20, 30, 40), "Zip")
    show_picture(spots, "/another.png")
    say(spots, 2, spots.region(10, 20, 30, 24), "Zip")
    version = freeze(spots, spots.question)
    [row] = sdk.load(version.folder)
    assert (row["anchor"]["region"], row["image"]) == ("xywh=percent:10,20,30,40", None)
    assert left_out(version) == [
        ("review", "coco", "another_picture"), ("review", "web_annotation", "another_picture"),
    ]  # fmt: skip


def test_a_picture_that_shows_what_it_showed_keeps_its_boxes_whatever_is_written_beside_it(world, ask_spots):
    spots = ask_spots(world, "region", overlap=1)
    show_picture(spots, "/one.png?signature=a")
    say(spots, 0, spots.region(10, 20, 30, 40), "Zip")
    show_picture(spots, "/two.png")
    show_picture(spots, "/one.png?signature=b", title="Vector 9, again")
    version = freeze(spots, spots.question)
    [row] = sdk.load(version.folder)
    assert (left_out(version), row["image"], row["is_stale"]) == ([], "/one.png?signature=b", True)
    assert json.loads((version.folder / f"{row['split']}.coco.json").read_text())["annotations"] != []


def test_every_file_holds_words_of_an_edited_text_as_they_were_marked(world, ask_spots):
    spots = ask_spots(world, overlap=1)
    say(spots, 0, spots.span("Vector 9"), "Product")
    with tenancy(spots.project):
        spots.register("Inverness is where I froze, in the new jacket.")
    drain_jobs()
    version = freeze(spots, spots.question)
    [row] = sdk.load(version.folder)
    assert (row["is_stale"], row["text"][row["start"] : row["end"]], row["text"]) == (True, "Vector 9", spots.item.body)
    assert "count in `text`, the one that was marked" in (version.folder / "README.md").read_text()
    [line] = lines(version.folder / f"{row['split']}.spacy.jsonl")
    [task] = json.loads((version.folder / f"{row['split']}.label-studio.json").read_text())
    assert line["text"] == task["data"]["text"] == spots.item.body
    assert task["annotations"][0]["result"][0]["value"]["text"] == "Vector 9"
    [doc] = conll_ner_to_docs((version.folder / f"{row['split']}.iob").read_text(), no_print=True)
    assert [ent.text for ent in doc.ents] == ["Vector 9"]
    held = json.loads((version.folder / f"{row['split']}.annotations.jsonld").read_text())
    target = held["first"]["items"][0]["target"]
    assert target["source"]["snapshot"] == spots.span("Vector 9")["snapshot"]
    assert target["selector"][0]["exact"] == "Vector 9"


def test_nothing_seen_in_a_text_makes_no_empty_one_of_the_text_that_came_in_its_place(world, ask_spots):
    spots = ask_spots(world)
    push(spots, spots.span("Inverness"), "Place")
    say(spots, 0, spots.span("Inverness"), "none", candidate=candidate_id(spots.span("Inverness"), "Place"))
    edited = "A zip of quite another make broke in Aviemore."
    with tenancy(spots.project):
        spots.register(edited)
    drain_jobs()
    say(spots, 1, spots.span("zip", edited), "none")
    version = freeze(spots, spots.question)
    [row, _] = sdk.load(version.folder)
    [line] = lines(version.folder / f"{row['split']}.spacy.jsonl")
    assert (line["text"], line["spans"]) == (spots.item.body, [])


def test_of_a_removed_item_a_version_holds_where_something_is_and_none_of_its_words(world):
    register(world, "gone", "I use Firefox all day")
    register(world, "there", "I use Thunderbird all day")
    mark_words(world, "gone", "Firefox", "Product")
    mark_words(world, "there", "Thunderbird", "Product")
    with tenancy(world.project):
        remove_item(item=Item.objects.get(project=world.project, key="gone"), now=world.now)
    version = freeze(world, world.spans)
    rows = {row["item"]: row for row in lines(version.folder / "labels.jsonl")}
    gone, there = rows["gone"], rows["there"]
    assert (gone["start"], gone["end"], gone["value"]) == (6, 13, "Product")
    assert [gone[name] for name in ("anchor", "quote", "text", "item_body")] == [None] * 4
    assert there["text"][there["start"] : there["end"]] == there["quote"] == "Thunderbird"
    assert left_out(version) == [("gone", "iob2", "removed"), ("gone", "spacy", "removed")]
    assert all(b"Firefox" not in path.read_bytes() for path in version.folder.iterdir())


def test_of_a_removed_picture_a_version_holds_the_box_and_not_its_address(world):
    register(world, "gone", "", image={"url": "https://host.example/gone.png", "width": 1280, "height": 720})
    mark_box(world, "gone", "10,20,30,40", "Zip")
    with tenancy(world.project):
        remove_item(item=Item.objects.get(project=world.project, key="gone"), now=world.now)
    version = freeze(world, world.regions)
    (row,) = lines(version.folder / "labels.jsonl")
    assert (row["x"], row["width"], row["image"]) == (128.0, 384.0, None)
    assert left_out(version) == [("gone", "coco", "removed")]
    assert all(b"gone.png" not in path.read_bytes() for path in version.folder.iterdir())
