"""How far a download is, for whoever shows it."""

import time
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

EVENT_SECONDS = 0.25
"""Shortest time between two events that people or clients are told."""


class Phase(StrEnum):
    """What is being done."""

    WAITING = "waiting"
    """Another process downloads the same model."""
    ASKING = "asking"
    """The hub is asked about the files."""
    CHECKING = "checking"
    """What is on disk is compared with its fingerprint."""
    FETCHING = "fetching"


class Step(NamedTuple):
    """A moment of a download. Counts of bytes never fall, and meet their totals at the end."""

    phase: Phase
    name: str
    """The file at hand."""
    done: int
    size: int
    """Bytes of this file."""
    total_done: int
    total_size: int
    """Bytes of all files, as far as their sizes are known."""
    files_done: int
    files: int

    @property
    def percent(self) -> int:
        """Of this file, 0 to 100."""
        return _percent(self.done, self.size)

    @property
    def total_percent(self) -> int:
        """Of everything, 0 to 100; 100 only when everything is done."""
        whole = self.files_done == self.files
        return 100 if whole else min(99, _percent(self.total_done, self.total_size))


def _percent(done: int, size: int) -> int:
    return 100 * done // size if size else 100


class Meter:
    """Makes steps of positions; a file that starts over does not turn the counts back."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self._sizes = sizes
        self._furthest = dict.fromkeys(sizes, 0)
        self._settled: set[str] = set()

    def at(self, phase: Phase, name: str, position: int = 0) -> Step:
        """The step at this byte of this file."""
        self._furthest[name] = max(self._furthest[name], position)
        return Step(
            phase,
            name,
            self._furthest[name],
            self._sizes[name],
            sum(self._furthest.values()),
            sum(self._sizes.values()),
            len(self._settled),
            len(self._sizes),
        )

    def settle(self, name: str) -> Step:
        """The step at which this file is whole and verified."""
        self._settled.add(name)
        return self.at(Phase.CHECKING, name, self._sizes[name])


class Throttle:
    """Lets at most four events a second through, and always the last one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: float | None = None

    def due(self, step: Step) -> bool:
        """Whether this step shall be told."""
        now = self._clock()
        last = step.files_done == step.files
        if not last and self._told is not None and now - self._told < EVENT_SECONDS:
            return False
        self._told = now
        return True
