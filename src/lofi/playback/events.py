"""What the player tells. Plain values, told in the order in which things were heard."""

from dataclasses import dataclass
from enum import StrEnum

from lofi.playback.piece import Piece
from lofi.playback.source import Source


class Reason(StrEnum):
    """Why something is not heard any longer."""

    FINISHED = "finished"
    SKIPPED = "skipped"
    STOPPED = "stopped"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Started:
    """Something else is heard from now on."""

    piece: Piece | None
    """The track; None for a source that somebody put on."""
    source: Source


@dataclass(frozen=True, slots=True)
class Nearing:
    """What plays will end within ``mixer.LEAD_SECONDS``: time to think of what follows."""

    source: Source


@dataclass(frozen=True, slots=True)
class Ended:
    """Something is heard no longer, or is being faded out."""

    piece: Piece | None
    source: Source | None
    """None for a track that could not even begin."""
    reason: Reason
    message: str | None = None
    """What went wrong."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Silence, but nothing is lost."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """It goes on where it was."""


@dataclass(frozen=True, slots=True)
class VolumeChanged:
    """Louder, softer, muted or not."""

    volume: float
    muted: bool


@dataclass(frozen=True, slots=True)
class PlaylistChanged:
    """Its tracks, their order, what plays of it, or how it goes on."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Anything of the player's state is another than before."""


Event = Started | Nearing | Ended | Paused | Resumed | VolumeChanged | PlaylistChanged | Changed
