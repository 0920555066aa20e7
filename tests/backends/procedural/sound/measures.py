"""What tests measure on sound: clicks, peaks, pitch, colour; every measure is a plain function."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from lofi.sound.pcm import SAMPLE_RATE, Signal


def click_z(sound: Signal, step: int) -> float:
    """How far the second difference at multiples of ``step`` stands out against other places.

    In standard deviations of the 95th percentile at about 60 other offsets, all multiples of the
    four frames that a crushed sample is held for; shape (channels, n).
    """
    bend = np.abs(np.diff(sound, 2)).max(axis=0)

    def at(offset: int) -> float:
        index = np.arange(step - 2, bend.size - 2, step) - offset
        around = np.maximum(np.maximum(bend[index], bend[index - 1]), bend[index + 1])
        return float(np.percentile(around, 95))

    elsewhere = np.array([at(o) for o in range(40, step - 40, max(4, step // 60 // 4 * 4))])
    return float((at(0) - elsewhere.mean()) / elsewhere.std())


def true_peak(sound: Signal) -> float:
    """dBTP, by fourfold oversampling."""
    peak = max(np.abs(resample_poly(c.astype(np.float64), 4, 1)).max() for c in sound)
    return float(20 * np.log10(max(peak, 1e-9)))


def rms(sound: Signal) -> float:
    """Root mean square over everything."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def decibels(a: float, b: float) -> float:
    """Level of ``a`` over ``b``."""
    return float(20 * np.log10(max(a, 1e-12) / max(b, 1e-12)))


def centroid(sound: Signal) -> float:
    """Mean frequency of the amplitude spectrum, Hz."""
    spectrum = np.abs(np.fft.rfft(np.atleast_2d(sound).mean(axis=0)))
    hertz = np.fft.rfftfreq(np.atleast_2d(sound).shape[1], 1 / SAMPLE_RATE)
    return float((hertz * spectrum).sum() / spectrum.sum())


def cents_off(sound: Signal, frequency: float) -> float:
    """Cents between ``frequency`` and the pitch, from the first maxima of the autocorrelation."""
    mono = np.atleast_2d(sound).mean(axis=0).astype(np.float64)[: SAMPLE_RATE * 3 // 2]
    size = 1 << (2 * mono.size).bit_length()
    power = np.abs(np.fft.rfft(mono, n=size)) ** 2
    correlation: NDArray[np.float64] = np.fft.irfft(power)
    period = SAMPLE_RATE / frequency
    periods = max(1, min(8, int(0.04 * SAMPLE_RATE / period)))
    low, high = int(periods * period * 0.93), int(periods * period * 1.07) + 2
    top = low + int(correlation[low:high].argmax())
    a, b, c = correlation[top - 1 : top + 2]
    exact = (top + 0.5 * (a - c) / (a - 2 * b + c)) / periods
    return float(1200 * np.log2(SAMPLE_RATE / exact / frequency))


def repetition(sound: Signal, shortest: float) -> float:
    """The highest normalised autocorrelation at lags of ``shortest`` seconds or more."""
    mono = np.atleast_2d(sound)[0].astype(np.float64)
    size = 1 << (2 * mono.size).bit_length()
    power = np.abs(np.fft.rfft(mono, n=size)) ** 2
    correlation = np.fft.irfft(power)[: mono.size // 2]
    return float(np.abs(correlation[int(shortest * SAMPLE_RATE) :]).max() / correlation[0])
