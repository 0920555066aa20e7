"""Steps: those of the original on a field that anyone can compute, and what each must keep."""

import numpy as np
import pytest

from lofi.backends.ace_step.latents import Latent
from lofi.backends.ace_step.schedule import Sigmas, sigmas, timestep
from lofi.backends.ace_step.schedulers import Euler, Heun, PingPong, Scheduler, weight

START = np.array([1, -0.5, 0.25, 0.75, -1.25, 0.5], np.float32)


def field(latent: Latent, time: np.float32) -> Latent:
    result: Latent = np.float32(0.5) * latent + np.sin(time / np.float32(1000))
    return result


def run(scheduler: Scheduler, levels: Sigmas) -> Latent:
    latent = START
    for evaluation, level in enumerate(scheduler.levels):
        velocity = field(latent, timestep(levels[level]))
        latent = scheduler.advance(evaluation, latent, velocity)
    return latent


def test_euler_takes_the_steps_of_the_original() -> None:
    expected = [0.009469, -0.816172, -0.403352, -0.128138, -1.228993, -0.265745]
    assert run(Euler(sigmas(4), 10), sigmas(4)) == pytest.approx(expected, abs=2e-6)


def test_heun_takes_the_steps_of_the_original() -> None:
    expected = [0.289776, -0.605286, -0.157756, 0.140599, -1.052817, -0.008578]
    assert run(Heun(sigmas(4), 10), sigmas(4)) == pytest.approx(expected, abs=2e-6)


def test_heun_asks_twice_at_every_level_but_the_first() -> None:
    levels = sigmas(4)
    asked = [timestep(levels[level]) for level in Heun(levels, 10).levels]
    expected = [1000, 857.6923, 857.6923, 602.1506, 602.1506, 8.9286, 8.9286]
    assert asked == pytest.approx(expected, abs=1e-3)


def test_heun_is_exact_where_the_flow_is_a_parabola() -> None:
    """Its error is of a higher order than Euler's: halving the steps shows it."""
    levels = np.linspace(1, 0, 21).astype(np.float32)
    exact = (START + 1) * np.exp(-0.5) - 1  # of v = 0.5 x + 0.5

    def end(scheduler: Scheduler) -> float:
        latent = START
        for evaluation in range(len(scheduler.levels)):
            velocity = np.float32(0.5) * latent + np.float32(0.5)
            latent = scheduler.advance(evaluation, latent, velocity)
        return float(np.abs(latent - exact).max())

    assert end(Heun(levels, 0)) < end(Euler(levels, 0)) / 3


@pytest.mark.parametrize(("omega", "expected"), [(10, 1.0462117), (0, 1), (-1e3, 0.9), (1e3, 1.1)])
def test_omega_becomes_a_weight_near_one(omega: float, expected: float) -> None:
    assert weight(omega) == pytest.approx(expected, abs=1e-7)


def test_ping_pong_takes_out_all_noise_and_adds_less_of_other() -> None:
    levels = sigmas(3)
    drawn = iter(np.array([[1], [2], [3]], np.float32))
    scheduler = PingPong(levels, lambda: next(drawn))
    clean, noise = np.array([[0.7], [-1.3]], np.float32)
    latent = (1 - levels[0]) * clean + levels[0] * noise
    latent = scheduler.advance(0, latent, noise - clean)
    assert latent == pytest.approx((1 - levels[1]) * clean + levels[1] * 1, abs=1e-6)
    latent = scheduler.advance(1, latent, 1 - clean)
    assert latent == pytest.approx((1 - levels[2]) * clean + levels[2] * 2, abs=1e-6)
    assert scheduler.advance(2, latent, 2 - clean) == pytest.approx(clean, abs=1e-6)


def test_steps_are_computed_in_single_precision() -> None:
    assert run(Euler(sigmas(4), 3), sigmas(4)).dtype == np.float32
    assert run(Heun(sigmas(4), 3), sigmas(4)).dtype == np.float32
