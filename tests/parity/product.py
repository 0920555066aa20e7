"""Our side of each comparison: the parts of the MusicGen backend on one model folder."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lofi.backends.musicgen import dimensions, layout, window
from lofi.backends.musicgen.codec import Codec
from lofi.backends.musicgen.decoder import Decoder
from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern
from lofi.backends.musicgen.sampling import Logits, Sampler
from lofi.backends.musicgen.text import TextEncoder
from lofi.backends.musicgen.window import Author
from lofi.device import Device, Placement
from parity.draw import DEFAULT, Doubles, Rule
from parity.reference import Plan, Tokens

PLACEMENT = Placement(Device.CPU, 1)


class Given(Sampler):
    """Draws by numbers that are given instead of a seed; without any, the likeliest token."""

    def __init__(self, uniforms: Iterator[Doubles] | None, rule: Rule) -> None:
        top_k = rule.top_k if uniforms else 1
        super().__init__(rule.temperature, top_k, rule.top_p, seed=0)
        self._uniforms = uniforms

    def draw(self, logits: Logits) -> NDArray[np.int64]:
        numbers = next(self._uniforms) if self._uniforms else np.zeros(len(logits))
        return self.pick(logits, numbers)


class Product:
    """One model folder, as the backend opens it."""

    def __init__(self, folder: Path) -> None:
        files = layout.find(folder)
        sizes = dimensions.read(files.config)
        self.text = TextEncoder(files, PLACEMENT)
        self.decoder = Decoder(files, sizes, PLACEMENT)
        self.codec = Codec(files, sizes, PLACEMENT)
        self.pattern = DelayPattern(sizes.codebooks, sizes.channels, sizes.pad)
        self.codebooks = sizes.codebooks

    def logits(self, prompt: str, columns: Tokens, first: int) -> Logits:
        """As ``Reference.logits``."""
        self.decoder.start(self.text.encode(prompt), guided=True)
        found = [self.decoder.step(columns[:, :first])]
        found += [self.decoder.step(column[:, None]) for column in columns.T[first:]]
        return np.stack(found)

    def tokens(
        self,
        prompt: str,
        frames: int,
        guidance: float,
        *,
        known: Tokens | None = None,
        uniforms: Iterator[Doubles] | None = None,
        rule: Rule = DEFAULT,
        plan: Plan | None = None,
    ) -> Tokens:
        """As ``Reference.tokens``; with a ``plan``, as ``windowed``."""
        tokens = np.full((self.codebooks, frames), UNKNOWN, np.int64)
        given = 0 if known is None else known.shape[1]
        if known is not None:
            tokens[:, :given] = known
        long, stride = plan or (frames, frames)
        author = Author(self.decoder, self.pattern, Given(uniforms, rule))
        states = self.text.encode(prompt)
        for each in window.plan(frames, long, stride, given):
            for _ in author.write(tokens, each, states, guidance):
                pass
        return tokens
