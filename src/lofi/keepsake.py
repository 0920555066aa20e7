"""What a model leaves in the file of a track, to go on from there without loss.

It lies in the WAV file, in a chunk that players pass over, so it comes and goes with the track. It
counts only beside the sound that it was written with: an editor may keep what it does not know.
"""

import hashlib
import io
import os
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lofi import riff

NAME = b"lofk"
"""Of the chunk."""
SEAL = hashlib.sha256().digest_size
"""Bytes before the rest: the length of the version in two bytes, the version, the content."""
LIMIT = 1 << 26
"""Bytes worth reading; the longest of ours takes two million."""
BLOCK = 1 << 20


class Keepsake(NamedTuple):
    """What one model left."""

    model_version: str
    content: bytes
    """In a form of the model's own."""


def attached(wav: bytes, left: Keepsake) -> bytes:
    """A whole WAV file with something left in it."""
    file = io.BytesIO(wav)
    chunks = {chunk.name: chunk for chunk in riff.chunks(file, len(wav))}
    version = left.model_version.encode()
    rest = struct.pack("<H", len(version)) + version + left.content
    return riff.extended(wav, NAME, _seal(file, chunks[b"data"], rest) + rest)


def find(path: Path) -> Keepsake | None:
    """What was left in a file; None if nothing was, or what was left belongs to another sound.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        try:
            return _found(file, os.fstat(file.fileno()).st_size)
        except (struct.error, ValueError):  # no WAV file, or not a whole one
            return None


def _found(file: BinaryIO, size: int) -> Keepsake | None:
    if not riff.whole(file, size):
        return None
    chunks = {chunk.name: chunk for chunk in riff.chunks(file, size)}
    chunk, sound = chunks.get(NAME), chunks.get(b"data")
    if chunk is None or sound is None or chunk.size > LIMIT:
        return None
    file.seek(chunk.start)
    seal, rest = file.read(SEAL), file.read(chunk.size - SEAL)
    if _seal(file, sound, rest) != seal:
        return None
    (length,) = struct.unpack_from("<H", rest)
    return Keepsake(rest[2 : 2 + length].decode(), rest[2 + length :])


def _seal(file: BinaryIO, sound: riff.Chunk, rest: bytes) -> bytes:
    """What ties the rest of the chunk to the sound."""
    digest = hashlib.sha256(rest)
    file.seek(sound.start)
    left = sound.size
    while left > 0 and (block := file.read(min(BLOCK, left))):
        digest.update(block)
        left -= len(block)
    return digest.digest()
