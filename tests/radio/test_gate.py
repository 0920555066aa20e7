"""Takes that must not be heard, and music that must."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from lofi.backends.procedural.reading import read
from lofi.backends.procedural.sound.stream import Stream
from lofi.radio.gate import fault

RATE = 32_000
SECONDS = 24

Samples = NDArray[np.float32]


def time() -> NDArray[np.float64]:
    return np.arange(SECONDS * RATE) / RATE


def stereo(mono: NDArray[np.float64]) -> Samples:
    return np.stack([mono, mono]).astype(np.float32)


@cache
def rendered(prompt: str, seconds: int, seed: int) -> Samples:
    return Stream(read(prompt, seed).recipe, seed).render(seconds * 48_000)


def music(prompt: str = "rainy jazz, rhodes", seconds: int = SECONDS, seed: int = 3) -> Samples:
    return rendered(prompt, seconds, seed).copy()


def silence() -> Samples:
    return stereo(np.zeros(SECONDS * RATE))


def near_silence() -> Samples:
    return stereo(np.random.default_rng(1).normal(0, 1e-4, SECONDS * RATE))


def tone() -> Samples:
    return stereo(0.3 * np.sin(2 * np.pi * 220 * time()))


def buzz() -> Samples:
    return stereo(0.2 * np.sign(np.sin(2 * np.pi * 97.3 * time())))


def chord_that_stays() -> Samples:
    notes = (220.0, 277.18, 329.63, 415.3)
    return stereo(0.1 * np.sum([np.sin(2 * np.pi * hz * time()) for hz in notes], axis=0))


def snippet_over_and_over() -> Samples:
    snippet = np.random.default_rng(1).normal(0, 0.2, round(0.4 * RATE))
    return stereo(np.resize(snippet, SECONDS * RATE))


def stuck_after_a_while() -> Samples:
    good = music().mean(axis=0)[::2][: 8 * 24_000]
    held = 0.3 * np.sin(2 * np.pi * 220 * np.arange(16 * 24_000) / 24_000)
    return stereo(np.concatenate([good, held]))


def clipped() -> Samples:
    return np.clip(20 * music(), -1, 1)


def not_a_number() -> Samples:
    sound = music()
    sound[0, 1000] = np.nan
    return sound


def infinite() -> Samples:
    sound = music()
    sound[1, 1000] = np.inf
    return sound


def hole() -> Samples:
    sound = music()
    sound[:, 6 * 48_000 : 13 * 48_000] = 0
    return sound


def off_centre() -> Samples:
    return music() + np.float32(0.3)


def short() -> Samples:
    return music(seconds=2)


BAD: dict[Callable[[], Samples], str] = {
    silence: "silent",
    near_silence: "silent",
    tone: "stuck",
    buzz: "stuck",
    chord_that_stays: "stuck",
    snippet_over_and_over: "stuck",
    stuck_after_a_while: "stuck",
    clipped: "clipped",
    not_a_number: "no sound",
    infinite: "no sound",
    hole: "silent for",
    off_centre: "off centre",
    short: "lasts only 2.0 s",
}


@pytest.mark.parametrize("bad", BAD, ids=lambda made: made.__name__)
def test_a_degenerate_take_is_refused_and_the_reason_named(bad: Callable[[], Samples]) -> None:
    assert BAD[bad] in str(fault(bad(), RATE if bad not in LIKE_MUSIC else 48_000))


LIKE_MUSIC = {clipped, not_a_number, infinite, hole, off_centre, short}

GOOD = (
    "rainy jazz, rhodes",
    "sleep lofi, drone",
    *(
        pytest.param(prompt, marks=pytest.mark.slow)
        for prompt in (
            "lofi house",
            "ambient soundscape, pads, no drums",
            "cafe, piano, brushes",
            "chiptune, 8-bit, fast",
            "solo cello, slow",
        )
    ),
)


@pytest.mark.parametrize("prompt", GOOD)
def test_music_passes(prompt: str) -> None:
    assert fault(music(prompt), 48_000) is None


def test_music_that_ends_in_silence_passes() -> None:
    sound = music()
    sound[:, -3 * 48_000 :] = 0
    assert fault(sound, 48_000) is None


def test_mono_and_other_rates_pass() -> None:
    assert fault(music()[:1, ::3], 16_000) is None
