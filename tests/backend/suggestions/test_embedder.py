import logging

import pytest

from backend.suggestions import embedder as this
from backend.suggestions.embedder import configured_embedder, why_off
from tests.tiny_model import make_tiny_model


def test_the_only_model_there_is_taken_and_loaded_once(models):
    assert why_off() == ""
    assert configured_embedder().name == "tiny"
    assert configured_embedder() is configured_embedder()


def test_a_model_is_chosen_by_its_name(models, settings):
    make_tiny_model(models / "second", salt=2.0)
    assert "holds 2 models" in why_off()
    assert configured_embedder() is None
    settings.EARMARK_EMBEDDER = "second"
    assert why_off() == ""
    assert configured_embedder().name == "second"


def test_a_model_is_chosen_by_its_folder(models, settings):
    settings.EARMARK_MODELS, settings.EARMARK_EMBEDDER = "", str(models / "tiny")
    assert configured_embedder().name == "tiny"


@pytest.mark.parametrize(
    ("folder", "said"), [("", "Set EARMARK_MODELS"), ("/nowhere", "holds no folder with model.onnx")]
)
def test_without_a_model_it_is_said_once_what_to_do(models, settings, caplog, folder, said):
    settings.EARMARK_MODELS = folder
    with caplog.at_level(logging.WARNING):
        assert configured_embedder() is None
        assert configured_embedder() is None
    [line] = caplog.messages
    assert line.startswith("Semantic retrieval is off; all else works.")
    assert said in line
    assert said in why_off()


def test_without_the_packages_it_is_said_what_to_install(models, monkeypatch):
    this._lacking.cache_clear()
    monkeypatch.setattr(this, "find_spec", lambda name: None if name == "onnxruntime" else object())
    assert "not installed: onnxruntime" in why_off()
    assert "earmark[semantic]" in why_off()
    assert configured_embedder() is None
    this._lacking.cache_clear()


def test_a_model_that_cannot_be_loaded_is_told_once_and_not_tried_again(models, caplog):
    (models / "tiny" / "model.onnx").write_bytes(b"no model")
    with caplog.at_level(logging.WARNING):
        assert configured_embedder() is None
        assert configured_embedder() is None
    [line] = caplog.messages
    assert "cannot be read" in line
