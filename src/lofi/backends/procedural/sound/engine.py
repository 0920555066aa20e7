"""Plays bars: notes rendered whole, busses in quanta, handed out in blocks of any size."""

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from lofi.backends.procedural.recipe import Part, Recipe
from lofi.backends.procedural.score import Bar, Drum
from lofi.backends.procedural.sound import voices
from lofi.backends.procedural.sound.desk import PARTS, Glide, Layer, seated, settings
from lofi.backends.procedural.sound.future import Future
from lofi.backends.procedural.sound.kits import PLACE
from lofi.backends.procedural.sound.mixer import Mixer
from lofi.backends.procedural.sound.notes import NoteCache
from lofi.backends.procedural.sound.sequencer import Event, Sequencer, kick_strength
from lofi.backends.procedural.sound.sidechain import Sidechain
from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal, panned

__all__ = ["SAMPLE_RATE", "Engine"]

LONGEST = 12.0
"""Seconds, more than any voice sounds."""
TOUCHES = 8
"""Colours between the softest and the hardest touch."""
STROKES = 4
"""Variants of one drum stroke, taken in turn."""
PLACES: Mapping[Part, tuple[int, float]] = {
    Part.BASS: (40, 0.0),
    Part.CHORDS: (60, 0.4),
    Part.PAD: (60, 0.3),
    Part.LEAD: (72, 0.2),
}
"""The pitch that sounds from the middle, and how far an octave moves a note to the right."""


class Engine:
    """Music from bars, unlimited, near -18 LUFS; after the last bar it rings out for ever.

    The same bars, recipe, seed and steering give the same samples whatever the block sizes.
    """

    def __init__(self, bars: Iterator[Bar], recipe: Recipe, seed: int) -> None:
        start = settings(recipe)
        self._sequencer = Sequencer(bars)
        self._cache = NoteCache()
        self._futures = {part: Future(LONGEST) for part in PARTS}
        self._sidechain = Sidechain()
        self._glide = Glide(start)
        self._mixer = Mixer(seed, start)
        self._turn: dict[Drum, int] = {}
        self._position = 0
        self._rest = np.zeros((2, 0), np.float32)

    def render(self, frames: int) -> Signal:
        """The next frames, shape (2, frames)."""
        blocks = [self._rest]
        missing = frames - self._rest.shape[1]
        while missing > 0:
            blocks.append(self._quantum())
            missing -= QUANTUM
        sound = np.concatenate(blocks, axis=1)
        self._rest = sound[:, frames:].copy()
        return sound[:, :frames]

    def until_bar(self, late: int = 0) -> int:
        """Frames to the next line of a bar, for who hears everything ``late`` frames later.

        It is 0 on the line, and when there is none any more.
        """
        heard = self._position - self._rest.shape[1] - late
        return max(0, self._sequencer.line(heard) - heard)

    def steer(self, recipe: Recipe, *, muted: Collection[Layer] = (), volume: float = 1.0) -> None:
        """Move faders, filters, effects and ambience to these, from the next quantum on.

        What is composed is not touched: that is up to the bars.
        """
        self._glide.aim(settings(recipe, muted, volume))

    def _quantum(self) -> Signal:
        start = self._position
        self._position += QUANTUM
        for event in self._sequencer.due(self._position):
            self._play(event)
        parts = {part: future.take(start) for part, future in self._futures.items()}
        pressure = self._sidechain.pressure(start)
        return self._mixer.quantum(parts, start, pressure, self._glide.advance())

    def _play(self, event: Event) -> None:
        note = event.note
        gain = event.level * voices.loudness(note.velocity)
        if note.part is Part.DRUMS:
            sound, place = self._struck(event), PLACE[Drum(note.pitch)]
            strength = kick_strength(event)
            if strength:
                self._sidechain.strike(event.frame, strength)
        else:
            sound = self._pitched(event)
            middle, width = PLACES[note.part]
            place = float(np.clip((note.pitch - middle) / 12 * width, -0.6, 0.6))
        if sound is None:
            return
        left, right = panned(place) if sound.shape[0] == 1 else (1.0, 1.0)
        self._futures[note.part].add(event.frame, sound, left * gain, right * gain)

    def _struck(self, event: Event) -> Signal | None:
        kit, drum = event.recipe.kit, Drum(event.note.pitch)
        if kit is None:
            return None
        turn = self._turn.get(drum, 0)
        self._turn[drum] = (turn + 1) % STROKES
        touch = _touch(event.note.velocity)
        return self._cache.get(
            (kit, drum, touch, turn), lambda: voices.struck(kit, drum, touch, turn)
        )

    def _pitched(self, event: Event) -> Signal | None:
        instrument = seated(event.recipe, event.note.part)
        if instrument is None:
            return None
        pitch, touch = event.note.pitch, _touch(event.note.velocity)
        held = voices.held(instrument, event.seconds)
        return self._cache.get(
            (instrument, pitch, held, touch),
            lambda: voices.pitched(instrument, pitch, held, touch),
        )


def _touch(velocity: float) -> float:
    return max(1, round(min(1.0, velocity) * TOUCHES)) / TOUCHES
