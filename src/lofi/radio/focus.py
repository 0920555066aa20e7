"""The focus timer at work: a thread that fades the music out for breaks and in for work."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from pydantic import JsonValue

from lofi.errors import LofiError
from lofi.radio.timer import Phase, Standing, Timer

logger = logging.getLogger(__name__)

OUT_SECONDS = 6.0
IN_SECONDS = 3.0


class Music(Protocol):
    """What can be silenced, and come back."""

    @property
    def idle(self) -> bool:
        """Whether nothing plays."""
        ...

    def pause(self, seconds: float = ...) -> None:
        """Fade out."""
        ...

    def resume(self, seconds: float = ...) -> None:
        """Fade in."""
        ...


Told = Mapping[str, JsonValue] | None


class Focus:
    """At most one timer. Methods may be called from any thread."""

    def __init__(
        self,
        music: Music,
        tell: Callable[[Told], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        date: Callable[[], float],
    ) -> None:
        """Begin without a timer.

        Args:
            music: what fades.
            tell: called with how things stand when a timer begins, turns or ends.
            clock: seconds, without jumps.
            date: seconds since 1970, for those who show the time that is left.
        """
        self._music = music
        self._tell = tell
        self._clock = clock
        self._date = date
        self._changed = threading.Condition()
        """Guards the timer; told when there is another."""
        self._timer: Timer | None = None
        self._hushed = False
        """Whether it was us who silenced the music."""
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether there is a timer."""
        return self._timer is not None

    def start(self, focus_min: float, break_min: float) -> None:
        """Begin to work, whatever was before."""
        with self._changed:
            self._timer = Timer(60 * focus_min, 60 * break_min, self._clock())
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="timer", daemon=True)
                self._thread.start()
        self._come_back()
        self._tell(self.described())

    def stop(self) -> None:
        """No timer any more; music that it silenced comes back."""
        with self._changed:
            was, self._timer = self._timer, None
            self._changed.notify_all()
        self._come_back()
        if was is not None:
            self._tell(None)

    def described(self) -> dict[str, JsonValue] | None:
        """The timer as one JSON object; None if there is none."""
        with self._changed:
            timer = self._timer
            if timer is None:
                return None
            standing = timer.standing(self._clock())
            return {
                "phase": standing.phase,
                "remaining_sec": round(standing.remaining, 1),
                "at": self._date(),
                "focus_min": timer.focus / 60,
                "break_min": timer.rest / 60,
                "round": standing.round,
            }

    def turn(self) -> None:
        """Look whether another phase has begun, and do what it asks for."""
        with self._changed:
            turned = None if self._timer is None else self._timer.turned(self._clock())
        if turned is None:
            return
        self._obey(turned)
        self._tell(self.described())

    def _obey(self, standing: Standing) -> None:
        if standing.phase is Phase.BREAK:
            self._hushed = not self._music.idle
            self._music.pause(OUT_SECONDS)
        else:
            self._come_back()

    def _come_back(self) -> None:
        if self._hushed:
            self._hushed = False
            try:
                self._music.resume(IN_SECONDS)
            except LofiError as error:  # the device has gone; the player says so, too
                logger.warning("music does not come back: %s", error.message)

    def _run(self) -> None:
        while True:
            with self._changed:
                timer = self._timer
                left = None if timer is None else timer.standing(self._clock()).remaining
                self._changed.wait(left)
            self.turn()
