"""RIFF files, of which WAV is a kind: a row of named chunks. Knows nothing of what is in them."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

CHUNKS = 64
"""No file of ours has more; a longer walk is somebody's trap."""
START = 12
"""Bytes before the first chunk."""


class Chunk(NamedTuple):
    """A part of a RIFF file: its name, and where its content lies in the file."""

    name: bytes
    start: int
    size: int


def chunks(file: BinaryIO, size: int) -> Iterator[Chunk]:
    """The chunks of a file of so many bytes.

    Raises:
        ValueError, struct.error: it ends before its content.
    """
    start = START
    for _ in range(CHUNKS):
        if start >= size:
            return
        file.seek(start)
        name, length = struct.unpack("<4sI", file.read(8))
        if start + 8 + length > size:
            raise ValueError("the file ends before its content")
        yield Chunk(name, start + 8, length)
        start += 8 + length + length % 2


def whole(file: BinaryIO, size: int) -> bool:
    """Whether a file of so many bytes begins as a WAV file of that length.

    Raises:
        struct.error: it is too short for that.
    """
    file.seek(0)
    kind, length, form = struct.unpack("<4sI4s", file.read(START))
    return (kind, form) == (b"RIFF", b"WAVE") and length + 8 == size


def extended(content: bytes, name: bytes, added: bytes) -> bytes:
    """A whole file with a chunk more at its end."""
    padding = b"\0" * (len(added) % 2)
    chunk = struct.pack("<4sI", name, len(added)) + added + padding
    size = struct.pack("<I", len(content) + len(chunk) - 8)
    return content[:4] + size + content[8:] + chunk
