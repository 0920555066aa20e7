"""The folder ``fast`` beside a published decoder: what the optimiser made of it."""

import tomllib
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

NAME = "fast"
DECODER = "decoder.onnx"
TEXT = "text.onnx"
RECORD = "fast.toml"
FORMAT = 1
"""Raised when the runtime side of these graphs changes."""


class Record(BaseModel):
    """What the optimiser says of its work."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: int
    precision: str
    """``fp32``, ``int8`` or ``int4``."""
    source: str
    """Name of the decoder's file that it was made from."""
    source_bytes: int
    error: float
    """Largest difference of a logit from the published graph's, relative to the largest logit."""
    agreement: float
    """Share of predictions whose likeliest token is the published graph's."""


class Fast(NamedTuple):
    """The graphs that take the place of a published decoder."""

    decoder: Path
    text: Path
    record: Record


def find(source: Path) -> Fast | None:
    """What was made of the decoder ``source``, unless that has changed since."""
    folder = source.parent / NAME
    try:
        text = (folder / RECORD).read_text(encoding="utf-8")
        record = Record.model_validate(tomllib.loads(text))
        size = source.stat().st_size
    except (OSError, ValueError, ValidationError):
        return None
    found = Fast(folder / DECODER, folder / TEXT, record)
    fits = (record.format, record.source, record.source_bytes) == (FORMAT, source.name, size)
    return found if fits and found.decoder.is_file() and found.text.is_file() else None
