"""Matrices in few bits, against their own inverse and onnxruntime's operator."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lofi.backends.onnx import Session, Source
from lofi.device import Device, Placement
from lofi.optimize.packing import pack, unpack
from lofi.optimize.writer import FORMAT, OPSET, RUNTIME

BITS = [4, 8]


def matrix(inputs: int, outputs: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(inputs, outputs)).astype(np.float32)


@pytest.mark.parametrize("bits", BITS)
@given(inputs=st.integers(1, 300), outputs=st.integers(1, 9), seed=st.integers(0, 99))
def test_no_weight_moves_further_than_half_a_step(
    bits: int, inputs: int, outputs: int, seed: int
) -> None:
    weights = matrix(inputs, outputs, seed)
    packed = pack(weights, bits, 128)
    steps = np.repeat(np.abs(packed.scales), 128, axis=1)[:, :inputs].T
    # The largest weight of the other sign may be one code out of range.
    assert (np.abs(unpack(packed, bits, inputs) - weights) <= 1.001 * steps).all()
    inner = np.abs(weights) < 0.9 * steps * (2 ** (bits - 1) - 1)
    moved = np.abs(unpack(packed, bits, inputs) - weights)
    assert (moved[inner] <= 0.501 * steps[inner]).all()


@pytest.mark.parametrize("bits", BITS)
def test_zeros_stay_zeros(bits: int) -> None:
    zeros = np.zeros((256, 3), np.float32)
    assert not unpack(pack(zeros, bits, 128), bits, 256).any()


@pytest.mark.parametrize("bits", BITS)
def test_the_largest_weight_of_a_block_is_kept_exactly(bits: int) -> None:
    weights = matrix(128, 5)
    places = np.abs(weights).argmax(axis=0)
    again = unpack(pack(weights, bits, 128), bits, 128)
    columns = np.arange(5)
    assert np.allclose(again[places, columns], weights[places, columns], rtol=1e-6)


def product(weights: NDArray[np.float32], bits: int) -> Session:
    packed = pack(weights, bits, 128)
    node = onnx.helper.make_node(
        "MatMulNBits",
        ["x", "codes", "scales"],
        ["y"],
        domain=RUNTIME,
        K=weights.shape[0],
        N=weights.shape[1],
        bits=bits,
        block_size=128,
        accuracy_level=1,
    )
    graph = onnx.helper.make_graph(
        [node],
        "product",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, weights.shape[0]])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, weights.shape[1]])],
        [
            onnx.numpy_helper.from_array(packed.codes, "codes"),
            onnx.numpy_helper.from_array(packed.scales, "scales"),
        ],
    )
    opsets = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid(RUNTIME, 1)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=FORMAT)
    return Session(Source(Path(__file__), model.SerializeToString()), Placement(Device.CPU, 1))


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("inputs", [128, 256, 200, 32])
def test_onnxruntime_reads_the_codes_as_they_are_meant(bits: int, inputs: int) -> None:
    weights = matrix(inputs, 48)
    x = matrix(1, inputs, seed=1)
    (found,) = product(weights, bits).run(["y"], {"x": x})
    expected = x @ unpack(pack(weights, bits, 128), bits, inputs)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5 * np.abs(expected).max())


@pytest.mark.parametrize("bits", BITS)
def test_a_weight_takes_its_bits_and_a_scale_for_128(bits: int) -> None:
    packed = pack(matrix(1024, 64), bits, 128)
    assert packed.codes.nbytes == 1024 * 64 * bits // 8
    assert packed.scales.size == 1024 * 64 // 128
