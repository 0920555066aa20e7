"""What a WAV file says of itself, and whether it is whole; never its sound."""

import os
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lofi import riff
from lofi.riff import Chunk

TAGS_LIMIT = 1 << 20
"""Bytes of tags worth reading."""


class Header(NamedTuple):
    """The facts of a whole file."""

    frames: int
    sample_rate: int
    """Hz."""
    bytes: int
    """Size of the file."""
    comment: str
    """Empty if there is none."""


def read(path: Path) -> Header | None:
    """The header, or None if this is no WAV file or part of it is missing.

    Raises:
        OSError: the file cannot be read, or is a symbolic link.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        try:
            return _header(file, size)
        except (struct.error, ValueError, ZeroDivisionError):
            return None


def _header(file: BinaryIO, size: int) -> Header | None:
    if not riff.whole(file, size):
        return None
    chunks = {chunk.name: chunk for chunk in riff.chunks(file, size)}
    frames, sample_rate = _sound(file, chunks)
    comment = _comment(file, chunks.get(b"LIST"))
    return Header(frames, sample_rate, size, comment) if frames and sample_rate else None


def _sound(file: BinaryIO, chunks: dict[bytes, Chunk]) -> tuple[int, int]:
    if not {b"fmt ", b"data"} <= chunks.keys():
        raise ValueError("no sound")
    file.seek(chunks[b"fmt "].start)
    _, _, sample_rate, _, frame_bytes, _ = struct.unpack("<HHIIHH", file.read(16))
    frames, rest = divmod(chunks[b"data"].size, frame_bytes)
    if rest:
        raise ValueError("half a frame")
    return frames, sample_rate


def _comment(file: BinaryIO, tags: Chunk | None) -> str:
    if tags is None or not 4 <= tags.size <= TAGS_LIMIT:
        return ""
    file.seek(tags.start)
    content = file.read(tags.size)
    at = 4
    while at + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, at)
        if name == b"ICMT":
            return content[at + 8 : at + 8 + length].rstrip(b"\0").decode()
        at += 8 + length + length % 2
    return ""
