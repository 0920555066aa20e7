"""Tokens for any length: windows of half a minute, each primed with the end of the one before.

The scheme of audiocraft's ``GenMusic.generate`` with ``extend_stride``: the model never sees more
than one window, as in training, and the codec never sees where one ends.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern, Tokens
from lofi.backends.musicgen.sampling import Sampler, guided


class Window(NamedTuple):
    """A stretch of frames that the decoder makes in one go."""

    start: int
    """Its first frame in the track."""
    frames: int
    known: int
    """How many of its frames are there already."""


def plan(frames: int, window: int, stride: int, known: int) -> list[Window]:
    """The windows that cover a track.

    Args:
        frames: length of the track.
        window: length of a window.
        stride: from the start of one to the start of the next, less than ``window``.
        known: frames at the track's beginning that are given, fewer than ``window``.
    """
    windows = [Window(0, min(frames, window), known)]
    while (end := windows[-1].start + windows[-1].frames) < frames:
        start = windows[-1].start + stride
        windows.append(Window(start, min(frames - start, window), end - start))
    return windows


class Predictor(Protocol):
    """What Author asks of a decoder; see ``Decoder``."""

    def start(self, states: NDArray[np.float32], *, guided: bool) -> None:
        """Begin a window."""
        ...

    def step(self, columns: Tokens) -> NDArray[np.float32]:
        """Consume columns and predict the one after them."""
        ...

    def finish(self) -> None:
        """The window is done."""
        ...


class Author:
    """Writes the tokens of one track."""

    def __init__(self, decoder: Predictor, pattern: DelayPattern, sampler: Sampler) -> None:
        self._decoder = decoder
        self._pattern = pattern
        self._sampler = sampler

    def write(
        self, tokens: Tokens, window: Window, states: NDArray[np.float32], scale: float
    ) -> Iterator[int]:
        """Fill the unknown frames of a window in.

        Args:
            tokens: the whole track's, shape (codebooks, frames); changed in place.
            window: which of them; its known frames are there.
            states: the encoded prompt.
            scale: of the guidance; 1 runs the decoder without it, at half the work.

        Yields:
            After each evaluation of the decoder, how many frames of the track are complete.

        Raises:
            GenerationCancelled, ModelInferenceFailed: as ``Decoder.step`` and ``Sampler.draw``.
        """
        start, frames, known = window
        music = tokens[:, start : start + frames]
        columns = self._pattern.columns(frames, music[:, :known])
        self._decoder.start(states, guided=scale != 1.0)
        fresh = columns[:, : known + 1]
        for number in range(known + 1, columns.shape[1]):
            drawn = self._sampler.draw(guided(self._decoder.step(fresh), scale))
            fresh = columns[:, number : number + 1]
            fresh[:, 0] = np.where(fresh[:, 0] == UNKNOWN, drawn, fresh[:, 0])
            complete = number - self._pattern.longest
            if complete > known:
                music[:, complete - 1] = self._pattern.frame(columns, complete - 1)
            yield start + max(known, complete)
        self._decoder.finish()
