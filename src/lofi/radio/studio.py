"""What a programme is made with, and what a listener wants of it. Plain values, light to import."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from lofi.jobs.runner import Runner
from lofi.library.shelf import Library
from lofi.playback.player import Player
from lofi.playback.source import Source
from lofi.radio.piece import Tune


class Studio(NamedTuple):
    """What a programme is made with."""

    player: Player
    runner: Runner
    library: Library
    open_track: Callable[[str], Source]
    """A track of the library as a source, by its id."""
    clock: Callable[[], float] = time.monotonic
    """Seconds of sound, or as good as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the listener wants of the sound."""

    tune: Tune
    intensity: float | None
    muted: frozenset[str]
    """All the layers that shall be silent."""
