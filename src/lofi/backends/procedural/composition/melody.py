"""The lead: the cheapest line through the chords, found exactly, over a rhythm already chosen.

Viterbi over the scale notes in the instrument's range; adding Gumbel noise to the costs makes the
optimum a sample (perturb-and-MAP, Papandreou & Yuille 2011), so no draw can fail.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lofi.backends.procedural.composition.rhythm import CELL_STEPS, Slot
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.composition.timing import STEPS_PER_BAR
from lofi.backends.procedural.recipe import Instrument
from lofi.backends.procedural.score import Chord

Floats = NDArray[np.float64]


class Voice(NamedTuple):
    """What an instrument can do as a lead."""

    low: int
    high: int
    longest: float = 2.0
    """Beats a note is held at most."""


VOICES: dict[Instrument, Voice] = {
    Instrument.PIANO: Voice(67, 86),
    Instrument.ELECTRIC_PIANO: Voice(67, 84),
    Instrument.WURLITZER: Voice(67, 84),
    Instrument.ORGAN: Voice(65, 82, 3.5),
    Instrument.MUSIC_BOX: Voice(74, 93),
    Instrument.BELLS: Voice(74, 91, 3.0),
    Instrument.MARIMBA: Voice(65, 84, 1.0),
    Instrument.GUITAR: Voice(62, 79),
    Instrument.ELECTRIC_GUITAR: Voice(62, 81, 2.5),
    Instrument.KOTO: Voice(62, 82),
    Instrument.CHIP: Voice(67, 86, 1.5),
    Instrument.SAXOPHONE: Voice(60, 78, 3.5),
    Instrument.FLUTE: Voice(69, 88, 3.5),
    Instrument.CELLO: Voice(55, 74, 4.0),
    Instrument.THEREMIN: Voice(64, 83, 4.0),
    Instrument.HUM: Voice(59, 74, 3.5),
    Instrument.PAD: Voice(64, 81, 4.0),
    Instrument.STRINGS: Voice(64, 84, 4.0),
}
_ANY = Voice(65, 83)

NOISE = 0.3
LEAPS = (1.2, 0.0, 0.0, 0.35, 0.45, 0.8, 2.5, 1.2, 2.6, 2.6, 4.0, 5.0, 2.4)
"""Cost of an interval by its semitones; wider than an octave costs 6."""


class Tone(NamedTuple):
    """One note of the melody."""

    step: int
    """Sixteenth from the start of the phrase."""
    pitch: int
    length: float
    """In beats, on the unswung grid."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a melody is written over."""

    key: Key
    chords: tuple[Chord, ...]
    """One a bar."""
    voicings: tuple[tuple[int, ...], ...]
    """One a bar, or none."""

    def bar(self, step: int) -> int:
        """The bar a sixteenth falls in."""
        return min(step // STEPS_PER_BAR, len(self.chords) - 1)


def voice_of(instrument: Instrument | None) -> Voice:
    """Range and breath of a lead instrument."""
    return VOICES.get(instrument, _ANY) if instrument else _ANY


def motif(
    ground: Ground, slots: tuple[Slot, ...], voice: Voice, rng: np.random.Generator
) -> dict[int, int]:
    """Height in scale steps of each onset of the first cell: what the later cells remember."""
    first = tuple(slot for slot in slots if slot.cell == 0)
    bare = Ground(ground.key, ground.chords, ())
    line = _optimum(bare, first, voice, {}, rng)
    ladder = ground.key.ladder(voice.low, voice.high)
    return {slot.home: int(np.searchsorted(ladder, p)) for slot, p in zip(first, line, strict=True)}


def melody(
    ground: Ground,
    slots: tuple[Slot, ...],
    voice: Voice,
    remembered: dict[int, int],
    rng: np.random.Generator,
) -> tuple[Tone, ...]:
    """The line over ``slots``; onsets beyond the last chord are left out."""
    kept = tuple(slot for slot in slots if slot.step < STEPS_PER_BAR * len(ground.chords))
    line = _optimum(ground, kept, voice, remembered, rng)
    lengths = _lengths(kept, voice)
    return tuple(
        Tone(slot.step, pitch, _within_harmony(ground, slot.step, pitch, float(length)))
        for slot, pitch, length in zip(kept, line, lengths, strict=True)
    )


def _optimum(
    ground: Ground,
    slots: tuple[Slot, ...],
    voice: Voice,
    remembered: dict[int, int],
    rng: np.random.Generator,
) -> list[int]:
    ladder = ground.key.ladder(voice.low, voice.high)
    if not slots:
        return []
    nodes = _node_costs(ground, slots, ladder, voice)
    nodes += NOISE * rng.gumbel(size=nodes.shape) + _arch(slots, ladder, rng)
    path = _viterbi(nodes, _edge_costs(slots, ladder, remembered), _bend_costs(ladder))
    return [int(ladder[i]) for i in path]


def _viterbi(nodes: Floats, edges: Floats, bends: Floats) -> list[int]:
    """Index of the cheapest path.

    Nodes have shape (slots, pitches), edges (slots - 1, pitches, pitches), and bends, the cost of
    three notes in a row, (pitches, pitches, pitches): the state is a pair of neighbours.
    """
    if len(nodes) == 1:
        return [int(nodes[0].argmin())]
    best, back = nodes[0][:, None] + edges[0] + nodes[1], []
    for node, edge in zip(nodes[2:], edges[1:], strict=True):
        total = best[:, :, None] + bends
        back.append(total.argmin(axis=0))
        best = total.min(axis=0) + edge + node
    one, other = np.unravel_index(int(best.argmin()), best.shape)
    path = [int(other), int(one)]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1], path[-2]]))
    return path[::-1]


