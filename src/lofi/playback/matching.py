"""How loud a file is, so that one is as loud as the next."""

import math
import threading
from collections import OrderedDict
from pathlib import Path

import soundfile

from lofi.sound.loudness import Meter, QuickMeter
from lofi.sound.pcm import amplitude

TARGET = -18.0
"""LUFS."""
MOST = 12.0
"""Decibels that a soft file is raised by at most."""
WHOLE_SECONDS = 60.0
"""Files up to this length are measured whole."""
EXCERPTS = 20
EXCERPT_SECONDS = 3.0
"""Longer ones by excerpts from all over, which costs the same for any length."""
BLOCK_SECONDS = 1.0
REMEMBERED = 512

_Key = tuple[str, int, int]


class Matching:
    """Factors to the common loudness; each file is measured once. Safe from any thread."""

    def __init__(self) -> None:
        self._known: OrderedDict[_Key, float] = OrderedDict()
        self._lock = threading.Lock()

    def gain(self, path: Path) -> float:
        """The factor for a file.

        Raises:
            OSError, soundfile.LibsndfileError: it cannot be read.
        """
        found = path.stat()
        key = (str(path), found.st_size, found.st_mtime_ns)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        gain = factor(loudness(path))
        with self._lock:
            self._known[key] = gain
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return gain


def factor(lufs: float) -> float:
    """What brings this loudness to the common one; silence stays what it is."""
    if math.isinf(lufs):
        return 1.0
    return amplitude(min(MOST, TARGET - lufs))


def loudness(path: Path) -> float:
    """LUFS of a file, as it will be heard: mono counts as two equal channels."""
    with soundfile.SoundFile(path) as file:
        meter = QuickMeter(file.samplerate)
        if file.frames <= WHOLE_SECONDS * file.samplerate:
            _measure(file, meter, file.frames)
        else:
            excerpt = int(EXCERPT_SECONDS * file.samplerate)
            for number in range(EXCERPTS):
                file.seek((file.frames - excerpt) * number // (EXCERPTS - 1))
                _measure(file, meter, excerpt)
        mono = 10 * math.log10(2) if file.channels == 1 else 0.0
    return meter.integrated() + mono


def _measure(file: soundfile.SoundFile, meter: Meter, count: int) -> None:
    step = int(BLOCK_SECONDS * file.samplerate)
    while count > 0:
        block = file.read(min(step, count), dtype="float32", always_2d=True)
        if not len(block):
            return
        meter.add(block.T[:2])
        count -= len(block)
