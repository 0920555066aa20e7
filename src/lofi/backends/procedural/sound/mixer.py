"""The busses: filters, sidechain, room, tape and ambience, one quantum at a time."""

from collections.abc import Mapping

import numpy as np

from lofi.backends.procedural.recipe import Ambience, Part
from lofi.backends.procedural.sound.ambience import Place
from lofi.backends.procedural.sound.desk import AMBIENCES, PARTS, Settings
from lofi.backends.procedural.sound.filter import Filter, Sections, highpass, lowpass, shelf
from lofi.backends.procedural.sound.oscillator import lfo
from lofi.backends.procedural.sound.reverb import Reverb, room
from lofi.backends.procedural.sound.tape import Tape, crushed
from lofi.sound.pcm import QUANTUM, Signal

SENDS: Mapping[Part, float] = {
    Part.DRUMS: 0.09,
    Part.BASS: 0.02,
    Part.CHORDS: 0.5,
    Part.PAD: 0.6,
    Part.LEAD: 0.55,
}
PRESSED: Mapping[Part, float] = {
    Part.DRUMS: 0.0,
    Part.BASS: 0.55,
    Part.CHORDS: 0.7,
    Part.PAD: 0.95,
    Part.LEAD: 0.35,
}
"""How far a kick at full duck presses each part down."""
RETURN = 1.15
TREMOLO = (3.6, 0.17)
"""Hz and depth of the electric piano's panning."""
LINGER = 8
"""Quanta for which a filter rings on after its input has ended."""


class Mixer:
    """Takes what each part plays and gives what the listener hears."""

    def __init__(self, seed: int, settings: Settings) -> None:
        self._seed = seed
        self._filters = [Filter(lowpass(2.0**octaves)) for octaves in settings.cutoffs]
        self._silent = [LINGER] * len(PARTS)
        self._reverb = Reverb(room(seed))
        self._presence = Filter(_presence(settings.presence))
        self._tape = Tape(float(settings.effects[1]))
        self._rumble = Filter(highpass(27.0))
        self._places: dict[Ambience, Place] = {}

    def quantum(
        self,
        parts: Mapping[Part, Signal | None],
        start: int,
        pressure: Signal | None,
        ends: tuple[Settings, Settings],
    ) -> Signal:
        """The mix of the quantum at frame ``start``, shape (2, QUANTUM).

        Parts have the same shape, None for silence; ``pressure`` is the sidechain's; ``ends`` are
        the settings at the start and the end of the quantum.
        """
        before, after = ends
        mix = np.zeros((2, QUANTUM), np.float32)
        sent = np.zeros((2, QUANTUM), np.float32)
        duck = _ramp(before.effects[2], after.effects[2])
        for index, part in enumerate(PARTS):
            sound = self._part(index, parts.get(part), start, ends)
            if sound is None:
                continue
            if pressure is not None and PRESSED[part]:
                sound *= 1 - pressure * (duck * np.float32(PRESSED[part]))
            mix += sound
            sent += sound * np.float32(SENDS[part])
        wet = self._reverb.process(sent if sent.any() else None)
        if wet is not None:
            mix += wet * (_ramp(before.effects[0], after.effects[0]) * np.float32(RETURN))
        moved = before.presence != after.presence
        mix = self._presence.process(mix, _presence(after.presence) if moved else None)
        mix = self._tape.process(mix, start, (before.effects[1], after.effects[1]))
        if before.effects[3] or after.effects[3]:
            mix = crushed(mix, (before.effects[3], after.effects[3]))
        self._surround(mix, start, ends)
        return self._rumble.process(mix) * _ramp(before.volume, after.volume)

    def _part(
        self, index: int, sound: Signal | None, start: int, ends: tuple[Settings, Settings]
    ) -> Signal | None:
        before, after = ends
        self._silent[index] = 0 if sound is not None else self._silent[index] + 1
        if self._silent[index] > LINGER:
            return None
        block = np.zeros((2, QUANTUM), np.float32) if sound is None else sound
        filtered = self._filters[index].process(block, self._moved(index, ends))
        filtered *= _ramp(before.gains[index], after.gains[index])
        if before.tremolo[index] or after.tremolo[index]:
            filtered *= _tremolo(start, _ramp(before.tremolo[index], after.tremolo[index]))
        return filtered

    def _moved(self, index: int, ends: tuple[Settings, Settings]) -> Sections | None:
        goal = ends[1].cutoffs[index]
        return None if goal == ends[0].cutoffs[index] else lowpass(2.0**goal)

    def _surround(self, mix: Signal, start: int, ends: tuple[Settings, Settings]) -> None:
        arrived = False  # one new place a quantum: making one takes as long as playing it for 1 s
        for index, ambience in enumerate(AMBIENCES):
            levels = ends[0].ambience[index], ends[1].ambience[index]
            if not any(levels):
                continue
            if ambience not in self._places:
                if arrived:
                    continue
                self._places[ambience] = Place(ambience, self._seed, start)
                arrived = True
            mix += self._places[ambience].quantum(start) * _ramp(*levels)


def _presence(decibels: float) -> Sections:
    return shelf(1_700.0, decibels)


def _ramp(before: float, after: float) -> Signal:
    """A straight line over one quantum, or one number (shape ()) where nothing moves."""
    if before == after:
        return np.asarray(after, np.float32)
    return np.linspace(before, after, QUANTUM, endpoint=False, dtype=np.float32)


def _tremolo(start: int, amount: Signal) -> Signal:
    hertz, depth = TREMOLO
    sway = lfo(hertz, start, QUANTUM) * (np.float32(depth) * amount)
    return np.stack([1 + sway, 1 - sway])
