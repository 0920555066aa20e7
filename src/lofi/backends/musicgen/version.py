"""What tells two sets of weights apart: the name of a published model, or a digest of the files."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from lofi import manifest
from lofi.backends.musicgen.layout import Files
from lofi.errors import LofiError

BLOCK = 64 * 1024
BLOCKS = 16
"""How many blocks of a file are looked at, evenly spread: other weights differ everywhere."""
SIZES = {1024: "small", 1536: "medium", 2048: "large"}
"""By the decoder's width."""


def of(files: Files, folder: Path) -> str:
    """The version of the model that these files of ``folder`` are.

    A folder that holds the manifest of a published model is that model: its files were verified
    when they were installed. Any other is known by what is in it.
    """
    try:
        known = manifest.read(folder / manifest.NAME)
    except LofiError:
        known = None
    suffix = f"+{files.fast.record.precision}" if files.fast else ""
    if known is not None and _published(known):
        return known.model_version + suffix
    name = known.name if known is not None else f"musicgen-{_size(files.config)}"
    stamps = tuple((str(path), *_stamp(path)) for path in _with_data(files.all))
    return f"{name}-{_digest(stamps)}{suffix}"


def _published(known: manifest.Manifest) -> bool:
    published = manifest.load().get(known.name)
    return published is not None and published.repo == known.repo


def _with_data(graphs: Iterable[Path]) -> Iterator[Path]:
    for path in graphs:
        yield path
        data = path.with_name(f"{path.name}_data")
        if data.exists():
            yield data


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


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


def _size(config: Path) -> str:
    try:
        width = json.loads(config.read_text(encoding="utf-8"))["decoder"]["hidden_size"]
    except (OSError, ValueError, LookupError, TypeError):
        return "custom"
    return SIZES.get(width, "custom")
