"""Percent and time left."""

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lofi.backends.base import Step
from lofi.jobs.progress import START, Meter


def ticks(seconds: float) -> Iterator[float]:
    now = 100.0
    while True:
        yield now
        now += seconds


def test_progress_rises_and_stops_short_of_a_hundred() -> None:
    meter = Meter()
    percents = [meter.read(Step(done, 10)).percent for done in range(1, 11)]
    assert percents == [10, 20, 30, 40, 50, 60, 70, 80, 90, 99]


def test_a_steady_speed_gives_an_exact_eta() -> None:
    clock = ticks(2.0)
    meter = Meter(lambda: next(clock))
    etas = [meter.read(Step(done, 10)).eta_seconds for done in range(1, 11)]
    assert etas == pytest.approx([2.0 * left for left in range(9, -1, -1)])


def test_eta_follows_the_recent_speed() -> None:
    times = iter([0.0, 1.0, 2.0, 12.0])
    meter = Meter(lambda: next(times))
    meter.read(Step(1, 10))
    before = meter.read(Step(2, 10)).eta_seconds
    assert meter.read(Step(3, 10)).eta_seconds > before


def test_before_the_first_step_nothing_is_promised() -> None:
    assert START.step.done == START.percent == START.eta_seconds == 0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_percent_never_falls_and_eta_is_a_time_however_long_the_steps_take(
    spent: list[float],
) -> None:
    now = 0.0
    meter = Meter(lambda: now)
    last, progress = 0, START
    for done, seconds in enumerate(spent, start=1):
        now += seconds
        progress = meter.read(Step(done, len(spent)))
        assert last <= progress.percent <= 99
        assert math.isfinite(progress.eta_seconds)
        assert progress.eta_seconds >= 0
        last = progress.percent
    assert progress.eta_seconds == 0


@pytest.mark.parametrize("last", [1.0, 3.0, 5.0])
def test_percent_is_within_ten_points_of_the_truth_with_a_costly_last_step(last: float) -> None:
    """Fifty steps, the last as long as several: what decoding is to a model of tokens."""
    spent = [1.0] * 49 + [last]
    now = 0.0
    meter = Meter(lambda: now)
    for done, seconds in enumerate(spent, start=1):
        now += seconds
        truth = 100 * now / sum(spent)
        assert abs(meter.read(Step(done, 50)).percent - truth) <= 10
