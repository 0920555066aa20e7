"""The choices a prompt leaves open, drawn from the seed; each has a stream of its own."""

from collections.abc import Mapping
from enum import IntEnum
from typing import TypeVar

import numpy as np

T = TypeVar("T")
_STREAM = 0xC401CE
"""Keeps these draws apart from those of the composer and the players."""


class Open(IntEnum):
    """What may be left open; naming one thing in a prompt does not change the draw of another."""

    MOOD = 0
    TONIC = 1
    MODE = 2
    TEMPO = 3
    AMOUNTS = 4
    ROOM = 5
    DRUMS = 6
    CHORDS = 7
    LEAD = 8
    PAD = 9
    BASS = 10
    MELODY = 11


def stream(seed: int, which: Open) -> np.random.Generator:
    """The random numbers of one open choice."""
    return np.random.default_rng([seed, _STREAM, which])


def draw(weights: Mapping[T, float], seed: int, which: Open) -> T:
    """One of the choices, as often as its weight says; there must be one."""
    choices = list(weights)
    shares = np.array(list(weights.values()))
    return choices[int(stream(seed, which).choice(len(choices), p=shares / shares.sum()))]
