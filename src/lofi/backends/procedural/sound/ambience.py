"""The places music is heard in: record noise, weather, animals and people, as textures."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator

from lofi.backends.procedural.recipe import Ambience
from lofi.backends.procedural.sound.envelope import decay, gate, times
from lofi.backends.procedural.sound.filter import band, bandpass, filtered, lowpass
from lofi.backends.procedural.sound.oscillator import lfo, modes, noise
from lofi.backends.procedural.sound.texture import Bed, Drift, Grains, Texture
from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal, amplitude, frames

FADE_IN = frames(1.0)


class Hum:
    """What mains and motor leave on a record."""

    def quantum(self, start: int) -> Signal:
        """The next quantum, the same in both channels."""
        tone = lfo(50.0, start, QUANTUM) * np.float32(0.003)
        tone += lfo(150.0, start, QUANTUM) * np.float32(0.0012)
        return np.stack([tone, tone])


def _pop(rng: Generator) -> Signal:
    count = frames(rng.uniform(0.001, 0.004))
    click = filtered(bandpass(rng.uniform(900, 5_000), 1.2), noise(rng, count))
    return gate(click, 0.0002, 0.0015)


def _drop(rng: Generator) -> Signal:
    count = frames(0.03)
    pitch = float(np.exp(rng.uniform(np.log(1_100), np.log(5_200))))
    return gate(modes([pitch], [1.0], [rng.uniform(160, 420)], count), 0.0012, 0.01)


def _syllable(rng: Generator) -> Signal:
    """A vowel nobody can make out: a glottal pulse train through two formants."""
    count = frames(rng.uniform(0.11, 0.26))
    pitch = rng.choice([rng.uniform(95, 140), rng.uniform(170, 235)])
    glide = 1 + rng.uniform(-0.12, 0.08) * np.linspace(0, 1, count)
    saw = (np.cumsum(pitch * glide) / SAMPLE_RATE % 1.0 - 0.5).astype(np.float32)
    mouth = bandpass(rng.uniform(320, 780), 3.0), bandpass(rng.uniform(900, 1_700), 4.0)
    vowel = filtered(mouth[0], saw) + np.float32(0.4) * filtered(mouth[1], saw)
    return gate(filtered(lowpass(1_600), vowel), 0.04, 0.08)


def _clink(rng: Generator) -> Signal:
    pitch = rng.uniform(2_300, 4_200)
    ratios = np.array([1.0, 1.62, 2.31, 2.9])
    return gate(
        modes(pitch * ratios, [1, 0.6, 0.4, 0.2], rng.uniform(14, 30, 4), 14_400), 0.001, 0.1
    )


def _chirp(rng: Generator) -> Signal:
    """One cricket's stridulation: three or four pulses of one pitch."""
    pitch = rng.choice([4_150, 4_420, 4_730]) * rng.uniform(0.995, 1.005)
    period = frames(0.034 * rng.uniform(0.94, 1.06))
    count = period * int(rng.integers(3, 5))
    pulse = np.sin(np.pi * np.minimum(1.0, np.arange(count) % period / (0.62 * period))) ** 2
    swell = np.linspace(0.5, 1.0, count)
    tone = np.sin(2 * np.pi * pitch * times(count)) * pulse * swell
    return gate(tone.astype(np.float32), 0.003, 0.01)


def _birdsong(rng: Generator) -> Signal:
    """A phrase of whistles, each swept up or down, most of them alike."""
    centre = rng.uniform(2_300, 4_300)
    first, last, length = rng.uniform([0.85, 0.85, 0.05], [1.2, 1.2, 0.13])
    whistles = []
    for _ in range(int(rng.integers(2, 7))):
        count = frames(length * rng.uniform(0.85, 1.15))
        sweep = centre * np.linspace(first, last, count) * rng.uniform(0.97, 1.03)
        tone = np.sin(2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE).astype(np.float32)
        silence = np.zeros(frames(rng.uniform(0.03, 0.09)), np.float32)
        whistles += [gate(tone, 0.02, 0.03), silence]
    return np.concatenate(whistles)


def _crackle(rng: Generator) -> Signal:
    """Sap boiling in wood: a few sharp reports close together."""
    burst = np.zeros(frames(0.12), np.float32)
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(frames(0.1)))
        count = frames(0.016)
        snap = filtered(bandpass(rng.uniform(700, 4_200), 0.9), noise(rng, count))
        burst[at : at + count] += gate(snap * decay(count, 420), 0.0003, 0.004) * rng.uniform(
            0.3, 1
        )
    return burst


def _pool(make: Callable[[Generator], Signal], rng: Generator, size: int) -> list[Signal]:
    return [make(rng) for _ in range(size)]


