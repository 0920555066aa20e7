"""The tiny models in the repository are what the exporter makes now."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from parity import tiny


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    tiny.make(folder)
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_same_files_are_made(remade: Path) -> None:
    assert files(remade) == files(tiny.FOLDER)


@pytest.mark.parametrize("path", sorted(name for name in files(tiny.FOLDER) if "json" in name))
def test_settings_and_tokenizers_are_the_same(remade: Path, path: str) -> None:
    made, kept = (json.loads((folder / path).read_text()) for folder in (remade, tiny.FOLDER))
    for settings in (made, kept):
        settings.pop("transformers_version", None)
    assert made == kept


@pytest.mark.parametrize("path", sorted(name for name in files(tiny.FOLDER) if "onnx" in name))
def test_graphs_and_weights_are_the_same(remade: Path, path: str) -> None:
    """Bytes may differ between versions of torch and onnx, operators and numbers may not."""
    made, kept = (onnx.load(folder / path).graph for folder in (remade, tiny.FOLDER))
    assert operators(made) == operators(kept)
    assert [value.name for value in made.input] == [value.name for value in kept.input]
    assert [value.name for value in made.output] == [value.name for value in kept.output]
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in made.initializer}
    assert set(weights) == {tensor.name for tensor in kept.initializer}
    for tensor in kept.initializer:
        array = numpy_helper.to_array(tensor)
        np.testing.assert_allclose(weights[tensor.name], array, rtol=1e-6, atol=1e-6)


def operators(graph: onnx.GraphProto) -> list[object]:
    return [
        (node.op_type, [operators(part.g) for part in node.attribute if part.HasField("g")])
        for node in graph.node
    ]
