"""From the decoder's logits to tokens: guidance, temperature, top-k, top-p, and a seeded draw."""

import numpy as np
from numpy.typing import NDArray

from lofi.errors import ModelInferenceFailed

Logits = NDArray[np.float32]


def guided(logits: Logits, scale: float) -> Logits:
    """Classifier-free guidance on logits (arXiv 2306.05284, section 2.2).

    Args:
        logits: shape (2, codebooks, vocabulary): with the prompt, and without. A first axis of
            one is no guidance.
        scale: 1 is the prompt alone; more moves away from the unconditional prediction.

    Returns:
        Shape (codebooks, vocabulary).
    """
    if len(logits) == 1:
        only: Logits = logits[0]
        return only
    conditional, unconditional = logits
    moved: Logits = unconditional + np.float32(scale) * (conditional - unconditional)
    return moved


class Sampler:
    """Draws one token per codebook and step, each by its own uniform number."""

    def __init__(self, temperature: float, top_k: int, top_p: float, seed: int) -> None:
        """Draw with these settings.

        Args:
            temperature: below 1 keeps to the likely, above 1 spreads.
            top_k: how many of the likeliest tokens may be drawn; 0 is all, 1 is greedy.
            top_p: the share of probability that may be drawn; 0 is all.
            seed: the same draws for the same seed.
        """
        self._temperature = temperature
        self._top_k = top_k
        self._top_p = top_p
        self._random = np.random.Generator(np.random.PCG64(seed))

    def draw(self, logits: Logits) -> NDArray[np.int64]:
        """One token per row of ``logits``, shape (codebooks, vocabulary).

        Raises:
            ModelInferenceFailed: the logits are not numbers.
        """
        return self.pick(logits, self._random.random(len(logits)))

    def pick(self, logits: Logits, uniforms: NDArray[np.float64]) -> NDArray[np.int64]:
        """The tokens that ``uniforms``, one per row and in [0, 1), stand for.

        Inverse transform sampling over the tokens in order of falling probability, then of rising
        id, in double precision: the same choice on every machine that gives the same logits.
        """
        if not np.isfinite(logits).all():
            raise ModelInferenceFailed("the decoder produced values that are not numbers")
        order, ranked = self._ranked(logits)
        if self._top_k == 1:
            return order[:, 0]
        scores = ranked.astype(np.float64) / self._temperature
        weights = np.exp(scores - scores[:, :1])
        if self._top_k:  # tokens as likely as the last one taken are taken too
            last = min(self._top_k, ranked.shape[1]) - 1
            weights[ranked < ranked[:, last, None]] = 0.0
        if self._top_p:
            shares = weights / weights.sum(axis=1, keepdims=True)
            weights[np.cumsum(shares, axis=1) - shares >= self._top_p] = 0.0
        heights = np.cumsum(weights, axis=1)
        points = uniforms * heights[:, -1]
        ranks = (heights <= points[:, None]).sum(axis=1)
        ranks = np.minimum(ranks, (weights > 0).sum(axis=1) - 1)
        return np.take_along_axis(order, ranks[:, None], axis=1)[:, 0]

    def _ranked(self, logits: Logits) -> tuple[NDArray[np.int64], Logits]:
        """The ids that may be drawn, likeliest first and then in order of id, and their logits."""
        size = logits.shape[1]
        count = min(self._top_k or size, size)
        if count < size:
            last = np.partition(logits, size - count, axis=1)[:, size - count, None]
            count = int((logits >= last).sum(axis=1).max())
        candidates = np.argpartition(logits, size - count, axis=1)[:, size - count :]
        candidates.sort(axis=1)
        values = np.take_along_axis(logits, candidates, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        return (
            np.take_along_axis(candidates, order, axis=1),
            np.take_along_axis(values, order, axis=1),
        )
