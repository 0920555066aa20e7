"""What an ONNX file says without being loaded: where its weights lie, and its plain numbers."""

import struct
from collections.abc import Iterator
from pathlib import Path

from lofi.backends import onnxfile
from lofi.backends.onnxfile import Buffer, Field

TENSOR_TYPE, TENSOR_FLOATS = 2, 4
ATTRIBUTE_FLOAT, ATTRIBUTE_TENSOR = 2, 5
METADATA = 14
FLOAT = 1
"""Value of ``TENSOR_TYPE``."""
FEW = 8
"""Elements of a tensor up to which its numbers count as plain."""


def external(path: Path) -> tuple[str, ...]:
    """Names of the files beside ``path`` that hold weights of its graph.

    Raises:
        ModelLoadFailed: it is no ONNX file.
    """
    found: dict[str, None] = {}
    with onnxfile.mapped(path) as data:
        graph = onnxfile.main_graph(data)
        for tensor in onnxfile.those(data, graph, onnxfile.GRAPH_INITIALIZER):
            for entry in onnxfile.those(data, tensor, onnxfile.TENSOR_EXTERNAL):
                if onnxfile.text(data, entry, 1) == "location":
                    found[onnxfile.text(data, entry, 2)] = None
    return tuple(found)


def metadata(path: Path) -> dict[str, str]:
    """What who made the file wrote about it.

    Raises:
        ModelLoadFailed: it is no ONNX file.
    """
    with onnxfile.mapped(path) as data:
        entries = list(onnxfile.those(data, Field(0, 0, 0, len(data)), METADATA))
        return {onnxfile.text(data, each, 1): onnxfile.text(data, each, 2) for each in entries}


def numbers(path: Path) -> frozenset[float]:
    """The float32 constants of a graph that stand alone or in small groups.

    Raises:
        ModelLoadFailed: it is no ONNX file.
    """
    with onnxfile.mapped(path) as data:
        return frozenset(_numbers(data))


def _numbers(data: Buffer) -> Iterator[float]:
    graph = onnxfile.main_graph(data)
    for tensor in onnxfile.those(data, graph, onnxfile.GRAPH_INITIALIZER):
        yield from _values(data, tensor)
    for node in onnxfile.those(data, graph, onnxfile.GRAPH_NODE):
        if onnxfile.text(data, node, onnxfile.NODE_OPERATOR) == "Constant":
            for attribute in onnxfile.those(data, node, onnxfile.NODE_ATTRIBUTE):
                for tensor in onnxfile.those(data, attribute, ATTRIBUTE_TENSOR):
                    yield from _values(data, tensor)
                for number in onnxfile.those(data, attribute, ATTRIBUTE_FLOAT):
                    yield from struct.unpack("<f", data[number.start : number.stop])


def _values(data: Buffer, tensor: Field) -> Iterator[float]:
    if tensor.stop - tensor.start > onnxfile.SMALL:
        return
    kind = next(onnxfile.those(data, tensor, TENSOR_TYPE), None)
    if kind is None or data[kind.start] != FLOAT:
        return
    for number in (onnxfile.TENSOR_RAW_DATA, TENSOR_FLOATS):
        for each in onnxfile.those(data, tensor, number):
            content = data[each.start : each.stop]
            if 0 < len(content) <= 4 * FEW and len(content) % 4 == 0:
                yield from struct.unpack(f"<{len(content) // 4}f", content)
