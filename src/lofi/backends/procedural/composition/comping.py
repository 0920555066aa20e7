"""The accompanist: chords in the manner of the instrument that plays them, and the pad below."""

from lofi.backends.procedural.composition.leadsheet import Chance, Sheet
from lofi.backends.procedural.composition.timing import milliseconds, onset
from lofi.backends.procedural.composition.voicing import foundation
from lofi.backends.procedural.recipe import Instrument, Kit, Part
from lofi.backends.procedural.score import Note

BAR_BEATS = 4.0

PLUCKED = {
    Instrument.GUITAR,
    Instrument.KOTO,
    Instrument.MUSIC_BOX,
    Instrument.BELLS,
    Instrument.MARIMBA,
    Instrument.CHIP,
}
STRUMMED = {Instrument.ELECTRIC_GUITAR}
SUSTAINED = {
    Instrument.ORGAN,
    Instrument.PAD,
    Instrument.STRINGS,
    Instrument.CELLO,
    Instrument.HUM,
    Instrument.SAXOPHONE,
    Instrument.FLUTE,
    Instrument.THEREMIN,
}

FIGURES = (
    ((0, 6, 10, 14), (0, 10, 6, 13)),
    ((0, 10, 6, 14), (0, 7, 10, 13)),
    ((0, 7, 12, 10), (0, 10, 14, 7)),
    ((0, 11, 6, 8), (0, 6, 11, 14)),
    ((2, 10, 6, 14), (0, 10, 6, 13)),
    ((0, 3, 10, 6), (0, 6, 10, 13)),
)
"""Sixteenths a chord is struck on, the most important first: usual bar, and every fourth bar."""
STABS = ((2, 6, 14, 10), (0, 3, 6, 11), (3, 6, 11, 14), (2, 5, 10, 13))
RIPPLES = (
    (0, 8, 4, 12, 6, 14, 10, 2, 11, 3, 7, 15, 5, 13),
    (0, 6, 12, 3, 9, 8, 14, 4, 10, 2, 15, 7, 11, 5),
    (0, 4, 10, 6, 14, 8, 12, 2, 3, 11, 7, 15, 13, 5),
)
"""Sixteenths of a broken chord, the most important first."""
CONTOURS = ((0, 1, 2, 3), (0, 2, 1, 3), (0, 3, 2, 1), (0, 2, 3, 2, 1, 2), (0, 1, 2, 3, 2, 1))
"""Voices of a broken chord in order, from the lowest."""


def chords(sheet: Sheet, chance: Chance) -> list[Note]:
    """The chord part of a bar."""
    instrument = sheet.recipe.chords
    if sheet.energy < 0.1 and sheet.position % 2 and Part.PAD in sheet.playing:
        return []
    if sheet.recipe.kit is Kit.HOUSE and Part.DRUMS in sheet.playing:
        return _stabs(sheet, chance)
    if instrument in PLUCKED:
        return _broken(sheet, chance)
    if instrument in SUSTAINED:
        return _held(sheet, chance)
    return _struck(sheet, chance, 16.0 if instrument in STRUMMED else 9.0)


def pad(sheet: Sheet, chance: Chance) -> list[Note]:
    """The pad part of a bar: the voicing, and the root below it when no bass plays one."""
    level = 0.42 + 0.08 * sheet.energy
    voices = smooth(sheet.voicing)
    shades = chance.bar.normal(0.0, 0.015, len(voices))
    notes = [
        Note(0.0, BAR_BEATS, pitch, level + shade, Part.PAD)
        for pitch, shade in zip(voices, shades.tolist(), strict=True)
    ]
    if Part.BASS not in sheet.playing:
        notes.append(Note(0.0, BAR_BEATS, foundation(sheet.chord), level, Part.PAD))
    return notes


def smooth(voicing: tuple[int, ...]) -> tuple[int, ...]:
    """A voicing fit to be held: of two voices a half step apart only the upper stays."""
    return tuple(pitch for pitch in voicing if pitch + 1 not in voicing)


def rolled(pitches: tuple[int, ...], beat: float, length: float, gap: float) -> list[Note]:
    """A chord from its lowest note up, ``gap`` beats between voices, all ending together."""
    return [
        Note(beat + gap * voice, length - gap * voice, pitch, 0.58 - 0.02 * voice, Part.CHORDS)
        for voice, pitch in enumerate(pitches)
    ]


