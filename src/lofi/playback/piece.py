"""What a playlist is made of, once it is looked up."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A file with its name."""

    key: str
    """What playlists hold: a track's id, or a path."""
    path: Path
    title: str
    track: Mapping[str, Any] | None = None
    """The library's description, if it is a track of the library."""
