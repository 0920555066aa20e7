"""Guidance and the draw, against plain loops over every token."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lofi.backends.musicgen.sampling import Logits, Sampler, guided
from lofi.errors import ModelInferenceFailed


def logits(seed: int, rows: int = 4, tokens: int = 50) -> Logits:
    return np.random.default_rng(seed).normal(0, 2, (rows, tokens)).astype(np.float32)


def picked(
    row: NDArray[np.float32], uniform: float, temperature: float, top_k: int, top_p: float
) -> int:
    """The same choice, one token after another."""
    ranking = sorted(range(len(row)), key=lambda token: (-float(row[token]), token))
    scores = [float(row[token]) / temperature for token in ranking]
    if top_k:
        lowest = scores[min(top_k, len(scores)) - 1]
        scores = [score for score in scores if score >= lowest]
    weights = [math.exp(score - scores[0]) for score in scores]
    if top_p:
        total, before, kept = sum(weights), 0.0, 0
        while kept < len(weights) and before < top_p:
            before += weights[kept] / total
            kept += 1
        weights = weights[:kept]
    point, height = uniform * sum(weights), 0.0
    for token, weight in zip(ranking, weights, strict=False):
        height += weight
        if point < height:
            return token
    return ranking[len(weights) - 1]


@given(
    seed=st.integers(0, 1000),
    temperature=st.sampled_from([0.3, 1.0, 1.7]),
    top_k=st.sampled_from([0, 2, 7, 50, 250]),
    top_p=st.sampled_from([0.0, 0.2, 0.9, 1.0]),
)
def test_a_draw_is_the_inverse_of_the_cumulative_distribution(
    seed: int, temperature: float, top_k: int, top_p: float
) -> None:
    rows = logits(seed)
    uniforms = np.random.default_rng(seed).random(4)
    sampler = Sampler(temperature, top_k, top_p, seed=0)
    expected = [
        picked(row, float(uniform), temperature, top_k, top_p)
        for row, uniform in zip(rows, uniforms, strict=True)
    ]
    assert sampler.pick(rows, uniforms).tolist() == expected


def test_the_frequencies_of_many_draws_are_the_probabilities() -> None:
    row = logits(3, rows=1, tokens=8)
    probabilities = np.exp(row[0]) / np.exp(row[0]).sum()
    sampler = Sampler(1.0, 0, 0.0, seed=5)
    draws = np.concatenate([sampler.draw(row) for _ in range(20_000)])
    frequencies = np.bincount(draws, minlength=8) / len(draws)
    spread = np.sqrt(probabilities * (1 - probabilities) / len(draws))
    assert (np.abs(frequencies - probabilities) < 5 * spread).all()


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    def sequence(seed: int) -> list[list[int]]:
        sampler = Sampler(1.0, 250, 0.0, seed)
        return [sampler.draw(logits(number)).tolist() for number in range(20)]

    assert sequence(1) == sequence(1)
    assert sequence(1) != sequence(2)
    assert sequence(2**64 - 1) == sequence(2**64 - 1)


def test_one_candidate_is_the_likeliest_and_of_equals_the_first() -> None:
    rows = np.array([[0.0, 3.0, 3.0, 1.0]], np.float32)
    greedy = Sampler(1.0, 1, 0.0, seed=0)
    assert {int(greedy.draw(rows)[0]) for _ in range(50)} == {1}


def test_equals_of_the_last_candidate_are_candidates_too() -> None:
    rows = np.array([[2.0, 1.0, 1.0, 0.0]], np.float32)
    sampler = Sampler(1.0, 2, 0.0, seed=0)
    assert {int(sampler.draw(rows)[0]) for _ in range(500)} == {0, 1, 2}


def test_a_small_share_leaves_at_least_one_token() -> None:
    sampler = Sampler(1.0, 0, 1e-9, seed=0)
    rows = logits(1)
    assert sampler.draw(rows).tolist() == rows.argmax(axis=1).tolist()


def test_guidance_moves_away_from_what_no_prompt_would_give() -> None:
    conditional, unconditional = logits(1), logits(2)
    both = np.stack([conditional, unconditional])
    assert np.allclose(guided(both, 1.0), conditional, atol=1e-6)
    expected = unconditional + 3 * (conditional - unconditional)
    assert np.allclose(guided(both, 3.0), expected, atol=1e-6)
    assert guided(both, 3.0).dtype == np.float32
    assert np.array_equal(guided(conditional[None], 3.0), conditional)


@pytest.mark.parametrize("poison", [math.nan, math.inf, -math.inf])
def test_logits_that_are_not_numbers_are_an_error(poison: float) -> None:
    rows = logits(1)
    rows[2, 3] = poison
    with pytest.raises(ModelInferenceFailed, match="not numbers"):
        Sampler(1.0, 250, 0.0, seed=0).draw(rows)
