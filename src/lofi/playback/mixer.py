"""One source after another, as one stream of sound. Knows neither thread nor clock nor device."""

import logging
import math
from collections import deque
from typing import NamedTuple

import numpy as np

from lofi.errors import LofiError
from lofi.playback.source import Source
from lofi.sound.limiter import Limiter
from lofi.sound.pcm import Signal, frames

LEAD_SECONDS = 10.0
"""How long before the end of a source somebody is told, to find what follows."""
RAMP = frames(0.012)
"""Frames in which sound that begins in its midst comes up, so that it does not click."""
SHORTEST_FADED = 2.0
"""Seconds; whatever is shorter is not faded at all."""

logger = logging.getLogger(__name__)


def fade_seconds(wanted: float, *durations: float | None) -> float:
    """How long a crossfade between sources of these lengths may be.

    A track shorter than twice the fade has it shortened to a quarter of the track; one shorter
    than two seconds has none.
    """
    for duration in durations:
        if duration is None:
            continue
        if duration < SHORTEST_FADED:
            return 0.0
        if duration < 2 * wanted:
            wanted = min(wanted, duration / 4)
    return wanted


class Mark(NamedTuple):
    """Something happens at a frame of the stream."""

    frame: int
    """Within the block it came with."""
    source: Source
    begins: float | None
    """Where in the source hearing begins, in seconds; None if it ends."""
    trouble: str | None = None
    """What ended it early."""
    followed: bool = False
    """Whether it ends because another takes its place."""


class Block(NamedTuple):
    """A piece of the stream."""

    samples: Signal
    """Shape (2, frames), true peak below -1 dB; fewer frames than asked for when nothing is on."""
    marks: tuple[Mark, ...]


class _Next(NamedTuple):
    source: Source
    fade: float
    at_cut: bool


