"""Matrices in few bits: blocks of inputs share a scale, as onnxruntime's MatMulNBits reads them."""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lofi.optimize.weights import Floats


class Precision(StrEnum):
    """How the large matrices are kept."""

    FP32 = "fp32"
    INT8 = "int8"
    INT4 = "int4"


BITS = {Precision.INT8: 8, Precision.INT4: 4}
BLOCKS = {Precision.INT8: 128, Precision.INT4: 128}
"""Inputs that share a scale."""


class Packed(NamedTuple):
    """A matrix of (inputs, outputs) in few bits."""

    codes: NDArray[np.uint8]
    """(outputs, blocks, bytes of a block); two codes in a byte if they have four bits."""
    scales: Floats
    """(outputs, blocks); a weight is (code - half the range) times its scale."""


def pack(matrix: Floats, bits: int, block: int) -> Packed:
    """Round a matrix to ``bits`` bits, each block to its own largest value.

    Args:
        matrix: shape (inputs, outputs).
        bits: 4 or 8.
        block: inputs in a block; the last one is filled up with zeros.
    """
    inputs, outputs = matrix.shape
    count = -(-inputs // block)
    rows = np.zeros((outputs, count * block), np.float32)
    rows[:, :inputs] = matrix.T
    blocks = rows.reshape(outputs, count, block)
    half = 2 ** (bits - 1)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(2)[..., None], 2)[..., 0]
    scales = (largest / -half).astype(np.float32)  # the negative end reaches one step further
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.nan_to_num(np.rint(blocks / scales[..., None]), posinf=0.0, neginf=0.0)
    codes = np.clip(steps + half, 0, 2 * half - 1).astype(np.uint8)
    if bits == 4:
        codes = codes[..., 0::2] | (codes[..., 1::2] << 4)
    return Packed(np.ascontiguousarray(codes), scales)


def unpack(packed: Packed, bits: int, inputs: int) -> Floats:
    """The matrix that the codes stand for, shape (inputs, outputs)."""
    codes = packed.codes
    if bits == 4:
        codes = np.stack([codes & 15, codes >> 4], axis=-1).reshape(*codes.shape[:2], -1)
    steps = codes.astype(np.float32) - 2 ** (bits - 1)
    rows = steps * packed.scales[..., None]
    matrix: Floats = rows.reshape(len(rows), -1)[:, :inputs].T
    return matrix
