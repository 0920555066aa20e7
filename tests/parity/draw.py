"""A draw that needs no particular generator of random numbers, in the place of torch's."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from unittest import mock

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from transformers.generation.logits_process import ClassifierFreeGuidanceLogitsProcessor

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


class Rule(NamedTuple):
    """How a token is drawn; ``top_k`` 0 and ``top_p`` 0 set no bound."""

    temperature: float = 1.0
    top_k: int = 250
    top_p: float = 0.0


DEFAULT = Rule()


def pick(logits: Floats, uniform: float, rule: Rule) -> int:
    """Inverse transform sampling of one token, in order of falling logits, then rising ids."""
    scaled = [float(logit) / rule.temperature for logit in logits]
    order = sorted(range(len(scaled)), key=lambda token: (-scaled[token], token))
    if rule.top_k:
        last = scaled[order[min(rule.top_k, len(order)) - 1]]
        order = [token for token in order if scaled[token] >= last]
    weights = [math.exp(scaled[token] - scaled[order[0]]) for token in order]
    if rule.top_p:
        total, sum_before, kept = math.fsum(weights), 0.0, 0
        while kept < len(weights) and sum_before < rule.top_p * total:
            sum_before += weights[kept]
            kept += 1
        weights = weights[:kept]
    point, height = uniform * sum(weights), 0.0
    for token, weight in zip(order, weights, strict=False):
        height += weight
        if point < height:
            return token
    return order[len(weights) - 1]


@contextmanager
def drawn(
    guidance: float, uniforms: Iterator[Doubles] | None, rule: Rule
) -> Generator[list[transformers.LogitsProcessor]]:
    """Put our draw in the place of torch's, from the logits after guidance."""
    seen: list[Floats] = []
    guide = ClassifierFreeGuidanceLogitsProcessor.__call__

    def guided(self: object, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        result = guide(self, ids, scores)
        seen.append(result.numpy())
        return result

    class Unguided(transformers.LogitsProcessor):
        def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            del input_ids
            if guidance <= 1:
                seen.append(scores.numpy())
            return scores

    def draw(probabilities: torch.Tensor, num_samples: int) -> torch.Tensor:
        assert (len(probabilities), num_samples) == (len(seen[-1]), 1)
        assert uniforms is not None
        numbers = next(uniforms)
        picked = [pick(row, u, rule) for row, u in zip(seen[-1], numbers, strict=True)]
        return torch.tensor(picked)[:, None]

    with (
        mock.patch.object(ClassifierFreeGuidanceLogitsProcessor, "__call__", guided),
        mock.patch.object(torch, "multinomial", draw),
    ):
        yield transformers.LogitsProcessorList([Unguided()])
