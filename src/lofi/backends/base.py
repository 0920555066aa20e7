"""What every backend is, and what it promises; shared by all and knowing none of them."""

from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple, Protocol

from lofi.device import Placement
from lofi.track import Options, Request, Take


class Step(NamedTuple):
    """One unit of work is done; whoever drives the model turns these into percent and ETA."""

    done: int
    total: int


class Model(Protocol):
    """A backend with its weights in memory. Used by one thread at a time."""

    def generate(self, request: Request) -> Generator[Step, None, Take]:
        """Compute one track, yielding after each unit of work; ``close()`` on it cancels.

        Steps count up by one from 1 to a total that does not change.
        """
        ...

    def interrupt(self) -> None:
        """End the native call now running; safe from any thread, and the model stays usable."""
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...


class Backend(Protocol):
    """A kind of model: known without loading it, or even importing its runtime."""

    name: str
    title: str
    summary: str
    rank: int
    """``auto`` takes the installed backend of the highest rank."""
    neural: bool
    """Whether it needs weights."""
    sample_rate: int
    seconds: range
    options: type[Options]

    def model_version(self, weights: Path | None = None, /) -> str | None:
        """Name of the version that would run, or None if it is not installed."""
        ...

    def load(self, weights: Path | None, placement: Placement, /) -> Model:
        """Bring the model into memory.

        Raises:
            BackendNotInstalled: its files are missing.
            ModelLoadFailed: they cannot be used, or the device cannot.
        """
        ...
