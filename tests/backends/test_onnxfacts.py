"""What an ONNX file says without being loaded."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, external_data_helper, helper, numpy_helper

from lofi.backends import onnxfacts
from lofi.errors import ModelLoadFailed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    large = np.arange(1000, dtype=np.float32)
    constants = [
        numpy_helper.from_array(np.array(0.25, np.float32), "raw"),
        helper.make_tensor("listed", TensorProto.FLOAT, [2], [1.5, -2.5]),
        numpy_helper.from_array(np.array(7), "whole"),
        numpy_helper.from_array(large, "large"),
    ]
    nodes = [
        helper.make_node("Constant", [], ["a"], value_float=14.0),
        helper.make_node(
            "Constant", [], ["b"], value=numpy_helper.from_array(np.array(-11, np.float32))
        ),
        helper.make_node("Selu", ["a"], ["c"], alpha=99.0),
    ]
    model = helper.make_model(helper.make_graph(nodes, "graph", [], [], constants))
    helper.set_model_props(model, {"made.by": "hand", "other": ""})
    onnx.save(model, tmp_path / "model.onnx")
    return tmp_path / "model.onnx"


def test_numbers_are_the_small_float_constants_wherever_they_stand(path: Path) -> None:
    assert onnxfacts.numbers(path) == {0.25, 1.5, -2.5, 14.0, -11.0}


def test_notes_are_found_by_name(path: Path) -> None:
    assert onnxfacts.metadata(path) == {"made.by": "hand", "other": ""}


def test_files_with_weights_are_named_once(path: Path) -> None:
    assert onnxfacts.external(path) == ()
    model = onnx.load(path)
    external_data_helper.convert_model_to_external_data(
        model, location="weights.bin", size_threshold=0
    )
    onnx.save(model, path)
    assert onnxfacts.external(path) == ("weights.bin",)


@pytest.mark.parametrize("content", [b"", b"no graph", b"\xff" * 100])
def test_what_is_no_graph_is_named(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for asked in (onnxfacts.numbers, onnxfacts.metadata, onnxfacts.external):
        with pytest.raises(ModelLoadFailed, match=r"model\.onnx"):
            asked(path)
