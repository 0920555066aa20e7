"""The drummer: a groove for each kit, written as grids of sixteenths, and the way it is played."""

from typing import NamedTuple

import numpy as np

from lofi.backends.procedural.composition.leadsheet import Chance, Sheet
from lofi.backends.procedural.composition.timing import STEPS_PER_BAR, milliseconds, onset
from lofi.backends.procedural.recipe import Kit, Part
from lofi.backends.procedural.score import Drum, Note


class Row(NamedTuple):
    """One line of a drum grid."""

    drum: Drum
    grid: str
    """Sixteen characters: a digit is a hit at that many tenths of full velocity, a dot is none."""
    energy: float = 0.0
    """From which energy on it is played."""
    chance: float = 1.0
    """How often each of its hits is played."""


class Groove(NamedTuple):
    """How one kit is played."""

    kicks: tuple[tuple[str, str], ...]
    """Pairs of bars; a section takes one pair and alternates."""
    rows: tuple[Row, ...]
    fill: tuple[Row, ...]
    """Added in the last bar of a phrase."""
    late: float = 15.0
    """How far the backbeat drags, in milliseconds."""
    jitter: float = 8.0
    """Standard deviation of hats and shakers, in milliseconds."""


GROOVES: dict[Kit, Groove] = {
    Kit.BOOM_BAP: Groove(
        kicks=(
            ("9.........8.....", "9......5..8....."),
            ("9......6..8.....", "9.........8..6.."),
            ("9..6......8.....", "9.........8....."),
            ("9.....7...8.....", "9.6.......8....5"),
        ),
        rows=(
            Row(Drum.SNARE, "....9.......9..."),
            Row(Drum.HAT, "5.4.6.4.5.4.6.4."),
            Row(Drum.HAT, "...3.......3.3..", 0.38, 0.7),
            Row(Drum.SNARE, ".......2.2.....2", 0.42, 0.5),
            Row(Drum.HAT, ".3...3.3.3.....3", 0.65, 0.85),
            Row(Drum.OPEN_HAT, "..............4.", 0.55, 0.25),
        ),
        fill=(
            Row(Drum.SNARE, ".............4.6", 0.3),
            Row(Drum.KICK, "..............7.", 0.45),
        ),
    ),
    Kit.SOFT: Groove(
        kicks=(
            ("7.........6.....", "7.........6....."),
            ("7.........5.....", "7......4..6....."),
            ("7.....5.........", "7.........6....."),
        ),
        rows=(
            Row(Drum.RIM, "....6.......6..."),
            Row(Drum.SHAKER, "3.2.4.2.3.2.4.2."),
            Row(Drum.HAT, "..3...3...3...3.", 0.3, 0.9),
            Row(Drum.SHAKER, ".1.1.1.1.1.1.1.1", 0.42, 0.8),
            Row(Drum.SNARE, ".......2.......2", 0.5, 0.4),
        ),
        fill=(Row(Drum.RIM, "..........3..4..", 0.3),),
    ),
    Kit.BRUSHES: Groove(
        kicks=(
            ("4...3...4...3...", "4...3...4.3.3..."),
            ("4.......4.....3.", "4...3...4......."),
        ),
        rows=(
            Row(Drum.RIDE, "5...6..35...6..3"),
            Row(Drum.SHAKER, "....5.......5..."),
            Row(Drum.SHAKER, "2.2...2.2.2...2.", 0.25),
            Row(Drum.SNARE, ".......2..2....2", 0.4, 0.5),
            Row(Drum.SNARE, "...3.....3.3....", 0.65, 0.5),
        ),
        fill=(Row(Drum.SNARE, "..........3.34.5", 0.3),),
        late=10.0,
    ),
    Kit.MACHINE: Groove(
        kicks=(
            ("9......7..6.....", "9..7..6...7....."),
            ("9.....7...7.....", "9..........7..6."),
            ("9..6......9.....", "9.....6.7......."),
        ),
        rows=(
            Row(Drum.CLAP, "....8.......8..."),
            Row(Drum.HAT, "5.4.5.4.5.4.5.4."),
            Row(Drum.HAT, ".2.2.2.2.2.2.2.2", 0.45, 0.9),
            Row(Drum.RIM, "...3..3....3..3.", 0.55, 0.5),
            Row(Drum.OPEN_HAT, "......4.......4.", 0.6, 0.5),
        ),
        fill=(Row(Drum.SNARE, "..........2.3.45", 0.3), Row(Drum.KICK, "..............6.", 0.5)),
        late=5.0,
        jitter=3.0,
    ),
    Kit.HOUSE: Groove(
        kicks=(("9...9...9...9...", "9...9...9...9..."), ("9...9...9...9...", "9...9...9...9..5")),
        rows=(
            Row(Drum.OPEN_HAT, "..5...5...5...5."),
            Row(Drum.CLAP, "....8.......8..."),
            Row(Drum.SHAKER, "2.2.2.2.2.2.2.2.", 0.3),
            Row(Drum.HAT, "33.333.333.333.3", 0.42, 0.95),
            Row(Drum.RIM, "...4..4...4..4..", 0.65, 0.6),
        ),
        fill=(Row(Drum.SNARE, "..........3.3.45", 0.35),),
        late=4.0,
        jitter=4.0,
    ),
    Kit.HAND: Groove(
        kicks=(
            ("6.........4.....", "6.........4....."),
            ("6...............", "6.....4...4....."),
        ),
        rows=(
            Row(Drum.SHAKER, "4.2.3.2.4.2.3.2."),
            Row(Drum.HIGH_BONGO, "......5.....5.4."),
            Row(Drum.LOW_BONGO, "....6.......4..."),
            Row(Drum.HIGH_BONGO, "..3....3..4....3", 0.35, 0.8),
            Row(Drum.SHAKER, ".2.2.2.2.2.2.2.2", 0.42, 0.85),
            Row(Drum.LOW_BONGO, "5......3..3.....", 0.55, 0.7),
        ),
        fill=(
            Row(Drum.HIGH_BONGO, ".........4.4.55.", 0.3),
            Row(Drum.LOW_BONGO, "...............6", 0.3),
        ),
        late=8.0,
    ),
}

