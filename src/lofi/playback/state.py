"""What the player says of itself. Plain values."""

from dataclasses import dataclass
from enum import StrEnum

from lofi.playback.deck import Health
from lofi.playback.outlet import Problem
from lofi.playback.piece import Piece
from lofi.playback.playlist import Loop


class Doing(StrEnum):
    """What the player does."""

    STOPPED = "stopped"
    PLAYING = "playing"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The player at one moment."""

    doing: Doing
    piece: Piece | None
    """The track that plays; None for nothing, and for what a programme put on."""
    title: str | None
    on_air: bool
    """Whether a programme plays."""
    position: float
    """Seconds."""
    duration: float | None
    """Seconds; None if it has no end, and when nothing plays."""
    volume: float
    muted: bool
    output: str
    device: str | None
    problem: Problem | None
    playlist: tuple[str, ...]
    index: int | None
    loop: Loop
    shuffle: bool
    crossfade: float
    """Seconds."""
    health: Health
