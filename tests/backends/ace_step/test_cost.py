"""Reports of a run are even in what they cost."""

from itertools import pairwise

import pytest

from lofi.backends.ace_step import cost
from lofi.backends.ace_step.cost import Part


def test_shares_are_those_of_the_cost_and_begin_with_none() -> None:
    steps = cost.steps([Part(1, 1.0), Part(2, 2.0), Part(2, 5.0)], 2)
    assert [(step.done, step.total) for step in steps] == [(0, 2), (1, 2), (2, 2), (2, 2)]
    assert [step.reached for step in steps] == [0.0, 0.125, 0.375, 1.0]


@pytest.mark.parametrize("count", [1, 7, 200])
def test_the_last_is_all_of_it_whatever_is_rounded(count: int) -> None:
    parts = [Part(number, 0.1 + number / 3) for number in range(1, count + 1)]
    steps = cost.steps(parts, count)
    assert steps[-1].reached == 1
    assert all(one.reached < other.reached for one, other in pairwise(steps))


def test_a_run_without_steps_is_decoding_alone() -> None:
    steps = cost.steps([Part(0, 3.0), Part(0, 1.0)], 0)
    assert [(step.done, step.total, step.reached) for step in steps] == [
        (0, 0, 0.0), (0, 0, 0.75), (0, 0, 1.0)
    ]  # fmt: skip
