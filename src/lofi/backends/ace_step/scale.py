"""Whether a graph scales its latents and spectrograms itself, which published files do not say.

The network was trained on other numbers than the diffusion and the vocoder: latents are to be
divided and moved, spectrograms spread from about [-1, 1] to logarithms in [-11, 3].
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from lofi.backends import onnxfacts
from lofi.backends.ace_step.latents import Latent
from lofi.backends.ace_step.stage import Result

FACTOR = np.float32(0.1786)
SHIFT = np.float32(-1.9091)
LOWEST, HIGHEST = np.float32(-11), np.float32(3)
"""Natural logarithms of the softest and the loudest."""
LATENTS, SPECTROGRAMS = "lofi.latents", "lofi.mel"
"""Notes in a graph of our exporter: ``scaled`` and ``log`` where it takes the diffusion's latents
and gives logarithms."""
ALIKE = 1e-3
SOFT = -2.0
"""The mean of a spectrogram of nothing lies below this in logarithms, and near 0 otherwise."""


class Scale(NamedTuple):
    """What the graph does itself, and how that was found out."""

    latents: bool
    spectrograms: bool
    reason: str

    def before(self, latent: Latent) -> Latent:
        """What the graph is to be given."""
        return latent if self.latents else latent / FACTOR + SHIFT

    def after(self, mel: Result) -> Result:
        """What the vocoder is to be given."""
        if self.spectrograms:
            return mel
        half = np.float32(0.5)
        return (mel * half + half) * (HIGHEST - LOWEST) + LOWEST


def found(path: Path, of_nothing: Result) -> Scale:
    """What the graph of a decoder of latents does itself.

    Args:
        path: its file, of which the maker's notes count most, and then the constants.
        of_nothing: what it makes of a latent of zeros; where there are neither,
            what is done to spectrograms is told by their level, and latents are taken to be
            treated alike.

    Raises:
        ModelLoadFailed: the file cannot be read.
    """
    said = onnxfacts.metadata(path)
    if {LATENTS, SPECTROGRAMS} <= said.keys():
        return Scale(said[LATENTS] == "scaled", said[SPECTROGRAMS] == "log", "its maker's note")
    numbers = onnxfacts.numbers(path)

    def there(*values: float) -> bool:
        return any(abs(abs(number) - value) < ALIKE for number in numbers for value in values)

    latents = there(0.1786, 1 / 0.1786) and there(1.9091)
    spectrograms = (there(11.0) and there(14.0)) or (there(4.0) and there(7.0))
    if latents or spectrograms:
        return Scale(latents, spectrograms, "its constants")
    loud = bool(of_nothing.mean() > SOFT)
    return Scale(not loud, not loud, "the level of silence")
