import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from earmark.errors import ModelMissing, SemanticMissing
from earmark.suggesters.embedding import MODELS_VARIABLE, Embedder, models_in

from tests.tiny_model import WIDTH, make_tiny_model

REAL = "all-minilm-l6-v2-int8"
real_model = pytest.mark.skipif(
    not (Path(os.environ.get(MODELS_VARIABLE, "/nowhere")) / REAL / "model.onnx").is_file(),
    reason=f"{MODELS_VARIABLE} names no folder that holds {REAL}",
)


@pytest.fixture
def embedder(tiny_model):
    return Embedder(tiny_model)


def test_texts_that_mean_the_same_lie_together_and_others_apart(embedder):
    archive, store, printer = embedder.encode(["Archive broken", "store fails", "printer colour"])
    assert archive @ store == pytest.approx(1)
    assert archive @ printer == pytest.approx(0)


def test_each_text_gets_a_row_of_unit_length(embedder):
    rows = embedder.encode(["archive", "archive archive printer", "[]", ""])
    assert rows.shape == (4, embedder.width) == (4, WIDTH)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(4))


def test_no_texts_make_no_rows(embedder):
    assert embedder.encode([]).shape == (0, WIDTH)


def test_a_text_has_the_same_vector_in_any_company(tiny_model):
    texts = ["archive", "printer fails on a message " * 9, "", "key colour"]
    together = Embedder(tiny_model, batch=64).encode(texts)
    alone = np.vstack([Embedder(tiny_model, batch=1).encode([text]) for text in texts])
    assert np.array_equal(together, alone)


def test_a_model_that_gives_a_vector_per_text_and_one_that_gives_one_per_token_agree(tmp_path, embedder):
    pooled = Embedder(make_tiny_model(tmp_path / "pooled", a_vector_per_text=True))
    texts = ["archive printer", "key"]
    assert pooled.encode(texts) == pytest.approx(embedder.encode(texts))


def test_a_model_that_wants_the_first_token_gets_it(tiny_model):
    (tiny_model / "1_Pooling").mkdir()
    (tiny_model / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    first, whole = Embedder(tiny_model).encode(["archive printer", "archive"])
    assert first == pytest.approx(whole)


def test_no_more_tokens_than_wished_are_read(tiny_model):
    cut, whole = Embedder(tiny_model, longest=2).encode(["archive key printer printer printer", "archive key"])
    assert cut == pytest.approx(whole)


def test_texts_that_no_file_could_hold_are_embedded_all_the_same(embedder):
    rows = embedder.encode(["archive \ud800", "\x00", "printer" + " x" * 500_000])
    assert np.isfinite(rows).all()


def test_the_version_changes_with_the_files_and_with_what_is_read(tiny_model, tmp_path):
    usual = Embedder(tiny_model).version
    assert Embedder(tiny_model).version == usual
    assert len(usual) == 12
    assert Embedder(tiny_model, longest=16).version != usual
    assert Embedder(make_tiny_model(tmp_path / "salted", salt=2.0)).version != usual


def test_progress_is_told_batch_by_batch_and_at_the_end(tiny_model):
    told = []
    Embedder(tiny_model, batch=2).encode(["a"] * 5, progress=lambda done, of: told.append((done, of)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_several_threads_may_embed_at_once(embedder):
    texts = ["archive broken", "printer colour"] * 50
    expected, found = embedder.encode(texts), []
    threads = [threading.Thread(target=lambda: found.append(embedder.encode(texts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(rows, expected) for rows in found)


def test_a_model_is_found_by_its_name_where_the_variable_points(tiny_model, monkeypatch):
    monkeypatch.setenv(MODELS_VARIABLE, str(tiny_model.parent))
    assert Embedder("tiny").name == "tiny"
    assert models_in() == [tiny_model]
    assert models_in(tiny_model) == [tiny_model]
    assert models_in(tiny_model / "deeper") == []


def test_a_model_of_a_hub_lies_where_the_variable_points_or_is_fetched(tiny_model, monkeypatch):
    import huggingface_hub

    asked = []
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda name, **_: asked.append(name) or str(tiny_model))
    monkeypatch.setenv(MODELS_VARIABLE, str(tiny_model.parent))
    assert Embedder("somebody/tiny").width == WIDTH
    assert asked == []
    assert Embedder("somebody/other").name == "somebody/other"
    assert asked == ["somebody/other"]


def test_a_hub_that_does_not_answer_is_told_with_what_to_do(monkeypatch):
    import huggingface_hub

    def fail(name, **_):
        raise OSError("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(ModelMissing, match="Put its model.onnx"):
        Embedder("somebody/other")


def test_a_model_that_is_not_there_is_told_with_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    with pytest.raises(ModelMissing, match=str(tmp_path / "missing")):
        Embedder("missing")


def test_a_broken_model_is_told(tiny_model):
    (tiny_model / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelMissing, match="cannot be read"):
        Embedder(tiny_model)


HIDDEN = """
import sys
for name in ("onnxruntime", "tokenizers", "huggingface_hub"):
    sys.modules[name] = None
import earmark
from earmark.errors import SemanticMissing
from earmark.suggesters import Item, ItemIndex, LexicalSuggester, SemanticSuggester, discover
index = ItemIndex()
index.apply([Item("1", "archive key"), Item("2", "printer"), Item("3", "colour")])
assert [each.candidate_id for each in LexicalSuggester().suggest(Item("4", "archive"), index, 3)] == ["1"]
assert discover()["semantic"] is SemanticSuggester
def said(make):
    try:
        make()
    except SemanticMissing as error:
        return str(error)
from earmark.suggesters.embedding import Embedder
for make in (SemanticSuggester, lambda: SemanticSuggester("x"), lambda: Embedder("x")):
    assert "pip install 'earmark[semantic]'" in said(make), make
print("all else works")
"""


def test_without_the_extra_all_else_works_and_says_what_to_install(tiny_model):
    environment = os.environ | {MODELS_VARIABLE: str(tiny_model.parent)}
    run = subprocess.run([sys.executable, "-c", HIDDEN], capture_output=True, text=True, env=environment)
    assert (run.stdout, run.stderr) == ("all else works\n", "")


@real_model
def test_a_real_model_finds_the_same_question_in_other_words():
    embedder = Embedder(REAL)
    asked, same, other = embedder.encode(
        ["Cannot delete a message", "Removing an e-mail does not work", "The colours of the calendar are ugly"]
    )
    assert embedder.width == 384
    assert asked @ same > 0.5 > asked @ other


@real_model
def test_a_real_model_gives_a_text_the_same_vector_in_any_company():
    texts = ["Cannot delete a message", "Print", "A much longer sentence about nothing that is in the others " * 4]
    together = Embedder(REAL).encode(texts)
    alone = np.vstack([Embedder(REAL, batch=1).encode([text]) for text in reversed(texts)])[::-1]
    assert np.array_equal(together, alone)


def test_the_error_names_what_is_lacking():
    assert "not installed: numpy" in str(SemanticMissing("numpy"))