def _vinyl(rng: Generator) -> list[Texture]:
    return [
        Bed(rng, band(700, 5_500), 0.014),
        Bed(rng, band(30, 110), 0.02),
        Hum(),
        Grains(rng, _pool(_pop, rng, 48), 16.0, 0.08),
        Grains(rng, _pool(_pop, rng, 12), 0.7, 0.16),
    ]


def _tape_hiss(rng: Generator) -> list[Texture]:
    return [Bed(rng, band(900, 8_500), 0.02)]


def _rain(rng: Generator) -> list[Texture]:
    return [
        Bed(rng, band(500, 7_000), 0.075, Drift(rng, 13.0, 0.75, 1.25)),
        Bed(rng, band(90, 350), 0.09, Drift(rng, 29.0, 0.5, 1.2)),
        Grains(rng, _pool(_drop, rng, 40), 22.0, 0.10),
    ]


def _cafe(rng: Generator) -> list[Texture]:
    return [
        Bed(rng, band(150, 900), 0.05, Drift(rng, 17.0, 0.7, 1.3)),
        Grains(rng, _pool(_syllable, rng, 36), 17.0, 0.35),
        Grains(rng, _pool(_clink, rng, 10), 0.22, 0.025),
    ]


def _night(rng: Generator) -> list[Texture]:
    return [
        Bed(rng, band(120, 900), 0.035, Drift(rng, 23.0, 0.5, 1.3)),
        Bed(rng, bandpass(4_400, 6.0), 0.03, Drift(rng, 11.0, 0.6, 1.3)),
        Grains(rng, _pool(_chirp, rng, 24), 2.6, 0.07),
    ]


def _birds(rng: Generator) -> list[Texture]:
    return [
        Bed(rng, band(250, 2_200), 0.025, Drift(rng, 19.0, 0.6, 1.3)),
        Grains(rng, _pool(_birdsong, rng, 18), 0.75, 0.11),
    ]


def _ocean(rng: Generator) -> list[Texture]:
    return [
        Bed(rng, band(60, 420), 0.16, Drift(rng, 9.0, 0.35, 1.5)),
        Bed(rng, band(500, 5_000), 0.07, Drift(rng, 8.0, -0.35, 1.5)),
    ]


def _wind(rng: Generator) -> list[Texture]:
    return [
        Bed(rng, bandpass(260, 1.1), 0.22, Drift(rng, 7.0, 0.1, 1.5)),
        Bed(rng, bandpass(620, 2.2), 0.14, Drift(rng, 5.0, -0.6, 1.3)),
        Bed(rng, bandpass(1_150, 5.0), 0.06, Drift(rng, 4.0, -0.9, 1.2)),
    ]


def _fire(rng: Generator) -> list[Texture]:
    return [
        Bed(rng, band(70, 380), 0.2, Drift(rng, 3.0, 0.5, 1.4)),
        Bed(rng, band(1_200, 6_000), 0.02, Drift(rng, 2.0, 0.3, 1.5)),
        Grains(rng, _pool(_crackle, rng, 40), 5.0, 0.22),
    ]


PLACES: Mapping[Ambience, tuple[Callable[[Generator], list[Texture]], float]] = {
    Ambience.VINYL: (_vinyl, 7.0),
    Ambience.TAPE_HISS: (_tape_hiss, -0.3),
    Ambience.RAIN: (_rain, 1.2),
    Ambience.CAFE: (_cafe, -5.2),
    Ambience.NIGHT: (_night, 1.0),
    Ambience.BIRDS: (_birds, -11.5),
    Ambience.OCEAN: (_ocean, 3.3),
    Ambience.WIND: (_wind, 4.9),
    Ambience.FIRE: (_fire, 2.7),
}
"""What each is made of, and the decibels that bring it to its loudness at full amount."""


class Place:
    """One ambience, for as long as anyone listens."""

    def __init__(self, ambience: Ambience, seed: int, start: int = 0) -> None:
        """It fades in from frame ``start``."""
        make, trim = PLACES[ambience]
        index = list(Ambience).index(ambience)
        self._textures = make(np.random.default_rng([seed, 0x616D62, index]))
        self._start = start
        self._trim = np.float32(amplitude(trim))

    def quantum(self, start: int) -> Signal:
        """The quantum that begins at frame ``start``, shape (2, QUANTUM)."""
        total = np.zeros((2, QUANTUM), np.float32)
        for texture in self._textures:
            sound = texture.quantum(start)
            if sound is not None:
                total += sound
        if start < self._start + FADE_IN:
            clock = np.arange(start - self._start, start - self._start + QUANTUM, dtype=np.float32)
            total *= np.minimum(clock / np.float32(FADE_IN), 1.0)
        return total * self._trim
