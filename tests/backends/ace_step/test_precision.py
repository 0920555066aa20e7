"""Folders whose graphs are in half precision or in 8 bits make nearly the same music."""

from pathlib import Path
from shutil import copytree

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16

from fixtures.ace_step import TINY, request
from lofi.backends.ace_step import layout
from lofi.backends.ace_step.pipeline import Pipeline
from lofi.device import Device, Placement

DENOISER = "transformer_decoder.onnx"


def sound(folder: Path) -> NDArray[np.float32]:
    pipeline = Pipeline(layout.find(folder), Placement(Device.CPU, 1))
    work = pipeline.generate(request(guidance_scale=1.0))
    while True:
        try:
            next(work)
        except StopIteration as end:
            samples: NDArray[np.float32] = end.value.audio.samples
            return samples


def half(path: Path, *, keep_io_types: bool) -> None:
    model = convert_float_to_float16(onnx.load(path), keep_io_types=keep_io_types)
    onnx.save(model, path)


def eight_bits(path: Path) -> None:
    model = onnx.load(path)
    model.graph.ClearField("value_info")
    onnx.save(model, path)
    quantize_dynamic(path, path, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8)


@pytest.mark.parametrize("form", ["half", "half inside", "8 bits"])
def test_another_precision_is_loaded_and_close(tmp_path: Path, form: str) -> None:
    folder = copytree(TINY, tmp_path / "model")
    if form == "8 bits":
        eight_bits(folder / DENOISER)
    else:
        half(folder / DENOISER, keep_io_types=form == "half inside")
    expected, found = sound(TINY), sound(folder)
    assert not np.array_equal(found, expected), "it is another graph"
    likeness = np.corrcoef(found.ravel(), expected.ravel())[0, 1]
    assert likeness > 0.9
