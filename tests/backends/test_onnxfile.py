"""Taking graphs out of a file without its weights, and giving them back their meaning."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fixtures import power
from fixtures.musicgen import MERGED, SPLIT
from lofi.backends import onnxfile
from lofi.backends.onnx import Session, Source
from lofi.device import Device, Placement
from lofi.errors import ModelLoadFailed

MODEL = MERGED / "decoder_model_merged.onnx"
SWITCH = "use_cache_branch"
PLACEMENT = Placement(Device.CPU, 1)
Arrays = dict[str, NDArray[np.generic]]


def inputs(further: bool) -> Arrays:
    random = np.random.default_rng(0)
    feeds: Arrays = {
        "input_ids": random.integers(0, 64, (8, 1)),
        "encoder_attention_mask": np.array([[1, 1, 1], [0, 0, 0]]),
        "encoder_hidden_states": random.normal(size=(2, 3, 12)).astype(np.float32),
    }
    for layer in range(2):
        for kind, length in (("decoder", 5 if further else 0), ("encoder", 3 if further else 0)):
            for part in ("key", "value"):
                cache = random.normal(size=(2, 4, length, 8)).astype(np.float32)
                feeds[f"past_key_values.{layer}.{kind}.{part}"] = cache
    return feeds


@pytest.mark.parametrize("further", [False, True])
def test_a_half_computes_what_the_whole_does(further: bool) -> None:
    whole = Session(MODEL, PLACEMENT)
    feeds = inputs(further)
    names = [name for name in whole.outputs if not (further and ".encoder." in name)]
    expected = whole.run(names, feeds | {SWITCH: np.array([further])})
    half = onnxfile.branches(MODEL, SWITCH)[further]
    session = Session(Source(MODEL, half), PLACEMENT)
    assert SWITCH not in session.inputs
    found = session.run(names, {name: feeds[name] for name in session.inputs})
    for name, ours, theirs in zip(names, found, expected, strict=True):
        assert np.array_equal(ours, theirs), name


def test_weights_stay_in_the_file(tmp_path: Path) -> None:
    weight = np.arange(65_536, dtype=np.float32).reshape(256, 256)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("MatMul", ["x", "w"], ["y"])],
        "product",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 256])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 256])],
        [onnx.numpy_helper.from_array(weight, "w")],
    )
    path = tmp_path / "product.onnx"
    opset = onnx.helper.make_opsetid("", 17)
    onnx.save(onnx.helper.make_model(graph, ir_version=9, opset_imports=[opset]), path)
    small = onnxfile.in_place(path)
    assert len(small) < 1000
    linked = tmp_path / "elsewhere" / "link.onnx"
    linked.parent.mkdir()
    linked.symlink_to(path)
    x = np.ones((1, 256), np.float32)
    for file in (path, linked):
        for prepacked in (True, False):
            session = Session(Source(file, onnxfile.in_place(file), prepacked), PLACEMENT)
            assert np.allclose(session.run(["y"], {"x": x})[0], x @ weight)


def test_the_graph_of_a_file_is_the_graph_in_place() -> None:
    path = SPLIT / "decoder_with_past_model.onnx"
    model, small = onnx.load(path), onnx.ModelProto.FromString(onnxfile.in_place(path))
    assert list(small.graph.node) == list(model.graph.node)
    for ours, theirs in zip(small.graph.initializer, model.graph.initializer, strict=True):
        assert (ours.name, ours.dims, ours.data_type) == (
            theirs.name,
            theirs.dims,
            theirs.data_type,
        )


def test_outputs_of_a_half_get_the_names_that_the_whole_gives_them(tmp_path: Path) -> None:
    model = onnx.load(MODEL)
    (choice,) = [node for node in model.graph.node if node.op_type == "If"]
    renamed = {}
    for index, (name, declared) in enumerate(zip(choice.output, model.graph.output, strict=True)):
        renamed[name] = declared.name = choice.output[index] = f"outer_{name}"
    path = tmp_path / "renamed.onnx"
    onnx.save(model, path)
    feeds = inputs(further=False)
    session = Session(Source(path, onnxfile.branches(path, SWITCH).first), PLACEMENT)
    former = Session(Source(MODEL, onnxfile.branches(MODEL, SWITCH).first), PLACEMENT)
    given = {name: feeds[name] for name in session.inputs}
    assert np.array_equal(
        session.run([renamed["logits"]], given)[0], former.run(["logits"], given)[0]
    )


@pytest.mark.parametrize("path", [power.PATH, SPLIT / "decoder_model.onnx"])
def test_a_graph_that_is_not_merged_is_an_error(path: Path) -> None:
    with pytest.raises(ModelLoadFailed, match="no choice by the input"):
        onnxfile.branches(path, SWITCH)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadFailed, match="cannot read"):
        onnxfile.in_place(tmp_path / "nowhere.onnx")


@given(content=st.binary(max_size=200))
def test_no_bytes_are_more_than_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "model.onnx"
    path.write_bytes(content)
    for take in (onnxfile.in_place, lambda path: onnxfile.branches(path, SWITCH)):
        try:
            take(path)
        except ModelLoadFailed as error:
            assert "model.onnx" in error.message  # noqa: PT017 - most bytes are refused


@settings(max_examples=20, deadline=None)
@given(cut=st.integers(0, 60_000))
def test_a_file_that_is_cut_off_is_an_error(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "model.onnx"
    path.write_bytes(MODEL.read_bytes()[: -1 - cut])
    with pytest.raises(ModelLoadFailed):
        onnxfile.branches(path, SWITCH)
