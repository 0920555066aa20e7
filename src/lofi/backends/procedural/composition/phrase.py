"""A phrase as planned: its chords, their voicings and its melody; a value made from a seed."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from lofi.backends.procedural.composition import melody as lead
from lofi.backends.procedural.composition import voicing
from lofi.backends.procedural.composition.form import Place
from lofi.backends.procedural.composition.harmony import PHRASE_BARS, home, pivot, progression
from lofi.backends.procedural.composition.melody import Ground, Tone
from lofi.backends.procedural.composition.rhythm import onsets
from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.recipe import Recipe
from lofi.backends.procedural.score import Chord


class Tag(IntEnum):
    """Streams of random numbers; a seed gives each its own."""

    HARMONY = 1
    RHYTHM = 2
    MOTIF = 3
    LINE = 4
    DRUMS = 5
    BASS = 6
    CHORDS = 7
    PAD = 8
    LEAD = 9


def stream(seed: int, tag: Tag, *indices: int) -> np.random.Generator:
    """The generator for one purpose; ``seed`` may use 64 bits, indices 32.

    A leading count keeps index lists of different lengths apart, since NumPy pads with zeros.
    """
    low, high = seed & 0xFFFFFFFF, seed >> 32
    return np.random.default_rng([len(indices), low, high, int(tag), *indices])


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is fixed for eight bars, or fewer at the start of a song."""

    chords: tuple[Chord, ...]
    voicings: tuple[tuple[int, ...], ...]
    tones: tuple[Tone, ...]


def chords_of(recipe: Recipe, seed: int, place: Place) -> tuple[Chord, ...]:
    """The progression of the phrase around a place, one chord a bar."""
    key = Key.of(recipe)
    rng = stream(seed, Tag.HARMONY, place.material, place.contrast)
    slow = bool(rng.random() < _slowness(recipe))
    chords = cut(progression(key, recipe.spice, rng, slow=slow), place)
    return (*chords[:-1], home(key)) if place.final else chords


def cut(chords: tuple[Chord, ...], place: Place) -> tuple[Chord, ...]:
    """The progression in as many bars as the phrase has.

    A short phrase keeps its first chord and the cadence it must end with: the open one before
    another phrase, the closed one at the end of the piece.
    """
    length, half = place.length, PHRASE_BARS // 2
    if length > half:
        ends = PHRASE_BARS - (length - half)
        return (
            chords[: length - half] + chords[half:]
            if place.final
            else chords[:half] + chords[ends:]
        )
    cadence = chords[half:] if place.final else chords[:half]
    return (chords[0], *cadence[half + 1 - length :])


def plan(
    recipe: Recipe,
    seed: int,
    place: Place,
    held: tuple[int, ...] = (),
    left: Key | None = None,
) -> Phrase:
    """The phrase around a place, of which only the bars from that place on will be played.

    Args:
        recipe: as it stands now.
        seed: of the piece.
        place: where the piece is.
        held: the voicing heard last, to lead on from.
        left: the key that was just left, to find a pivot chord from.
    """
    key = Key.of(recipe)
    chords = chords_of(recipe, seed, place)
    if left is not None and left != key and not place.last:
        chords = _turned(chords, place.position, left, key)
    voicings: list[tuple[int, ...]] = []
    for chord in chords[place.position :]:
        held = voicing.lead(chord, held)
        voicings.append(held)
    voicings = [voicings[0]] * place.position + voicings
    tones = _tones(recipe, seed, place, Ground(key, chords, tuple(voicings)))
    return Phrase(chords, tuple(voicings), tones)


def _slowness(recipe: Recipe) -> float:
    """How likely chords last two bars: fast tempi and sparse music want it."""
    return 0.6 * (recipe.bpm > 120.0) + 0.35 * (recipe.density < 0.3)


def _turned(chords: tuple[Chord, ...], bar: int, left: Key, key: Key) -> tuple[Chord, ...]:
    """The chords with a pivot where the key changes, or else the new tonic."""
    following = chords[(bar + 1) % len(chords)]
    bridge = pivot(left, key, following) or home(key)
    return (*chords[:bar], bridge, *chords[bar + 1 :])


def _tones(recipe: Recipe, seed: int, place: Place, ground: Ground) -> tuple[Tone, ...]:
    """The melody: rhythm and motif belong to the material, the line to this phrase."""
    theme = (place.material, int(place.contrast))
    density = min(1.0, recipe.density * (100.0 / recipe.bpm) ** 0.5)
    own = stream(seed, Tag.RHYTHM, *theme, place.phrase)
    cell = stream(seed, Tag.RHYTHM, *theme)
    slots = onsets(density, cell, own, breathing=not place.final)
    voice = lead.voice_of(recipe.lead)
    remembered = lead.motif(ground, slots, voice, stream(seed, Tag.MOTIF, *theme))
    line = stream(seed, Tag.LINE, *theme, place.phrase)
    return lead.melody(ground, slots, voice, remembered, line)
