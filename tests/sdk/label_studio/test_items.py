"""Which item a task is about."""

from dataclasses import replace

import pytest
from earmark import Item, Question
from earmark.label_studio.items import ItemNaming, subject_of
from earmark.label_studio.tasks import Task

SIZED = [{"result": [{"original_width": 640, "original_height": 480}]}]


def subject(data, kind="span", id="17", annotations=(), **naming):
    question = Question("q", kind, labels=["A"], item_kind="post")
    return subject_of(Task(1, id, data, annotations), ItemNaming(question, **naming))


def test_the_item_is_the_one_that_the_host_names_or_that_earmark_exported():
    assert subject({"text": "a", "post": 9}, item_from="post").item.id == "9"
    assert subject({"text": "a", "item": "own"}).item.id == "own"


def test_else_it_has_a_name_made_of_the_tasks_id_or_of_its_content():
    assert subject({"text": "a"}).item.id == "label-studio-17"
    assert subject({"text": "a"}, id="", prefix="x-").item.id == subject({"text": "a"}, id="", prefix="x-").item.id
    assert subject({"text": "a"}, id="").item.id != subject({"text": "b"}, id="").item.id


def test_all_of_its_data_is_kept_and_it_is_of_the_kind_that_is_asked_about():
    item = subject({"text": "a", "title": "T", "format": "html"}).item
    assert (item.title, item.body, item.kind) == ("T", "a", "post")
    assert item.metadata == {"label_studio": {"task": "17", "data": {"title": "T", "format": "html"}}}


def test_a_picture_has_its_address_and_the_size_that_results_tell():
    item = subject({"image": "https://x.example/a.png"}, "region", annotations=SIZED).item
    assert item.metadata["image"] == {"url": "https://x.example/a.png", "width": 640, "height": 480}
    assert item.body == ""


@pytest.mark.parametrize("address", ["/data/upload/7/a.png", "s3://bucket/a.png", "//x/a.png", "javascript:alert(1)"])
def test_an_address_that_no_page_of_the_host_can_fetch_is_kept_but_is_no_picture(address):
    item = subject({"image": address}, "region").item
    assert "image" not in item.metadata
    assert item.metadata["label_studio"]["picture"] == address


def test_unless_it_is_said_where_pictures_lie():
    naming = {"pictures_at": "https://ls.example/"}
    found = subject({"image": "/data/upload/7/a.png"}, "choice", **naming).item
    assert found.metadata["image"] == {"url": "https://ls.example/data/upload/7/a.png"}


@pytest.mark.parametrize(
    ("data", "naming", "why"),
    [
        ({"body": "a", "n": 1}, {}, "no `text` but body, n; say which with --content FIELD"),
        ({"text": "a"}, {"content_from": "body"}, "no `body`"),
        ({"text": 3}, {}, "`text` is no text"),
        ({"text": "a"}, {"item_from": "post"}, "no id in `post`"),
        ({}, {}, "no `text` but nothing"),
    ],
)
def test_a_task_that_does_not_say_what_it_is_about_says_what_is_missing(data, naming, why):
    with pytest.raises(ValueError) as told:
        subject(data, **naming)
    assert why in str(told.value)


def test_an_item_of_a_name_made_here_is_another_where_it_has_other_content():
    text, picture = subject({"text": "a  b"}), subject({"image": "/data/a.png"}, "region")
    assert not text.is_another_than(Item("label-studio-17", body="a b"))
    assert text.is_another_than(Item("label-studio-17", body="c"))
    assert not picture.is_another_than(picture.item)
    assert picture.is_another_than(replace(picture.item, metadata={}))
    assert not subject({"text": "a", "item": "own"}).is_another_than(Item("own", body="edited since"))