def _lengths(slots: tuple[Slot, ...], voice: Voice) -> Floats:
    steps = np.array([slot.step for slot in slots], dtype=np.float64)
    gaps = np.diff(steps, append=steps[-1:] + 4 * voice.longest) / 4
    return np.minimum(0.95 * gaps, voice.longest)


def _node_costs(
    ground: Ground, slots: tuple[Slot, ...], ladder: NDArray[np.int64], voice: Voice
) -> Floats:
    """How well each pitch fits the chord under each onset: shape (slots, pitches)."""
    classes = ladder % 12
    bars = [ground.bar(slot.step) for slot in slots]
    steps = np.array([slot.step for slot in slots])
    exposed = (steps % 8 == 0) | (_lengths(slots, voice) >= 1.0)
    weight = np.where(exposed, 1.0, 0.3)[:, None]
    fits = np.array([_fit(ground, bar, ladder) for bar in range(len(ground.chords))])
    plain = np.where(np.isin(classes, ground.key.pentatonic), 0.0, 0.3)
    cost: Floats = weight * fits[bars] + plain
    return cost + _landing(ground, slots, classes)


def _fit(ground: Ground, bar: int, ladder: NDArray[np.int64]) -> Floats:
    """Cost of each pitch as a long note over a bar's chord: shape (pitches,)."""
    chord, classes = ground.chords[bar], ladder % 12
    foreign = set(chord.tones) - set(ground.key.scale)
    outside = ~np.isin(classes, chord.tones)
    cost = np.where(outside, 1.6, np.where(classes == chord.root, 0.25, 0.0))
    cost += 5.0 * (outside & np.isin((classes - 1) % 12, chord.tones))
    cost += 4.0 * (outside & np.isin((classes + 1) % 12, list(foreign)))
    if ground.voicings:
        gaps = np.abs(ladder[:, None] - np.array(ground.voicings[bar]))
        cost += 4.0 * ((gaps == 1) | (gaps == 13)).any(axis=1)
    return cost


def _landing(ground: Ground, slots: tuple[Slot, ...], classes: NDArray[np.int64]) -> Floats:
    """The last onset comes to rest on the root, third or fifth of its chord."""
    cost = np.zeros((len(slots), classes.size))
    if slots[-1].home == -1:
        chord = ground.chords[ground.bar(slots[-1].step)]
        cost[-1] = np.where(np.isin(classes, chord.tones[:3]), 0.0, 2.0)
        cost[-1] -= 0.6 * (classes == chord.root)
    return cost


def _arch(slots: tuple[Slot, ...], ladder: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Cost of straying from a line that rises and falls once every four bars."""
    lift, tilt = rng.normal(0.0, 1.5), rng.normal(0.0, 1.5)
    span = 2 * CELL_STEPS
    when = np.array([slot.step for slot in slots]) / span
    centre = 0.5 * (ladder[0] + ladder[-1]) - 1.5
    curve = centre + lift + 4.0 * np.sin(np.pi * (when % 1.0)) + tilt * (when - 1.0)
    return np.asarray(0.012 * (ladder[None, :] - curve[:, None]) ** 2)


def _edge_costs(
    slots: tuple[Slot, ...], ladder: NDArray[np.int64], remembered: dict[int, int]
) -> Floats:
    """Cost of each interval between neighbours: shape (slots - 1, pitches, pitches).

    Wide leaps and quick repetitions cost; so does leaving the remembered contour. A rest of two
    beats forgives most of a leap.
    """
    semitones = np.abs(ladder[:, None] - ladder[None, :])
    leap = np.array([*LEAPS, 6.0])[np.minimum(semitones, 13)]
    rungs = np.arange(ladder.size)
    rise = rungs[None, :] - rungs[:, None]
    repeat = np.eye(ladder.size)
    edges = np.empty((max(0, len(slots) - 1), ladder.size, ladder.size))
    for index, (one, other) in enumerate(pairwise(slots)):
        gap = (other.step - one.step) / 4
        edges[index] = leap * (0.4 if gap >= 2.0 else 1.0) + (0.8 if gap < 1.0 else 0.0) * repeat
        if one.cell == other.cell and one.home in remembered and other.home in remembered:
            wanted = remembered[other.home] - remembered[one.home]
            edges[index] += 0.6 * np.minimum(np.abs(rise - wanted), 3)
    return edges


def _bend_costs(ladder: NDArray[np.int64]) -> Floats:
    """Cost of three notes in a row: shape (pitches, pitches, pitches).

    Turning back to the first note sounds idle, and a leap wants a step back into its gap
    (Meyer's gap-fill).
    """
    first = (ladder[None, :] - ladder[:, None])[:, :, None]
    second = (ladder[None, :] - ladder[:, None])[None, :, :]
    idle = (first == -second) * np.where(np.abs(first) <= 4, 0.9, 0.3)
    unfilled = (np.abs(first) >= 5) & ((np.sign(first) == np.sign(second)) | (np.abs(second) > 4))
    stuck = (first == 0) & (second == 0)
    return np.asarray(idle + 1.2 * unfilled + 2.0 * stuck)


def _within_harmony(ground: Ground, step: int, pitch: int, length: float) -> float:
    """The length, cut at the bar line if the note would rub against the next chord."""
    bar = ground.bar(step)
    left = (STEPS_PER_BAR * (bar + 1) - step) / 4
    if length <= left:
        return length
    if bar + 1 >= len(ground.chords):
        return left
    tones = ground.chords[bar + 1].tones
    rubs = {(pitch - 1) % 12, (pitch + 1) % 12} & set(tones)
    return left if rubs and pitch % 12 not in tones else length
