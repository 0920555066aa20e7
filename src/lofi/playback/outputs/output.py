"""What a way out of here is."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from lofi.sound.pcm import Signal

Pull = Callable[[int, float], Signal]
"""Gives the next frames, shape (2, frames): how many, and for how many seconds it may wait."""


class Device(NamedTuple):
    """Something that sounds."""

    name: str
    is_default: bool
    sample_rate: int | None
    """Hz; None if the system does not say."""


class Output(Protocol):
    """One way, from when it is begun to when it is closed. ``close`` is safe from any thread."""

    @property
    def name(self) -> str:
        """Of the kind of way."""

    @property
    def device(self) -> str | None:
        """Which device it plays on, if it can be said."""

    @property
    def trouble(self) -> str | None:
        """Why it plays no longer; None while all is well."""

    def start(self, pull: Pull) -> None:
        """Begin to play what ``pull`` gives, at 48 kHz in stereo.

        Raises:
            AudioDeviceError: it cannot.
        """

    def close(self) -> None:
        """No sound from here on."""
