"""Percent and time left."""

from collections.abc import Generator, Iterator

import numpy as np
import pytest

from lofi.backends.base import Step
from lofi.jobs import progress as jobs
from lofi.track import Audio, Request, Take

REQUEST = Request(prompt="x", seconds=5, seed=0, backend="fake", model_version="fake-v1")
TAKE = Take(Audio(np.zeros((2, 10), np.float32), 48_000))


class Fake:
    """A model of ten steps that knows whether it was given up."""

    closed = False

    def generate(self, request: Request) -> Generator[Step, None, Take]:
        del request
        try:
            for done in range(1, 11):
                yield Step(done, 10)
        finally:
            self.closed = True
        return TAKE

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


def ticks(seconds: float) -> Iterator[float]:
    now = 100.0
    while True:
        yield now
        now += seconds


def test_progress_rises_and_stops_short_of_a_hundred() -> None:
    seen: list[jobs.Progress] = []
    assert jobs.run(Fake(), REQUEST, seen.append) is TAKE
    assert [progress.percent for progress in seen] == [10, 20, 30, 40, 50, 60, 70, 80, 90, 99]


def test_a_steady_speed_gives_an_exact_eta() -> None:
    clock = ticks(2.0)
    seen: list[jobs.Progress] = []
    jobs.run(Fake(), REQUEST, seen.append, lambda: next(clock))
    assert [progress.eta_seconds for progress in seen] == pytest.approx(
        [2.0 * left for left in range(9, -1, -1)]
    )


def test_eta_follows_the_recent_speed() -> None:
    times = iter([0.0, 1.0, 2.0, 12.0])
    meter = jobs.Meter(lambda: next(times))
    meter.read(Step(1, 10))
    before = meter.read(Step(2, 10)).eta_seconds
    assert meter.read(Step(3, 10)).eta_seconds > before


def test_a_listener_that_raises_gives_the_job_up_at_once() -> None:
    model = Fake()
    seen: list[jobs.Progress] = []

    def publish(progress: jobs.Progress) -> None:
        seen.append(progress)
        if progress.step.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.run(model, REQUEST, publish)
    assert len(seen) == 3
    assert model.closed
