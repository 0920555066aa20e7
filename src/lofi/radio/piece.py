"""What a radio plays, as plain values; knows neither sound nor clock."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from lofi.backends.procedural.recipe import Part

LAYERS: tuple[Part | Literal["ambience"], ...] = (*Part, "ambience")
"""What can be muted in the engine."""


class Origin(StrEnum):
    """Where a piece comes from."""

    ENGINE = "engine"
    GENERATED = "generated"
    FAVOURITE = "favourite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """Key and tempo, as far as they are known."""

    key: str | None = None
    """``D dorian``; as ``keys`` spells it."""
    bpm: float | None = None
    downbeat: float = 0.0
    """Seconds from the start of the piece to the first line of a bar."""

    def over(self, other: "Tune") -> "Tune":
        """This one, with what it leaves open taken from ``other``."""
        bpm, downbeat = (self.bpm, self.downbeat) if self.bpm else (other.bpm, other.downbeat)
        return Tune(key=self.key or other.key, bpm=bpm, downbeat=downbeat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something to play."""

    origin: Origin
    prompt: str
    seed: int
    track_id: str | None = None
    """Of a track in the library; None for the engine."""
    seconds: float | None = None
    """How long it lasts; None for the engine, which never ends."""
    tune: Tune = field(default_factory=Tune)

    @property
    def endless(self) -> bool:
        """Whether it is the engine."""
        return self.origin is Origin.ENGINE

    @property
    def title(self) -> str:
        """For people."""
        return self.prompt
