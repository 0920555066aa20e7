"""The structure of an ONNX file, without reading its weights: they stay where they are in the file.

A graph made here is small and names the weights as external data: the file itself, by offset.
The runtime then maps them into memory instead of copying them, and two graphs share one file. It
works on the wire format of protocol buffers, with the field numbers of ``onnx.proto``.
"""

import mmap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from lofi.errors import ModelLoadFailed

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_INPUT, GRAPH_OUTPUT = 1, 5, 11, 12
NODE_INPUT, NODE_OUTPUT, NODE_OPERATOR, NODE_ATTRIBUTE = 1, 2, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS = 1, 6, 11
TENSOR_NAME, TENSOR_RAW_DATA, TENSOR_EXTERNAL, TENSOR_LOCATION = 8, 9, 13, 14
VALUE_NAME = 1
NAMED = {GRAPH_INPUT: VALUE_NAME, GRAPH_INITIALIZER: TENSOR_NAME}
"""Fields of a graph that may be left out, and which of theirs holds the name."""
EXTERNAL = 1
"""Value of ``TENSOR_LOCATION`` for data that lies elsewhere."""
SMALL = 1024
"""Bytes up to which a weight is kept in the graph."""

Buffer = mmap.mmap | bytes


class Field(NamedTuple):
    """One field of a message: where it begins, and where its content lies."""

    number: int
    begin: int
    start: int
    stop: int


class Branches(NamedTuple):
    """The two graphs of a merged decoder, as serialised models."""

    first: bytes
    """Without a past."""
    further: bytes
    """With one."""


def in_place(path: Path) -> bytes:
    """The model at ``path`` with its weights left in the file.

    Raises:
        ModelLoadFailed: it is no ONNX file.
    """
    with mapped(path) as data:
        graph = main_graph(data)
        kept = [_kept(data, each, path.resolve().name) for each in fields(data, graph)]
        return _model(data, kept)


def branches(path: Path, switch: str) -> Branches:
    """The two halves of a merged model: one ``If`` that the input ``switch`` decides.

    Raises:
        ModelLoadFailed: it is no ONNX file, or not merged in this way.
    """
    with mapped(path) as data:
        graph = main_graph(data)
        choices = [
            node
            for node in those(data, graph, GRAPH_NODE)
            if text(data, node, NODE_OPERATOR) == "If"
        ]
        if len(choices) != 1 or texts(data, choices[0], NODE_INPUT) != [switch]:
            raise ModelLoadFailed(f"{path.name}: there is no choice by the input {switch} in it")
        halves = {
            text(data, each, ATTRIBUTE_NAME): next(those(data, each, ATTRIBUTE_GRAPH))
            for each in those(data, choices[0], NODE_ATTRIBUTE)
        }
        made = (
            _model(data, _half(data, graph, choices[0], halves[name], path.resolve().name))
            for name in ("else_branch", "then_branch")
        )
        return Branches(*made)


def _half(data: Buffer, graph: Field, choice: Field, half: Field, location: str) -> Iterator[bytes]:
    """The fields of the graph that remains when the choice has been made."""
    outer = [each for each in fields(data, graph) if each != choice]
    used = set(_used(data, half))
    for node in (each for each in outer if each.number == GRAPH_NODE):
        used |= set(texts(data, node, NODE_INPUT))
    for field in outer:
        named = NAMED.get(field.number)
        if named is None or text(data, field, named) in used:
            yield _kept(data, field, location)
    for field in fields(data, half):
        if field.number != GRAPH_OUTPUT:
            yield _kept(data, field, location)
    yield from _renamed(data, choice, half)


def _renamed(data: Buffer, choice: Field, half: Field) -> Iterator[bytes]:
    """Nodes that give the outputs of a half the names that they have outside."""
    inner = [text(data, each, VALUE_NAME) for each in those(data, half, GRAPH_OUTPUT)]
    for old, new in zip(inner, texts(data, choice, NODE_OUTPUT), strict=True):
        if old != new:
            yield _written(GRAPH_NODE, _identity(old, new))


