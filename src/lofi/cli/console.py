"""What a person sees while a track is made: a bar on a terminal, plain lines elsewhere."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from typing import TextIO

from pydantic import JsonValue

from lofi.jobs.progress import Progress

REDRAW_SECONDS = 0.5
PLAIN_PERCENTS = 25
"""A log gets one line each time another of these is reached."""


class Console:
    """Writes to one stream, and to nothing else; from any thread."""

    def __init__(
        self, stream: TextIO, *, quiet: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._quiet = quiet
        self._clock = clock
        self._bar = stream.isatty()
        self._cells = _cells(stream.encoding)
        self._drawn_at: float | None = None
        self._next_percent = PLAIN_PERCENTS
        self._lock = threading.RLock()
        """Guards the stream, so that a line and the bar do not mix."""

    def line(self, text: str) -> None:
        """One line, unless told to be quiet; the bar makes room."""
        if not self._quiet:
            with self._lock:
                self.close()
                print(text, file=self._stream, flush=True)

    def progress(self, progress: Progress) -> None:
        """Show how far the job is: at most twice a second on a terminal."""
        if self._quiet:
            return
        if self._bar:
            with self._lock:
                self._draw(progress)
        elif progress.percent >= self._next_percent:
            self._next_percent = progress.percent // PLAIN_PERCENTS * PLAIN_PERCENTS
            self._next_percent += PLAIN_PERCENTS
            self.line(f"{progress.percent} %, {progress.eta_seconds:.0f} s left")

    def notes(self, notes: Mapping[str, JsonValue]) -> None:
        """What the model says about the track, one line each."""
        for name, value in notes.items():
            self.line(f"{name}: {_plain(value)}")

    def close(self) -> None:
        """Take the bar away."""
        with self._lock:
            if self._drawn_at is not None:
                self._stream.write("\r\x1b[K")
                self._stream.flush()
                self._drawn_at = None

    def _draw(self, progress: Progress) -> None:
        now = self._clock()
        if self._drawn_at is not None and now - self._drawn_at < REDRAW_SECONDS:
            return
        self._drawn_at = now
        text = f" {progress.percent:2d} %  {progress.eta_seconds:4.0f} s left"
        width = max(0, min(40, shutil.get_terminal_size().columns - len(text) - 2))
        full = width * progress.percent // 100
        done, left = self._cells
        self._stream.write(f"\r{done * full}{left * (width - full)}{text}\x1b[K")
        self._stream.flush()


def _cells(encoding: str | None) -> tuple[str, str]:
    """What the bar is made of: done and left, as far as the terminal can show them."""
    try:
        "█░".encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return "#", "-"
    return "█", "░"


def _plain(value: JsonValue) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "-"
    return str(value)
