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


SHARES = [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.7, 0.95, 1.0]


def test_steps_that_do_not_cost_alike_give_an_exact_eta_when_their_shares_are_right() -> None:
    """Unguided steps, guided ones, decoding: as long as each is that share of 40 s."""
    now = 3.0
    meter = Meter(lambda: now)
    before = 0.0
    for number, share in enumerate(SHARES):
        now += 9.0 if share == 0 else 40 * (share - before)
        before = share
        progress = meter.read(Step(min(number, 8), 8, share=share))
        assert progress.percent == min(99, round(100 * share))
        assert progress.eta_seconds == pytest.approx(40 * (1 - share) if share else 0.0)


def test_a_small_part_that_takes_long_does_not_decide_the_eta() -> None:
    now = 0.0
    meter = Meter(lambda: now)
    for done in range(1, 6):
        now += 10
        meter.read(Step(done, 10, share=done / 10))
    now += 1  # a thousand times as long as its share is of the rest
    assert meter.read(Step(6, 10, share=0.50001)).eta_seconds < 60