def _identity(old: str, new: str) -> bytes:
    parts = ((NODE_INPUT, old), (NODE_OUTPUT, new), (NODE_OPERATOR, "Identity"))
    return b"".join(_written(number, word.encode()) for number, word in parts)


def _kept(data: Buffer, field: Field, location: str) -> bytes:
    """A field of a graph as it is, or a large weight as a reference to where it lies."""
    if field.number != GRAPH_INITIALIZER or field.stop - field.start <= SMALL:
        return bytes(data[field.begin : field.stop])
    tensor = list(fields(data, field))
    raw = [each for each in tensor if each.number == TENSOR_RAW_DATA]
    if len(raw) != 1:
        return bytes(data[field.begin : field.stop])
    where = {"location": location, "offset": raw[0].start, "length": raw[0].stop - raw[0].start}
    parts = [bytes(data[each.begin : each.stop]) for each in tensor if each != raw[0]]
    parts += [
        _written(TENSOR_EXTERNAL, _written(1, key.encode()) + _written(2, str(value).encode()))
        for key, value in where.items()
    ]
    parts.append(_varint(TENSOR_LOCATION << 3 | VARINT) + _varint(EXTERNAL))
    return _written(GRAPH_INITIALIZER, b"".join(parts))


def _model(data: Buffer, graph: Iterable[bytes]) -> bytes:
    whole = Field(0, 0, 0, len(data))
    others = [
        bytes(data[each.begin : each.stop])
        for each in fields(data, whole)
        if each.number != MODEL_GRAPH
    ]
    return b"".join(others) + _written(MODEL_GRAPH, b"".join(graph))


def main_graph(data: Buffer) -> Field:
    """The graph of the model that ``data`` is."""
    (found,) = those(data, Field(0, 0, 0, len(data)), MODEL_GRAPH)
    return found


def _used(data: Buffer, graph: Field) -> Iterator[str]:
    """Every name that the nodes of a graph, and of the graphs in it, take as an input."""
    for node in those(data, graph, GRAPH_NODE):
        yield from texts(data, node, NODE_INPUT)
        for attribute in those(data, node, NODE_ATTRIBUTE):
            for number in (ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS):
                for inner in those(data, attribute, number):
                    yield from _used(data, inner)


def those(data: Buffer, message: Field, number: int) -> Iterator[Field]:
    """The fields of a message that have this number."""
    return (each for each in fields(data, message) if each.number == number)


def texts(data: Buffer, message: Field, number: int) -> list[str]:
    """The same as text."""
    return [data[each.start : each.stop].decode() for each in those(data, message, number)]


def text(data: Buffer, message: Field, number: int) -> str:
    """The first of them; empty if there is none."""
    return next(iter(texts(data, message, number)), "")


def fields(data: Buffer, message: Field) -> Iterator[Field]:
    """The fields of a message in order.

    Raises:
        ValueError: it is cut off, or not a message.
    """
    place = message.start
    while place < message.stop:
        begin = place
        key, place = _number(data, place)
        kind = key & 7
        start = place
        if kind == VARINT:
            _, place = _number(data, place)
        elif kind == BYTES:
            length, start = _number(data, place)
            place = start + length
        elif kind in {FIXED32, FIXED64}:
            place += 4 if kind == FIXED32 else 8
        else:
            raise ValueError(f"there is no wire type {kind}")
        if place > message.stop:
            raise ValueError("a field reaches beyond its message")
        yield Field(key >> 3, begin, start, place)


def _number(data: Buffer, place: int) -> tuple[int, int]:
    """A variable-length number, and where it ends."""
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _written(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | BYTES) + _varint(len(content)) + content


@contextmanager
def mapped(path: Path) -> Iterator[Buffer]:
    """The content of a file, of which only what is looked at is read.

    Raises:
        ModelLoadFailed: it cannot be read, or what is done with it shows that it is no ONNX file.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data
    except OSError as error:
        raise ModelLoadFailed(f"cannot read {path.name}: {error.strerror}") from None
    except (LookupError, ValueError, StopIteration, RecursionError) as error:
        raise ModelLoadFailed(f"{path.name} is not an ONNX file: {error}") from None
