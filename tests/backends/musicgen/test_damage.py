"""Files that are broken, or are those of something else: refused by name, and nobody dies."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from fixtures import mutants
from fixtures.musicgen import MERGED, SPLIT
from lofi.backends.musicgen import layout
from lofi.backends.musicgen.pipeline import Pipeline
from lofi.device import Device, Placement
from lofi.errors import ModelInferenceFailed, ModelLoadFailed
from lofi.jobs.inference import check
from lofi.track import Take

Change = Callable[[onnx.ModelProto], None]
REQUEST = mutants.REQUEST


def opened(folder: Path) -> Pipeline:
    return Pipeline(layout.find(folder), Placement(Device.CPU, 1))


def made(pipeline: Pipeline) -> Take:
    work = pipeline.generate(REQUEST)
    while True:
        try:
            next(work)
        except StopIteration as finished:
            take: Take = finished.value
            return take


def changed(source: Path, target: Path, name: str, change: Change) -> Path:
    copytree(source, target)
    model = onnx.load(target / name)
    change(model)
    onnx.save(model, target / name)
    return target


def renamed(old: str, new: str) -> Change:
    """Another name for a tensor, wherever the graph has it."""

    def change(model: onnx.ModelProto) -> None:
        for each in (*model.graph.input, *model.graph.output):
            each.name = new if each.name == old else each.name
        for node in _nodes(model.graph):
            for names in (node.input, node.output):
                names[:] = [new if name == old else name for name in names]

    return change


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            yield from _nodes(attribute.g)


def retyped(name: str, kind: int) -> Change:
    def change(model: onnx.ModelProto) -> None:
        (tensor,) = [each for each in model.graph.input if each.name == name]
        tensor.type.tensor_type.elem_type = kind

    return change


def poisoned(needle: str) -> Change:
    """NaN in the first float weight whose name holds this."""

    def change(model: onnx.ModelProto) -> None:
        for tensor in model.graph.initializer:
            if needle in tensor.name and tensor.data_type == onnx.TensorProto.FLOAT:
                values = numpy_helper.to_array(tensor).copy()
                values.flat[0] = np.nan
                tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
                return
        raise AssertionError(f"no weight {needle}")

    return change


@pytest.mark.parametrize(
    ("source", "file", "name"),
    [
        (MERGED, "text_encoder.onnx", "attention_mask"),
        (MERGED, "text_encoder.onnx", "last_hidden_state"),
        (MERGED, "decoder_model_merged.onnx", "encoder_hidden_states"),
        (MERGED, "decoder_model_merged.onnx", "past_key_values.1.encoder.value"),
        (SPLIT, "decoder_model.onnx", "encoder_attention_mask"),
        (SPLIT, "decoder_with_past_model.onnx", "past_key_values.0.decoder.key"),
        (SPLIT, "decoder_with_past_model.onnx", "present.0.decoder.value"),
        (MERGED, "encodec_decode.onnx", "audio_codes"),
        (MERGED, "encodec_decode.onnx", "audio_values"),
    ],
)
def test_a_tensor_of_another_name_is_said_at_load(
    tmp_path: Path, source: Path, file: str, name: str
) -> None:
    folder = changed(source, tmp_path / "model", file, renamed(name, "something_else"))
    with pytest.raises(ModelLoadFailed, match=rf"{file}: .*{name} is missing"):
        opened(folder)


def test_a_merged_decoder_that_is_decided_otherwise_is_said_at_load(tmp_path: Path) -> None:
    change = renamed("use_cache_branch", "something_else")
    folder = changed(MERGED, tmp_path / "model", "decoder_model_merged.onnx", change)
    with pytest.raises(ModelLoadFailed, match="no choice by the input use_cache_branch"):
        opened(folder)


def test_a_tensor_of_another_type_is_said_at_load(tmp_path: Path) -> None:
    change = retyped("attention_mask", onnx.TensorProto.FLOAT)
    folder = changed(MERGED, tmp_path / "model", "text_encoder.onnx", change)
    with pytest.raises(ModelLoadFailed, match="text_encoder"):
        opened(folder)


def test_an_input_that_nobody_knows_is_said_at_load(tmp_path: Path) -> None:
    def change(model: onnx.ModelProto) -> None:
        extra = onnx.helper.make_tensor_value_info("token_type_ids", onnx.TensorProto.INT64, [1])
        model.graph.input.append(extra)

    folder = changed(MERGED, tmp_path / "model", "text_encoder.onnx", change)
    with pytest.raises(ModelLoadFailed, match="unknown input token_type_ids"):
        opened(folder)


def test_a_configuration_of_another_model_is_said_at_the_first_step(tmp_path: Path) -> None:
    folder = copytree(MERGED, tmp_path / "model")
    config = folder / "config.json"
    text = config.read_text(encoding="utf-8")
    assert '"vocab_size": 64' in text
    config.write_text(text.replace('"vocab_size": 64', '"vocab_size": 63'), encoding="utf-8")
    with pytest.raises(ModelInferenceFailed, match="configuration belongs to another model"):
        made(opened(folder))


def test_weights_that_are_not_numbers_are_an_error_and_not_a_track(tmp_path: Path) -> None:
    folder = changed(
        MERGED, tmp_path / "decoder", "decoder_model_merged.onnx", poisoned("layer_norm.weight")
    )
    with pytest.raises(ModelInferenceFailed, match="not numbers"):
        made(opened(folder))
    folder = changed(MERGED, tmp_path / "codec", "encodec_decode.onnx", poisoned("weight"))
    with pytest.raises(ModelInferenceFailed, match="not numbers"):
        check(made(opened(folder)).audio)


def survivors(first: int, last: int) -> list[str]:
    finished = subprocess.run(
        [sys.executable, mutants.__file__, str(MERGED), str(first), str(last)],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in finished.stdout.splitlines() if line.startswith("mutant ")]
    assert finished.returncode == 0, (finished.returncode, lines[-1:], finished.stderr[-2000:])
    assert len(lines) == last - first
    return lines


@pytest.mark.parametrize(
    "count", [40, pytest.param(1000, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_no_damage_ends_the_process_or_escapes_as_another_error(count: int) -> None:
    outcomes = [line.split(": ", 1)[1] for line in survivors(0, count)]
    refused = [each for each in outcomes if each != "ran"]
    assert len(refused) > count / 4, "the damage is real"
    assert set(refused) <= {
        "refused: MODEL_LOAD_FAILED",
        "refused: MODEL_INFERENCE_FAILED",
        "refused: out of memory",
    }
