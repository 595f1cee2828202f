"""Embeddings of texts by an ONNX model, on onnxruntime and tokenizers (the extra `semantic`)."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import ModelMissing, SemanticMissing
from earmark.suggesters.extras import saying_what_to_install

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODELS_VARIABLE = "EARMARK_MODELS"
SIGNS_PER_TOKEN = 32
"""Of a text no more signs than this for each token are read: no word that means something is longer."""

_TOKENIZER, _POOLING = "tokenizer.json", "1_Pooling/config.json"
_GRAPHS = ("model.onnx", "onnx/model.onnx")
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_MASK, _TYPES = {"attention_mask", "a"}, {"token_type_ids", "t"}
_Progress = Callable[[int, int], None]


def models_in(folder: Path | str | None = None) -> list[Path]:
    """Return the model folders in a folder (without one: that of EARMARK_MODELS), by name; itself, if it is a model."""
    given = folder if folder is not None else os.environ.get(MODELS_VARIABLE, "")
    if not str(given):
        return []
    within = Path(given)
    if _is_model(within):
        return [within]
    return sorted(each for each in within.iterdir() if _is_model(each)) if within.is_dir() else []


class Embedder:
    """A model that gives each text a vector: texts that mean much the same lie close together.

    `folder_or_hub_name`: a folder with `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`, the name
    of one in the folder that EARMARK_MODELS names, or a name on the Hugging Face hub
    (`sentence-transformers/all-MiniLM-L6-v2`), which is fetched once. The model takes token ids, a mask
    and, where it wants them, token types; it gives one vector a text, or one a token, which are then
    averaged (or the first one taken, where `1_Pooling/config.json` says so).

    `longest`: how many tokens of a text are read. `batch`: after how many texts `progress` is told. Texts
    run through the model one at a time and on one thread: a model quantised on the fly gives a text
    another vector in other company (cosine .99), and on a CPU batches are no faster.

    Raises SemanticMissing without the extra, ModelMissing where there is no such model. Safe to use from
    several threads.
    """

    def __init__(self, folder_or_hub_name: Path | str, *, batch: int = 64, longest: int = 128) -> None:
        with saying_what_to_install(SemanticMissing):
            import numpy  # noqa: F401
            import onnxruntime
            import tokenizers
        self.batch = batch
        self.longest = longest
        folder = _found(folder_or_hub_name)
        graph = _graph_of(folder)
        self._takes_first = _takes_first(folder)
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / _TOKENIZER))
            self._session = onnxruntime.InferenceSession(
                str(graph), _options(onnxruntime), providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise ModelMissing(f"The model in {folder} cannot be read: {type(error).__name__}: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(longest)
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._name = str(folder_or_hub_name) if _HUB_NAME.fullmatch(str(folder_or_hub_name)) else folder.name
        self._version = _checksum(graph, folder / _TOKENIZER, facts=f"{longest} {self._takes_first}")
        self._width = int(self._vector("").shape[0])

    @property
    def name(self) -> str:
        """Return the name of the model's folder, or its name on the hub."""
        return self._name

    @property
    def version(self) -> str:
        """Return a checksum (12 signs) of the model's files and of what else decides a vector."""
        return self._version

    @property
    def width(self) -> int:
        """Return how many numbers a vector has."""
        return self._width

    def encode(self, texts: Sequence[str], progress: _Progress | None = None) -> NDArray[np.float32]:
        """Return a vector of unit length for each text, shape (texts, width).

        A text's vector depends on that text alone. One of which the model knows nothing may be all zeros.
        `progress` is told how many are done, and of how many.
        """
        import numpy as np

        rows = np.empty((len(texts), self.width), dtype=np.float32)
        for at, text in enumerate(texts, start=1):
            rows[at - 1] = self._vector(text)
            if progress is not None and (at % self.batch == 0 or at == len(texts)):
                progress(at, len(texts))
        return rows

    def _vector(self, text: str) -> NDArray[np.float32]:
        import numpy as np

        readable = text[: self.longest * SIGNS_PER_TOKEN].encode("utf-8", "replace").decode()
        ids = np.array([self._tokenizer.encode(readable).ids or [0]], dtype=np.int64)
        given = {name: _column(name, ids) for name in self._inputs}
        found: NDArray[np.float32] = np.asarray(self._session.run(None, given)[0], dtype=np.float32)[0]
        if found.ndim == 2:
            found = found[0] if self._takes_first else found.mean(axis=0)
        length = np.linalg.norm(found)
        if length > 0:
            found /= length
        return found


def _column(name: str, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what the model is given under a name: ids, a mask without gaps, or the type of a first text."""
    import numpy as np

    if name in _MASK:
        return np.ones_like(ids)
    return np.zeros_like(ids) if name in _TYPES else ids


def _options(onnxruntime: Any) -> Any:
    """Return options for one thread and little memory: lengths differ, so what is kept by shape would pile up."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    return options


def _found(name: Path | str) -> Path:
    models = os.environ.get(MODELS_VARIABLE, "")
    places = [Path(name), *([Path(models) / name, Path(models) / Path(name).name] if models else [])]
    for place in places:
        if _is_model(place):
            return place
    if _HUB_NAME.fullmatch(str(name)) and not Path(name).exists():
        return _fetched(str(name), models)
    looked = ", ".join(str(place) for place in dict.fromkeys(places))
    raise ModelMissing(
        f"There is no embedding model {str(name)!r}: a folder with model.onnx and {_TOKENIZER} was looked for at"
        f" {looked}. Name such a folder, or set {MODELS_VARIABLE} to the folder in which models lie."
    )


def _fetched(name: str, models: str) -> Path:
    with saying_what_to_install(SemanticMissing):
        import huggingface_hub
    wanted = [*_GRAPHS, "*.onnx_data", "onnx/model.onnx_data", _TOKENIZER, _POOLING]
    try:
        folder = Path(huggingface_hub.snapshot_download(name, allow_patterns=wanted, cache_dir=models or None))
    except Exception as error:
        raise ModelMissing(
            f"The embedding model {name!r} could not be fetched from the hub ({type(error).__name__}). Put its"
            f" model.onnx and {_TOKENIZER} into a folder {Path(name).name!r} where {MODELS_VARIABLE} points."
        ) from error
    if not _is_model(folder):
        raise ModelMissing(f"On the hub {name!r} has no model.onnx with a {_TOKENIZER}; choose one exported to ONNX.")
    return folder


def _is_model(folder: Path) -> bool:
    return (folder / _TOKENIZER).is_file() and any((folder / graph).is_file() for graph in _GRAPHS)


def _graph_of(folder: Path) -> Path:
    return next(folder / graph for graph in _GRAPHS if (folder / graph).is_file())


def _takes_first(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / _POOLING).read_text()).get("pooling_mode_cls_token", False))
    except (OSError, ValueError):
        return False


def _checksum(*files: Path, facts: str) -> str:
    told = hashlib.sha256(facts.encode())
    for path in files:
        with path.open("rb") as content:
            told.update(hashlib.file_digest(content, "sha256").digest())
    return told.hexdigest()[:12]