class Mixer:
    """Plays one source and fades or passes over to the next. Used by one thread at a time.

    It closes the sources that it is done with.
    """

    def __init__(self) -> None:
        self._limiter: Limiter | None = None
        """None while nothing is on its way through it."""
        self._main: Source | None = None
        self._coming: Source | None = None
        """What is being faded in."""
        self._fade = 0
        """Frames of the fade in hand."""
        self._faded = 0
        self._rising = 0
        """Frames left of the ramp up."""
        self._queue: deque[_Next] = deque(maxlen=1)
        """What somebody put on, for the next good place."""
        self._follows: _Next | None = None
        """What comes when the main source ends by itself."""
        self._marks: list[Mark] = []

    @property
    def main(self) -> Source | None:
        """What plays, or is being faded in."""
        return self._coming or self._main

    @property
    def idle(self) -> bool:
        """Whether there is nothing to play."""
        return self.main is None and not self._queue

    @property
    def left(self) -> float:
        """Seconds until the end of what plays; infinite for what has none."""
        return math.inf if self.main is None else _left(self.main)

    def put_on(self, source: Source, *, fade: float, at_cut: bool) -> None:
        """Have a source take over, crossfaded over ``fade`` seconds; one that still waits for its
        moment is given up.

        Args:
            source: what to play.
            fade: seconds; 0 for none.
            at_cut: whether to wait for a good place to leave what plays.
        """
        self.follow(None)
        if self._queue:
            self._queue.pop().source.close()
        self._queue.append(_Next(source, fade, at_cut))

    def follow(self, source: Source | None, fade: float = 0.0) -> bool:
        """What comes when the main source ends: crossfaded into its last ``fade`` seconds, without
        a gap for 0. If all has ended it begins. None takes back what was to come; whether there was
        anything to take back."""
        before = self._follows
        if before is not None:
            before.source.close()
        self._follows = None
        if source is not None:
            following = _Next(source, fade, at_cut=False)
            if self.idle:
                self._queue.append(following)
            else:
                self._follows = following
        return before is not None

    def switch(self, source: Source | None) -> None:
        """Drop all that plays and waits, and go on with this one at once."""
        self.follow(None)
        for each in (self._main, self._coming, *(after.source for after in self._queue)):
            if each is not None and each is not source:
                each.close()
        self._queue.clear()
        self._coming, self._main, self._limiter = None, source, None
        self._rising = 0
        if source is not None:
            self._marks.append(Mark(0, source, source.position))
            self._rising = RAMP if source.position > 0 else 0

    def render(self, wanted: int) -> Block:
        """The next ``wanted`` frames, fewer when all has ended."""
        pieces: list[Signal] = []
        done = 0
        while done < wanted and not self.idle:
            piece = (
                self._crossing(wanted - done, done)
                if self._coming
                else self._plain(wanted - done, done)
            )
            pieces.append(piece)
            done += piece.shape[1]
        marks, self._marks = tuple(self._marks), []
        return Block(self._limited(pieces), marks)

    def _limited(self, pieces: list[Signal]) -> Signal:
        parts = []
        if pieces:
            self._limiter = self._limiter or Limiter()
            parts.append(self._limiter.process(np.concatenate(pieces, axis=1)))
        if self.idle and self._limiter is not None:
            parts.append(self._limiter.flush())
            self._limiter = None
        return np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)

    def _plain(self, wanted: int, at: int) -> Signal:
        """One source alone, up to where the next one begins."""
        if self._main is None:
            after = self._queue.pop()
            self._begin(after.source, at)
            self._main = after.source
        span = min(wanted, self._span())
        if span == 0:
            self._cross(at)
            return np.zeros((2, 0), np.float32)
        sound, ended = self._heard(self._main, span, at)
        if self._rising:
            sound = self._raised(sound)
        if ended:
            self._pass_over(at + sound.shape[1])
        return sound

    def _span(self) -> int:
        """Frames until the next source takes over; far away if none is to."""
        main = self._main
        assert main is not None  # noqa: S101 - for the type checker: _plain has put it on
        spans = [2**31]
        if self._queue:
            cut = main.next_cut() if self._queue[0].at_cut else 0.0
            left = _left(main)
            place = 0.0 if cut is None else cut
            spans.append(frames(min(place, left)))
        if self._follows is not None and self._follows.fade > 0 and main.duration is not None:
            spans.append(max(0, frames(_left(main) - self._follows.fade)))
        return min(spans)

    def _cross(self, at: int) -> None:
        """Begin the fade that is due."""
        after = self._queue.pop() if self._queue else self._follows
        if after is self._follows:
            self._follows = None
        assert after is not None  # noqa: S101 - only such a one makes a span of 0
        main = self._main
        assert main is not None  # noqa: S101
        self._fade, self._faded = frames(min(after.fade, _left(main))), 0
        self._marks.append(Mark(at, main, None, followed=True))
        self._begin(after.source, at)
        if self._fade == 0:
            main.close()
            self._main = after.source
            self._rising = RAMP if after.source.position > 0 else 0
        else:
            self._coming = after.source

    def _crossing(self, wanted: int, at: int) -> Signal:
        """Two sources: the powers of their gains add up to one."""
        span = min(wanted, self._fade - self._faded)
        angle = (self._faded + np.arange(span, dtype=np.float32)) * (np.pi / 2 / self._fade)
        old, new = self._main, self._coming
        assert new is not None  # noqa: S101
        sound = np.zeros((2, span), np.float32)
        if old is not None:
            part, ended = self._heard(old, span, at, quiet=True)
            sound[:, : part.shape[1]] += part * np.cos(angle[: part.shape[1]])
            if ended:
                old.close()
                self._main = None
        part, ended = self._heard(new, span, at)
        sound[:, : part.shape[1]] += part * np.sin(angle[: part.shape[1]])
        self._faded += span
        if ended or self._faded >= self._fade:
            self._arrive(ended, at + span)
        return sound

    def _arrive(self, ended: bool, at: int) -> None:
        """The fade is over."""
        if self._main is not None:
            self._main.close()
        self._main, self._coming = self._coming, None
        if ended:
            self._pass_over(at)

    def _pass_over(self, at: int) -> None:
        """The main source has ended: what follows it begins."""
        main, after = self._main, self._follows
        self._main, self._follows = None, None
        if main is not None:
            main.close()
        if after is not None:
            self._begin(after.source, at)
            self._main = after.source

    def _begin(self, source: Source, at: int) -> None:
        self._marks.append(Mark(at, source, source.position))

    def _heard(
        self, source: Source, span: int, at: int, *, quiet: bool = False
    ) -> tuple[Signal, bool]:
        """The next of a source at its loudness, and whether it has ended; ``quiet`` if everybody
        knows that it does."""
        trouble = None
        try:
            sound = source.read(span)
        except LofiError as error:
            sound, trouble = np.zeros((2, 0), np.float32), error.message
        except Exception as error:
            logger.exception("%s broke", source.title)
            sound, trouble = np.zeros((2, 0), np.float32), f"{type(error).__name__}: {error}"
        ended = sound.shape[1] < span
        if ended and not quiet:
            self._marks.append(Mark(at + sound.shape[1], source, None, trouble))
        return sound * np.float32(source.gain), ended

    def _raised(self, sound: Signal) -> Signal:
        count = min(self._rising, sound.shape[1])
        up = (RAMP - self._rising + np.arange(count, dtype=np.float32)) / RAMP
        sound[:, :count] *= up
        self._rising -= count
        return sound


def _left(source: Source) -> float:
    if source.duration is None:
        return math.inf
    return max(0.0, source.duration - source.position)
