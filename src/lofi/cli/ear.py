"""Who plays a track while it is made."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple, Protocol

from lofi.config import Config
from lofi.errors import InvalidParams
from lofi.playback import outlet
from lofi.playback.feed import Feed
from lofi.playback.outputs import programs
from lofi.playback.outputs.programs import Program
from lofi.playback.outputs.speaker import Speaker


class Voice(Protocol):
    """Plays one track; one thread has it play, any other may silence it."""

    def play(self, blocks: Iterable[bytes]) -> str | None:
        """Have samples of 16 bits played; what went wrong."""

    def silence(self) -> None:
        """Make no more sound, and end ``play``."""


class Ear(NamedTuple):
    """What plays."""

    name: str
    start: Callable[[int, int], Voice]
    """For so many channels at so many Hz; it may raise OSError."""


def find(settings: Config) -> Ear:
    """A command of the user's own, which gets the track as it is; else what the player would use.

    Raises:
        InvalidParams: there is nothing.
    """
    if settings.player is not None:
        return through(programs.find(settings.player))
    ways = outlet.ways(settings.audio_output)
    if not ways:
        raise InvalidParams("nothing here plays sound", hint=programs.INSTALL)
    return Ear(ways[0].name, partial(Feed, ways, settings.audio_device))


def through(program: Program) -> Ear:
    """A program of the system."""
    return Ear(program.name, partial(Speaker, program))
