"""What tests measure on whole pieces: key, chords, loudness, colour, pulse; plain functions."""

from collections.abc import Collection, Iterator, Sequence
from typing import cast

import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from scipy.signal import find_peaks, welch

from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.recipe import Part
from lofi.backends.procedural.score import Bar, Chord
from lofi.sound.pcm import SAMPLE_RATE, Signal

WINDOW = 32_768
"""Frames of a spectrum that tells half steps apart down to 50 Hz."""
BANDS = ((20, 60), (60, 250), (250, 2_000), (2_000, 6_000), (6_000, 16_000))
"""Hz."""
HOP = 480
"""Frames between two values of the onset curve: 10 ms."""


def chroma(sound: Signal, low: float = 110.0, high: float = 2_000.0) -> NDArray[np.float64]:
    """Energy of the twelve pitch classes, C first, between two frequencies; sums to 1."""
    mono = sound.mean(axis=0, dtype=np.float64)
    if mono.size < WINDOW:
        mono = np.pad(mono, (0, WINDOW - mono.size))
    hertz, power = welch(mono, SAMPLE_RATE, "hann", WINDOW, detrend=False)
    inside = (hertz >= low) & (hertz <= high)
    classes = np.round(69 + 12 * np.log2(hertz[inside] / 440)).astype(int) % 12
    energy = np.bincount(classes, weights=power[inside], minlength=12)
    return np.asarray(energy / energy.sum())


def in_scale(energy: NDArray[np.float64], key: Key) -> float:
    """Share of a chroma that the scale accounts for."""
    return float(energy[list(key.scale)].sum())


def rank(energy: NDArray[np.float64], key: Key) -> int:
    """How many transpositions of the scale explain a chroma as well as this one; 1 is best."""
    own = in_scale(energy, key)
    others = (Key(tonic, key.mode) for tonic in range(12))
    return sum(in_scale(energy, other) >= own for other in others)


def chord_rank(energy: NDArray[np.float64], chord: Chord, others: Collection[Chord]) -> int:
    """How many of the other chords fit a chroma as well as this one, itself included."""
    heard = np.sqrt(energy)

    def fit(candidate: Chord) -> float:
        template = np.zeros(12)
        template[list(candidate.tones)] = (1.2, 1.0, 1.0, 0.8, 0.8, 0.8)[: len(candidate.tones)]
        return float(np.corrcoef(heard, template)[0, 1])

    own = fit(chord)
    return 1 + sum(fit(other) > own for other in others)


def by_bar(sound: Signal, bars: Sequence[Bar]) -> Iterator[tuple[Bar, Signal]]:
    """Each bar with its sound."""
    start = 0.0
    for bar in bars:
        end = start + bar.beats * 60 / bar.recipe.bpm
        yield bar, sound[:, int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]
        start = end


def chords_heard(sound: Signal, bars: Sequence[Bar], declared: Sequence[Chord]) -> float:
    """Share of the bars in whose sound the declared chord is among the best two of the piece."""
    candidates = set(declared)
    hits = 0
    for (bar, part), chord in zip(by_bar(sound, bars), declared, strict=True):
        settled = part[:, int(0.25 * 60 / bar.recipe.bpm * SAMPLE_RATE) :]
        hits += chord_rank(chroma(settled, low=50.0), chord, candidates) <= 2
    return hits / len(bars)


def body(sound: Signal, bars: Sequence[Bar]) -> Signal:
    """The sound of the sections in which everybody plays."""
    parts = [part for bar, part in by_bar(sound, bars) if bar.section in {"song", "full", "return"}]
    return np.concatenate(parts, axis=1)


def diatonic(sound: Signal, bars: Sequence[Bar]) -> Signal:
    """The sound without the bars whose chord is marked as outside the key, and what rings on."""
    parts, ringing = [], False
    for bar, part in by_bar(sound, bars):
        if not bar.chord.chromatic and not ringing:
            parts.append(part)
        ringing = bar.chord.chromatic
    return np.concatenate(parts, axis=1)


