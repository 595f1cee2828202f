"""An embedding model of a few words, made here: what it knows can be read from its table.

Words of one meaning lie in one direction, so it is known without the code which texts mean the same.
The ONNX file is written field by field (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), so that
no test needs a package to write one: a table look-up, and where wanted a mean over the tokens.
"""

import json
import struct
from pathlib import Path

#: Each line one direction; its words mean the same.
MEANINGS = [
    ["[UNK]"],
    ["archive", "archiving", "store"],
    ["print", "printer", "printing"],
    ["broken", "fails", "crash"],
    ["mail", "message", "messages"],
    ["key", "shortcut"],
    ["colour", "color"],
]
WIDTH = 8
_FLOAT, _INT64 = 1, 7


def make_tiny_model(folder: Path, *, a_vector_per_text: bool = False, salt: float = 1.0) -> Path:
    """Write `model.onnx` and `tokenizer.json`; with another `salt` the files, and so the version, differ."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [(word, axis) for axis, meaning in enumerate(MEANINGS) for word in meaning]
    table = [[salt if column == axis else 0.0 for column in range(WIDTH)] for _, axis in words]
    (folder / "model.onnx").write_bytes(_model(table, a_vector_per_text=a_vector_per_text))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer([word for word, _ in words])))
    return folder


def _tokenizer(words: list[str]) -> dict:
    vocabulary = {word: at for at, word in enumerate(words)}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    }


def _model(table: list[list[float]], *, a_vector_per_text: bool) -> bytes:
    flat = struct.pack(f"<{len(table) * WIDTH}f", *(number for row in table for number in row))
    initial = [_tensor("table", [len(table), WIDTH], _FLOAT, flat)]
    nodes = [_node("Gather", ["table", "input_ids"], "token_vectors")]
    output = _value("token_vectors", _FLOAT, ["batch", "length", WIDTH])
    if a_vector_per_text:
        initial.append(_tensor("middle", [1], _INT64, struct.pack("<q", 1)))
        keep = _text(1, "keepdims") + _number(3, 0) + _number(20, 2)
        nodes.append(_node("ReduceMean", ["token_vectors", "middle"], "text_vector", keep))
        output = _value("text_vector", _FLOAT, ["batch", WIDTH])
    inputs = [_value(name, _INT64, ["batch", "length"]) for name in ("input_ids", "attention_mask")]
    graph = b"".join(_bytes(1, node) for node in nodes) + _text(2, "tiny")
    graph += b"".join(_bytes(5, tensor) for tensor in initial)
    graph += b"".join(_bytes(11, each) for each in inputs) + _bytes(12, output)
    return _number(1, 8) + _bytes(8, _number(2, 18)) + _bytes(7, graph)


def _node(kind: str, inputs: list[str], output: str, attribute: bytes = b"") -> bytes:
    named = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(3, output) + _text(4, kind)
    return named + (_bytes(5, attribute) if attribute else b"")


def _tensor(name: str, shape: list[int], kind: int, raw: bytes) -> bytes:
    return b"".join(_number(1, size) for size in shape) + _number(2, kind) + _text(8, name) + _bytes(9, raw)


def _value(name: str, kind: int, shape: list[int | str]) -> bytes:
    sizes = [_text(2, size) if isinstance(size, str) else _number(1, size) for size in shape]
    tensor = _number(1, kind) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
