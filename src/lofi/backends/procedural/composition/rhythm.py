"""When the melody plays: two-bar cells a a a' b, thinned by density, with room to breathe."""

from typing import NamedTuple

import numpy as np

CELL_BARS = 2
CELL_STEPS = 32
LANDING = 16
"""Step of the answering cell on which the phrase comes to rest: the downbeat of its last bar."""

CELLS = (
    (0, 16, 6, 22, 10, 12, 26, 3, 28, 19),
    (4, 16, 10, 20, 7, 26, 12, 30, 14, 2),
    (0, 10, 20, 6, 16, 26, 14, 3, 29, 23),
    (6, 16, 0, 12, 22, 10, 28, 26, 19, 3),
    (2, 8, 18, 12, 22, 6, 26, 14, 30, 16),
    (0, 12, 6, 16, 3, 22, 19, 28, 10, 26),
    (8, 16, 12, 14, 24, 22, 6, 28, 3, 30),
    (0, 4, 16, 20, 7, 10, 23, 26, 14, 30),
)
"""Onsets in sixteenths, the most important first."""
ANSWERS = ((0, 6, 10), (4, 10, 12), (0, 4, 10), (6, 12, 3), (2, 8, 11))
"""Onsets on the way to the landing."""


class Slot(NamedTuple):
    """One onset of the melody."""

    step: int
    """Sixteenth from the start of the phrase."""
    cell: int
    home: int
    """The onset of the first cell it repeats, in sixteenths from its cell; -1 in the answer."""


def onsets(
    density: float,
    section: np.random.Generator,
    phrase: np.random.Generator,
    *,
    breathing: bool = True,
) -> tuple[Slot, ...]:
    """The onsets of an eight-bar phrase, rising.

    ``section`` fixes the cell, ``phrase`` what is varied and where the melody is silent.
    With ``breathing`` a cell in the middle may be left out. Every draw is made whatever the
    density, so that more of it only adds onsets.
    """
    cell = CELLS[section.integers(len(CELLS))]
    answer = ANSWERS[section.integers(len(ANSWERS))]
    count = 2 + round(density * (len(cell) - 2))
    motif = sorted(cell[:count])
    slots = [Slot(32 * i + step, i, step) for i in (0, 1) for step in motif]
    slots += _varied(motif, cell[0], phrase)
    approach = answer[: 1 + round(2 * density)]
    slots += [Slot(96 + step, 3, -1) for step in sorted(approach)] + [Slot(96 + LANDING, 3, -1)]
    quiet, which = phrase.random(), 1 + int(phrase.integers(2))
    silent = which if breathing and quiet < 0.7 - 0.4 * density else -1
    return tuple(slot for slot in slots if slot.cell != silent)


def _varied(motif: list[int], anchor: int, rng: np.random.Generator) -> list[Slot]:
    """The third cell: the motif with an onset an eighth earlier where there is room."""
    choice = rng.random()
    taken = set(motif)
    free = [s for s in motif if s != anchor and s >= 4 and not {s - 3, s - 2, s - 1} & taken]
    moved = free[int(choice * len(free))] if free else -1
    return [Slot(64 + (step - 2 if step == moved else step), 2, step) for step in motif]
