"""Key and tempo of a piece by ear: good enough for a bridge that does not jar, and no more."""

import numpy as np
from numpy.typing import NDArray

from lofi.backends.procedural.composition.scale import STEPS
from lofi.backends.procedural.recipe import Mode
from lofi.radio.keys import spoken
from lofi.radio.piece import Tune

Floats = NDArray[np.float64]

SIZE = 16_384
"""Frames of a spectrum: half steps apart down to 110 Hz at usual rates."""
MODES = (Mode.AEOLIAN, Mode.IONIAN, Mode.DORIAN)
"""Which are guessed; a scale's other modes share its notes."""
HOP_SECONDS = 0.01
TEMPI = (55.0, 125.0)
"""Where tempo is looked for, in beats per minute."""
USUAL_TEMPO = 82.0
BEATS = 4
CLEAR = 0.08
"""How far a pulse must stand out from what is not periodic."""


def estimated(samples: NDArray[np.float32], sample_rate: int) -> Tune:
    """What a listener would hum and tap along; what is not clear is left open.

    Args:
        samples: shape (channels, frames), ten seconds or more.
        sample_rate: Hz.
    """
    mono = samples.mean(axis=0, dtype=np.float64)
    bpm, downbeat = _pulse(mono, sample_rate)
    return Tune(key=_key(mono, sample_rate), bpm=bpm, downbeat=downbeat)


def _key(mono: Floats, sample_rate: int) -> str | None:
    whole = _chroma(mono, sample_rate, 110.0, 2_000.0)
    bass = _chroma(mono, sample_rate, 50.0, 220.0)
    if whole is None or bass is None:
        return None
    scores = {}
    for mode in MODES:
        for tonic in range(12):
            notes = [(tonic + step) % 12 for step in STEPS[mode]]
            home = [tonic, notes[2], notes[4]]
            scores[tonic, mode] = whole[notes].sum() + 0.2 * whole[home].sum() + 0.3 * bass[tonic]
    return spoken(*max(scores, key=scores.__getitem__))


def _chroma(mono: Floats, sample_rate: int, low: float, high: float) -> Floats | None:
    """Energy of the twelve pitch classes between two frequencies, adding up to 1."""
    if mono.size < SIZE:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(mono, SIZE)[:: SIZE // 2]
    power = np.zeros(SIZE // 2 + 1)
    for frame in frames:
        power += np.abs(np.fft.rfft(frame * np.hanning(SIZE))) ** 2
    hertz = np.fft.rfftfreq(SIZE, 1 / sample_rate)
    inside = (hertz >= low) & (hertz <= high)
    classes = np.round(69 + 12 * np.log2(hertz[inside] / 440)).astype(int) % 12
    energy = np.bincount(classes, weights=np.sqrt(power[inside]), minlength=12)
    total = energy.sum()
    return np.asarray(energy / total) if total > 0 else None


def _pulse(mono: Floats, sample_rate: int) -> tuple[float | None, float]:
    """Tempo, and where the first bar begins; None and 0 where no pulse is clear."""
    onsets = _onsets(mono, sample_rate)
    if onsets.size < 10 / HOP_SECONDS:
        return None, 0.0
    rest = onsets - onsets.mean()
    size = 1 << (2 * rest.size).bit_length()
    correlation = np.fft.irfft(np.abs(np.fft.rfft(rest, n=size)) ** 2)[: rest.size]
    correlation /= correlation[0] or 1.0
    tempi = np.arange(TEMPI[0], TEMPI[1], 0.25)
    lags = 60 / tempi / HOP_SECONDS
    steps = np.arange(correlation.size)
    score = np.mean([np.interp(lags * n, steps, correlation) for n in (1, 2, 4, 8)], axis=0)
    likely = np.exp(-0.5 * (np.log2(tempi / USUAL_TEMPO) / 0.5) ** 2)
    best = int((score * likely).argmax())
    if score[best] < CLEAR:
        return None, 0.0
    bpm = float(tempi[best])
    return bpm, _downbeat(onsets, 60 / bpm / HOP_SECONDS)


def _onsets(mono: Floats, sample_rate: int) -> Floats:
    """How much louder each band got, every ``HOP_SECONDS``."""
    hop = round(HOP_SECONDS * sample_rate)
    size = 4 * hop
    if mono.size < size:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(mono, size)[::hop]
    window = np.hanning(size)
    edges = np.geomspace(2, size // 2, 9).astype(int)
    bands = np.empty((frames.shape[0], edges.size - 1))
    for index, frame in enumerate(frames):
        spectrum = np.abs(np.fft.rfft(frame * window))
        bands[index] = np.add.reduceat(spectrum, edges)[:-1]
    louder = np.diff(np.log1p(10 * bands), axis=0)
    return np.asarray(np.maximum(louder, 0.0).sum(axis=1))


def _downbeat(onsets: Floats, beat: float) -> float:
    """The first line of a bar in seconds: where beats, and of four the strongest, fall."""
    phases = np.arange(0, beat * BEATS)
    bars = np.arange(0, max(1, int(onsets.size / beat / BEATS)))
    steps = np.arange(onsets.size)
    strength = [np.interp(phase + bars * beat * BEATS, steps, onsets).mean() for phase in phases]
    return float(phases[int(np.argmax(strength))] * HOP_SECONDS)
