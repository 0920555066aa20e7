"""What the backend computes and writes, against transformers on the same weights, live."""

import numpy as np
import pytest

from parity import golden
from parity.draw import Rule
from parity.product import Product
from parity.reference import HELD, Plan, Reference, windowed

PROMPT = "night rain & warm tape: slow, slow piano (jazz), 72 bpm"
FRAMES = 210
CLOSE = 2e-5
"""States and logits are between 1 and 10: float32 holds them to 1e-6, and the kernels of two
runtimes add in different orders."""


@pytest.fixture(scope="module")
def ids() -> list[int]:
    tokenizer = golden.reference("mono")[1]
    return list(tokenizer.encode(PROMPT).ids)


def test_the_prompt_is_encoded_as_by_t5(
    product: Product, reference: Reference, ids: list[int]
) -> None:
    np.testing.assert_allclose(
        product.text.encode(PROMPT), reference.states(ids), rtol=0, atol=CLOSE
    )


@pytest.mark.parametrize("first", [1, 40])
def test_logits_of_the_first_pass_and_of_cached_steps_are_the_same(
    product: Product, reference: Reference, ids: list[int], first: int
) -> None:
    random = np.random.Generator(np.random.PCG64(first))
    columns = random.integers(0, 65, (reference.codebooks, first + 30), np.int64)
    wanted = reference.logits(ids, columns, first)
    np.testing.assert_allclose(product.logits(PROMPT, columns, first), wanted, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("guidance", [3.0, 1.0])
def test_the_likeliest_tokens_are_the_same_for_over_200_steps(
    product: Product, reference: Reference, ids: list[int], guidance: float
) -> None:
    wanted = reference.tokens(ids, FRAMES, guidance)
    assert np.array_equal(product.tokens(PROMPT, FRAMES, guidance), wanted)


@pytest.mark.parametrize(
    ("guidance", "rule"),
    [(3.0, Rule()), (4.0, Rule(1.2, 0, 0.9)), (1.0, Rule(0.8, 40, 0.5))],
)
def test_drawn_tokens_are_the_same_given_the_same_numbers(
    product: Product, reference: Reference, ids: list[int], guidance: float, rule: Rule
) -> None:
    # No number of this seed falls on the border between two tokens, which rounding moves by 1e-5.
    random = np.random.Generator(np.random.PCG64(7))
    numbers = random.random((FRAMES + HELD, reference.codebooks))
    wanted = reference.tokens(ids, FRAMES, guidance, uniforms=iter(numbers), rule=rule)
    made = product.tokens(PROMPT, FRAMES, guidance, uniforms=iter(numbers), rule=rule)
    assert np.array_equal(made, wanted)
    assert len(np.unique(made)) > 20  # and it is not one token for ever


@pytest.mark.parametrize("known", [1, 3, 60])
def test_what_follows_given_frames_is_the_same(
    product: Product, reference: Reference, ids: list[int], known: int
) -> None:
    random = np.random.Generator(np.random.PCG64(6))
    start = random.integers(0, 64, (reference.codebooks, known), np.int64)
    wanted = reference.tokens(ids, 100, 3.0, known=start)
    assert np.array_equal(wanted[:, :known], start)
    assert np.array_equal(product.tokens(PROMPT, 100, 3.0, known=start), wanted)


@pytest.mark.parametrize(
    ("frames", "plan"), [(301, Plan(120, 72)), (132, Plan(100, 30)), (60, Plan(55, 54))]
)
def test_windows_follow_one_another_as_in_audiocraft(
    product: Product, reference: Reference, ids: list[int], frames: int, plan: Plan
) -> None:
    numbers = np.random.Generator(np.random.PCG64(8)).random((4_000, reference.codebooks))
    wanted = windowed(reference, ids, frames, plan, 3.0, uniforms=iter(numbers))
    made = product.tokens(PROMPT, frames, 3.0, uniforms=iter(numbers), plan=plan)
    assert wanted.shape == (reference.codebooks, frames)
    assert np.array_equal(made, wanted)
