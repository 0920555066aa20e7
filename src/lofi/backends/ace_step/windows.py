"""A long latent as overlapping windows, and what becomes of them as one piece again."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from lofi.backends.ace_step.latents import SPAN
from lofi.backends.ace_step.stage import Result

LONGEST = 512
"""Frames that are decoded at once where the graph takes any number."""
FADE = 8
"""Frames over which one window passes into the next."""


class Window(NamedTuple):
    """Frames ``start`` to ``stop`` of a latent."""

    start: int
    stop: int


def plan(frames: int, longest: int = LONGEST, *, fixed: bool = False) -> list[Window]:
    """Windows that cover ``frames`` frames, each half over the next, as in the original.

    Args:
        frames: at least 1.
        longest: frames of a window.
        fixed: all windows have that length, if there are so many frames: the last one then
            begins earlier.
    """
    if frames <= longest:
        return [Window(0, frames)]
    hop = longest // 2
    windows = []
    for start in range(0, frames - hop, hop):
        stop = min(start + longest, frames)
        windows.append(Window(max(0, stop - longest) if fixed else start, stop))
    return windows


def joined(windows: Iterable[Window], pieces: Iterable[Result]) -> Result:
    """What the windows were decoded to, as one spectrogram, shape (..., 8 * frames).

    Where two windows overlap, each is used where it is farther from its own edge; around the
    middle one fades into the other.
    """
    ordered, decoded = list(windows), list(pieces)
    whole = np.empty((*decoded[0].shape[:-1], ordered[-1].stop * SPAN), np.float32)
    former = 0
    for window, piece in zip(ordered, decoded, strict=True):
        start = window.start * SPAN
        middle = start if former == 0 else (start + former) // 2
        reach = min(FADE * SPAN // 2, middle - start)
        begin, end = middle - reach, middle + reach
        rising = ((np.arange(2 * reach) + 0.5) / max(1, 2 * reach)).astype(np.float32)
        faded = piece[..., begin - start : end - start]
        whole[..., begin:end] += rising * (faded - whole[..., begin:end])
        whole[..., end : window.stop * SPAN] = piece[..., end - start :]
        former = window.stop * SPAN
    return whole
