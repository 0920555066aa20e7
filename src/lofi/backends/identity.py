"""What tells two sets of weights apart: the name of a published model, or a digest of the files."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from lofi import manifest
from lofi.errors import LofiError

BLOCK = 64 * 1024
BLOCKS = 16
"""How many blocks of a file are looked at, evenly spread: other weights differ everywhere."""


def of(folder: Path, files: Iterable[Path], name: str) -> str:
    """The version of the model that these files of ``folder`` are.

    A folder that holds the manifest of a published model is that model: its files were verified
    when they were installed. Any other is known by what is in it, and called ``name`` unless it
    has a manifest of its own.
    """
    try:
        known = manifest.read(folder / manifest.NAME)
    except LofiError:
        known = None
    if known is not None and _published(known):
        return known.model_version
    return f"{known.name if known else name}-{_digest(tuple(_stamp(path) for path in files))}"


def _published(known: manifest.Manifest) -> bool:
    published = manifest.load().get(known.name)
    return published is not None and published.repo == known.repo


def _stamp(path: Path) -> tuple[str, int, int]:
    status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns


@lru_cache(maxsize=8)
def _digest(stamps: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, size, _time in stamps:
        digest.update(f"{size}:".encode())
        with Path(name).open("rb") as file:
            for number in range(BLOCKS):
                file.seek(size * number // BLOCKS)
                digest.update(file.read(BLOCK))
    return digest.hexdigest()[:8]
