"""When notes begin, in frames; asks for a bar only when its first frame is about to be heard."""

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from lofi.backends.procedural.recipe import Part, Recipe
from lofi.backends.procedural.score import Bar, Drum, Note
from lofi.sound.pcm import SAMPLE_RATE


class Event(NamedTuple):
    """A note that is due."""

    frame: int
    """Onset, counted from the start of the piece."""
    number: int
    """Running number, which orders notes that begin together."""
    note: Note
    seconds: float
    """Written length."""
    level: float
    """What the arrangement wants of its part, above 0 and up to 1."""
    recipe: Recipe


class Sequencer:
    """Reads bars as late as it can, so that a bar still follows what was steered just before."""

    def __init__(self, bars: Iterator[Bar]) -> None:
        self._bars = bars
        self._waiting: list[Event] = []
        self._number = 0
        self._this_bar = 0.0
        self._next_bar: float | None = 0.0

    def line(self, frame: int) -> int:
        """The frame of the first line of a bar at or after a frame, or of the last one known."""
        line = round(self._this_bar)
        return line if self._next_bar is None or line >= frame else round(self._next_bar)

    def due(self, until: int) -> Iterator[Event]:
        """The notes that begin before frame ``until`` and have not been given yet, in order."""
        while self._next_bar is not None and self._next_bar < until:
            self._read(self._next_bar)
        while self._waiting and self._waiting[0].frame < until:
            yield heapq.heappop(self._waiting)

    def _read(self, start: float) -> None:
        bar = next(self._bars, None)
        if bar is None:
            self._next_bar = None
            return
        self._this_bar = start
        beat = 60.0 / bar.recipe.bpm
        for note in bar.notes:
            level = bar.levels.get(note.part, 1.0)
            if level > 0.0 and note.velocity > 0.0:
                frame = round(start + note.beat * beat * SAMPLE_RATE)
                event = Event(frame, self._number, note, note.length * beat, level, bar.recipe)
                heapq.heappush(self._waiting, event)
                self._number += 1
        self._next_bar = None if bar.last else start + bar.beats * beat * SAMPLE_RATE


def kick_strength(event: Event) -> float:
    """How hard a kick pushes the others down, 0 to 1; 0 for anything else."""
    if event.note.part is Part.DRUMS and event.note.pitch == Drum.KICK:
        return min(1.0, event.level * (0.4 + 0.7 * event.note.velocity))
    return 0.0
