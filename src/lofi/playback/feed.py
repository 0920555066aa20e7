"""Sound that somebody else makes, block by block, brought to an output."""

import threading
from collections.abc import Iterable, Sequence

import numpy as np

from lofi.errors import AudioDeviceError
from lofi.playback.outlet import Outlet, Way
from lofi.playback.resampling import Resampler
from lofi.playback.ring import Ring
from lofi.sound.pcm import SAMPLE_RATE, Signal, frames

HELD = frames(1.0)
"""Frames in hand at most."""
LEAVE_SECONDS = 0.4
"""For the last of the sound to leave the device."""
LOOK_SECONDS = 0.5
"""How often it is looked whether the output still plays."""


class Feed:
    """Plays samples of 16 bits; one thread has it play, any other may silence it."""

    def __init__(
        self, ways: Sequence[Way], device: str | None, channels: int, sample_rate: int
    ) -> None:
        self._outlet = Outlet(ways, self._pull, device)
        self._channels = channels
        self._resampler = (
            None if sample_rate == SAMPLE_RATE else Resampler(sample_rate, SAMPLE_RATE)
        )
        self._changed = threading.Condition()
        """Guards all that follows."""
        self._ring = Ring(HELD)
        self._silenced = False

    def play(self, blocks: Iterable[bytes]) -> str | None:
        """Have all of them played; what went wrong."""
        try:
            self._outlet.open()
        except AudioDeviceError as error:
            return error.message
        try:
            for block in blocks:
                if trouble := self._put(self._decoded(block)):
                    return trouble
            if self._resampler is not None:
                self._put(self._resampler.flush())
            return self._drain()
        finally:
            self._outlet.close()

    def silence(self) -> None:
        """Make no more sound, and end ``play``."""
        with self._changed:
            self._silenced = True
            self._changed.notify_all()
        self._outlet.close()

    def _decoded(self, block: bytes) -> Signal:
        channels = np.frombuffer(block, "<i2").reshape(-1, self._channels).T
        sound = np.stack([channels[0], channels[-1]]).astype(np.float32) / np.float32(32_768)
        return sound if self._resampler is None else self._resampler.process(sound)

    def _put(self, sound: Signal) -> str | None:
        """Hand over as there is room; why the output takes no more."""
        while sound.shape[1]:
            with self._changed:
                self._changed.wait_for(lambda: self._silenced or self._ring.room, LOOK_SECONDS)
                if self._silenced:
                    return None
                count = self._ring.room
                self._ring.put(sound[:, :count])
                sound = sound[:, count:]
            if (trouble := self._outlet.trouble) is not None:
                return trouble
        return None

    def _drain(self) -> str | None:
        with self._changed:
            while self._ring.filled and not self._silenced:
                self._changed.wait(LOOK_SECONDS)
                if (trouble := self._outlet.trouble) is not None:
                    return trouble
            self._changed.wait_for(lambda: self._silenced, LEAVE_SECONDS)
        return None

    def _pull(self, count: int, patience: float) -> Signal:
        with self._changed:
            self._changed.wait_for(lambda: self._silenced or self._ring.filled >= count, patience)
            sound = self._ring.take(count)
            self._changed.notify_all()
        return np.pad(sound, ((0, 0), (0, count - sound.shape[1])))
