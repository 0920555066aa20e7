"""Voice leading: where on the keyboard a chord is played, given where the last one was."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lofi.backends.procedural.score import Chord

LOW, HIGH = 47, 74
"""MIDI range of the upper structure: B2 to D5."""
CENTRE = 61.0


def upper_structure(chord: Chord) -> tuple[int, ...]:
    """The three or four pitch classes above the bass: no root in sevenths and beyond.

    From an eleventh on the fifth goes too.
    """
    tones = chord.tones
    if len(tones) == 3:
        return tones
    if len(tones) > 5:
        return (tones[1], *tones[3:])
    return tones[1:]


def _stacked(order: tuple[int, ...], lowest: int) -> list[int]:
    stack = [lowest]
    for tone in order[1:]:
        stack.append(stack[-1] + 1 + (tone - stack[-1] - 1) % 12)
    return stack


@lru_cache(maxsize=512)
def candidates(upper: tuple[int, ...]) -> NDArray[np.int64]:
    """Every close and drop-2 position of the tones in range, as rows of rising MIDI numbers."""
    rows = set()
    for turn in range(len(upper)):
        order = upper[turn:] + upper[:turn]
        for lowest in range(LOW + (order[0] - LOW) % 12, HIGH, 12):
            close = _stacked(order, lowest)
            dropped = sorted([*close[:-2], close[-2] - 12, close[-1]])
            rows |= {tuple(row) for row in (close, dropped) if row[0] >= LOW and row[-1] <= HIGH}
    return np.array(sorted(rows), dtype=np.int64)


def roughness(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """How muddy or biting each row sounds by itself: shape (rows,)."""
    below, above = np.triu_indices(rows.shape[1], 1)
    gaps = rows[:, above] - rows[:, below]
    narrow = (gaps < 4) & (rows[:, below] < 52)
    biting = (gaps == 1) | (gaps == 13)
    cost: NDArray[np.float64] = 3.0 * narrow.sum(axis=1) + 8.0 * biting.sum(axis=1)
    return cost


def movement(previous: tuple[int, ...], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cost of going from a voicing to each row: distance, largest step, parallels, minus holds.

    Voices correspond in order; where their number changes, each to the nearest.
    """
    held = np.array(previous)
    distance = np.abs(rows[:, :, None] - held)
    if rows.shape[1] == held.size:
        steps = np.abs(rows - held)
    else:
        steps = distance.min(axis=2 if rows.shape[1] > held.size else 1)
    common = (distance == 0).any(axis=2).sum(axis=1)
    bass, top = rows[:, 0] - held[0], rows[:, -1] - held[-1]
    parallel = (bass == top) & (bass != 0) & np.isin((rows[:, -1] - rows[:, 0]) % 12, (0, 7))
    cost: NDArray[np.float64] = (
        steps.sum(axis=1) + 0.6 * steps.max(axis=1) - 1.5 * common + 6.0 * parallel
    )
    return cost


def lead(chord: Chord, previous: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The cheapest voicing of a chord after ``previous``, as rising MIDI numbers."""
    rows = candidates(upper_structure(chord))
    cost = roughness(rows) + 0.25 * np.abs(rows.mean(axis=1) - CENTRE)
    if previous:
        cost = cost + movement(previous, rows)
    return tuple(int(pitch) for pitch in rows[int(cost.argmin())])


def foundation(chord: Chord) -> int:
    """The root below the voicing, for when no bass plays it: C2 to B2."""
    return 36 + chord.root
