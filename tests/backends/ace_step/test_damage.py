"""Files that are broken, or are those of something else: refused by name."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from fixtures.ace_step import TINY, request
from lofi.backends.ace_step import layout
from lofi.backends.ace_step.pipeline import Pipeline
from lofi.device import Device, Placement
from lofi.errors import ModelInferenceFailed, ModelLoadFailed

Change = Callable[[onnx.ModelProto], None]
GRAPHS = [f"{name}.onnx" for name in (*layout.GRAPHS, "dcae_encoder")]


def opened(folder: Path) -> Pipeline:
    return Pipeline(layout.find(folder), Placement(Device.CPU, 1))


def changed(folder: Path, name: str, change: Change) -> Pipeline:
    copytree(TINY, folder)
    model = onnx.load(folder / name)
    change(model)
    onnx.save(model, folder / name)
    return opened(folder)


def renamed(model: onnx.ModelProto) -> None:
    """Every input and output under another name."""
    names = {each.name: f"other_{each.name}" for each in (*model.graph.input, *model.graph.output)}
    for each in (*model.graph.input, *model.graph.output):
        each.name = names[each.name]
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]


def poisoned(model: onnx.ModelProto) -> None:
    """NaN in every float weight."""
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            values = np.full_like(numpy_helper.to_array(tensor), np.nan)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


@pytest.mark.parametrize("name", GRAPHS)
def test_a_file_that_is_cut_off_is_named_at_load(tmp_path: Path, name: str) -> None:
    folder = copytree(TINY, tmp_path / "model")
    (folder / name).write_bytes((folder / name).read_bytes()[:-5000])
    with pytest.raises(ModelLoadFailed, match=name):
        opened(folder)


@pytest.mark.parametrize("name", ["tokenizer.json"])
def test_a_vocabulary_that_is_none_is_named_at_load(tmp_path: Path, name: str) -> None:
    folder = copytree(TINY, tmp_path / "model")
    (folder / name).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelLoadFailed, match=name):
        opened(folder)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_in_the_place_of_another_is_named_at_load(tmp_path: Path, name: str) -> None:
    folder = copytree(TINY, tmp_path / "model")
    other = "vocoder.onnx" if name != "vocoder.onnx" else "transformer_encoder.onnx"
    (folder / name).write_bytes((TINY / other).read_bytes())
    with pytest.raises(ModelLoadFailed, match=name):
        opened(folder)


@pytest.mark.parametrize("name", GRAPHS)
def test_other_names_of_inputs_and_outputs_are_taken_by_their_order(
    tmp_path: Path, name: str
) -> None:
    pipeline = changed(tmp_path / "model", name, renamed)
    assert list(pipeline.generate(request(inference_steps=1)))


def test_numbers_that_are_none_are_named_with_their_step(tmp_path: Path) -> None:
    pipeline = changed(tmp_path / "model", "transformer_decoder.onnx", poisoned)
    with pytest.raises(ModelInferenceFailed, match="not numbers in step 1 of 8") as failed:
        list(pipeline.generate(request()))
    assert failed.value.hint


def test_a_denoiser_of_a_fixed_length_is_refused(tmp_path: Path) -> None:
    def fixed(model: onnx.ModelProto) -> None:
        model.graph.input[0].type.tensor_type.shape.dim[3].dim_value = 128

    with pytest.raises(ModelLoadFailed, match="only latents of 128 frames"):
        changed(tmp_path / "model", "transformer_decoder.onnx", fixed)
