"""The delay pattern: codebook k of a frame is made k steps after codebook 0 of that frame.

"Simple and Controllable Music Generation" (arXiv 2306.05284), section 2.1, and
``DelayedPatternProvider`` of audiocraft. A *column* is what one step of the decoder consumes: one
token per codebook. Column 0 is padding; codebook k holds music in columns k+1 to k+F.
"""

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int64]
UNKNOWN = -1
"""A token that is still to be drawn."""


class DelayPattern:
    """How frames of tokens are laid out over columns."""

    def __init__(self, codebooks: int, channels: int, pad: int) -> None:
        """Lay out ``codebooks`` streams; those of ``channels`` channels alternate and share delays.

        Args:
            codebooks: 4, or 8 for stereo.
            channels: 1 or 2.
            pad: the token that stands where there is no music.
        """
        self.codebooks = codebooks
        self.pad = pad
        self._delays = np.arange(codebooks) // channels
        self.longest = int(self._delays[-1])
        """Columns from a frame's first token to its last."""

    def evaluations(self, frames: int, known: int = 0) -> int:
        """How often the decoder is run for so many frames, of which the first are known."""
        return frames - known + self.longest

    def columns(self, frames: int, known: Tokens) -> Tokens:
        """Tokens of a window before anything is drawn, shape (codebooks, frames + longest + 1).

        Args:
            frames: length of the window, the known frames included.
            known: its first frames, shape (codebooks, at most ``frames``).
        """
        columns = np.full((self.codebooks, frames + self.longest + 1), self.pad, np.int64)
        for row, known_row, delay in zip(columns, known, self._delays, strict=True):
            music = row[delay + 1 : delay + 1 + frames]
            music[:] = UNKNOWN
            music[: len(known_row)] = known_row
        return columns

    def frame(self, columns: Tokens, index: int) -> Tokens:
        """The tokens of one frame, shape (codebooks,), gathered from the columns they lie in."""
        return columns[np.arange(self.codebooks), index + 1 + self._delays]
