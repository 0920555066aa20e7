"""Telling the weights of a published graph apart."""

from pathlib import Path
from shutil import copytree

import numpy as np
import onnx
import pytest

from fixtures.musicgen import EVERY, MERGED, SPLIT, STEREO, TRANSFORMERS_JS
from lofi.backends import onnxfile
from lofi.backends.musicgen import layout
from lofi.backends.musicgen.decoder import first_pass
from lofi.errors import ModelLoadFailed
from lofi.optimize import weights
from lofi.optimize.weights import Layer, Norm, Tensor, Weights


def read(folder: Path) -> Weights:
    files = layout.find(folder)
    return weights.read(files.decoder, first_pass(files).graph or b"")


def tensors(layer: Layer) -> list[Tensor]:
    found = []
    for name in layer.__slots__:
        part = getattr(layer, name)
        found += [*part] if isinstance(part, Norm) else [part]
    return found


@pytest.mark.parametrize("folder", EVERY, ids=lambda folder: folder.name)
def test_every_published_layout_is_understood(folder: Path) -> None:
    found = read(folder)
    layers = {MERGED: 2, SPLIT: 2, STEREO: 3, TRANSFORMERS_JS: 4}[folder]
    assert len(found.layers) == layers
    assert len(found.heads) == len(found.embeddings) == (8 if folder == STEREO else 4)
    assert found.attention_heads == 4


def test_the_same_weights_are_found_in_a_merged_and_in_a_split_model() -> None:
    merged, split = read(MERGED), read(SPLIT)
    for ours, theirs in zip(merged.layers, split.layers, strict=True):
        for one, other in zip(tensors(ours), tensors(theirs), strict=True):
            assert np.array_equal(one.read(), other.read())
    assert np.array_equal(merged.bridge[1].read(), split.bridge[1].read())


def test_no_two_parts_of_a_layer_are_the_same_weight() -> None:
    found = read(MERGED)
    seen = [tensor.read().tobytes() for layer in found.layers for tensor in tensors(layer)]
    assert len({each for each in seen if len(each) > 200}) == sum(len(e) > 200 for e in seen)


def test_half_precision_is_read_in_single(tmp_path: Path) -> None:
    folder = copytree(SPLIT, tmp_path / "half")
    path = folder / "decoder_model.onnx"
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            half = onnx.numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(onnx.numpy_helper.from_array(half, tensor.name))
    onnx.save(model, path)
    found = weights.read(path, onnxfile.in_place(path)).layers[0].expand.read()
    exact = read(SPLIT).layers[0].expand.read()
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, exact, rtol=1e-3, atol=1e-4)


def test_a_quantised_decoder_is_refused_by_the_node_that_is_in_the_way() -> None:
    path = TRANSFORMERS_JS / "onnx" / "decoder_model_merged_quantized.onnx"
    graph = onnxfile.branches(path, "use_cache_branch").first
    with pytest.raises(ModelLoadFailed, match=r"the node \S+ is a \w*Quantize\w*") as caught:
        weights.read(path, graph)
    assert "fp32" in caught.value.hint


@pytest.mark.parametrize("name", ["text_encoder.onnx", "encodec_decode.onnx"])
def test_another_graph_is_refused(name: str) -> None:
    path = MERGED / name
    with pytest.raises(ModelLoadFailed, match="cannot be optimised"):
        weights.read(path, onnxfile.in_place(path))
