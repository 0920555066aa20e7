"""What tells two sets of MusicGen's weights apart, and what the optimiser made of them."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from lofi.backends import identity
from lofi.backends.musicgen.layout import Files

SIZES = {1024: "small", 1536: "medium", 2048: "large"}
"""By the decoder's width."""


def of(files: Files, folder: Path) -> str:
    """The version of the model that these files of ``folder`` are, with its precision if fast."""
    suffix = f"+{files.fast.record.precision}" if files.fast else ""
    name = f"musicgen-{_size(files.config)}"
    return identity.of(folder, _with_data(files.all), name) + suffix


def _with_data(graphs: Iterable[Path]) -> Iterator[Path]:
    for path in graphs:
        yield path
        data = path.with_name(f"{path.name}_data")
        if data.exists():
            yield data


def _size(config: Path) -> str:
    try:
        width = json.loads(config.read_text(encoding="utf-8"))["decoder"]["hidden_size"]
    except (OSError, ValueError, LookupError, TypeError):
        return "custom"
    return SIZES.get(width, "custom")