def harshness(bars: Sequence[Bar]) -> float:
    """Share of the time two notes sound together that they are a minor second or ninth apart."""
    sounding, start = [], 0.0
    for bar in bars:
        notes = (note for note in bar.notes if note.part is not Part.DRUMS)
        sounding += [(start + n.beat, start + n.beat + n.length, n.pitch) for n in notes]
        start += bar.beats
    sounding.sort()
    together = harsh = 0.0
    for index, (_, end, pitch) in enumerate(sounding):
        for onset, release, other in sounding[index + 1 :]:
            if onset >= end:
                break
            overlap = min(end, release) - onset
            together += overlap
            harsh += overlap * (abs(pitch - other) in {1, 13})
    return harsh / together


def loudness(sound: Signal) -> float:
    """Integrated LUFS, by an implementation that is not ours."""
    meter = pyloudnorm.Meter(SAMPLE_RATE)
    return cast("float", meter.integrated_loudness(sound.T.astype(np.float64)))


def spread(sound: Signal) -> float:
    """LU between the 5th and the 95th percentile of windows of three seconds."""
    size = 3 * SAMPLE_RATE
    starts = range(0, sound.shape[1] - size + 1, size)
    low, high = np.percentile([loudness(sound[:, at : at + size]) for at in starts], (5, 95))
    return float(high - low)


def bands(sound: Signal) -> list[float]:
    """Energy of each of ``BANDS``, decibels below the whole."""
    hertz, power = welch(sound.mean(axis=0), SAMPLE_RATE, nperseg=8_192)
    shares = [power[(hertz >= low) & (hertz < high)].sum() / power.sum() for low, high in BANDS]
    return [float(10 * np.log10(share)) for share in shares]


def novelty(sound: Signal) -> NDArray[np.float64]:
    """How much louder each 10 ms are than before, over bands a third of an octave wide or so.

    Levels are fourth roots of power, as a fraction of their mean: crackle hardly counts.
    """
    mono = sound.mean(axis=0, dtype=np.float64)
    frames = np.lib.stride_tricks.sliding_window_view(mono, 2_048)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(2_048))) ** 2
    edges = np.unique(np.geomspace(2, power.shape[1] - 1, 25).astype(int))
    levels = np.add.reduceat(power, edges, axis=1) ** 0.25
    return np.asarray(np.maximum(0.0, np.diff(levels / levels.mean(), axis=0)).sum(axis=1))


def onsets(sound: Signal) -> float:
    """Clear beginnings of notes and strokes per second."""
    peaks, _ = find_peaks(novelty(sound), height=4.0, distance=5)
    return float(len(peaks) * SAMPLE_RATE / sound.shape[1])


def pulse(sound: Signal, bpm: float) -> float:
    """Correlation of the novelty with itself one beat later, at most 1."""
    curve, lag = novelty(sound), round(60.0 / bpm * SAMPLE_RATE / HOP)
    return float(np.corrcoef(curve[:-lag], curve[lag:])[0, 1])


def treble(sound: Signal) -> float:
    """Decibels of what lies above 1.5 kHz, below the whole."""
    hertz, power = welch(sound.mean(axis=0), SAMPLE_RATE, nperseg=4_096)
    return float(10 * np.log10(power[hertz > 1_500].sum() / power.sum()))


def minor_third(sound: Signal, tonic: int) -> float:
    """Energy a minor third above the tonic, as a share of that of both thirds; 0 to 1."""
    energy = chroma(sound)
    minor, major = energy[(tonic + 3) % 12], energy[(tonic + 4) % 12]
    return float(minor / (minor + major))


def repeats(sound: Signal, periods: Collection[float]) -> float:
    """How alike the sound and itself so many seconds later are at most, 0 to 1."""
    mono = sound.mean(axis=0, dtype=np.float64)
    lags = [round(period * SAMPLE_RATE) for period in periods]
    pairs = [(mono[:-lag], mono[lag:]) for lag in lags]
    return max(float(a @ b / np.sqrt((a @ a) * (b @ b))) for a, b in pairs)
