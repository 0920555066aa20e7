"""Sound that is heard while it is made: when a player is started, and what it is fed."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from lofi.cli.ear import Ear, Voice
from lofi.jobs.growing import Chunk
from lofi.jobs.headstart import HeadStart
from lofi.sound import wave

BLOCK_BYTES = 16_384
"""Read and handed over at a time: all of the track that is in memory."""
WORTH_SAYING_SECONDS = 1.0
"""A wait that is shorter surprises nobody."""
LEAVE_SECONDS = 1.0
"""For the thread, once its player has been killed."""


class Playing:
    """Plays one track in a thread of its own, from when it will not run dry to its end.

    A player that cannot be started, or dies, costs one line and nothing else.
    """

    def __init__(
        self,
        ear: Ear,
        path: Path,
        seconds: float,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to listen.

        Args:
            ear: what plays.
            path: the file that grows.
            seconds: length of the track.
            say: called with lines for the user, from any thread.
            clock: seconds.
        """
        self._ear = ear
        self._path = path
        self._seconds = seconds
        self._say = say
        self._clock = clock
        self._changed = threading.Condition()
        """Guards all that follows."""
        self._head_start = HeadStart(seconds, clock())
        self._frames = 0
        """That are there."""
        self._pieces = 0
        self._announced = False
        self._complete = False
        """Whether nothing more will be there."""
        self._stopped = False
        self._voice: Voice | None = None
        self._thread = threading.Thread(target=self._play, name="playing", daemon=True)
        self._thread.start()

    @property
    def going_on(self) -> bool:
        """Whether there is more to hear, now or later."""
        return self._thread.is_alive()

    @property
    def begins(self) -> float:
        """When playing begins, or began, by the clock; infinite while nobody knows."""
        with self._changed:
            return self._head_start.begins

    def begin(self) -> None:
        """Computing has begun: speed counts from here."""
        with self._changed:
            self._head_start = HeadStart(self._seconds, self._clock())

    def grown(self, chunk: Chunk) -> None:
        """More of the track is there."""
        with self._changed:
            now = self._clock()
            self._head_start.take(now, chunk.frames / chunk.sample_rate)
            self._frames = chunk.frames
            self._pieces += 1
            self._changed.notify_all()
            line = self._announcement(now)
        if line:
            self._say(line)

    def finish(self) -> None:
        """All of the track is there: play to the end, and return then."""
        with self._changed:
            self._complete = True
            self._changed.notify_all()
        self._thread.join()

    def stop(self) -> None:
        """No sound from here on."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            voice = self._voice
        if voice is not None:
            voice.silence()
        self._thread.join(LEAVE_SECONDS)

    def _announcement(self, now: float) -> str | None:
        """What to say about the wait, once: the first piece alone says little about the speed."""
        wait = self._head_start.starts_in(now)
        if self._announced or self._pieces < 2 or wait < WORTH_SAYING_SECONDS:
            return None
        self._announced = True
        speed = self._head_start.speed
        return (
            f"this machine makes {speed:.2g} s of sound a second: "
            f"playing begins in about {math.ceil(wait)} s"
        )

    def _play(self) -> None:
        if not self._may_begin():
            return
        try:
            trouble = self._feed()
        except OSError as error:
            trouble = error.strerror or str(error)
        if trouble and not self._stopped:
            self._say(f"playing ended: {self._ear.name}: {trouble}; the track is made anyway")

    def _may_begin(self) -> bool:
        """Wait for the head start; False if there is nothing to play."""
        with self._changed:
            while not (self._stopped or self._complete):
                wait = self._head_start.starts_in(self._clock())
                if wait == 0:
                    break
                self._changed.wait(None if math.isinf(wait) else wait)
            return self._frames > 0 and not self._stopped

    def _feed(self) -> str | None:
        """Have all played; what went wrong.

        Raises:
            OSError: the player cannot be started, or the file not read.
        """
        with self._path.open("rb", buffering=0) as file:
            channels, rate = wave.kind(file.read(wave.HEADER))
            with self._changed:
                if self._stopped:
                    return None
                voice = self._voice = self._ear.start(channels, rate)
            return voice.play(self._blocks(file, channels * wave.SAMPLE_BYTES))

    def _blocks(self, file: BinaryIO, frame_bytes: int) -> Iterator[bytes]:
        """The samples as they come to be there, to the end."""
        sent = 0
        while size := self._more(sent, frame_bytes):
            block = file.read(size)
            if not block:  # shorter than was told
                return
            sent += len(block)
            yield block

    def _more(self, sent: int, frame_bytes: int) -> int:
        """How many bytes may be read next; 0 when no more will come."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopped or self._complete or self._frames * frame_bytes > sent
            )
            return 0 if self._stopped else min(BLOCK_BYTES, self._frames * frame_bytes - sent)
