"""Draws a sound file as a PNG, the waveform above the spectrogram, without a plotting library."""

import argparse
import struct
import zlib
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import ShortTimeFFT

WIDTH, WAVE, SPECTRUM, MARGIN = 1_200, 130, 310, 20
"""Pixels; two margins beside each other above, between and below make 500 in height."""
SUPERSAMPLED = 4
BACKGROUND = (13, 12, 22)
FAINT = (38, 34, 54)
CREST, TROUGH = (254, 190, 140), (182, 76, 120)
"""Colours of the waveform: its mean level, and around it its peaks."""
LADDER = (
    (13, 12, 22),
    (33, 20, 66),
    (79, 24, 112),
    (129, 37, 129),
    (181, 54, 122),
    (229, 80, 100),
    (251, 135, 97),
    (254, 194, 135),
    (252, 253, 191),
)
"""Colours of the spectrogram from silence to its loudest, evenly spaced."""
SHADES = 64
"""So few that the file is a third as long, and no eye sees the steps."""
LOWEST, HIGHEST = 35.0, 14_000.0
"""Hz at the bottom and the top."""
RANGE = 66.0
"""Decibels from the first colour to the last."""
TILT = 2.0
"""Decibels by which each octave is raised."""

Picture = NDArray[np.float64]
"""Shape (height, width, 3), 0 to 255."""


def main() -> None:
    """Read, draw, write."""
    parser = argparse.ArgumentParser(prog="scripts/picture", description=__doc__)
    parser.add_argument("sound", type=Path)
    parser.add_argument("picture", type=Path)
    chosen = parser.parse_args()
    samples, rate = soundfile.read(chosen.sound, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    inner = WIDTH - 2 * MARGIN
    drawn = np.full((3 * MARGIN + WAVE + SPECTRUM, WIDTH, 3), BACKGROUND, np.float64)
    across = slice(MARGIN, MARGIN + inner)
    drawn[MARGIN : MARGIN + WAVE, across] = waveform(mono, inner, WAVE)
    below = 2 * MARGIN + WAVE
    drawn[below : below + SPECTRUM, across] = spectrogram(mono, rate, inner, SPECTRUM)
    chosen.picture.write_bytes(png(drawn))


def waveform(mono: NDArray[np.float32], width: int, height: int) -> Picture:
    """Peaks, and in front of them the mean level, mirrored at a faint line."""
    columns = np.array_split(np.abs(mono), width * SUPERSAMPLED)
    peaks = np.array([column.max() for column in columns])
    means = np.array([np.sqrt((column**2).mean()) for column in columns])
    scale = 0.98 * height / 2 / max(float(peaks.max()), 1e-6)
    rows = (np.arange(height * SUPERSAMPLED) + 0.5) / SUPERSAMPLED
    distance = np.abs(rows - height / 2)[:, None]
    large = np.full((rows.size, means.size, 3), BACKGROUND, np.float64)
    for levels, colour in ((np.full(means.size, 0.5 / scale), FAINT), (peaks, TROUGH)):
        large[distance < np.maximum(scale * levels, 0.5)] = colour
    large[distance < scale * means] = CREST
    cells = large.reshape(height, SUPERSAMPLED, width, SUPERSAMPLED, 3)
    return np.asarray(cells.mean(axis=(1, 3)))


def spectrogram(mono: NDArray[np.float32], rate: int, width: int, height: int) -> Picture:
    """Levels over time and the logarithm of frequency."""
    size = 8_192
    hop = max(1, mono.size // (4 * width))
    transform = ShortTimeFFT(np.hanning(size), hop, rate, scale_to="magnitude")
    power = transform.spectrogram(mono, p0=0, p1=mono.size // hop + 1)
    hertz = np.geomspace(HIGHEST, LOWEST, height + 1)
    power = _averaged(power.T, np.linspace(0, power.shape[1], width + 1)).T
    power = -_averaged(power, np.minimum(hertz * size / rate + 0.5, power.shape[0]))
    # Music falls off with frequency; tilted, its upper half is not all dark.
    decibels = 10 * np.log10(power + 1e-14) + TILT * np.log2(hertz[:-1] / LOWEST)[:, None]
    shares = np.clip(1 + (decibels - np.percentile(decibels, 99.7)) / RANGE, 0, 1)
    shares = np.round(shares * SHADES) / SHADES
    steps = np.linspace(0, 1, len(LADDER))
    return np.stack([np.interp(shares, steps, channel) for channel in np.transpose(LADDER)], -1)


def _averaged(rows: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of the rows between neighbouring edges, which may lie within a row."""
    sums = np.concatenate([np.zeros_like(rows[:1]), np.cumsum(rows, axis=0)])
    whole = np.minimum(edges.astype(int), rows.shape[0] - 1)
    upto = sums[whole] + (edges - whole)[:, None] * rows[whole]
    return np.asarray(np.diff(upto, axis=0) / np.abs(np.diff(edges))[:, None])


def png(picture: Picture) -> bytes:
    """Eight bits for each of three channels, after the PNG specification, third edition."""
    height, width, _ = picture.shape
    pixels = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each begins with its filter: none
    lines[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


main()
