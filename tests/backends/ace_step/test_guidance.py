"""Guidance: the numbers of the original, and the steps that are guided."""

import numpy as np
import pytest

from lofi.backends.ace_step.guidance import Guidance, Plan

GIVEN = np.array([[[[1, 2], [3, -1]]]], np.float32)
FREE = np.array([[[[0.5, 2.5], [1, 0]]]], np.float32)


def test_apg_is_that_of_the_original_and_remembers() -> None:
    guidance = Guidance("apg")
    first = guidance.guided(0, 15, GIVEN, FREE)
    assert first.ravel() == pytest.approx([1.93333, -17.13333, 12.8, -8.93333], abs=2e-5)
    second = guidance.guided(1, 15, np.float32(0.9) * GIVEN, np.float32(1.1) * FREE)
    assert second.ravel() == pytest.approx([1.22667, -4.89667, 6.13, -3.67667], abs=2e-5)


def test_apg_shortens_what_is_too_long() -> None:
    difference = Guidance("apg").guided(0, 2, 100 * GIVEN, FREE) - 100 * GIVEN
    assert np.linalg.norm(difference) <= 2.5 + 1e-4
    assert (difference * GIVEN).sum() == pytest.approx(0, abs=1e-3)


def test_apg_of_two_equal_answers_is_that_answer() -> None:
    assert Guidance("apg").guided(0, 15, GIVEN, GIVEN) == pytest.approx(GIVEN)
    nothing = np.zeros_like(GIVEN)
    assert Guidance("apg").guided(0, 15, nothing, nothing) == pytest.approx(nothing)


def test_cfg_goes_beyond_the_answer() -> None:
    assert Guidance("cfg").guided(0, 15, GIVEN, FREE).ravel().tolist() == [8, -5, 31, -15]


def test_cfg_star_does_nothing_at_first_and_then_fits_the_free_answer() -> None:
    guidance = Guidance("cfg_star")
    assert not guidance.guided(0, 15, GIVEN, FREE).any()
    assert not guidance.guided(1, 15, GIVEN, FREE).any()
    fitted = (GIVEN * FREE).sum() / (FREE**2).sum() * FREE
    expected = fitted + 15 * (GIVEN - fitted)
    assert guidance.guided(2, 15, GIVEN, FREE) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("steps", "interval", "guided"),
    [
        (60, 0.5, range(15, 45)),
        (27, 0.5, range(6, 20)),
        (2, 0.5, range(1)),
        (1, 0.5, range(0)),
        (60, 1.0, range(60)),
        (60, 0.0, range(0)),
    ],
)
def test_the_middle_of_the_run_is_guided(steps: int, interval: float, guided: range) -> None:
    plan = Plan(15, interval)
    found = [step for step in range(steps) if plan.scale_at(step, steps) is not None]
    assert found == list(guided)


def test_guidance_falls_to_its_least_if_it_decays_wholly() -> None:
    plan = Plan(15, 0.5, decay=1, least=3)
    assert plan.scale_at(15, 60) == 15
    assert plan.scale_at(44, 60) == 3
    assert Plan(15, 0.5, decay=0.5, least=3).scale_at(44, 60) == 9
    assert plan.scale_at(0, 2) == 15  # the only step of its interval


def test_a_scale_of_one_guides_nothing() -> None:
    assert Plan(1, 1).scale_at(30, 60) is None
