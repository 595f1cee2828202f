"""What Croissant 1.1 and its vocabulary of responsible AI ask of a description, by the tables of the specification."""

import pytest

from backend.datasets.exports.about import Variety
from backend.datasets.exports.croissant import CONTEXT, TYPES, croissant_of
from backend.datasets.exports.told import FOR
from backend.datasets.rows import JUDGEMENT_COLUMNS, LABEL_COLUMNS
from tests.backend.datasets.exports.test_hugging_face import about

COLUMNS = {"labels": LABEL_COLUMNS, "judgements": JUDGEMENT_COLUMNS}
FILES = [{"name": f"train{name}" if name[0] == "." else name, "sha256": "a" * 64, "bytes_count": 7} for name in FOR]
REQUIRED = {
    "@context", "@type", "conformsTo", "description", "license", "name", "url", "creator", "datePublished",
    "distribution",
}  # fmt: skip
RAI = {
    "dataCollection", "dataCollectionTimeframe", "dataAnnotationPlatform", "dataAnnotationProtocol",
    "dataAnnotationAnalysis", "annotationsPerItem", "personalSensitiveInformation", "dataBiases", "dataLimitations",
    "dataReleaseMaintenancePlan",
}  # fmt: skip


@pytest.fixture
def told():
    return croissant_of(about(), FILES, COLUMNS)


def test_all_that_is_required_of_a_data_set_is_there_and_the_licence_is_left_to_the_owner(told):
    assert set(told) >= REQUIRED and told["@type"] == "sc:Dataset"
    assert told["conformsTo"] == ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
    assert (told["name"], told["version"], told["datePublished"]) == ("spam", "3.0.0", "2026-03-02T12:00:00+00:00")
    assert told["license"]["name"].startswith("None is given yet")
    assert told["creator"] == {"@type": "sc:Organization", "name": "Forum"} and told["url"] == "https://forum.example"


def test_every_file_of_a_version_has_its_format_its_size_and_its_checksum(told):
    assert [each["@id"] for each in told["distribution"]] == [each["name"] for each in FILES]
    for each in told["distribution"]:
        assert (each["@type"], each["contentUrl"], each["contentSize"]) == ("cr:FileObject", each["@id"], "7 B")
        assert "/" in each["encodingFormat"] and each["sha256"] == "a" * 64


def test_every_column_is_a_field_of_a_known_type_read_from_its_table(told):
    for rows in told["recordSet"]:
        assert [field["name"] for field in rows["field"]] == list(COLUMNS[rows["name"]])
        for field in rows["field"]:
            assert field["@id"] == f"{rows['@id']}/{field['name']}"
            assert field["source"] == {
                "fileObject": {"@id": f"{rows['name']}.parquet"}, "extract": {"column": field["name"]},
            }  # fmt: skip
    types = {field["name"]: field["dataType"] for field in told["recordSet"][0]["field"]}
    assert (types["item"], types["probability"], types["is_stale"], types["settled_at"]) == (
        "sc:Text", "sc:Float", "sc:Boolean", "sc:DateTime",
    )  # fmt: skip
    assert types["split"] == ["sc:Text", "cr:Split"]
    assert {*LABEL_COLUMNS.values(), *JUDGEMENT_COLUMNS.values()} <= set(TYPES)


def test_no_two_parts_have_one_id_and_each_term_stands_in_the_context(told):
    parts = [*told["distribution"], *told["recordSet"], *(each for rows in told["recordSet"] for each in rows["field"])]
    assert len({part["@id"] for part in parts}) == len(parts)
    assert {"conformsTo", "dataType", "extract", "column", "field", "fileObject", "recordSet", "source"} <= set(CONTEXT)


def test_who_answered_how_often_and_what_is_missing_is_said_in_the_terms_of_responsible_ai(told):
    assert {name for name in told if name.startswith("rai:")} == {f"rai:{name}" for name in RAI}
    assert told["rai:dataCollectionTimeframe"] == ["2026-01-02", "2026-03-01"]
    assert "40 of the kind customer gave 2000; 1 of the kind expert gave 500" in told["rai:dataAnnotationProtocol"]
    assert told["rai:annotationsPerItem"] == "2.1 answers a label on average"
    assert told["rai:dataBiases"] == ["One person gave 20% of the answers."]
    assert told["rai:dataLimitations"] == ["1100 of 5000 items have a label; 7 units are not settled."]


def test_what_nobody_knows_is_left_out():
    told = croissant_of(about(variety=Variety(), home=""), FILES, COLUMNS)
    assert {"url", "rai:dataCollectionTimeframe", "rai:annotationsPerItem", "rai:dataBiases"}.isdisjoint(told)