SLEIGH_BELLS = (
    Row(Drum.SLEIGH_BELL, "6...5...6...5..."),
    Row(Drum.SLEIGH_BELL, "6.3.5.3.6.3.5.3."),
)
"""On quarters, or with the eighths between them; a section keeps to one."""

_BACKBEAT = {Drum.SNARE, Drum.RIM, Drum.CLAP}
_LOOSE = {Drum.HAT, Drum.OPEN_HAT, Drum.RIDE, Drum.SHAKER, Drum.SLEIGH_BELL}
_LENGTH = 0.25


def drums(sheet: Sheet, chance: Chance) -> list[Note]:
    """The drum part of a bar."""
    kit = sheet.recipe.kit
    if kit is None:
        return []
    groove = GROOVES[kit]
    pair = groove.kicks[chance.section.integers(len(groove.kicks))]
    kick = Row(Drum.KICK, pair[sheet.position % 2])
    notes = [note for row in (kick, *groove.rows) for note in _played(row, sheet, chance.bar)]
    if sheet.turn:
        taken = {(note.pitch, round(4 * note.beat)) for note in notes}
        filled = [note for row in groove.fill for note in _played(row, sheet, chance.bar)]
        notes += [note for note in filled if (note.pitch, round(4 * note.beat)) not in taken]
    if sheet.recipe.sleigh_bells:
        row = SLEIGH_BELLS[chance.section.integers(len(SLEIGH_BELLS))]
        notes += _played(row, sheet, chance.bar)
    return notes


def _played(row: Row, sheet: Sheet, rng: np.random.Generator) -> list[Note]:
    luck, shade, drift = rng.random(STEPS_PER_BAR), *rng.normal(size=(2, STEPS_PER_BAR))
    if sheet.energy < _needed(row, sheet.bpm):
        return []
    notes = []
    for step, mark in enumerate(row.grid):
        if mark != "." and luck[step] < row.chance:
            beat = onset(step, sheet.recipe.swing) + _drag(row.drum, drift[step], sheet)
            velocity = float(np.clip(int(mark) / 10 + 0.035 * shade[step], 0.05, 1.0))
            notes.append(Note(max(0.0, beat), _LENGTH, int(row.drum), velocity, Part.DRUMS))
    return notes


def _needed(row: Row, bpm: float) -> float:
    """Above 110 bpm sixteenths come so fast that ornaments ask for more energy."""
    ornament = row.energy > 0.0 and any(mark != "." for mark in row.grid[1::2])
    return row.energy + (max(0.0, bpm - 110.0) / 150.0 if ornament else 0.0)


def _drag(drum: Drum, drift: float, sheet: Sheet) -> float:
    """Micro-timing of a hit, in beats: the backbeat drags, the hats wander, the kick stands."""
    groove = GROOVES[sheet.recipe.kit or Kit.SOFT]
    if drum in _LOOSE:
        return milliseconds(groove.jitter * drift, sheet.bpm)
    late = groove.late if drum in _BACKBEAT else 0.0
    return milliseconds(late + 2.0 * drift, sheet.bpm)
