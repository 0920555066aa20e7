"""What was measured of one entrant, summed up."""

import math
import statistics
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scripts.benches.musicgen.racer import Entrant
from scripts.benches.musicgen.wire import Json

FRAME_RATE = 50


class Guess(NamedTuple):
    """A number, and whether it was reckoned from others instead of measured."""

    value: float
    reckoned: bool = False


UNKNOWN = Guess(math.nan)


@dataclass
class Figures:
    """The answers of one racer."""

    entrant: Entrant
    ready: Json
    windows: dict[int, list[Json]] = field(default_factory=dict)
    """By position."""
    tracks: dict[int, list[Json]] = field(default_factory=dict)
    """By seconds."""

    def pace(self, position: int) -> float:
        """Steps per second at a position: the median of the best window."""
        windows = self.windows.get(position, [])
        return max((1 / statistics.median(each["times"]) for each in windows), default=math.nan)

    def best(self, seconds: int) -> Json | None:
        """The fastest track of so many seconds."""
        return min(self.tracks.get(seconds, []), key=_wall, default=None)

    def wall(self, seconds: int) -> Guess:
        """Seconds that such a track takes; reckoned from a shorter one and the paces, if need be.

        A step's time is taken to grow evenly between the positions that were measured, and what
        comes on top of the steps to grow with the track.
        """
        best = self.best(seconds)
        if best is not None:
            return Guess(_wall(best))
        shorter = [each for each in self.tracks if each < seconds]
        if not shorter or not self.windows:
            return UNKNOWN
        known = self.best(max(shorter))
        on_top = _wall(known or {}) / self._stepping(max(shorter))
        return Guess(self._stepping(seconds) * on_top, reckoned=True)

    def rate(self, seconds: int) -> float:
        """Steps per second while the tokens of such a track were written."""
        best = self.best(seconds)
        return math.nan if best is None else float(best["steps"] / best["writing"])

    def ceiling(self, position: float, bandwidth: float) -> float:
        """Steps per second if nothing but reading took time, at GB per second."""
        traffic = self.entrant.traffic
        return math.nan if traffic is None else bandwidth * 1e9 / traffic.at(position)

    def share(self, seconds: int, bandwidth: float) -> float:
        """Of that ceiling, over a whole track."""
        return self.rate(seconds) / self.ceiling(seconds * FRAME_RATE / 2, bandwidth)

    def inside(self, seconds: int) -> float:
        """Share of the loop's time inside the runtime."""
        best = self.best(seconds)
        return (
            math.nan if best is None or "inside" not in best else best["inside"] / best["writing"]
        )

    @property
    def foreign(self) -> float:
        """Cores that others used meanwhile, in the middle of all measurements."""
        every = [*self.windows.values(), *self.tracks.values()]
        found = [_number(each["foreign"]) for answers in every for each in answers]
        return statistics.median(found or [math.nan])

    def memory(self, which: str) -> float:
        """GB: ``loaded``, ``resident`` after the tracks, or ``peak`` of them all."""
        if which == "loaded":
            return _number(self.ready["resident"]) / 1e3
        every = [self.ready, *(each for answers in self.tracks.values() for each in answers)]
        return max(_number(each[which]) for each in every) / 1e3

    def _stepping(self, seconds: int) -> float:
        positions = sorted(self.windows)
        times = [1 / self.pace(position) for position in positions]
        steps = np.arange(seconds * FRAME_RATE)
        return float(np.interp(steps, positions, times).sum())


def _wall(track: Json) -> float:
    return float(track["wall"])


def _number(value: float | None) -> float:
    """What JavaScript writes for NaN is null."""
    return math.nan if value is None else value
