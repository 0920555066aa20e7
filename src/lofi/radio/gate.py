"""Whether a take is fit to be heard. Looks at samples only; what made them does not matter."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

LEAST_SECONDS = 4.0
QUIET = 10 ** (-50 / 20)
"""Below this mean level there is nothing to be heard."""
GAP_SECONDS = 4.0
"""A silence this long, other than at the end, is a hole."""
HOLE = 10 ** (-62 / 20)
FULL = 0.999
FLAT_RUN = 3
"""Samples in a row at full scale that are clipping and no mere peak."""
CLIPPED_SHARE = 0.002
OFFSET = 0.1
STUCK_SECONDS = 8.0
"""No music stays the same for so long."""
STUCK_SHARE = 0.5
"""Of the windows of a take: more, and it is stuck."""
SIZE, HOP = 4_096, 2_048
"""Samples of a spectrum at ``RATE``, and from one to the next: half and a quarter of a second."""
HELD_SECONDS = 5.0
HELD_ALIKE = 0.97
"""Similarity of two spectra so far apart, of which each is the other; music stays below 0.9."""
HELD_SHARE = 0.3
"""Of the spectra of a take: more, and a sound is held that should have changed."""
LOOP_SECONDS = (0.05, 0.75)
"""How long the thing may be that is repeated."""
ALIKE = 0.985
"""Correlation of a stuck sound with itself, later."""
RATE = 8_000
"""Near enough to find a tone or a loop in."""


def fault(samples: Samples, sample_rate: int) -> str | None:
    """What is wrong with a take, in a few words; None if nothing is.

    Args:
        samples: shape (channels, frames).
        sample_rate: Hz.
    """
    if samples.shape[1] < LEAST_SECONDS * sample_rate:
        return f"it lasts only {samples.shape[1] / sample_rate:.1f} s"
    if not np.isfinite(samples).all():
        return "it holds numbers that are no sound"
    mono = samples.mean(axis=0, dtype=np.float32)
    return (
        _silent(samples, sample_rate)
        or _clipped(samples)
        or _offset(mono)
        or _stuck(mono, sample_rate)
    )


def _silent(samples: Samples, sample_rate: int) -> str | None:
    step = sample_rate // 10
    whole = samples.shape[1] // step * step
    blocks = samples[:, :whole].reshape(samples.shape[0], -1, step)
    powers = np.einsum("cbs,cbs->b", blocks, blocks, dtype=np.float64)
    levels = np.sqrt(powers / (step * samples.shape[0]))
    if np.sqrt(np.square(levels).mean()) < QUIET:
        return "it is silent"
    heard = np.flatnonzero(levels > HOLE)
    holes = np.diff(np.concatenate([[-1], heard]))
    if holes.max() > GAP_SECONDS * 10:
        return f"it is silent for {(holes.max() - 1) / 10:.0f} s"
    return None


def _clipped(samples: Samples) -> str | None:
    full = (samples >= FULL) | (samples <= -FULL)
    flat = full.copy()
    for shift in range(1, FLAT_RUN):
        flat[:, shift:] &= full[:, :-shift]
    share = FLAT_RUN * float(flat[:, FLAT_RUN - 1 :].mean())
    return f"{share:.1%} of it is clipped" if share > CLIPPED_SHARE else None


def _offset(mono: Samples) -> str | None:
    offset = float(mono.mean())
    return f"it is off centre by {offset:.2f}" if abs(offset) > OFFSET else None


def _stuck(mono: Samples, sample_rate: int) -> str | None:
    """A tone, a chord, a buzz or a snippet that goes on and on without a change."""
    low = _decimated(mono, sample_rate)
    if _held(low) > HELD_SHARE:
        return "it is stuck"
    size = min(int(STUCK_SECONDS * RATE), low.size)
    starts = range(0, low.size - size + 1, size // 2)
    stuck = sum(_repeats(low[start : start + size]) for start in starts)
    return "it is stuck" if stuck > STUCK_SHARE * len(starts) else None


def _held(low: Samples) -> float:
    """The share of its spectra that are as they were ``HELD_SECONDS`` before."""
    apart = round(HELD_SECONDS * RATE / HOP)
    frames = np.lib.stride_tricks.sliding_window_view(low, min(SIZE, low.size))[::HOP]
    if len(frames) <= 2 * apart:
        return 0.0
    spectra = np.abs(np.fft.rfft(frames * np.hanning(SIZE).astype(np.float32), axis=1))
    spectra /= np.maximum(np.linalg.norm(spectra, axis=1, keepdims=True), 1e-9)
    alike = (spectra[apart:] * spectra[:-apart]).sum(axis=1)
    return float((alike > HELD_ALIKE).mean())


def _decimated(mono: Samples, sample_rate: int) -> Samples:
    """Mean of so many neighbours that about ``RATE`` values a second are left."""
    factor = max(1, round(sample_rate / RATE))
    whole = mono.size // factor * factor
    low: Samples = mono[:whole].reshape(-1, factor).mean(axis=1)
    return low


def _repeats(window: Samples) -> bool:
    """Whether a window is as good as equal to itself, a moment later, all the time."""
    window = window - window.mean()
    least, most = (int(seconds * RATE) for seconds in LOOP_SECONDS)
    size = 1 << (window.size + most).bit_length()
    spectrum = np.fft.rfft(window, n=size)
    product = np.fft.irfft(np.abs(spectrum) ** 2)[: most + 1]
    energy = np.concatenate([[0.0], np.cumsum(window.astype(np.float64) ** 2)])
    lags = np.arange(least, most + 1)
    head = energy[window.size - lags]
    tail = energy[-1] - energy[lags]
    norm = np.sqrt(head * tail)
    correlation = product[lags] / np.maximum(norm, 1e-12)
    return bool(correlation.max() > ALIKE)