def _struck(sheet: Sheet, chance: Chance, roll: float) -> list[Note]:
    usual, other = FIGURES[chance.section.integers(len(FIGURES))]
    figure = other if sheet.position % 4 == 3 or chance.bar.random() < 0.12 else usual
    accents, rolls = chance.bar.normal(0.0, 0.03, 4), chance.bar.uniform(0.4, 1.2, 4)
    count = 1 + int(3.3 * sheet.busyness)
    steps = sorted(figure[:count]) if count > 1 else [0]
    notes: list[Note] = []
    for hit, step in enumerate(steps):
        beat = onset(step, sheet.recipe.swing)
        end = onset(steps[hit + 1], sheet.recipe.swing) if hit + 1 < len(steps) else BAR_BEATS
        first = hit == 0
        voices = _grounded(sheet) if first else sheet.voicing[-3:]
        length = 0.94 * (end - beat) if first else min(0.8 * (end - beat), 1.5)
        gap = milliseconds(roll * float(rolls[hit]) * (1.0 if first else 0.5), sheet.bpm)
        accent = float(accents[hit]) - (0.0 if first else 0.09)
        notes += _louder(rolled(voices, beat, length, gap), accent)
    return notes


def _broken(sheet: Sheet, chance: Chance) -> list[Note]:
    ripple = RIPPLES[chance.section.integers(len(RIPPLES))]
    contour = CONTOURS[chance.section.integers(len(CONTOURS))]
    shades = chance.bar.normal(0.0, 0.03, len(ripple))
    voices = (*_grounded(sheet), sheet.voicing[0] + 12)
    notes = []
    for turn, step in enumerate(sorted(ripple[: 3 + int(8.0 * sheet.busyness)])):
        beat = onset(step, sheet.recipe.swing)
        pitch = voices[contour[turn % len(contour)] % len(voices)]
        velocity = 0.5 + (0.08 if step % 8 == 0 else 0.0) + float(shades[turn])
        length = min(2.0, BAR_BEATS - beat)
        notes.append(Note(beat, length, pitch, velocity, Part.CHORDS))
    return _without_repeats(notes)


def _held(sheet: Sheet, chance: Chance) -> list[Note]:
    answer = sheet.busyness > 0.4 + 0.35 * chance.section.random()
    release = onset(10, sheet.recipe.swing)
    accent = float(chance.bar.normal(0.0, 0.02)) - 0.08
    voices = _grounded(sheet)
    if not answer:
        return _louder(rolled(voices, 0.0, 0.98 * BAR_BEATS, 0.0), accent)
    first = rolled(voices, 0.0, release - 0.25, 0.0)
    return _louder(first + rolled(sheet.voicing, release, BAR_BEATS - release, 0.0), accent)


def _stabs(sheet: Sheet, chance: Chance) -> list[Note]:
    figure = STABS[chance.section.integers(len(STABS))]
    accents = chance.bar.normal(0.0, 0.03, 4)
    notes: list[Note] = []
    for hit, step in enumerate(sorted(figure[: 2 + int(2.4 * sheet.busyness)])):
        beat = onset(step, sheet.recipe.swing)
        notes += _louder(rolled(sheet.voicing, beat, 0.4, 0.0), float(accents[hit]))
    return notes


def _grounded(sheet: Sheet) -> tuple[int, ...]:
    """The voicing, over its root when neither bass nor pad plays one."""
    if sheet.playing & {Part.BASS, Part.PAD}:
        return sheet.voicing
    return (foundation(sheet.chord), *sheet.voicing)


def _louder(notes: list[Note], by: float) -> list[Note]:
    return [
        Note(note.beat, note.length, note.pitch, note.velocity + by, note.part) for note in notes
    ]


def _without_repeats(notes: list[Note]) -> list[Note]:
    """Each string or key rings until it is struck again."""
    ends: dict[int, float] = {}
    trimmed = []
    for note in reversed(notes):
        length = min(note.length, ends.get(note.pitch, BAR_BEATS) - note.beat)
        ends[note.pitch] = note.beat
        trimmed.append(Note(note.beat, length, note.pitch, note.velocity, note.part))
    return trimmed[::-1]
