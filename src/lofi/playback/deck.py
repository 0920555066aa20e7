"""Mixes a little ahead of what is heard, in a thread of its own, so that an output only copies.

What is rendered is almost half a second early; volume, muting and pausing act behind that, on what
leaves, and so at once.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lofi.playback.fader import Fader
from lofi.playback.mixer import LEAD_SECONDS, Block, Mark, Mixer
from lofi.playback.ring import Ring
from lofi.playback.source import Source
from lofi.playback.tape import Tape
from lofi.sound.pcm import SAMPLE_RATE, Signal, frames

BLOCK = frames(0.05)
"""Frames mixed at a time."""
AHEAD = frames(0.45)
"""Frames made ahead: what a busy machine may keep the mixing waiting."""
TAIL = frames(0.012)
"""Frames in which what is cut off dies away."""


class Near(NamedTuple):
    """A source will end soon."""

    source: Source


class Heard(NamedTuple):
    """What is heard at present."""

    source: Source
    position: float
    """Seconds into it."""


class Health(NamedTuple):
    """How well mixing keeps up, since the beginning."""

    underruns: int
    """How often an output got less than it asked for."""
    missing: int
    """Frames that were silent for it."""
    late: int
    """Blocks that took longer to mix than they last."""
    slowest: float
    """Seconds that the slowest block took."""
    mixed: int
    """Blocks."""


class _Spot(NamedTuple):
    frame: int
    source: Source | None
    position: float


class Deck:
    """Sources in, sound out. Safe from any thread; ``pull`` never waits for the mixing."""

    def __init__(self, tell: Callable[[Mark | Near], None]) -> None:
        """Begin, in silence.

        Args:
            tell: called with what was just heard to begin or end, and with what will; it must not
                wait for anything.
        """
        self._tell = tell
        self._mixing = threading.Lock()
        """Guards the mixer; taken before the other one."""
        self._mixer = Mixer()
        self._near: Source | None = None
        """Of which it was told that it will end."""
        self._changed = threading.Condition()
        """Guards all that follows."""
        self.fader = Fader()
        self._ring = Ring(AHEAD + 2 * BLOCK)
        self._tape = Tape()
        self._consumed = 0
        self._dry = True
        """Whether nothing more will come."""
        self._spots: deque[_Spot] = deque()
        """What is heard from which frame on."""
        self._marks: deque[Mark] = deque()
        """Not heard yet; their frames count from the beginning of time."""
        self._health = Health(0, 0, 0, 0.0, 0)
        self._closed = False
        self._thread = threading.Thread(target=self._mix, name="mixing", daemon=True)
        self._thread.start()

    @property
    def drained(self) -> bool:
        """Whether all that there was has been heard."""
        with self._changed:
            return self._dry and not self._ring.filled

    @property
    def heard(self) -> Heard | None:
        """What is heard, and where in it."""
        with self._changed:
            spot = None
            for each in self._spots:
                if each.frame <= self._consumed:
                    spot = each
            if spot is None or spot.source is None:
                return None
            since = (self._consumed - spot.frame) / SAMPLE_RATE
            return Heard(spot.source, spot.position + since)

    @property
    def health(self) -> Health:
        """How well mixing keeps up."""
        with self._changed:
            return self._health

    def last(self, seconds: float) -> Signal:
        """What was heard last, before any volume, shape (2, frames)."""
        with self._changed:
            return self._tape.last(seconds)

    def switch(self, source: Source | None) -> None:
        """Play this, or nothing, at once."""
        with self._mixing:
            self._near = None
            self._mixer.switch(source)
            self._replace(self._mixer.render(2 * BLOCK))

    def put_on(self, source: Source, *, fade: float, at_cut: bool) -> None:
        """As the mixer does it."""
        with self._mixing:
            self._mixer.put_on(source, fade=fade, at_cut=at_cut)
            self._wake()

    def follow(self, source: Source | None, fade: float = 0.0) -> bool:
        """As the mixer does it."""
        with self._mixing:
            before = self._mixer.follow(source, fade)
            if source is not None:
                self._wake()
            return before

    def seek(self, source: Source, seconds: float) -> bool:
        """Go on elsewhere in what plays, at once, and drop what was to follow; False if another
        source is just taking over."""
        with self._mixing:
            if self._mixer.main is not source:
                return False
            source.seek(seconds)
            self._near = None
            self._mixer.switch(source)
            self._replace(self._mixer.render(2 * BLOCK))
            return True

    def send(self, change: Callable[[Fader], None]) -> None:
        """Change the gains."""
        with self._changed:
            change(self.fader)
            self._changed.notify_all()

    def pull(self, count: int, patience: float = 0.0) -> Signal:
        """The next frames to be heard, shape (2, count), silent where there is nothing.

        Args:
            count: how many.
            patience: seconds that may be waited for them.
        """
        with self._changed:
            if not self.fader.present:
                return np.zeros((2, count), np.float32)
            if patience:
                self._changed.wait_for(lambda: self._dry or self._ring.filled >= count, patience)
            sound = self._ring.take(count)
            self._consumed += sound.shape[1]
            self._tape.record(sound)
            missing = count - sound.shape[1]
            if missing:
                self._note_missing(missing)
                sound = np.pad(sound, ((0, 0), (0, missing)))
            self._changed.notify_all()
            return self.fader.apply(sound)

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _note_missing(self, missing: int) -> None:
        if not self._dry:
            health = self._health
            self._health = health._replace(
                underruns=health.underruns + 1, missing=health.missing + missing
            )

    def _mix(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._wanted or self._due)
                if self._closed:
                    return
                wanted, due = self._wanted, self._due
                marks = [self._marks.popleft() for _ in range(due)]
            for mark in marks:
                self._tell(mark)
            if wanted:
                self._render()

    @property
    def _wanted(self) -> bool:
        return not self._dry and self._ring.filled + BLOCK <= AHEAD

    @property
    def _due(self) -> int:
        """How many marks have been heard."""
        return sum(mark.frame <= self._consumed for mark in self._marks)

    def _render(self) -> None:
        with self._mixing:
            began = time.monotonic()
            block = self._mixer.render(BLOCK)
            spent = time.monotonic() - began
            with self._changed:
                self._take_in(block)
                health = self._health
                self._health = health._replace(
                    late=health.late + (spent > BLOCK / SAMPLE_RATE),
                    slowest=max(health.slowest, spent),
                    mixed=health.mixed + 1,
                )
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Say once that what plays will end."""
        main = self._mixer.main
        if main is not None and main is not self._near and self._mixer.left <= LEAD_SECONDS:
            self._near = main
            self._tell(Near(main))

    def _replace(self, block: Block) -> None:
        """Let what is made ahead die away, and go on with this."""
        with self._changed:
            self._ring.cut(TAIL if self.fader.presence.value > 0 else 0)
            end = self._consumed + self._ring.filled
            # What is kept has been heard to begin; of what is dropped nothing will be.
            self._marks = deque(mark for mark in self._marks if mark.frame < end)
            self._spots = deque(spot for spot in self._spots if spot.frame < end)
            if not block.marks:
                self._spots.append(_Spot(end, None, 0.0))
            self._take_in(block)
        self._look_ahead()

    def _take_in(self, block: Block) -> None:
        now = self._consumed + self._ring.filled
        for mark in block.marks:
            frame = now + mark.frame
            self._marks.append(mark._replace(frame=frame))
            if mark.begins is not None:
                self._spots.append(_Spot(frame, mark.source, mark.begins))
            elif not mark.followed:
                self._spots.append(_Spot(frame, None, 0.0))
        while len(self._spots) > 1 and self._spots[1].frame <= self._consumed:
            self._spots.popleft()
        self._ring.put(block.samples)
        self._dry = self._mixer.idle
        self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._dry = False
            self._changed.notify_all()
