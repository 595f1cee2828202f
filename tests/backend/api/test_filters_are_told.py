"""What the description of the wire says of filters: as much as they take, so that whoever draws values draws such."""

from pathlib import Path

import pytest
import yaml

PATHS = yaml.safe_load((Path(__file__).resolve().parents[3] / "openapi.yaml").read_text())["paths"]


def taken(path, name):
    """Return the schema of a filter of a list."""
    (found,) = [each["schema"] for each in PATHS[path]["get"]["parameters"] if each["name"] == name]
    return found


def test_a_time_is_told_as_one():
    assert taken("/v1/judgements", "since") == {"type": "string", "format": "date-time"}


def test_of_a_few_words_each_is_told():
    assert taken("/v1/labels", "state")["enum"] == ["open", "proposed", "contested", "settled"]
    assert taken("/v1/judgements", "is_live")["enum"] == ["true", "false"]


@pytest.mark.parametrize("name", ["question", "item", "annotator"])
def test_a_blank_text_is_none(name):
    assert taken("/v1/exposures", name) == {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"\S"}
