"""The bass player: roots, fifths and octaves, and a step of the scale to what follows."""

from lofi.backends.procedural.composition.leadsheet import Chance, Sheet
from lofi.backends.procedural.composition.timing import milliseconds, onset
from lofi.backends.procedural.recipe import Instrument, Kit, Part, Recipe
from lofi.backends.procedural.score import Note

LOWEST = 31
"""G1: the lowest root that small loudspeakers still give an idea of."""
DEEPEST = 28
"""E1, for those who asked for a synthesiser under the floor."""
BAR_BEATS = 4.0
LONGEST = 2.5

POCKETS = (
    ("0R 10R 14A 7F", "0R 10F 14A 6R"),
    ("0R 6R 14A 10F", "0R 10R 14A 6O"),
    ("0R 11R 14A 8F", "0R 10R 13A 7O"),
    ("0R 10F 7R 14A", "0R 10R 14A 3R"),
    ("0R 7R 10F 14A", "0R 10O 14A 6F"),
)
"""Pairs of bars: sixteenth and role, the most important first."""
PUMPS = ("2R 10R 6R 14O", "2R 10R 14F 6R", "2R 6R 14A 10R")
"""Off-beat lines for house."""


def bass(sheet: Sheet, chance: Chance) -> list[Note]:
    """The bass part of a bar."""
    choice = chance.section.integers(60)
    shades = chance.bar.normal(0.0, 0.03, 8)
    if sheet.recipe.kit is Kit.HOUSE and Part.DRUMS in sheet.playing:
        events = _events(PUMPS[choice % len(PUMPS)], 2 + int(2.4 * sheet.energy))
        return _line(sheet, events, shades.tolist(), longest=0.45)
    if sheet.recipe.bass is Instrument.UPRIGHT_BASS and sheet.energy >= 0.6:
        return _line(sheet, _walk(sheet), shades.tolist(), longest=1.0)
    pocket = POCKETS[choice % len(POCKETS)][sheet.position % 2]
    deep = sheet.recipe.kit is None
    count = 1 if deep else 1 + int(4.2 * sheet.energy)
    longest = BAR_BEATS if deep or count == 1 else LONGEST
    return _line(sheet, _events(pocket, count), shades.tolist(), longest=longest)


def root_of(pitch_class: int, recipe: Recipe) -> int:
    """The lowest bass note of a pitch class that its player takes for a root."""
    lowest = _lowest(recipe)
    return lowest + (pitch_class - lowest) % 12


def _lowest(recipe: Recipe) -> int:
    return DEEPEST if recipe.bass is Instrument.SYNTH_BASS else LOWEST


def _events(pattern: str, count: int) -> list[tuple[int, str]]:
    return sorted((int(event[:-1]), event[-1]) for event in pattern.split()[:count])


def _walk(sheet: Sheet) -> list[tuple[int, str]]:
    """Quarter notes through the chord into the next, with a skip when there is energy for it."""
    middle = [(4, "T"), (8, "F")] if sheet.position % 2 == 0 else [(4, "F"), (8, "T")]
    skip = [(11, "R")] if sheet.energy > 0.85 else []
    return [(0, "R"), *middle, *skip, (12, "A")]


def _line(
    sheet: Sheet, events: list[tuple[int, str]], shades: list[float], *, longest: float
) -> list[Note]:
    notes: list[Note] = []
    for index, (step, role) in enumerate(events):
        beat = onset(step, sheet.recipe.swing)
        ahead = events[index + 1][0] if index + 1 < len(events) else 16
        length = min(0.95 * (onset(ahead, sheet.recipe.swing) - beat), longest)
        velocity = (0.78 if role == "R" else 0.66) + shades[index]
        late = milliseconds(4.0, sheet.bpm) if step else 0.0
        before = notes[-1].pitch if notes else -1
        pitch = approach(sheet, before) if role == "A" else _pitch(sheet, role)
        notes.append(Note(beat + late, length, pitch, velocity, Part.BASS))
    return notes


def _pitch(sheet: Sheet, role: str) -> int:
    root = root_of(sheet.chord.root, sheet.recipe)
    tones = sheet.chord.tones
    if role == "F" and (sheet.chord.root + 7) % 12 in tones:
        return root + 7 if root <= _lowest(sheet.recipe) + 5 else root - 5
    if role == "T":
        return root + (tones[1] - tones[0]) % 12
    return root + 12 if role == "O" and root <= 38 else root


def approach(sheet: Sheet, before: int) -> int:
    """A scale note a step from the next root, near the note before but not the same.

    If the root stays, its fifth, or the root itself after the fifth.
    """
    here = root_of(sheet.chord.root, sheet.recipe)
    there = root_of(sheet.following.root, sheet.recipe)
    fifth = _pitch(sheet, "F")
    if here == there:
        return here if before == fifth else fifth
    ladder: list[int] = sheet.key.ladder(max(_lowest(sheet.recipe), there - 2), there + 2).tolist()
    steps = [pitch for pitch in ladder if pitch not in {there, before}]
    biting = [pitch for pitch in steps if (pitch - 1) % 12 in sheet.chord.tones]
    options = [pitch for pitch in steps if pitch not in biting] or steps or [here]
    return min(options, key=lambda pitch: abs(pitch - before))
