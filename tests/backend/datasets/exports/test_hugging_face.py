"""What the card of a version's folder says to Hugging Face and to people, whatever the texts in it are."""

import duckdb
import pytest
import yaml

from backend.datasets.exports.about import About, Answered, Items, Variety, variety_of, write_splits
from backend.datasets.exports.hugging_face import card_of, in_line, scalar
from backend.datasets.files import opened, write_jsonl, write_parquet

CARD = {
    "values": {"Spam": {"train": 1200, "crosses": 2}, "Fine": {"test": 3}},
    "unsettled": {"contested": 7},
    "stale_count": 0,
}
VARIETY = Variety(
    {"customer": Answered(40, 2000, "2026-01-02", "2026-03-01"), "expert": Answered(1, 500, "2026-02-01", "2026-02-02")},
    busiest=0.2, items=1100, answers_a_label=2.08, median_probability=0.97,
)  # fmt: skip
ITEMS = Items(1100, 5000, 300, "2024-05", "2026-02")


def about(**facts) -> About:
    told = {
        "owner": "Forum", "home": "https://forum.example", "slug": "spam", "title": "Spam or not", "number": 3, "frozen_at": "2026-03-02T12:00:00+00:00", "card": CARD,
        "question": "tone", "kind": "choice", "prompt": "Is it spam?", "policy": "Confirm: those we ask decide",
        "variety": VARIETY, "items": ITEMS, "splits": {"train": 1200, "dev": 10, "test": 3},
    }  # fmt: skip
    return About(**(told | facts))


def front_matter(card: str) -> dict:
    assert card.startswith("---\n")
    return yaml.safe_load(card.split("---\n")[1])


def test_the_front_matter_names_the_table_of_each_split_and_dev_is_called_validation():
    told = front_matter(card_of(about()))
    labels, judgements = told["configs"]
    assert labels == {
        "config_name": "labels",
        "default": True,
        "data_files": [
            {"split": "train", "path": "train.labels.parquet"},
            {"split": "validation", "path": "dev.labels.parquet"},
            {"split": "test", "path": "test.labels.parquet"},
        ],
    }
    assert judgements["data_files"] == [{"split": "every", "path": "judgements.parquet"}]
    assert (told["size_categories"], told["task_categories"]) == (["1K<n<10K"], ["text-classification"])
    assert "license" not in told, "it is not ours to give"


def test_a_split_without_labels_has_no_table_and_a_version_without_any_is_read_for_its_answers():
    labels, _ = front_matter(card_of(about(splits={"test": 3})))["configs"]
    assert [each["split"] for each in labels["data_files"]] == ["test"]
    [answers] = front_matter(card_of(about(splits={}, card=CARD | {"values": {}, "unsettled": {}})))["configs"]
    assert (answers["config_name"], answers["default"]) == ("judgements", True)


def test_the_card_says_what_is_believed_how_varied_it_is_and_how_it_was_settled():
    card = card_of(about())
    assert "| value | crosses | test | train |" in card and "| Spam | 2 | 0 | 1,200 |" in card
    assert "Not settled, and so not here: 7 contested." in card
    assert "1,100 items have a label; the project has 5,000." in card
    assert "1,100 are by 300 authors" in card and "from 2024-05 to 2026-02" in card
    assert "2,000 answers by 40 of the kind customer, from 2026-01-02 to 2026-03-01." in card
    assert "One person gave 20% of the answers" in card
    assert "Confirm: those we ask decide" in card and "2.1 answers a label" in card and "0.97 or more" in card
    assert "Version 3 of `spam`, frozen on 2026-03-02" in card and "## Licence\n\nNone is given" in card


@pytest.mark.parametrize(
    "text",
    [
        'a "quoted": title', "back\\slash", "---", "- item", "yes", "null", "two\nlines\u2028three\x85four", "👍🏽 שלום",
        "\x7f\x01\u202e\ufeff", "{a: [b]}", "# no comment", "!!python/object:os.system", "&a *a",
    ],
)  # fmt: skip
def test_any_title_is_read_back_from_the_front_matter_as_it_is(text):
    assert yaml.safe_load(f"title: {scalar(text)}") == {"title": text}
    assert front_matter(card_of(about(title=text)))["pretty_name"] == text


def test_texts_of_others_are_no_markup_in_the_card():
    card = card_of(
        about(prompt="<img src=x onerror=alert(1)>\n# head", card=CARD | {"values": {"a|b\nc": {"train": 1}}})
    )
    assert "<img" not in card and "\n# head" not in card
    assert "| a\\|b c | 1 |" in card
    assert in_line("[x](javascript:y) `z`") == "\\[x\\](javascript:y) \\`z\\`"


def test_how_varied_tables_are_is_counted_and_each_split_gets_a_table_of_its_own(tmp_path):
    columns = {
        "item": "VARCHAR",
        "other": "VARCHAR",
        "answers_count": "INTEGER",
        "probability": "DOUBLE",
        "split": "VARCHAR",
    }
    rows = [("1", "2", 2, 0.9, "train"), ("1", "3", 4, 0.7, "crosses"), ("4", None, 3, 0.8, "test")]
    labels, said = tmp_path / "labels.parquet", tmp_path / "judgements.parquet"
    write_jsonl(tmp_path / "labels.jsonl", [dict(zip(columns, row, strict=True)) for row in rows])
    write_parquet(tmp_path / "labels.jsonl", labels, columns)
    told = {"record": "VARCHAR", "annotator": "VARCHAR", "annotator_kind": "VARCHAR", "judged_at": "TIMESTAMPTZ"}
    days = {"a": (1, 2), "b": (3,)}
    answers = [("judgement", who, "customer", f"2026-03-0{day}T23:59:59Z") for who in days for day in days[who]]
    answers.append(("slot", "c", "expert", None))
    write_jsonl(tmp_path / "judgements.jsonl", [dict(zip(told, row, strict=True)) for row in answers])
    write_parquet(tmp_path / "judgements.jsonl", said, told)
    with opened(tmp_path) as database:
        found = variety_of(database, labels, said)
        splits = write_splits(database, labels, tmp_path)
    assert found == Variety({"customer": Answered(2, 3, "2026-03-01", "2026-03-03")}, pytest.approx(2 / 3), 4, 3.0, 0.8)
    assert splits == {"train": 1, "test": 1}
    assert duckdb.sql(f"select item, other from '{tmp_path / 'train.labels.parquet'}'").fetchall() == [("1", "2")]
    assert not (tmp_path / "dev.labels.parquet").exists()


def test_the_card_tells_how_much_is_stale_and_what_each_form_leaves_out_and_why():
    assert "is_stale" not in card_of(about()) and "leave out" not in card_of(about())
    left_out = {"coco": {"another_picture": 3, "no_size": 1}}
    told = card_of(about(kind="region", card=CARD | {"stale_count": 1234}, left_out=left_out))
    assert "Of 1,234 the item changed after it was judged (`is_stale`)" in told
    assert "- `coco`: 3, as something in it was judged on a picture that has been replaced since" in told
    assert "- `coco`: 1, as neither the item nor the page told the picture's size in pixels" in told
